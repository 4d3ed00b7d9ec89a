package intake

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"liveadmin/bot"
	"liveadmin/commands"
	"liveadmin/commands/change"
	"liveadmin/commands/grammar"
	"liveadmin/commands/policy"
	"liveadmin/commands/words"
	"liveadmin/imapi"
)

// answer answers what calls no API: to the caller alone, at once. Help and whoami
// answer while the journal is down, too.
func (in *Intake) answer(ctx context.Context, d bot.Delivery, cmd commands.Command, rules bot.Rules, current func(commands.Caller) commands.Caller) bot.Verdict {
	limited, cancel := context.WithTimeout(ctx, bot.AnswerTime)
	defer cancel()
	say, err := in.say(limited, d, cmd, rules, current)
	if err != nil {
		in.log.Error("question not answered", "caller", d.Caller.Ref, "verb", cmd.Verb, "err", err)
		return bot.Verdict{Unread: true}
	}
	r := note(d, bot.WasAnswered, commands.Answered, cmd.Verb, grammar.Format(cmd), "")
	return bot.Verdict{Reply: &bot.Reply{About: cmd, Record: r, Say: say}}
}

func (in *Intake) say(ctx context.Context, d bot.Delivery, cmd commands.Command, rules bot.Rules, current func(commands.Caller) commands.Caller) (func(words.Words, int64) words.Message, error) {
	rights := rules.Policy.Rights(d.Caller, d.Place)
	switch cmd.Verb {
	case commands.Whoami:
		known, _ := rules.Names.Owner(d.Caller.Ref)
		return func(w words.Words, entry int64) words.Message { return w.Whoami(entry, d.Caller, known, rights) }, nil
	case commands.Groups:
		return in.board(ctx, d, rules)
	case commands.Requests:
		return in.requests(ctx, d, rules, current)
	case commands.History:
		return in.trail(ctx, d, cmd, rules, current)
	case commands.Welcome:
		return func(w words.Words, entry int64) words.Message {
			m := w.Welcome(entry, rights)
			m.Actions = w.FormButtons(entry, formsFor(d, rules.Policy))
			return m
		}, nil
	case commands.Help:
		return func(w words.Words, entry int64) words.Message { return w.Help(entry, cmd.Topic, rights) }, nil
	}
	return nil, errors.New("nothing answers the command")
}

// board is the answer to groups: what the caller may use, and the ends on record.
func (in *Intake) board(ctx context.Context, d bot.Delivery, rules bot.Rules) (func(words.Words, int64) words.Message, error) {
	var aliases []commands.Target
	sees := rules.Policy.Sees(d.Caller, rules.Names)
	for _, name := range rules.Names.Aliases() {
		if alias, ok := rules.Names.Group(name); ok && sees(name) {
			aliases = append(aliases, alias)
		}
	}
	all, err := in.record.Grants(ctx, "")
	if err != nil {
		return nil, err
	}
	var limits []commands.Grant
	for _, g := range all {
		if rules.Policy.SeesGroups(d.Caller, g.Group) {
			limits = append(limits, g)
		}
	}
	return func(w words.Words, entry int64) words.Message { return w.Board(entry, aliases, limits) }, nil
}

// seenBy returns which entries a caller may see, by their first rows: their own, those that they
// decided, and what is about groups on which some rule gives them some command or lets them approve one.
func seenBy(caller commands.Caller, policy policy.Policy, decided []int64) func(bot.Record) bool {
	seen := make(map[imapi.GroupID]bool)
	return func(r bot.Record) bool {
		return r.Caller == caller.Ref || slices.Contains(decided, r.Number) || slices.ContainsFunc(r.Groups, func(g imapi.GroupID) bool {
			sees, known := seen[g]
			if !known {
				sees = policy.SeesGroups(caller, g) || policy.Oversees(caller, g)
				seen[g] = sees
			}
			return sees
		})
	}
}

// pastOf is an entry as history shows it to a caller.
func (in *Intake) pastOf(ctx context.Context, s bot.Story, caller commands.Caller, p policy.Policy) words.Past {
	past := words.Past{
		Number: s.First.Number, At: s.First.At, Caller: s.First.Caller, Place: s.First.Place,
		Verb: s.First.Verb, Groups: s.First.Groups, Text: s.First.Text, Outcome: s.Outcome(),
	}
	if s.Decided == bot.WasApproved || s.Decided == bot.WasDenied {
		past.Decider, past.Denied = s.Decider, s.Decided == bot.WasDenied
	}
	if past.Verb == commands.GiveBack && !p.SeesGroups(caller, past.Groups...) {
		past.Outcome = in.veiledOutcome(ctx, s)
	}
	return past
}

// veiledOutcome is how done ended, as its answer said it to somebody who may not know of the
// groups: a failure can show whether a group exists. If it is forgotten by now what failed, no
// failure is shown.
func (in *Intake) veiledOutcome(ctx context.Context, s bot.Story) commands.Status {
	e, _, err := in.record.Entry(ctx, s.First.Number)
	if r := e.Summary(); err == nil && len(r.Groups) > 0 && r.Status() != commands.Working {
		r.Command.Veiled = true
		return words.Veiled(r).Status()
	}
	outcome := s.Outcome()
	if outcome == commands.Failed || outcome == commands.Partly {
		outcome = commands.Nothing
		for _, part := range []commands.Status{commands.Done, commands.Warned, commands.Unknown} {
			if s.Ended[part] > 0 {
				outcome = part
			}
		}
	}
	return outcome
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
func (in *Intake) trail(ctx context.Context, d bot.Delivery, cmd commands.Command, rules bot.Rules, current func(commands.Caller) commands.Caller) (func(words.Words, int64) words.Message, error) {
	filter := FilterOf(cmd)
	names := rules.TypedBy(d.Caller)
	if person, ok := names.Owner(names.Mentioned(cmd.About)); ok { // what they did, and what was done to them
		filter.About = append(filter.About, string(person.ID))
	} else if strings.HasPrefix(cmd.About, "@") && len(cmd.Users) == 1 { // so some chats send a mention
		filter.About = append(filter.About, names.AccountsOf(cmd.Users[0].ID)...)
	}
	filter.Reader = d.Caller.Ref
	decided, err := in.record.DecidedBy(ctx, d.Caller.Ref)
	if err != nil {
		return nil, err
	}
	if rules.Policy.Knows(d.Caller) == policy.Stranger && len(decided) == 0 {
		filter.Caller = d.Caller.Ref
	}
	if cmd.Since > 0 {
		filter.Since = in.now().Add(-cmd.Since)
	}
	stories, err := in.record.Stories(ctx, filter, seenBy(d.Caller, rules.Policy, decided))
	if stories == nil && err != nil {
		return nil, err
	}
	if err != nil {
		in.log.Error("a part of the audit trail cannot be read", "err", err)
	}
	if cmd.Number != 0 && len(stories) == 1 {
		return in.story(ctx, d, stories[0], rules, current)
	}
	var past []words.Past
	for _, s := range stories {
		past = append(past, in.pastOf(ctx, s, d.Caller, rules.Policy))
	}
	return func(w words.Words, entry int64) words.Message { return w.Trail(entry, past, d.Place) }, nil
}

// story is the answer to history of one number: that entry with its end and its undo. Of a damaged
// one it is what the audit trail has.
func (in *Intake) story(ctx context.Context, d bot.Delivery, s bot.Story, rules bot.Rules, current func(commands.Caller) commands.Caller) (func(words.Words, int64) words.Message, error) {
	past := in.pastOf(ctx, s, d.Caller, rules.Policy)
	e, _, err := in.record.Entry(ctx, s.First.Number)
	if err != nil && !errors.Is(err, bot.ErrDamaged) {
		return nil, err
	}
	limits, err := in.record.Grants(ctx, "")
	if err != nil {
		return nil, err
	}
	limits = slices.DeleteFunc(limits, func(g commands.Grant) bool { return g.Entry != s.First.Number })
	slices.SortStableFunc(limits, func(x, y commands.Grant) int { return cmp.Compare(x.Group, y.Group) })
	undo := in.now().Sub(e.Begun) <= change.UndoFor
	var open *words.Open
	if e.State == bot.Asked {
		q := in.openFor(d, e, current(e.Caller), rules)
		open = &q
	}
	return func(w words.Words, entry int64) words.Message {
		return w.Story(entry, past, e.Summary(), open, limits, undo)
	}, nil
}
