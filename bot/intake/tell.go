package intake

import (
	"context"
	"errors"

	"liveadmin/bot"
	"liveadmin/commands"
	"liveadmin/commands/grammar"
	"liveadmin/commands/words"
)

// tell answers what calls no API: to the caller alone, at once. Help and whoami
// answer while the journal is down, too.
func (in *Intake) tell(ctx context.Context, d bot.Delivery, cmd commands.Command, rules bot.Rules) bot.Verdict {
	limited, cancel := context.WithTimeout(ctx, bot.AnswerTime)
	defer cancel()
	say, err := in.say(limited, d, cmd, rules)
	if err != nil {
		in.log.Error("question not answered", "caller", d.Caller.Ref, "verb", cmd.Verb, "err", err)
		return in.unread()
	}
	r := note(d, bot.WasAnswered, cmd.Verb, grammar.Format(cmd))
	r.Outcome = commands.Answered
	return bot.Verdict{Reply: &bot.Reply{About: cmd, Record: r, Say: say}}
}

func (in *Intake) say(ctx context.Context, d bot.Delivery, cmd commands.Command, rules bot.Rules) (func(int64) words.Message, error) {
	rights := rules.Policy.Rights(d.Caller, d.Place)
	switch cmd.Verb {
	case commands.Whoami:
		return func(entry int64) words.Message {
			return in.words.Whoami(entry, d.Caller, rights, rules.Policy.Contact)
		}, nil
	case commands.Groups:
		return in.board(ctx, d, rules)
	case commands.History:
		return in.trail(ctx, d, cmd, rules)
	case commands.Welcome:
		return func(entry int64) words.Message { return in.words.Welcome(entry, rights) }, nil
	case commands.Help:
		return func(entry int64) words.Message { return in.words.Help(entry, cmd.Topic) }, nil
	}
	return nil, errors.New("nothing answers the command")
}

// board is the answer to groups: what the caller may use, and the ends on record.
func (in *Intake) board(ctx context.Context, d bot.Delivery, rules bot.Rules) (func(int64) words.Message, error) {
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
	return func(entry int64) words.Message { return in.wording().Board(entry, aliases, limits) }, nil
}
