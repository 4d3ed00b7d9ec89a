package bot

import (
	"slices"

	"liveadmin/commands"
)

// Story is what the audit trail has on one number.
type Story struct {
	First   Record                  // who, where, when, what
	Rows    []Record                // all, in the order in which they were written, if Filter.Rows asks for them
	Ended   map[commands.Status]int // how many of its groups ended how
	Dropped bool                    // closed by the operator
}

// Count adds rows of a kind with an outcome to what is known of how the entry ended.
func (s *Story) Count(what Event, outcome commands.Status, rows int) {
	if what == WasDropped {
		s.Dropped = true
		return
	}
	if s.Ended == nil {
		s.Ended = make(map[commands.Status]int)
	}
	s.Ended[outcome] += rows
}

// Outcome is how it ended: what became of its groups, if anything did.
func (s Story) Outcome() commands.Status {
	var parts []commands.Status
	for outcome, n := range s.Ended {
		parts = append(parts, slices.Repeat([]commands.Status{outcome}, n)...)
	}
	switch {
	case len(parts) == 0 && s.Dropped:
		return commands.Failed // never carried out
	case len(parts) == 0:
		return s.First.Outcome
	case len(parts) < len(s.First.Groups) && !s.Dropped:
		return commands.Working
	}
	return commands.Summarize(parts)
}
