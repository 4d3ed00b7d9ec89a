package bot

import (
	"cmp"
	"context"
	"slices"

	"liveadmin/commands"
	"liveadmin/imapi"
)

// shown is how many entries history shows; more are read, because the caller may
// not see all of them.
const (
	shown    = 20
	lookedAt = 500
)

// Story is what the audit trail tells of one number.
type Story struct {
	First   Record   // who, where, when, what
	Rows    []Record // all of them, in the order in which they were written
	Outcome commands.Status
}

// Stories puts the rows of the audit trail together by their numbers, in the order of
// the first row of each.
func Stories(records []Record) []Story {
	var all []Story
	at := make(map[int64]int)
	for _, r := range records {
		i, known := at[r.Number]
		if !known {
			i = len(all)
			at[r.Number] = i
			all = append(all, Story{First: r})
		}
		all[i].Rows = append(all[i].Rows, r)
	}
	for i := range all {
		all[i].Outcome = all[i].outcome()
	}
	return all
}

// outcome is how it ended: what became of its groups, if anything did.
func (s Story) outcome() commands.Status {
	var parts []commands.Status
	dropped := false
	for _, r := range s.Rows {
		dropped = dropped || r.What == WasDropped
		if r.What == WasSettled || r.What == WasUnanswered {
			parts = append(parts, r.Outcome)
		}
	}
	switch {
	case len(parts) == 0 && dropped:
		return commands.Failed // never carried out
	case len(parts) == 0:
		return s.First.Outcome
	case len(parts) < len(s.First.Groups) && len(s.First.Groups) < MaxGroups && !dropped:
		return commands.Working
	}
	return commands.Together(parts)
}

// seenBy reports whether a caller may see it: their own, and what is about groups on
// which some rule gives them some command.
func (s Story) seenBy(caller commands.Caller, policy commands.Policy) bool {
	return s.First.Caller == caller.Ref || slices.ContainsFunc(s.Rows, func(r Record) bool {
		return slices.ContainsFunc(append(r.Groups, r.Group), func(g imapi.GroupID) bool {
			return g != "" && policy.SeesGroups(caller, g)
		})
	})
}

func (s Story) past() commands.Past {
	return commands.Past{
		Number: s.First.Number, At: s.First.At, Caller: s.First.Caller, Place: s.First.Place, Text: s.First.Text, Outcome: s.Outcome,
	}
}

// FilterOf is what a history command asks for.
func FilterOf(cmd commands.Command) Filter {
	f := Filter{Number: cmd.Number}
	for _, g := range cmd.Target.Groups {
		f.About = append(f.About, string(g))
	}
	for _, p := range cmd.Users {
		f.About = append(f.About, string(p.ID))
	}
	if f.About == nil && cmd.About != "" {
		f.About = []string{cmd.About}
	}
	return f
}

// trail is the answer to history.
func (b *Bot) trail(ctx context.Context, d Delivery, cmd commands.Command, rules Rules) (func(int64) commands.Message, error) {
	filter := FilterOf(cmd)
	filter.Limit, filter.Reader = lookedAt, d.Caller.Ref
	if cmd.Since > 0 {
		filter.Since = b.now().Add(-cmd.Since)
	}
	records, err := b.journal.Trail(ctx, filter)
	if err != nil {
		return nil, err
	}
	stories := slices.DeleteFunc(Stories(records), func(s Story) bool { return !s.seenBy(d.Caller, rules.Policy) })
	if cmd.Number != 0 && len(stories) == 1 {
		return b.story(ctx, stories[0])
	}
	var past []commands.Past
	for _, s := range stories[:min(len(stories), shown)] {
		past = append(past, s.past())
	}
	return func(entry int64) commands.Message { return b.words.Trail(entry, past) }, nil
}

// story is the answer to history of one number: that entry with its end and its undo.
func (b *Bot) story(ctx context.Context, s Story) (func(int64) commands.Message, error) {
	e, _, err := b.journal.Entry(ctx, s.First.Number)
	if err != nil {
		return nil, err
	}
	limits, err := b.journal.Grants(ctx, "")
	if err != nil {
		return nil, err
	}
	limits = slices.DeleteFunc(limits, func(g commands.Grant) bool { return g.Entry != s.First.Number })
	slices.SortStableFunc(limits, func(a, b commands.Grant) int { return cmp.Compare(a.Group, b.Group) })
	undo := b.now().Sub(e.Accepted) <= commands.UndoFor
	return func(entry int64) commands.Message {
		return b.wording().Story(entry, s.past(), e.result(), limits, undo)
	}, nil
}
