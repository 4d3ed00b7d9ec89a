package commands

import "fmt"

// Status is how a command, or its part on one group, ended: an identifier, the same in the
// record, in the log and in metrics. What people read for it is a sentence of their language.
type Status string

// The outcomes.
const (
	Working  Status = "working"
	Done     Status = "done"
	Warned   Status = "warned"
	Nothing  Status = "unchanged"
	Partly   Status = "partly"
	Failed   Status = "failed"
	Unknown  Status = "unknown" // may or may not have been done; never called failed
	Refused  Status = "refused"
	Mistaken Status = "mistaken"
	Answered Status = "answered" // help, whoami, groups, history

	Asked     Status = "asked" // waits for the approval of a second person
	Denied    Status = "denied"
	Expired   Status = "expired" // nobody answered the request in time
	Withdrawn Status = "withdrawn"
)

// firstEdition is what the first edition put on record for an outcome. It stays there:
// audit rows never change.
var firstEdition = map[string]Status{
	"Working": Working, "Done": Done, "Done with a warning": Warned, "Nothing to change": Nothing, "Partly": Partly,
	"Failed": Failed, "Unknown": Unknown, "Refused": Refused, "Mistaken": Mistaken, "Answered": Answered,
}

// Scan reads an outcome on record, for database/sql.
func (s *Status) Scan(stored any) error {
	text, ok := stored.(string)
	if !ok {
		return fmt.Errorf("an outcome on record is a text, not %T", stored)
	}
	return s.UnmarshalText([]byte(text))
}

// UnmarshalText reads an outcome on record.
func (s *Status) UnmarshalText(stored []byte) error {
	*s = Status(stored)
	if first, ok := firstEdition[string(stored)]; ok {
		*s = first
	}
	return nil
}

// Summarize returns the outcome of a command whose parts ended as given.
func Summarize(parts []Status) Status {
	count := make(map[Status]int)
	for _, s := range parts {
		count[s]++
	}
	n := len(parts)
	fine := count[Done] + count[Warned] + count[Nothing]
	switch {
	case n == 0 || count[Working] > 0:
		return Working
	case count[Nothing] == n:
		return Nothing
	case fine == n && count[Warned] > 0:
		return Warned
	case fine == n:
		return Done
	case count[Failed] == n:
		return Failed
	case fine == 0 && count[Partly] == 0 && count[Unknown] > 0:
		return Unknown
	}
	return Partly
}

// Urgency sorts what people have to look at first; what failed in any way is 0.
func (s Status) Urgency() int {
	switch s {
	case Failed, Unknown, Partly:
		return 0
	case Warned:
		return 1
	case Nothing:
		return 3
	}
	return 2
}

// Fine reports whether everything is as it was asked.
func (s Status) Fine() bool { return s == Done || s == Warned || s == Nothing }
