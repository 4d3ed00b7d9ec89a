package discord

import (
	"context"
	"time"

	"liveadmin/bot"
)

// suggestTime is how long suggestions may take, from when they were asked for: what
// comes later is of no use to who types.
const suggestTime = time.Second

// suggest answers with what could be in the field that is being typed. There is
// always an answer: without one, the client shows an error.
func (d *Discord) suggest(ctx context.Context, door bot.Door, i interaction) error {
	ctx, cancel := context.WithTimeout(ctx, suggestTime)
	defer cancel()
	choices := []choice{}
	if suggester, ok := door.(bot.Suggester); ok {
		fields, typing := i.fields()
		q := bot.Question{Caller: d.caller(ctx, i), Place: i.place(), Fields: *fields, Field: typing}
		for _, text := range suggester.Suggest(ctx, q) {
			choices = append(choices, choice{text, text})
		}
	}
	_, err := d.offer(ctx, i, response{Kind: withChoices, Data: map[string]any{"choices": choices}})
	return err
}
