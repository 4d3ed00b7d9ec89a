package bot

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"liveadmin/commands"
	"liveadmin/commands/change"
	"liveadmin/commands/policy"
)

// Click is a press on a button under a message of the bot.
type Click struct {
	Action string // commands.Action.Name
	Entry  int64  // commands.Action.Entry; 0 if the button carried no number
}

// text is a click as the audit trail shows it.
func (c Click) text() string { return "click " + c.Action + " #" + strconv.FormatInt(c.Entry, 10) }

// mostPresses is how often a button can be pressed with an effect.
const mostPresses = 50

// once names the nth time that a button is pressed with an effect.
func (c Click) once(n int) string { return fmt.Sprintf("click:%d:%s:%d", c.Entry, c.Action, n) }

// presses are all of these names, in order.
func (c Click) presses() []string {
	names := make([]string, mostPresses)
	for n := range names {
		names[n] = c.once(n)
	}
	return names
}

// click answers a press on a button: like a command, it is decided, recorded and
// answered in the thread; what cannot be done any more is told the caller alone.
func (b *Bot) click(ctx context.Context, d Delivery, rules Rules, ack Ack) error {
	if d.Caller.Outsider {
		return b.refuse(ctx, d, rules, commands.Command{}, policy.Decision{Denial: policy.CallerOutsider}, ack)
	}
	cmd, ok, err := b.pressed(ctx, *d.Click)
	if err != nil {
		b.log.Error("click not answered", "caller", d.Caller.Ref, "entry", d.Click.Entry, "err", err)
		return ack.Answer(ctx, b.trouble(b.words.NotRead))
	}
	if !ok {
		r := note(d, WasMistaken, "", "")
		r.Outcome, r.Detail = commands.Mistaken, "stale button"
		return b.answer(ctx, d, reply{record: r, say: b.words.Stale}, ack)
	}
	asked, decision := rules.Policy.DecideAll(d.Caller, d.Place, cmd)
	if !decision.Allowed {
		return b.refuse(ctx, d, rules, asked, decision, ack)
	}
	return b.press(ctx, d, limited(cmd, decision), decision, ack)
}

// pressed returns the command behind a button, if it still does something.
func (b *Bot) pressed(ctx context.Context, c Click) (commands.Command, bool, error) {
	if c.Entry == 0 {
		return commands.Command{}, false, nil
	}
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	e, found, err := b.journal.Entry(ctx, c.Entry)
	if err != nil || !found {
		return commands.Command{}, false, err
	}
	cmd, ok := change.Pressed(c.Action, e.result())
	if ok && cmd.Verb == commands.Undo {
		ok, err = b.undoable(ctx, e, cmd.Number)
	}
	return cmd, ok, err
}

// undoable reports whether the day of an entry's undo is not over. pressed is the entry
// whose button was pressed: that one, or an undo of it that can be tried again.
func (b *Bot) undoable(ctx context.Context, pressed Entry, number int64) (bool, error) {
	undone, found := pressed, true
	if number != pressed.Number {
		var err error
		if undone, found, err = b.journal.Entry(ctx, number); err != nil {
			return false, err
		}
	}
	return found && b.now().Sub(undone.Accepted) <= change.UndoFor, nil
}

// press accepts what a button does. While that is being done, pressing it again, by
// whomever, does nothing; after that it is another press.
func (b *Bot) press(ctx context.Context, d Delivery, cmd commands.Command, decision policy.Decision, ack Ack) error {
	asked, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	taken, err := b.journal.Taken(asked, d.Click.presses())
	if err != nil {
		return b.unrecorded(ctx, d, cmd, err, ack)
	}
	for n := max(taken-1, 0); n < mostPresses; n++ { // the last press may not be done yet
		e := newEntry(d, cmd, decision)
		e.Once = d.Click.once(n)
		job, known, err := b.record(ctx, e, accepted(d, cmd, decision))
		switch {
		case err != nil:
			return b.unrecorded(ctx, d, cmd, err, ack)
		case job != nil:
			return b.acknowledge(ctx, job, ack)
		case known.Key != "":
			return ack.Answer(ctx, Answer{}) // the same click again
		}
		if known = b.decided(ctx, d, known); !known.State.closed() {
			message := b.words.Pressed(known.Number, !b.unclear(known))
			return ack.Answer(ctx, Answer{Private: &message})
		}
	}
	message := b.words.Stale(0)
	return ack.Answer(ctx, Answer{Private: &message})
}

// decided waits, as long as an answer may take, until it is clear whether an open entry
// runs: if the platform did not take its acknowledgement, it is closed, here or by
// another instance, and who pressed again meanwhile must not be referred to it.
func (b *Bot) decided(ctx context.Context, d Delivery, e Entry) Entry {
	ctx, cancel := context.WithDeadline(ctx, d.came.Add(answerTime))
	defer cancel()
	for !e.State.closed() && b.unclear(e) && sleep(ctx, answerTime/50) {
		if now, found, err := b.journal.Entry(ctx, e.Number); err == nil && found {
			e = now
		}
	}
	return e
}

// closed reports whether nothing is left to do.
func (s State) closed() bool { return !slices.Contains([]State{Accepted, Done}, s) }

// limited gives an add without a limit the longest that its rule allows, and an undo
// the longest that who undoes may give.
func limited(cmd commands.Command, decision policy.Decision) commands.Command {
	if cmd.Verb == commands.Undo || cmd.Verb == commands.Add && cmd.For == 0 {
		cmd.For = decision.Limit
	}
	return cmd
}
