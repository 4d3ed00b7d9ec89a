package engine_test

import (
	"context"
	"strings"
	"testing"

	"liveadmin/bot"
	"liveadmin/bot/bottest"
	"liveadmin/commands"
)

// TestClick: a button that does nothing any more is answered privately, once, and
// is in the audit trail.
func TestClick(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name     string
		outsider bool
		what     bot.Event
		says     string
	}{
		{"a stale button", false, bot.WasMistaken, "This button has expired. Type the command instead."},
		{"pressed by an outsider", true, bot.WasRefused, "another organization"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			stage, chat := open(t)
			stage.Run(t, chat)
			d := bot.Delivery{
				Key:    "chat:click",
				Caller: commands.Caller{Ref: bottest.Ref("alice"), Outsider: tc.outsider},
				Place:  commands.Place{Platform: bottest.Platform},
				Click:  &bot.Click{Action: "undo", Entry: 7},
			}
			for i := range 2 {
				var answer bot.Answer
				err := door(t, chat).Receive(soon(t), d, func(_ context.Context, a bot.Answer) (bot.Post, error) {
					answer = a
					return "", nil
				})
				switch {
				case err != nil:
					t.Fatal(err)
				case i == 0 && (answer.Private == nil || answer.Private.Entry == 0 || !strings.Contains(answer.Private.String(), tc.says)):
					t.Errorf("answered %+v", answer)
				case i == 1 && answer.Private != nil:
					t.Errorf("the same click was answered twice")
				}
			}
			rows, err := stage.Journal.Trail(soon(t), bot.Filter{})
			if err != nil {
				t.Fatal(err)
			}
			if len(rows) != 1 || rows[0].Event != tc.what || rows[0].Text != "click undo #7" {
				t.Errorf("the trail has %+v", rows)
			}
		})
	}
}
