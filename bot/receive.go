package bot

import (
	"context"
	"errors"
	"slices"

	"liveadmin/commands"
)

// Receive is the one door for everything people say. It decides, records, and
// only then acknowledges; the work goes on after it has returned. It returns an
// error only if the acknowledgement failed, or a mistake in the program came up.
func (b *Bot) Receive(ctx context.Context, d Delivery, ack func(context.Context, Answer) error) error {
	if !b.enter() {
		return ack(ctx, b.trouble(b.words.Stopping))
	}
	defer b.taken.Done()
	answered := false
	err := safely(func() error {
		return b.receive(ctx, d, func(ctx context.Context, a Answer) error {
			answered = true
			return ack(ctx, a)
		})
	})
	if _, broken := errors.AsType[*panicked](err); broken {
		b.log.Error("error inside the bot", "caller", d.Caller.Ref, "while", "receiving", "err", err)
		if !answered {
			return ack(ctx, b.trouble(b.words.NotRecorded))
		}
	}
	return err
}

func (b *Bot) receive(ctx context.Context, d Delivery, ack func(context.Context, Answer) error) error {
	rules := b.rules()
	if d.Click != nil {
		return b.click(ctx, d, rules, ack)
	}
	sees := rules.Policy.Sees(d.Caller, rules.Names)
	cmd, mistake := read(d, rules.Names, sees)
	if mistake != nil {
		return b.answer(ctx, d, mistaken(d, *mistake), ack, func(entry int64) commands.Message {
			return b.words.Mistake(entry, *mistake)
		})
	}
	decision := rules.Policy.Decide(d.Caller, d.Place, cmd)
	if !decision.Allowed {
		return b.answer(ctx, d, refused(d, cmd, decision), ack, func(entry int64) commands.Message {
			return b.words.Refusal(entry, d.Caller, cmd, decision, rules.Policy.Contact)
		})
	}
	if !cmd.Verb.CallsAPI() {
		return b.tell(ctx, d, cmd, rules, ack)
	}
	if cmd.Verb == commands.Add && cmd.For == 0 {
		cmd.For = decision.Limit
	}
	return b.accept(ctx, d, cmd, decision, ack)
}

// enter counts a delivery in, unless the bot is stopping.
func (b *Bot) enter() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed || b.work == nil {
		return false
	}
	b.taken.Add(1)
	return true
}

func read(d Delivery, names commands.Names, sees func(string) bool) (commands.Command, *commands.Mistake) {
	if d.Fields != nil {
		return commands.New(*d.Fields, names, sees)
	}
	return commands.Parse(d.Text, names, sees)
}

// accept puts an entry on record, acknowledges it, and starts its work.
func (b *Bot) accept(ctx context.Context, d Delivery, cmd commands.Command, decision commands.Decision, ack func(context.Context, Answer) error) error {
	e := Entry{
		Key: d.Key, Caller: d.Caller, Place: d.Place, Command: cmd, Rule: decision.Rule, Reply: d.Reply, Attempt: 1,
	}
	for i, g := range cmd.Target.Groups {
		if !slices.Contains(cmd.Target.Groups[:i], g) { // an alias may name a group twice
			e.Changes = append(e.Changes, Change{Group: g, State: Waiting})
		}
	}
	job, err := b.record(ctx, e, accepted(d, cmd, decision))
	switch {
	case err != nil:
		b.log.Error("command not recorded", "caller", d.Caller.Ref, "verb", cmd.Verb, "err", err)
		return ack(ctx, b.trouble(b.words.NotRecorded))
	case job == nil:
		return ack(ctx, Answer{})
	}
	return b.acknowledge(ctx, job, ack)
}

// record puts an entry on record and its changes into the lanes, which are held
// meanwhile. It returns no job if the delivery is on record already.
func (b *Bot) record(ctx context.Context, e Entry, r Record) (*job, error) {
	release, err := b.lanes.hold(ctx, e.Command.Target.Groups)
	if err != nil {
		return nil, err
	}
	defer release()
	e, fresh, err := b.journal.Accept(ctx, e, r)
	if err != nil || !fresh {
		return nil, err
	}
	return b.enlist(e, false), nil
}

// acknowledge lets the work begin, or closes the entry if the platform's rules
// say that it must not run.
func (b *Bot) acknowledge(ctx context.Context, job *job, ack func(context.Context, Answer) error) error {
	err := safely(func() error { return ack(ctx, Answer{Entry: job.entry.Number}) })
	switch confirmer := b.confirmer(job.entry); {
	case errors.Is(err, ErrNotRun):
		job.drop(err)
	case confirmer == nil:
		job.begin()
	case err == nil:
		job.answered()
	default:
		job.confirm(confirmer)
	}
	return err
}

// answer records a delivery that makes no entry and answers the caller alone.
// Without a record (the database is down) the answer has no number.
func (b *Bot) answer(ctx context.Context, d Delivery, r Record, ack func(context.Context, Answer) error, say func(entry int64) commands.Message) error {
	entry, fresh, err := b.journal.Note(ctx, d.Key, r)
	switch {
	case err != nil:
		b.log.Error("answer not recorded", "caller", d.Caller.Ref, "what", r.What, "err", err)
	case !fresh:
		return ack(ctx, Answer{})
	default:
		b.log.Info("answered", "entry", entry, "platform", d.Place.Platform, "caller", d.Caller.Ref, "verb", r.Verb, "what", r.What)
	}
	message := say(entry)
	return ack(ctx, Answer{Private: &message})
}

func (b *Bot) trouble(sentence string) Answer {
	message := b.words.Trouble(sentence)
	return Answer{Private: &message}
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

func accepted(d Delivery, cmd commands.Command, decision commands.Decision) Record {
	r := note(d, WasAccepted, cmd.Verb, commands.Format(cmd))
	r.Outcome, r.Detail = commands.Working, decision.Rule
	return r
}

func refused(d Delivery, cmd commands.Command, decision commands.Decision) Record {
	r := note(d, WasRefused, cmd.Verb, commands.Format(cmd))
	r.Outcome, r.Detail = commands.Refused, string(decision.Denial)
	return r
}

func mistaken(d Delivery, m commands.Mistake) Record {
	r := note(d, WasMistaken, m.Verb, m.Typed)
	r.Outcome, r.Detail = commands.Mistaken, string(m.Problem)
	return r
}
