package intake

import (
	"context"
	"fmt"

	"liveadmin/bot"
	"liveadmin/commands"
	"liveadmin/commands/change"
	"liveadmin/commands/policy"
)

// mostPresses is how often a button can be pressed with an effect.
const mostPresses = 50

// presses names each time that a button is pressed with an effect, in order.
func presses(c bot.Click) []string {
	names := make([]string, mostPresses)
	for n := range names {
		names[n] = fmt.Sprintf("click:%d:%s:%d", c.Entry, c.Action, n)
	}
	return names
}

// click decides about a press on a button: like a command, it is recorded and answered in
// the thread; what cannot be done any more is told the caller alone.
func (in *Intake) click(ctx context.Context, d bot.Delivery, rules bot.Rules) bot.Verdict {
	if d.Caller.Outsider {
		return in.refuse(d, rules, commands.Command{}, policy.Decision{Denial: policy.CallerOutsider})
	}
	cmd, ok, err := in.pressed(ctx, *d.Click)
	if err != nil {
		in.log.Error("click not answered", "caller", d.Caller.Ref, "entry", d.Click.Entry, "err", err)
		return in.unread()
	}
	if !ok {
		r := note(d, bot.WasMistaken, "", "")
		r.Outcome, r.Detail = commands.Mistaken, "stale button"
		return bot.Verdict{Reply: &bot.Reply{Record: r, Say: in.words.Stale}}
	}
	asked, decision := rules.Policy.DecideAll(d.Caller, d.Place, cmd)
	if !decision.Allowed {
		return in.refuse(d, rules, asked, decision)
	}
	a := acceptance(d, limited(cmd, decision), decision)
	a.Presses = presses(*d.Click)
	return bot.Verdict{Accept: a}
}

// pressed returns the command behind a button, if it still does something.
func (in *Intake) pressed(ctx context.Context, c bot.Click) (commands.Command, bool, error) {
	if c.Entry == 0 {
		return commands.Command{}, false, nil
	}
	ctx, cancel := context.WithTimeout(ctx, bot.AnswerTime)
	defer cancel()
	e, found, err := in.record.Entry(ctx, c.Entry)
	if err != nil || !found {
		return commands.Command{}, false, err
	}
	cmd, ok := change.Pressed(c.Action, e.Summary())
	if ok && cmd.Verb == commands.Undo {
		ok, err = in.undoable(ctx, e, cmd.Number)
	}
	return cmd, ok, err
}

// undoable reports whether the day of an entry's undo is not over. pressed is the entry
// whose button was pressed: that one, or an undo of it that can be tried again.
func (in *Intake) undoable(ctx context.Context, pressed bot.Entry, number int64) (bool, error) {
	undone, found := pressed, true
	if number != pressed.Number {
		var err error
		if undone, found, err = in.record.Entry(ctx, number); err != nil {
			return false, err
		}
	}
	return found && in.now().Sub(undone.Accepted) <= change.UndoFor, nil
}
