// Package intake decides what a delivery means, and answers what needs no call to Tencent.
package intake

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"liveadmin/bot"
	"liveadmin/commands"
	"liveadmin/commands/grammar"
	"liveadmin/commands/policy"
	"liveadmin/commands/words"
	"liveadmin/imapi"
)

// Intake reads and decides what deliveries mean. It waits for no platform, writes nothing,
// and can be used by several goroutines. Make one with NewIntake.
type Intake struct {
	record Journal
	api    Admins
	rules  func() bot.Rules
	words  words.Words
	log    *slog.Logger
	now    func() time.Time
	clock  func() time.Time
	caps   *caps
	admins adminCache
}

// Known is what the intake needs of the journal.
type Journal interface {
	Entry(ctx context.Context, number int64) (_ bot.Entry, found bool, err error)
	Grants(ctx context.Context, g imapi.GroupID) ([]commands.Grant, error)
	Asked(ctx context.Context, f bot.Filter, seen func(bot.Record) bool) ([]bot.Record, error)
	Stories(ctx context.Context, f bot.Filter, seen func(bot.Record) bool) ([]bot.Story, error)
}

// Admins reads the administrators of a group, for suggestions.
type Admins interface {
	Admins(ctx context.Context, g imapi.GroupID) ([]imapi.Admin, error)
}

// IntakeParts are what an Intake is made of. All are required but Clock.
type Parts struct {
	Record Journal
	API    Admins
	Rules  func() bot.Rules
	Words  words.Words
	Log    *slog.Logger
	Now    func() time.Time // by which everything on record is judged; it can be set
	Clock  func() time.Time // by which this process measures how long something lasts; nil: time.Now
}

// NewIntake returns an Intake made of its parts.
func New(p Parts) (*Intake, error) {
	if p.Record == nil || p.API == nil || p.Rules == nil || p.Log == nil || p.Now == nil || p.Words.Explain == nil {
		return nil, errors.New("a part of the intake is missing")
	}
	if p.Clock == nil {
		p.Clock = time.Now
	}
	return &Intake{
		record: p.Record, api: p.API, rules: p.Rules, words: p.Words, log: p.Log, now: p.Now, clock: p.Clock, caps: newCaps(),
	}, nil
}

// Decide returns what a delivery means.
func (in *Intake) Decide(ctx context.Context, d bot.Delivery) bot.Verdict {
	rules := in.rules()
	if most := answersFor(rules.Policy.Knows(d.Caller)); most > 0 && !in.caps.allow(d.Caller.Ref, d.Place, in.clock(), most) {
		return bot.Verdict{Answer: &bot.Answer{Muted: true}}
	}
	if d.Click != nil {
		return in.click(ctx, d, rules)
	}
	cmd, mistake := read(d, rules.Names, rules.Policy.Sees(d.Caller, rules.Names))
	if mistake != nil {
		return bot.Verdict{Reply: &bot.Reply{
			About: commands.Command{Verb: mistake.Verb}, Record: mistaken(d, *mistake),
			Say: func(entry int64) words.Message { return in.words.Mistake(entry, *mistake) },
		}}
	}
	asked, decision := rules.Policy.DecideAll(d.Caller, d.Place, cmd)
	switch {
	case !decision.Allowed:
		return in.refuse(d, rules, asked, decision)
	case !cmd.Verb.CallsAPI():
		return in.tell(ctx, d, cmd, rules)
	}
	return bot.Verdict{Accept: acceptance(d, limited(cmd, decision), decision)}
}

func read(d bot.Delivery, names commands.Names, sees func(string) bool) (commands.Command, *grammar.Mistake) {
	if d.Fields != nil {
		return grammar.New(*d.Fields, names, sees)
	}
	return grammar.Parse(d.Text, names, sees)
}

// refuse answers that something is not allowed.
func (in *Intake) refuse(d bot.Delivery, rules bot.Rules, cmd commands.Command, decision policy.Decision) bot.Verdict {
	return bot.Verdict{Reply: &bot.Reply{About: cmd, Record: refused(d, cmd, decision), Say: func(entry int64) words.Message {
		return in.words.Refusal(entry, d.Caller, cmd, decision, rules.Policy.Contact)
	}}}
}

// unread answers that something could not be read from the record.
func (in *Intake) unread() bot.Verdict {
	message := in.words.Trouble(in.words.NotRead)
	return bot.Verdict{Answer: &bot.Answer{Private: &message, Late: true}}
}

// wording is how the bot calls things and people by the rules in force.
func (in *Intake) wording() words.Words { return in.words.Naming(in.rules().Names) }

// limited gives an add without a limit, an undo and an extension the longest limit that the
// caller's rules allow.
func limited(cmd commands.Command, decision policy.Decision) commands.Command {
	if cmd.Verb == commands.Undo || cmd.Verb == commands.Extend || cmd.Verb == commands.Add && cmd.For == 0 {
		cmd.For = decision.Limit
	}
	return cmd
}

func acceptance(d bot.Delivery, cmd commands.Command, decision policy.Decision) *bot.Acceptance {
	r := note(d, bot.WasAccepted, cmd.Verb, grammar.Format(cmd))
	r.Outcome, r.Detail, r.Groups = commands.Working, decision.Rule, cmd.Target.Groups
	return &bot.Acceptance{Record: r, Entry: bot.Entry{
		Key: d.Key, Caller: d.Caller, Place: d.Place, Command: cmd, Rule: decision.Rule, Reply: d.Reply, Attempt: 1,
		Changes: bot.ChangesOf(cmd),
	}}
}

// note begins the audit row of a delivery: what was typed or pressed. A platform with fields has no typed
// text: it shows the command as it would be typed.
func note(d bot.Delivery, what bot.Event, v commands.Verb, text string) bot.Record {
	switch {
	case d.Click != nil:
		text = d.Click.Text()
	case d.Fields == nil:
		text = d.Text
	}
	return bot.Record{Event: what, Caller: d.Caller.Ref, Place: d.Place, Verb: v, Text: text}
}

func refused(d bot.Delivery, cmd commands.Command, decision policy.Decision) bot.Record {
	r := note(d, bot.WasRefused, cmd.Verb, grammar.Format(cmd))
	r.Outcome, r.Detail, r.Groups = commands.Refused, string(decision.Denial), cmd.Target.Groups
	return r
}

func mistaken(d bot.Delivery, m grammar.Mistake) bot.Record {
	r := note(d, bot.WasMistaken, m.Verb, m.Typed)
	r.Outcome, r.Detail = commands.Mistaken, string(m.Problem)
	return r
}
