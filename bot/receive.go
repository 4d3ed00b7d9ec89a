package bot

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"liveadmin/commands"
	"liveadmin/commands/grammar"
	"liveadmin/commands/policy"
	"liveadmin/commands/words"
)

// Receive is the one door for everything people say. It decides, records, and
// only then acknowledges; the work goes on after it has returned. It returns an
// error only if the acknowledgement failed, or a mistake in the program came up.
func (b *Bot) Receive(ctx context.Context, d Delivery, ack Ack) error {
	if !b.enter() {
		return ack.Answer(ctx, b.trouble(b.words.Stopping))
	}
	defer b.taken.Done()
	answered := false
	d.came = time.Now()
	err := safely(func() error {
		return b.receive(ctx, d, func(ctx context.Context, a Answer) (Post, error) {
			answered = true
			defer func() { b.observer.Acknowledged(d.Place.Platform, time.Since(d.came)) }()
			return ack(ctx, a)
		})
	})
	if _, broken := errors.AsType[*panicked](err); broken {
		b.log.Error("error inside the bot", "caller", d.Caller.Ref, "while", "receiving", "err", err)
		if !answered {
			return ack.Answer(ctx, b.trouble(b.words.NotRecorded))
		}
	}
	return err
}

func (b *Bot) receive(ctx context.Context, d Delivery, ack Ack) error {
	rules := b.rules()
	if most := answersFor(rules.Policy.Knows(d.Caller)); most > 0 && !b.caps.allow(d.Caller.Ref, d.Place, b.clock(), most) {
		return ack.Answer(ctx, Answer{Muted: true})
	}
	if d.Click != nil {
		return b.click(ctx, d, rules, ack)
	}
	sees := rules.Policy.Sees(d.Caller, rules.Names)
	cmd, mistake := read(d, rules.Names, sees)
	if mistake != nil {
		return b.answer(ctx, d, reply{commands.Command{Verb: mistake.Verb}, mistaken(d, *mistake), func(entry int64) words.Message {
			return b.words.Mistake(entry, *mistake)
		}}, ack)
	}
	asked, decision := rules.Policy.DecideAll(d.Caller, d.Place, cmd)
	if !decision.Allowed {
		return b.refuse(ctx, d, rules, asked, decision, ack)
	}
	if !cmd.Verb.CallsAPI() {
		return b.tell(ctx, d, cmd, rules, ack)
	}
	return b.accept(ctx, d, limited(cmd, decision), decision, ack)
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

func read(d Delivery, names commands.Names, sees func(string) bool) (commands.Command, *grammar.Mistake) {
	if d.Fields != nil {
		return grammar.New(*d.Fields, names, sees)
	}
	return grammar.Parse(d.Text, names, sees)
}

// refuse answers that something is not allowed.
func (b *Bot) refuse(ctx context.Context, d Delivery, rules Rules, cmd commands.Command, decision policy.Decision, ack Ack) error {
	return b.answer(ctx, d, reply{cmd, refused(d, cmd, decision), func(entry int64) words.Message {
		return b.words.Refusal(entry, d.Caller, cmd, decision, rules.Policy.Contact)
	}}, ack)
}

// How long the journal may take. An answer does not wait for its record longer than
// platforms wait for it, which is three seconds. A command has more time: in a burst it
// stands in a queue, and nobody is better off if it is refused there.
const (
	answerTime = 2 * time.Second
	recordTime = 10 * time.Second
)

// accept puts an entry on record, acknowledges it, and starts its work.
func (b *Bot) accept(ctx context.Context, d Delivery, cmd commands.Command, decision policy.Decision, ack Ack) error {
	job, _, err := b.record(ctx, newEntry(d, cmd, decision), accepted(d, cmd, decision))
	switch {
	case err != nil:
		return b.unrecorded(ctx, d, cmd, err, ack)
	case job == nil:
		return ack.Answer(ctx, Answer{})
	}
	return b.acknowledge(ctx, job, ack)
}

func (b *Bot) unrecorded(ctx context.Context, d Delivery, cmd commands.Command, err error, ack Ack) error {
	if full, ok := errors.AsType[*crowded](err); ok {
		return b.crowd(ctx, d, *full, ack)
	}
	b.log.Error("command not recorded", "caller", d.Caller.Ref, "verb", cmd.Verb, "err", err)
	if errors.Is(err, ErrUnsure) {
		return ack.Answer(ctx, b.trouble(b.words.MaybeRecorded))
	}
	return ack.Answer(ctx, b.trouble(b.words.NotRecorded))
}

func newEntry(d Delivery, cmd commands.Command, decision policy.Decision) Entry {
	return Entry{
		Key: d.Key, Caller: d.Caller, Place: d.Place, Command: cmd, Rule: decision.Rule, Reply: d.Reply, Attempt: 1,
		Changes: changesOf(cmd),
	}
}

// changesOf is a change for each group; an alias may name one twice.
func changesOf(cmd commands.Command) []Change {
	var changes []Change
	for i, g := range cmd.Target.Groups {
		if !slices.Contains(cmd.Target.Groups[:i], g) {
			changes = append(changes, Change{Group: g, State: Waiting})
		}
	}
	return changes
}

// crowd answers that too much is still to be done.
func (b *Bot) crowd(ctx context.Context, d Delivery, full crowded, ack Ack) error {
	cmd := full.e.Command
	r := refused(d, cmd, policy.Decision{Denial: policy.TooMuchOpen})
	return b.answer(ctx, d, reply{cmd, r, func(entry int64) words.Message {
		return b.words.Crowded(entry, full.yours, full.entries, full.changes)
	}}, ack)
}

// record puts an entry on record and its changes into the lanes, in the order of the
// record. It returns no job if that is on record already, but the entry; and a *crowded
// if too much is open for another.
func (b *Bot) record(ctx context.Context, e Entry, r Record) (job *job, known Entry, err error) {
	if err := b.backlog.take(e); err != nil {
		return nil, Entry{}, err
	}
	defer func() {
		if job == nil {
			b.backlog.drop(e, len(e.Changes))
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, recordTime)
	defer cancel()
	term := b.journal.Term()
	known, _, err = b.journal.Accept(ctx, e, r, func(e Entry) { job = b.enlist(term, e, false) })
	return job, known, err
}

// acknowledge lets the work begin, or closes the entry if the platform's rules
// say that it must not run.
func (b *Bot) acknowledge(ctx context.Context, job *job, ack Ack) error {
	var root Post
	err := safely(func() (err error) {
		e := job.snapshot()
		root, err = ack(ctx, Answer{Entry: e.Number, Verb: e.Command.Verb, Root: b.wording().Root(e.soFar())})
		return err
	})
	switch confirmer := b.confirmer(job.entry); {
	case errors.Is(err, ErrNotRun):
		job.start(func() { job.drop(err) })
	case confirmer == nil:
		job.begin()
	case err == nil:
		job.answered(root)
	default:
		job.confirm(confirmer)
	}
	return err
}

// reply is what makes no entry and is told the caller alone.
type reply struct {
	about  commands.Command // as far as it was understood
	record Record
	say    func(entry int64) words.Message
}

// answer records a delivery that makes no entry and answers the caller alone.
// Without a record (the database is down) the answer has no number.
func (b *Bot) answer(ctx context.Context, d Delivery, r reply, ack Ack) error {
	limited, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	entry, fresh, err := b.journal.Note(limited, d.Key, r.record)
	switch {
	case err != nil:
		b.log.Error("answer not recorded", "caller", d.Caller.Ref, "what", r.record.What, "err", err)
	case !fresh:
		return ack.Answer(ctx, Answer{})
	default:
		about := Entry{Number: entry, Caller: d.Caller, Place: d.Place, Command: r.about}
		b.logEnd(slog.LevelInfo, "answered", about, r.record.Outcome, 0, time.Since(d.came))
		b.observer.Ended(d.Place.Platform, r.about.Verb, r.record.Outcome, 0)
	}
	message := r.say(entry)
	return ack.Answer(ctx, Answer{Private: &message})
}

func (b *Bot) trouble(sentence string) Answer {
	message := b.words.Trouble(sentence)
	return Answer{Private: &message, Late: true}
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

func accepted(d Delivery, cmd commands.Command, decision policy.Decision) Record {
	r := note(d, WasAccepted, cmd.Verb, grammar.Format(cmd))
	r.Outcome, r.Detail, r.Groups = commands.Working, decision.Rule, cmd.Target.Groups
	return r
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
