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

// click answers a press on a button. No button is rendered yet that does
// anything, so every one is stale; who is of another organization is refused.
func (b *Bot) click(ctx context.Context, d Delivery, rules Rules, ack func(context.Context, Answer) error) error {
	r := note(d, WasMistaken, "", "")
	r.Text = "click " + d.Click.Action + " #" + strconv.FormatInt(d.Click.Entry, 10)
	r.Outcome, r.Detail = commands.Mistaken, "stale button"
	if d.Caller.Outsider {
		denied := commands.Decision{Denial: commands.CallerOutsider}
		r.What, r.Outcome, r.Detail = WasRefused, commands.Refused, string(denied.Denial)
		return b.answer(ctx, d, r, ack, func(entry int64) commands.Message {
			return b.words.Refusal(entry, d.Caller, commands.Command{}, denied, rules.Policy.Contact)
		})
	}
	return b.answer(ctx, d, r, ack, b.words.Stale)
}
