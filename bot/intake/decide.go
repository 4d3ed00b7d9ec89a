// Package intake decides what a delivery means, and answers what needs no call to Tencent.
package intake

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"liveadmin/bot"
	"liveadmin/commands"
	"liveadmin/commands/change"
	"liveadmin/commands/grammar"
	"liveadmin/commands/policy"
	"liveadmin/commands/words"
	"liveadmin/imapi"
)

// Intake reads and decides what deliveries mean. It waits for no platform, writes nothing,
// and can be used by several goroutines. Make one with New.
type Intake struct {
	record Journal
	rules  func() bot.Rules
	log    *slog.Logger
	now    func() time.Time
	clock  func() time.Time
	caps   *caps

	readings *readings
}

// Journal is what the intake needs of the journal.
type Journal interface {
	Entry(ctx context.Context, number int64) (_ bot.Entry, found bool, err error)
	Grants(ctx context.Context, g imapi.GroupID) ([]commands.Grant, error)
	Recent(ctx context.Context, g imapi.GroupID, since time.Time) ([]commands.Recent, error)
	Requests(ctx context.Context) ([]bot.Entry, error)
	Asked(ctx context.Context, f bot.Filter, seen func(bot.Record) bool) ([]bot.Record, error)
	Stories(ctx context.Context, f bot.Filter, seen func(bot.Record) bool) ([]bot.Story, error)
	DecidedBy(ctx context.Context, ref string) ([]int64, error)
	Touches(ctx context.Context, user imapi.UserID) ([]bot.Touch, error)
}

// Admins reads the administrators of a group, for suggestions and boards.
type Admins interface {
	Admins(ctx context.Context, g imapi.GroupID) ([]imapi.Admin, error)
}

// Parts are what an Intake is made of. All are required but Clock.
type Parts struct {
	Record Journal
	API    Admins
	Rules  func() bot.Rules
	Log    *slog.Logger
	Now    func() time.Time // by which everything on record is judged; it can be set
	Clock  func() time.Time // by which this process measures how long something lasts; nil: time.Now
}

// New returns an Intake made of its parts.
func New(p Parts) (*Intake, error) {
	if p.Record == nil || p.API == nil || p.Rules == nil || p.Log == nil || p.Now == nil {
		return nil, errors.New("a part of the intake is missing")
	}
	if p.Clock == nil {
		p.Clock = time.Now
	}
	return &Intake{
		record: p.Record, rules: p.Rules, log: p.Log, now: p.Now, clock: p.Clock,
		caps: newCaps(), readings: newReadings(p.API, p.Log, p.Clock),
	}, nil
}

// Decide returns what a delivery means. current returns somebody who spoke before with the
// memberships of now, as far as their platform knows them without waiting.
func (in *Intake) Decide(ctx context.Context, d bot.Delivery, current func(commands.Caller) commands.Caller) bot.Verdict {
	if d.Form == nil {
		return in.decide(ctx, d, current)
	}
	fields := d.Form.Fields()
	d.Fields = &fields
	v := in.decide(ctx, d, current)
	if v.Reply != nil {
		v.Reply.Field = d.Form.Field(v.Reply.Field)
	}
	return v
}

func (in *Intake) decide(ctx context.Context, d bot.Delivery, current func(commands.Caller) commands.Caller) bot.Verdict {
	rules := in.rules()
	if most := answersFor(rules.Policy.Knows(d.Caller)); most > 0 && !in.caps.allow(d.Caller.Ref, d.Place, in.clock(), most) {
		return bot.Verdict{Muted: true}
	}
	if d.Click != nil {
		return in.click(ctx, d, rules, current)
	}
	cmd, mistake := read(d, rules.TypedBy(d.Caller), rules.Policy.Sees(d.Caller, rules.Names))
	if v, without := withoutRight(d, rules.Policy, mistake); without {
		return v
	}
	if d.Fixed { // the right first: who lacks it learns nothing about the people in it
		cmd := commands.Command{Verb: commands.Verb(d.Fields.Verb)}
		if _, decision := offered(rules, d.Caller, d.Place, cmd); !decision.Allowed {
			return refuse(d, cmd, decision)
		}
	}
	if mistake != nil {
		if opensForm(d, *mistake) {
			return in.open(d, begun(d, rules.TypedBy(d.Caller)), *mistake, rules)
		}
		return in.mistaken(d, *mistake)
	}
	if cmd.Verb == commands.GiveBack {
		return in.giveBack(ctx, d, cmd, rules)
	}
	asked, decision := rules.Policy.DecideAll(d.Caller, d.Place, cmd)
	if d.Form != nil && d.Form.For == words.Endless && decision.Limit > 0 { // who types no time gets the limit; who asks for no end has to know
		decision.Allowed, decision.Denial = false, policy.LimitTooLong
	}
	switch {
	case !decision.Allowed:
		return refuse(d, asked, decision)
	case !cmd.Verb.CallsAPI():
		return in.answer(ctx, d, cmd, rules, current)
	}
	a := acceptance(d, rules, limited(cmd, decision), decision)
	if decision.Waits() {
		return in.ask(ctx, d, rules, a, decision, time.Time{})
	}
	return bot.Verdict{Accept: a}
}

// mistaken answers what was wrong.
func (in *Intake) mistaken(d bot.Delivery, m grammar.Mistake) bot.Verdict {
	in.logUnknown(d, m)
	return bot.Verdict{Reply: &bot.Reply{
		About:  commands.Command{Verb: m.Verb},
		Record: note(d, bot.WasMistaken, commands.Mistaken, m.Verb, m.Typed, string(m.Problem)),
		Field:  m.Field,
		Say: func(w words.Words, entry int64) words.Message {
			if d.Form != nil && !d.Form.Closes {
				return w.FieldMistake(entry, m)
			}
			if d.Fixed {
				m.Typed = "" // it was not typed
			}
			return w.Mistake(entry, m)
		},
	}}
}

func read(d bot.Delivery, names commands.Names, sees func(string) bool) (commands.Command, *grammar.Mistake) {
	if d.Form != nil {
		if m := d.Form.Mistake(); m != nil {
			return commands.Command{}, m
		}
	}
	if d.Fields != nil {
		return grammar.New(*d.Fields, names, sees)
	}
	return grammar.Parse(d.Text, names, sees)
}

// refuse answers that something is not allowed. Who has no right reads of the group what they
// typed themselves, and nothing of what it is an alias of.
func refuse(d bot.Delivery, cmd commands.Command, decision policy.Decision) bot.Verdict {
	r := note(d, bot.WasRefused, commands.Refused, cmd.Verb, grammar.Format(cmd), string(decision.Denial))
	r.Groups = cmd.Target.Groups
	if !decision.Some && d.Click == nil {
		typed, _ := read(d, commands.Names{}, nil)
		cmd.Target = typed.Target
	}
	return bot.Verdict{Reply: &bot.Reply{About: cmd, Record: r, Field: fieldOf(d, decision), Say: func(w words.Words, entry int64) words.Message {
		if d.Form != nil && d.Place.Picked && decision.Denial == policy.ElsewhereOnly {
			return w.OpenThere(entry, cmd.Verb)
		}
		return w.Refusal(entry, d.Caller, cmd, decision)
	}}}
}

// limited gives an add without a limit, an undo and an extension the longest limit that the
// caller's rules allow.
func limited(cmd commands.Command, decision policy.Decision) commands.Command {
	if cmd.Verb == commands.Undo || cmd.Verb == commands.Extend || cmd.Verb == commands.Add && cmd.For == 0 {
		cmd.For = decision.Limit
	}
	return cmd
}

func acceptance(d bot.Delivery, rules bot.Rules, cmd commands.Command, decision policy.Decision) *bot.Acceptance {
	if cmd.DryRun { // it may show no more than the caller may list
		list := commands.Command{Verb: commands.List, Target: cmd.Target}
		cmd.Veiled = !rules.Policy.Decide(d.Caller, d.Place, list).Allowed
	}
	r := note(d, bot.WasAccepted, commands.Working, cmd.Verb, grammar.Format(cmd), decision.Rule)
	r.Groups = cmd.Target.Groups
	place := d.Place
	place.Language = rules.LanguageOf(place)
	if place.Direct && d.Caller.Language != "" {
		place.Language = d.Caller.Language
	}
	return &bot.Acceptance{Record: r, Presses: sendings(d), Entry: bot.Entry{
		Key: d.Key, Caller: d.Caller, Place: place, Command: cmd, Rule: decision.Rule, Reply: d.Reply, Changes: bot.ChangesOf(cmd),
	}}
}

// note is the audit row of a delivery: what was typed or pressed. A platform with fields has
// no typed text: it shows text, the command as it would be typed.
func note(d bot.Delivery, what bot.Event, outcome commands.Status, v commands.Verb, text, detail string) bot.Record {
	switch {
	case d.Click != nil:
		text = d.Click.Text()
	case d.Fields == nil:
		text = d.Text
	}
	return bot.Record{Event: what, Caller: d.Caller.Ref, Place: d.Place, Verb: v, Text: text, Outcome: outcome, Detail: detail}
}

// mostPresses is how often a button can be pressed with an effect.
const mostPresses = 50

// presses names each time that a button is pressed with an effect, in order.
func presses(c bot.Click) []string { return inOrder(fmt.Sprintf("click:%d:%s", c.Entry, c.Action)) }

// sendings names each time that a form is sent with an effect: once, and again only if the
// platform did not take the acknowledgement.
func sendings(d bot.Delivery) []string {
	if d.Form == nil || d.Form.Once == "" {
		return nil
	}
	return inOrder("form:" + d.Caller.Ref + ":" + d.Form.Once)
}

func inOrder(what string) []string {
	names := make([]string, mostPresses)
	for n := range names {
		names[n] = fmt.Sprintf("%s:%d", what, n)
	}
	return names
}

// click decides about a press on a button: like a command, it is recorded and answered in
// the thread; that it does nothing any more is a private answer.
func (in *Intake) click(ctx context.Context, d bot.Delivery, rules bot.Rules, current func(commands.Caller) commands.Caller) bot.Verdict {
	if d.Caller.Outsider {
		return refuse(d, commands.Command{}, policy.Decision{Denial: policy.CallerOutsider})
	}
	if g, ok := change.GivenBack(d.Click.Action); ok {
		cmd := commands.Command{Verb: commands.GiveBack, Target: commands.Target{Groups: []imapi.GroupID{g}}}
		return in.giveBack(ctx, d, cmd, rules)
	}
	if verb, ok := words.FormOf(d.Click.Action); ok {
		return in.open(d, commands.Command{Verb: verb}, grammar.Mistake{Problem: grammar.GroupMissing, Verb: verb}, rules)
	}
	p, err := in.pressed(ctx, *d.Click)
	if err != nil {
		in.log.Error("click not answered", "caller", d.Caller.Ref, "entry", d.Click.Entry, "err", err)
		return bot.Verdict{Unread: true}
	}
	if requestButtons[d.Click.Action] && p.on.Number != 0 {
		return in.answered(d, p.on, current(p.on.Caller), rules)
	}
	if !p.works {
		return stale(d)
	}
	cmd := p.cmd
	if cmd.Verb == commands.GiveBack {
		if owner, _ := rules.Names.Owner(d.Caller.Ref); len(cmd.Users) == 1 && owner.ID == cmd.Users[0].ID {
			return in.giveBack(ctx, d, cmd, rules)
		}
		if cmd.Private { // nobody else sees the button
			return stale(d)
		}
		cmd.Verb, cmd.Veiled = commands.Remove, false // of somebody else
	}
	asked, decision := rules.Policy.DecideAll(d.Caller, d.Place, cmd)
	var approved *bot.Request
	if decision.Waits() || !decision.Allowed {
		decision, approved = in.covered(d, p, cmd, rules.Policy, decision)
	}
	if !decision.Allowed {
		return refuse(d, asked, decision)
	}
	a := acceptance(d, rules, limited(cmd, decision), decision)
	a.Presses, a.Entry.Request = presses(*d.Click), approved
	if decision.Waits() {
		return in.ask(ctx, d, rules, a, decision, p.until)
	}
	return bot.Verdict{Accept: a}
}

// requestButtons are the buttons of a request.
var requestButtons = map[string]bool{words.ApproveAction: true, words.DenyAction: true, words.WithdrawAction: true}

// press is what a button does.
type press struct {
	on     bot.Entry // the entry under whose message it is
	cmd    commands.Command
	undone bot.Entry // of an undo: what it undoes
	works  bool      // it still does something
	until  time.Time // it works until then; zero: for ever
}

// pressed returns what a button does.
func (in *Intake) pressed(ctx context.Context, c bot.Click) (p press, err error) {
	if c.Entry == 0 {
		return p, nil
	}
	ctx, cancel := context.WithTimeout(ctx, bot.AnswerTime)
	defer cancel()
	found := false
	p.on, found, err = in.record.Entry(ctx, c.Entry)
	if err != nil || !found || p.on.State == bot.Asked || p.on.State.Ended() {
		return p, err
	}
	p.cmd, p.works = change.Pressed(c.Action, p.on.Summary())
	if !p.works || p.cmd.Verb != commands.Undo {
		return p, nil
	}
	p.undone = p.on
	if p.cmd.Number != p.on.Number { // it tries an undo again
		if p.undone, found, err = in.record.Entry(ctx, p.cmd.Number); err != nil {
			return p, err
		}
	}
	p.until = p.undone.Begun.Add(change.UndoFor)
	p.works = found && !in.now().After(p.until)
	return p, nil
}
