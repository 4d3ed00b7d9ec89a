package policy

import (
	"slices"
	"time"

	"liveadmin/commands"
)

// Rights is what a caller may do, for whoami.
type Rights struct {
	Denial Denial   // CallerBlocked, CallerOutsider or empty
	Given  []Right  // one for each rule that fits the caller
	Unread []string // memberships that rules name and that cannot be read right now

	Approves []Right // what they may approve for others: one for each rule
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
		given.Approval = r.Approval
		rights.Given = append(rights.Given, given)
	}
	for _, r := range p.approving(caller) {
		rights.Approves = append(rights.Approves, r.right(place))
	}
	return rights
}
