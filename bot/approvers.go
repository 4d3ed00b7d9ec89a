package bot

import (
	"slices"

	"liveadmin/commands"
	"liveadmin/commands/policy"
	"liveadmin/commands/words"
)

// ApproversBy returns who can approve a request by the rules of a decision or, if nothing waits
// by these, who could when it was asked.
func (e Entry) ApproversBy(now policy.Decision) [][]string {
	if now.Waits() {
		return now.Approvers
	}
	return e.Request.Approvers
}

// RuleBy returns by which rule those of ApproversBy can approve.
func (e Entry) RuleBy(now policy.Decision) string {
	if now.Waits() {
		return now.Rule
	}
	return e.Rule
}

// Named returns those of some approvers that can approve every right of a request that waits,
// in the order of the rules.
func (r Rules) Named(e Entry, sets [][]string) []string {
	return policy.Decision{Approvers: r.Approvers(e.Caller.Ref, e.Command, sets)}.Named()
}

// ShownNow is an open request as people on a platform are shown it, with those who can approve it by now.
// asker is who asked, with the memberships of now.
func (r Rules) ShownNow(e Entry, asker commands.Caller, platform string) words.Request {
	q := e.Shown(platform)
	_, decision := r.Policy.DecideAll(asker, e.Place, e.Command)
	q.Named = r.Named(e, e.ApproversBy(decision))
	return q
}

// Approvers returns those who can approve a command, without the asker, people whom it makes
// administrators, and people who are blocked.
func (r Rules) Approvers(asker string, c commands.Command, sets [][]string) [][]string {
	left := make([][]string, len(sets))
	for i, set := range sets {
		left[i] = slices.DeleteFunc(slices.Clone(set), func(ref string) bool { return r.neverApproves(ref, asker, c) })
	}
	return left
}

// neverApproves reports whether somebody cannot approve a command for the asker, whatever rules name them.
func (r Rules) neverApproves(ref, asker string, c commands.Command) bool {
	return r.SamePerson(ref, asker) || r.MakesAdmin(ref, c) || slices.Contains(r.Policy.Blocked, ref)
}

// AnyApproves reports whether an approver, a caller or a membership, can approve a command for the
// asker. A membership of which it is not known who has it can.
func (r Rules) AnyApproves(approver string, asker commands.Caller, c commands.Command) bool {
	members, known := asker.Members[approver]
	return !known || slices.ContainsFunc(members, func(ref string) bool {
		return !r.neverApproves(ref, asker.Ref, c) && !slices.ContainsFunc(r.Policy.Blocked, func(blocked string) bool {
			return slices.Contains(asker.Members[blocked], ref)
		})
	})
}

// SamePerson reports whether two accounts are one person's.
func (r Rules) SamePerson(a, b string) bool {
	one, ok := r.Names.Owner(a)
	other, both := r.Names.Owner(b)
	return a == b || ok && both && one.ID == other.ID
}

// MakesAdmin reports whether a command makes the person of an account an administrator.
func (r Rules) MakesAdmin(ref string, c commands.Command) bool {
	person, ok := r.Names.Owner(ref)
	is := func(p commands.Person) bool { return p.ID == person.ID }
	switch {
	case !ok:
		return false
	case c.Verb == commands.Add || c.Verb == commands.Extend:
		return slices.ContainsFunc(c.Users, is)
	}
	return slices.ContainsFunc(c.Reversals, func(v commands.Reversal) bool {
		return slices.ContainsFunc(v.Set, is) || slices.ContainsFunc(v.Grants, func(g commands.Grant) bool { return g.User == person.ID })
	})
}
