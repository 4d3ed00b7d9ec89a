package bot

import (
	"context"
	"errors"
	"fmt"

	"liveadmin/commands"
)

// Receive is the one door for everything people say. It decides, records, and
// only then acknowledges; the work goes on after it has returned. It returns an
// error only if the acknowledgement failed.
func (b *Bot) Receive(ctx context.Context, d Delivery, ack func(context.Context, Answer) error) error {
	if !b.enter() {
		return ack(ctx, b.trouble(b.words.Stopping))
	}
	defer b.taken.Done()
	rules := b.rules()
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

// accept puts an entry on record, acknowledges it, and starts its work. The
// lanes are held from before the record until the changes stand in them.
func (b *Bot) accept(ctx context.Context, d Delivery, cmd commands.Command, decision commands.Decision, ack func(context.Context, Answer) error) error {
	e := Entry{
		Key: d.Key, Caller: d.Caller, Place: d.Place, Command: cmd, Rule: decision.Rule, Reply: d.Reply, Attempt: 1,
	}
	for _, g := range cmd.Target.Groups {
		e.Changes = append(e.Changes, Change{Group: g, State: Waiting})
	}
	release, err := b.lanes.hold(ctx, cmd.Target.Groups)
	if err != nil {
		return ack(ctx, b.trouble(b.words.NotRecorded))
	}
	e, fresh, err := b.journal.Accept(ctx, e, accepted(d, cmd, decision))
	if err != nil || !fresh {
		release()
		if err != nil {
			b.log.Error("command not recorded", "caller", d.Caller.Ref, "verb", cmd.Verb, "err", err)
			return ack(ctx, b.trouble(b.words.NotRecorded))
		}
		return ack(ctx, Answer{})
	}
	job := b.enlist(e, false)
	release()
	return b.acknowledge(ctx, job, ack)
}

// acknowledge lets the work begin, or closes the entry if the platform's rules
// say that it must not run.
func (b *Bot) acknowledge(ctx context.Context, job *job, ack func(context.Context, Answer) error) error {
	err := ack(ctx, Answer{Entry: job.entry.Number})
	if !errors.Is(err, ErrNotRun) {
		job.begin()
		return err
	}
	e := job.entry
	if lost := b.journal.Drop(context.WithoutCancel(ctx), e, Unanswered, Record{
		Number: e.Number, What: WasUnanswered, Caller: e.Caller.Ref, Place: e.Place, Verb: e.Command.Verb, Detail: err.Error(),
	}); lost != nil {
		err = errors.Join(err, fmt.Errorf("closing entry %d: %w", e.Number, lost))
	}
	job.cancel()
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

// note begins the audit row of a delivery. A platform with fields has no typed
// text: it shows the command as it would be typed.
func note(d Delivery, what What, v commands.Verb, text string) Record {
	if d.Fields == nil {
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
