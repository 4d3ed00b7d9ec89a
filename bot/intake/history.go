package intake

import (
	"cmp"
	"context"
	"slices"

	"liveadmin/bot"
	"liveadmin/commands"
	"liveadmin/commands/change"
	"liveadmin/commands/policy"
	"liveadmin/commands/words"
	"liveadmin/imapi"
)

// seenBy returns which entries a caller may see, by their first rows: their own, and what
// is about groups on which some rule gives them some command.
func seenBy(caller commands.Caller, policy policy.Policy) func(bot.Record) bool {
	seen := make(map[imapi.GroupID]bool)
	return func(r bot.Record) bool {
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

func pastOf(s bot.Story) words.Past {
	return words.Past{
		Number: s.First.Number, At: s.First.At, Caller: s.First.Caller, Place: s.First.Place, Text: s.First.Text, Outcome: s.Outcome(),
	}
}

// FilterOf is what a history command asks for.
func FilterOf(cmd commands.Command) bot.Filter {
	f := bot.Filter{Number: cmd.Number}
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
func (in *Intake) trail(ctx context.Context, d bot.Delivery, cmd commands.Command, rules bot.Rules) (func(int64) words.Message, error) {
	filter := FilterOf(cmd)
	filter.Reader = d.Caller.Ref
	if rules.Policy.Knows(d.Caller) == policy.Stranger {
		filter.Caller = d.Caller.Ref
	}
	if cmd.Since > 0 {
		filter.Since = in.now().Add(-cmd.Since)
	}
	stories, err := in.record.Stories(ctx, filter, seenBy(d.Caller, rules.Policy))
	if stories == nil && err != nil {
		return nil, err
	}
	if err != nil {
		in.log.Error("a part of the audit trail cannot be read", "err", err)
	}
	if cmd.Number != 0 && len(stories) == 1 {
		return in.story(ctx, stories[0])
	}
	var past []words.Past
	for _, s := range stories {
		past = append(past, pastOf(s))
	}
	return func(entry int64) words.Message { return in.words.Trail(entry, past) }, nil
}

// story is the answer to history of one number: that entry with its end and its undo.
func (in *Intake) story(ctx context.Context, s bot.Story) (func(int64) words.Message, error) {
	e, _, err := in.record.Entry(ctx, s.First.Number)
	if err != nil {
		return nil, err
	}
	limits, err := in.record.Grants(ctx, "")
	if err != nil {
		return nil, err
	}
	limits = slices.DeleteFunc(limits, func(g commands.Grant) bool { return g.Entry != s.First.Number })
	slices.SortStableFunc(limits, func(x, y commands.Grant) int { return cmp.Compare(x.Group, y.Group) })
	undo := in.now().Sub(e.Accepted) <= change.UndoFor
	return func(entry int64) words.Message {
		return in.wording().Story(entry, pastOf(s), e.Summary(), limits, undo)
	}, nil
}
