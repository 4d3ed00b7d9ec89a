package commands

// Status is how a command, or its part on one group, ended. The names are the
// same in chat, history, log and metrics.
type Status string

// The outcomes.
const (
	Working  Status = "Working"
	Done     Status = "Done"
	Warned   Status = "Done with a warning"
	Nothing  Status = "Nothing to change"
	Partly   Status = "Partly"
	Failed   Status = "Failed"
	Unknown  Status = "Unknown" // may or may not have been done; never called failed
	Refused  Status = "Refused"
	Mistaken Status = "Mistaken"
	Answered Status = "Answered" // help, whoami, groups, history
)

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

// urgency sorts what people have to look at first; what failed in any way is 0.
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

// fine reports whether everything is as it was asked.
func (s Status) Fine() bool { return s == Done || s == Warned || s == Nothing }
