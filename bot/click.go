package bot

import (
	"context"
	"strconv"

	"liveadmin/commands"
)

// Click is a press on a button under a message of the bot.
type Click struct {
	Action string // commands.Action.Name
	Entry  int64  // commands.Action.Entry; 0 if the button carried no number
}

// text is a click as the audit trail shows it.
func (c Click) text() string { return "click " + c.Action + " #" + strconv.FormatInt(c.Entry, 10) }

// click answers a press on a button: like a command, it is decided, recorded and
// answered in the thread; what cannot be done any more is told the caller alone.
func (b *Bot) click(ctx context.Context, d Delivery, rules Rules, ack func(context.Context, Answer) error) error {
	if d.Caller.Outsider {
		return b.refuseClick(ctx, d, rules, commands.Command{}, commands.Decision{Denial: commands.CallerOutsider}, ack)
	}
	cmd, ok, err := b.undo(ctx, *d.Click)
	if err != nil {
		b.log.Error("click not answered", "caller", d.Caller.Ref, "entry", d.Click.Entry, "err", err)
		return ack(ctx, b.trouble(b.words.NotRead))
	}
	if !ok {
		r := note(d, WasMistaken, "", "")
		r.Outcome, r.Detail = commands.Mistaken, "stale button"
		return b.answer(ctx, d, r, ack, b.words.Stale)
	}
	var decision commands.Decision
	for _, verb := range cmd.Needs() {
		asked := commands.Command{Verb: verb, Target: cmd.Target}
		if decision = rules.Policy.Decide(d.Caller, d.Place, asked); !decision.Allowed {
			return b.refuseClick(ctx, d, rules, asked, decision, ack)
		}
	}
	return b.accept(ctx, d, cmd, decision, ack)
}

// undo returns the command behind an undo button, if it still does something.
func (b *Bot) undo(ctx context.Context, c Click) (commands.Command, bool, error) {
	if c.Action != commands.UndoAction || c.Entry == 0 {
		return commands.Command{}, false, nil
	}
	e, found, err := b.journal.Entry(ctx, c.Entry)
	if err != nil || !found || b.now().Sub(e.Accepted) > commands.UndoFor {
		return commands.Command{}, false, err
	}
	cmd, ok := commands.Reverse(e.result())
	return cmd, ok, nil
}

func (b *Bot) refuseClick(ctx context.Context, d Delivery, rules Rules, cmd commands.Command, decision commands.Decision, ack func(context.Context, Answer) error) error {
	return b.answer(ctx, d, refused(d, cmd, decision), ack, func(entry int64) commands.Message {
		return b.words.Refusal(entry, d.Caller, cmd, decision, rules.Policy.Contact)
	})
}
