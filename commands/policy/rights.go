package policy

import (
	"slices"
	"time"

	"liveadmin/commands"
)

// Rights is what a caller may do, for whoami.
type Rights struct {
	Denial Denial   // CallerBlocked, CallerOutsider or empty
	Given  []Right  // by the rules that fit the caller: what waits for approval is a right of its own
	Unread []string // memberships that rules name and that cannot be read right now

	Approves []Right // what they may approve for others
}

// Right is what one rule gives.
type Right struct {
	Rule     string
	Commands []commands.Verb // empty: all
	Groups   []string        // empty: all
	Channels []string        // empty: anywhere
	Here     bool            // it holds in the place that was asked in
	Limit    time.Duration   // 0: none
	Approval []string        // who has to agree; empty: nobody
}

// Gives reports whether the right is for a command on some group.
func (r Right) Gives(v commands.Verb) bool {
	return v != commands.List && (len(r.Commands) == 0 || slices.Contains(r.Commands, v))
}

// Unbound reports whether the right is for every group, in every channel, without a limit, and needs
// nobody's approval.
func (r Right) Unbound() bool {
	return len(r.Groups)+len(r.Channels)+len(r.Approval) == 0 && r.Limit == 0
}

// Standing is what is known of a caller's rights, wherever.
type Standing int

// The standings of a caller.
const (
	Stranger Standing = iota // no rule allows the caller anything
	Maybe                    // some rule may: a membership cannot be read right now
	Known                    // some rule does, or waits for their approval
)

// Knows returns what is known of the caller's rights.
func (p Policy) Knows(caller commands.Caller) Standing {
	switch {
	case len(p.fitting(caller)) > 0, len(p.approving(caller)) > 0:
		return Known
	case len(caller.Unread) > 0 && p.shut(caller) == "":
		return Maybe
	}
	return Stranger
}

// Rights returns which rule gives the caller what.
func (p Policy) Rights(caller commands.Caller, place commands.Place) Rights {
	rights := Rights{Denial: p.shut(caller)}
	if rights.Denial != "" {
		return rights
	}
	rights.Unread = common(caller.Unread, p.Named(""))
	for _, r := range p.fitting(caller) {
		given := r.right(place)
		if len(r.Approval) == 0 {
			rights.Given = append(rights.Given, given)
			continue
		}
		if r.gives(commands.List) {
			free := given
			free.Commands, free.Limit = []commands.Verb{commands.List}, 0
			rights.Given = append(rights.Given, free)
		}
		given.Commands, given.Approval = p.waiting(r), r.Approval
		if len(given.Commands) > 0 {
			rights.Given = append(rights.Given, given)
		}
	}
	for _, r := range p.approving(caller) {
		approved := r.right(place)
		if approved.Commands = p.waiting(r); len(approved.Commands) > 0 {
			rights.Approves = append(rights.Approves, approved)
		}
	}
	return rights
}

// waiting returns the commands on groups that a rule with an approval gives and that wait for it: a
// list never does.
func (p Policy) waiting(r Rule) []commands.Verb {
	return filter(p.table().Ruled(), func(v commands.Verb) bool {
		row, _ := p.table().Row(v)
		return row.CallsAPI && v != commands.List && r.gives(v)
	})
}
