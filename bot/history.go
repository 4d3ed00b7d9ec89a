package bot

import (
	"cmp"
	"context"
	"slices"

	"liveadmin/commands"
	"liveadmin/commands/change"
	"liveadmin/commands/policy"
	"liveadmin/commands/words"
	"liveadmin/imapi"
)

// Story is what the audit trail has on one number.
type Story struct {
	First   Record                  // who, where, when, what
	Rows    []Record                // all, in the order in which they were written, if Filter.Rows asks for them
	Ended   map[commands.Status]int // how many of its groups ended how
	Dropped bool                    // closed by the operator
}

// Count adds rows of a kind with an outcome to what is known of how the entry ended.
func (s *Story) Count(what What, outcome commands.Status, rows int) {
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
	return commands.Together(parts)
}

// seenBy returns which entries a caller may see, by their first rows: their own, and what
// is about groups on which some rule gives them some command.
func seenBy(caller commands.Caller, policy policy.Policy) func(Record) bool {
	seen := make(map[imapi.GroupID]bool)
	return func(r Record) bool {
		return r.Caller == caller.Ref || slices.ContainsFunc(r.Groups, func(g imapi.GroupID) bool {
			sees, known := seen[g]
			if !known {
				sees = policy.SeesGroups(caller, g)
				seen[g] = sees
			}
			return sees
		})
	}
}

func (s Story) past() words.Past {
	return words.Past{
		Number: s.First.Number, At: s.First.At, Caller: s.First.Caller, Place: s.First.Place, Text: s.First.Text, Outcome: s.Outcome(),
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
func (b *Bot) trail(ctx context.Context, d Delivery, cmd commands.Command, rules Rules) (func(int64) words.Message, error) {
	filter := FilterOf(cmd)
	filter.Reader = d.Caller.Ref
	if rules.Policy.Knows(d.Caller) == policy.Stranger {
		filter.Caller = d.Caller.Ref
	}
	if cmd.Since > 0 {
		filter.Since = b.now().Add(-cmd.Since)
	}
	stories, err := b.journal.Stories(ctx, filter, seenBy(d.Caller, rules.Policy))
	if stories == nil && err != nil {
		return nil, err
	}
	if err != nil {
		b.log.Error("a part of the audit trail cannot be read", "err", err)
	}
	if cmd.Number != 0 && len(stories) == 1 {
		return b.story(ctx, stories[0])
	}
	var past []words.Past
	for _, s := range stories {
		past = append(past, s.past())
	}
	return func(entry int64) words.Message { return b.words.Trail(entry, past) }, nil
}

// story is the answer to history of one number: that entry with its end and its undo.
func (b *Bot) story(ctx context.Context, s Story) (func(int64) words.Message, error) {
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
	undo := b.now().Sub(e.Accepted) <= change.UndoFor
	return func(entry int64) words.Message {
		return b.wording().Story(entry, s.past(), e.result(), limits, undo)
	}, nil
}
