package commands

import (
	"cmp"
	"slices"
)

// mostGroups is how many groups of one command get a line each in its result, unless more
// failed: each of these has one.
const mostGroups = 100

// mostWords is how many different words of Tencent's own one result repeats.
const mostWords = 5

// reportGroups is the result of a command on several groups: a line for each
// that changed or failed, what failed first, and a count of those that did not change.
func (w Words) reportGroups(m *Message, r Result) {
	if r.Command.Verb == Remind {
		m.add(Head, fill(w.HeadRemindGroups, slots{
			"users": w.people(r.Command.Users), "time": moment(r.Command.firstEnd()),
			"n": number(len(r.Groups)), "group": w.target(r.Command.Target),
		}))
		return
	}
	same, failed := 0, 0
	var lines []Text
	var remedies []string
	groups := slices.Clone(r.Groups)
	slices.SortStableFunc(groups, func(a, b GroupResult) int { return cmp.Compare(a.Outcome.Status.urgency(), b.Outcome.Status.urgency()) })
	for _, g := range groups {
		if w.stays(r.Command, g) {
			same++
			continue
		}
		if g.Outcome.Status.urgency() == 0 {
			failed++
		}
		lines = append(lines, w.groupLine(r.Command, g))
		if remedy := w.remedy(g); remedy != "" && !slices.Contains(remedies, remedy) {
			remedies = append(remedies, remedy)
		}
	}
	head := w.HeadGroups
	if r.Command.Verb == List || r.Command.DryRun {
		head = w.HeadGroupsRead
	}
	m.add(Head, fill(head, slots{
		"asked": w.asked(r.Command), "n": number(r.fine()), "all": number(len(r.Groups)),
	}))
	shown := min(len(lines), max(failed, mostGroups))
	for _, line := range lines[:shown] {
		m.add(Item, line)
	}
	if more := len(lines) - shown; more > 0 {
		m.add(Body, fill(w.GroupsMore, slots{"n": number(more)}))
	}
	if same > 0 {
		m.add(Body, fill(w.GroupsSame, slots{"n": number(same)}))
	}
	w.allTheirWords(m, groups)
	for _, remedy := range remedies {
		m.add(Body, literal(remedy))
	}
}

// stays reports whether nothing changed on a group, or nothing would.
func (w Words) stays(cmd Command, g GroupResult) bool {
	return g.Outcome.Status == Nothing || g.Plan.Refusal == OnlyDryRun && len(w.groupDeeds(cmd, g)) == 0
}

// allTheirWords adds Tencent's own words about several groups, the same ones once.
func (w Words) allTheirWords(m *Message, groups []GroupResult) {
	var all []string
	for _, g := range groups {
		theirs := w.theirWords(g)
		if theirs == nil || len(all) == mostWords || slices.Contains(all, theirs.String()) {
			continue
		}
		all = append(all, theirs.String())
		m.add(Body, theirs)
	}
}

func (w Words) groupLine(cmd Command, g GroupResult) Text {
	o := g.Outcome
	values := slots{
		"group": groupID(g.Group), "sign": plain(w.Signs[o.Status]), "status": plain(w.Names[o.Status]),
		"deeds": w.groupDeeds(cmd, g), "why": w.why(cmd, g),
	}
	if g.Plan.Refusal == NoAccounts {
		values["why"] = fill(w.Did.NoAccount, slots{"users": w.people(persons(g.Plan.Users, func(s Step) bool { return s.NoAccount }))})
	}
	switch {
	case cmd.Verb == List && o.Status == Done && len(o.Now) == 0:
		return fill(w.GroupEmpty, w.now(o, values))
	case cmd.Verb == List && o.Status == Done:
		return fill(w.GroupListed, w.now(o, values))
	case len(values["why"]) > 0:
		return fill(w.GroupWrong, values)
	case len(values["deeds"]) > 0 && o.NowKnown:
		return fill(w.GroupLine, w.now(o, values))
	}
	return fill(w.GroupStatus, values)
}
