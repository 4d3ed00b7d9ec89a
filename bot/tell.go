package bot

import (
	"context"
	"time"

	"liveadmin/commands"
)

// tell answers what calls no API: to the caller alone, at once. Help and whoami
// answer while the journal is down, too.
func (b *Bot) tell(ctx context.Context, d Delivery, cmd commands.Command, rules Rules, ack func(context.Context, Answer) error) error {
	say, err := b.say(ctx, d, cmd, rules)
	if err != nil {
		b.log.Error("question not answered", "caller", d.Caller.Ref, "verb", cmd.Verb, "err", err)
		return ack(ctx, b.trouble(b.words.NotRead))
	}
	r := note(d, WasAnswered, cmd.Verb, commands.Format(cmd))
	r.Outcome = commands.Answered
	return b.answer(ctx, d, r, ack, say)
}

func (b *Bot) say(ctx context.Context, d Delivery, cmd commands.Command, rules Rules) (func(int64) commands.Message, error) {
	rights := rules.Policy.Rights(d.Caller, d.Place)
	switch cmd.Verb {
	case commands.Whoami:
		return func(entry int64) commands.Message {
			return b.words.Whoami(entry, d.Caller, rights, rules.Policy.Contact)
		}, nil
	case commands.Groups:
		return b.board(ctx, d, rules)
	case commands.History:
		return b.trail(ctx, d, cmd, rules)
	case commands.Welcome:
		return func(entry int64) commands.Message { return b.words.Welcome(entry, rights) }, nil
	}
	return func(entry int64) commands.Message { return b.words.Help(entry, cmd.Topic) }, nil
}

// board is the answer to groups: what the caller may use, and the ends on record.
func (b *Bot) board(ctx context.Context, d Delivery, rules Rules) (func(int64) commands.Message, error) {
	var aliases []commands.Target
	sees := rules.Policy.Sees(d.Caller, rules.Names)
	for _, name := range rules.Names.Aliases() {
		if alias, ok := rules.Names.Group(name); ok && sees(name) {
			aliases = append(aliases, alias)
		}
	}
	all, err := b.journal.Grants(ctx, "")
	if err != nil {
		return nil, err
	}
	var limits []commands.Grant
	for _, g := range all {
		if rules.Policy.SeesGroups(d.Caller, g.Group) {
			limits = append(limits, g)
		}
	}
	return func(entry int64) commands.Message { return b.words.Board(entry, aliases, limits) }, nil
}

// shown is how many entries history shows; more are read, because the caller may
// not see all of them.
const (
	shown    = 20
	lookedAt = 500
)

func (b *Bot) trail(ctx context.Context, d Delivery, cmd commands.Command, rules Rules) (func(int64) commands.Message, error) {
	filter := Filter{Number: cmd.Number, About: about(cmd), Limit: lookedAt}
	if cmd.Since > 0 {
		filter.Since = b.now().Add(-cmd.Since)
	}
	records, err := b.journal.Trail(ctx, filter)
	if err != nil {
		return nil, err
	}
	past := seen(records, d.Caller, rules.Policy)
	return func(entry int64) commands.Message { return b.words.Trail(entry, past) }, nil
}

// about returns what history was asked about: what an alias or a name stands
// for, or the word itself.
func about(cmd commands.Command) []string {
	var words []string
	for _, g := range cmd.Target.Groups {
		words = append(words, string(g))
	}
	for _, p := range cmd.Users {
		words = append(words, string(p.ID))
	}
	if words == nil && cmd.About != "" {
		words = []string{cmd.About}
	}
	return words
}

// seen makes one line of each entry's rows, and keeps the caller's own and those
// on groups where some rule gives the caller some command.
func seen(records []Record, caller commands.Caller, policy commands.Policy) []commands.Past {
	type entry struct {
		commands.Past
		visible  bool
		outcomes []commands.Status
	}
	var order []*entry
	byNumber := make(map[int64]*entry)
	for _, r := range records {
		e := byNumber[r.Number]
		if e == nil {
			e = &entry{Past: commands.Past{Number: r.Number}, visible: r.Caller == caller.Ref}
			byNumber[r.Number] = e
			order = append(order, e)
		}
		if r.What == WasUnanswered {
			e.outcomes = append(e.outcomes, r.Outcome)
		}
		if r.What == WasSettled {
			e.outcomes = append(e.outcomes, r.Outcome)
			e.visible = e.visible || policy.SeesGroups(caller, r.Group)
			continue
		}
		if e.At.IsZero() || r.At.Before(e.At) {
			e.At, e.Caller, e.Text, e.Outcome = r.At, r.Caller, r.Text, r.Outcome
		}
	}
	var past []commands.Past
	for _, e := range order {
		if len(e.outcomes) > 0 {
			e.Outcome = commands.Together(e.outcomes)
		}
		if e.visible && len(past) < shown {
			past = append(past, e.Past)
		}
	}
	return past
}

// logOutcome writes the one log line of a change.
func (b *Bot) logOutcome(e Entry, c Change, took time.Duration) {
	code := 0
	if c.Outcome.Failure != nil {
		code = c.Outcome.Failure.Code
	}
	b.log.Info("done", "entry", e.Number, "platform", e.Place.Platform, "caller", e.Caller.Ref, "verb", e.Command.Verb,
		"group", c.Group, "outcome", c.Outcome.Status, "code", code, "took", took)
}
