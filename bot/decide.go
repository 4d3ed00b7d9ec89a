package bot

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"liveadmin/commands"
	"liveadmin/commands/grammar"
	"liveadmin/commands/policy"
	"liveadmin/commands/words"
	"liveadmin/imapi"
)

// answerTime is how long the record may take that an answer needs: platforms wait for three
// seconds.
const answerTime = 2 * time.Second

// Intake reads and decides what deliveries mean. It waits for no platform, writes nothing,
// and can be used by several goroutines. Make one with NewIntake.
type Intake struct {
	record   Known
	api      Admins
	rules    func() Rules
	words    words.Words
	log      *slog.Logger
	now      func() time.Time
	clock    func() time.Time
	caps     *caps
	glimpses glimpses
}

// Known is what the intake needs of the journal.
type Known interface {
	Entry(ctx context.Context, number int64) (_ Entry, found bool, err error)
	Grants(ctx context.Context, g imapi.GroupID) ([]commands.Grant, error)
	Asked(ctx context.Context, f Filter, seen func(Record) bool) ([]Record, error)
	Stories(ctx context.Context, f Filter, seen func(Record) bool) ([]Story, error)
}

// Admins reads the administrators of a group, for suggestions.
type Admins interface {
	Admins(ctx context.Context, g imapi.GroupID) ([]imapi.Admin, error)
}

// IntakeParts are what an Intake is made of. All are required but Clock.
type IntakeParts struct {
	Record Known
	API    Admins
	Rules  func() Rules
	Words  words.Words
	Log    *slog.Logger
	Now    func() time.Time // by which everything on record is judged; it can be set
	Clock  func() time.Time // by which this process measures how long something lasts; nil: time.Now
}

// NewIntake returns an Intake made of its parts.
func NewIntake(p IntakeParts) (*Intake, error) {
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
func (in *Intake) Decide(ctx context.Context, d Delivery) Verdict {
	rules := in.rules()
	if most := answersFor(rules.Policy.Knows(d.Caller)); most > 0 && !in.caps.allow(d.Caller.Ref, d.Place, in.clock(), most) {
		return Verdict{Muted: true}
	}
	if d.Click != nil {
		return in.click(ctx, d, rules)
	}
	cmd, mistake := read(d, rules.Names, rules.Policy.Sees(d.Caller, rules.Names))
	if mistake != nil {
		return Verdict{Reply: &Reply{
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
	return Verdict{Accept: acceptance(d, limited(cmd, decision), decision)}
}

func read(d Delivery, names commands.Names, sees func(string) bool) (commands.Command, *grammar.Mistake) {
	if d.Fields != nil {
		return grammar.New(*d.Fields, names, sees)
	}
	return grammar.Parse(d.Text, names, sees)
}

// refuse answers that something is not allowed.
func (in *Intake) refuse(d Delivery, rules Rules, cmd commands.Command, decision policy.Decision) Verdict {
	return Verdict{Reply: &Reply{About: cmd, Record: refused(d, cmd, decision), Say: func(entry int64) words.Message {
		return in.words.Refusal(entry, d.Caller, cmd, decision, rules.Policy.Contact)
	}}}
}

// unread answers that something could not be read from the record.
func (in *Intake) unread() Verdict {
	message := in.words.Trouble(in.words.NotRead)
	return Verdict{Private: &message}
}

// wording is how the bot calls things and people by the rules in force.
func (in *Intake) wording() words.Words { return in.words.Naming(in.rules().Names) }

// limited gives an add without a limit the longest that its rule allows, and an undo
// the longest that who undoes may give.
func limited(cmd commands.Command, decision policy.Decision) commands.Command {
	if cmd.Verb == commands.Undo || cmd.Verb == commands.Add && cmd.For == 0 {
		cmd.For = decision.Limit
	}
	return cmd
}

func acceptance(d Delivery, cmd commands.Command, decision policy.Decision) *Acceptance {
	r := note(d, WasAccepted, cmd.Verb, grammar.Format(cmd))
	r.Outcome, r.Detail, r.Groups = commands.Working, decision.Rule, cmd.Target.Groups
	return &Acceptance{Record: r, Entry: Entry{
		Key: d.Key, Caller: d.Caller, Place: d.Place, Command: cmd, Rule: decision.Rule, Reply: d.Reply, Attempt: 1,
		Changes: changesOf(cmd),
	}}
}

// note begins the audit row of a delivery: what was typed or pressed. A platform with fields has no typed
// text: it shows the command as it would be typed.
func note(d Delivery, what What, v commands.Verb, text string) Record {
	switch {
	case d.Click != nil:
		text = d.Click.text()
	case d.Fields == nil:
		text = d.Text
	}
	return Record{What: what, Caller: d.Caller.Ref, Place: d.Place, Verb: v, Text: text}
}

func refused(d Delivery, cmd commands.Command, decision policy.Decision) Record {
	r := note(d, WasRefused, cmd.Verb, grammar.Format(cmd))
	r.Outcome, r.Detail, r.Groups = commands.Refused, string(decision.Denial), cmd.Target.Groups
	return r
}

func mistaken(d Delivery, m grammar.Mistake) Record {
	r := note(d, WasMistaken, m.Verb, m.Typed)
	r.Outcome, r.Detail = commands.Mistaken, string(m.Problem)
	return r
}
