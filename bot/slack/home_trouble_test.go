package slack_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/bottest/fakeslack"
	"liveadmin/bot/slack"
	"liveadmin/commands/change"
	"liveadmin/commands/words"
	"liveadmin/imapi/simulator"
)

// TestHomeFailures: a group that cannot be read says why, with what was known last and when.
func TestHomeFailures(t *testing.T) {
	t.Parallel()
	w := build(t, "sockets", fakeslack.Config{}, slack.Options{})
	groups := w.named(2)
	w.start()
	w.opens(alice)
	w.Stage.Clock.Advance(time.Minute)
	if err := w.API.Inject(simulator.Fault{Code: 10010, Group: groups[0], Times: -1}); err != nil {
		t.Fatal(err)
	}
	says := w.opens(alice)
	if want := "show00 (@TGS#aSHOW0000): 1 of 5 seats (checked: 2026-11-20 15:30 UTC)\n• minho (user1)\nI could not check it again. Tencent Chat answered 10010"; !strings.Contains(says, want) {
		t.Errorf("no %q in\n%s", want, says)
	}
	if want := "show01 (@TGS#aSHOW0001): 1 of 5 seats (checked: 2026-11-20 15:31 UTC)"; !strings.Contains(says, want) {
		t.Errorf("no %q in\n%s", want, says)
	}
}

// TestHomeRefused: Slack's refusals lose nothing: of rich_text, plain sections are shown; of a
// tab that has changed meanwhile, it is made again; without a Home tab nothing is tried again.
func TestHomeRefused(t *testing.T) {
	t.Parallel()
	w := build(t, "sockets", fakeslack.Config{}, slack.Options{})
	w.named(1)
	w.start()
	w.RefuseRichText(true)
	if says := w.opens(alice); !strings.Contains(says, "show00 (@TGS#aSHOW0000): 1 of 5 seats") || strings.Contains(string(w.Home(alice).Blocks), "rich_text") {
		t.Errorf("it says\n%s", says)
	}
	w.RefuseRichText(false)
	old := w.Home(alice)
	w.opens(alice)
	w.acked(w.SendHomeClick(fakeslack.HomeClick{User: alice, Home: old, ActionID: "refresh.2"}))
	w.Until("it is shown in spite of the conflict", func() bool { return w.Home(alice).Times == 3 })
	w.RefuseBlocks(true)
	w.acked(w.OpenHome(alice))
	w.Until("it is given up", func() bool { return strings.Contains(w.Log.String(), "Home tab not shown") })
	w.RefuseBlocks(false)
	w.Inject(fakeslack.Fault{Kind: fakeslack.Status, Method: "views.publish"})
	w.Inject(fakeslack.Fault{Kind: fakeslack.NoError, Method: "views.publish"})
	w.Inject(fakeslack.Fault{Kind: fakeslack.RateLimit, Method: "views.publish"})
	w.opens(alice)

	none := open(t, "sockets", fakeslack.Config{NoHome: true}, slack.Options{})
	none.acked(none.OpenHome(alice))
	none.Until("the log says why", func() bool { return strings.Contains(none.Log.String(), "not_enabled") })
	if n := len(none.Calls("views.publish")); n != 1 {
		t.Errorf("it was tried %d times", n)
	}
}

// TestHomeHostile: nothing that a client sends from a Home tab does more than its sender could
// do by typing, and nothing panics.
func TestHomeHostile(t *testing.T) {
	t.Parallel()
	w := open(t, "sockets", fakeslack.Config{}, slack.Options{})
	w.acked(w.slash(alice, "add "+group+" user1"))
	w.Closed()
	for _, action := range []string{
		"", ".", "show-", "show-@@@@.0", change.ShowOf("@TGS#aELSE") + ".0", "refresh", "approve.0", "deny.1", "withdraw.2", "undo.0", "retry.0",
		"extend.0", "replace-0.0", "replace--1", change.DoneIn(group) + ".0", "\x00", strings.Repeat("x", 300),
	} {
		for _, value := range []string{"", "0", "1", "-1", "99999999999999999999", "{}"} {
			w.acked(w.SendHomeClick(fakeslack.HomeClick{User: mallory, ActionID: action, Value: value, Forged: true}))
		}
	}
	for _, payload := range []string{
		`{}`, `{"type":"event_callback","event":{"type":"app_home_opened"}}`, `{"type":"event_callback","event":{"type":"app_home_opened","user":"<!here>","tab":"home"}}`,
		`{"type":"event_callback","event":{"type":"app_home_opened","user":"UMALLORY","tab":"home","view":null}}`,
	} {
		w.acked(w.SendRaw("events_api", []byte(payload)))
	}
	for _, payload := range []string{
		`{"type":"block_actions","container":{"type":"view"},"view":{"type":"home"},"actions":[{}]}`,
		`{"type":"block_actions","container":{"type":"view"},"view":null,"user":{"id":"UMALLORY"},"actions":[{"action_id":"refresh"}]}`,
		`{"type":"block_actions","container":{"type":"view"},"view":{"type":"home","hash":"x"},"user":{"id":"UMALLORY"},"actions":[{"action_id":"refresh"}]}`,
	} {
		w.acked(w.SendRaw("interactive", []byte(payload)))
	}
	w.acked(w.SendOpened(fakeslack.Opened{User: alice, Tab: "messages"}))
	if w.Home(alice).Times != 0 {
		t.Error("the messages tab was taken for the Home tab")
	}
	if log := w.Log.String(); strings.Contains(log, "panic") || strings.Contains(log, "error inside the bot") {
		t.Error(log)
	}
	if got := w.API.Admins(group); len(got) != 1 {
		t.Errorf("administrators are %v", got)
	}
}

// TestHomeStops: a Home tab that waits for Tencent does not hold up the end of the bot.
func TestHomeStops(t *testing.T) {
	t.Parallel()
	for _, mode := range modes {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			w := build(t, mode, fakeslack.Config{}, slack.Options{})
			w.named(1)
			w.start()
			if err := w.API.Inject(simulator.Fault{Kind: simulator.Hang, Times: -1}); err != nil {
				t.Fatal(err)
			}
			w.acked(w.OpenHome(alice))
			w.Until("the group is being read", func() bool { return len(w.reads()) > 0 })
			w.halt()
			if log := w.Log.String(); strings.Contains(log, "stopped before all deliveries") {
				t.Error(log)
			}
		})
	}
}

// failing is a platform whose bot panics when a Home tab is read for the first time.
type failing struct{ *slack.Slack }

func (f failing) Run(ctx context.Context, door bot.Door) error {
	return f.Slack.Run(ctx, &failingDoor{Door: door})
}

type failingDoor struct {
	bot.Door
	once sync.Once
}

func (d *failingDoor) Home(ctx context.Context, v bot.HomeView) ([]words.Message, bool) {
	d.once.Do(func() { panic("a Home tab that cannot be read") })
	return d.Door.(bot.Homes).Home(ctx, v)
}

// TestHomeAfterPanic: one panic does not keep somebody from their Home tab for ever.
func TestHomeAfterPanic(t *testing.T) {
	t.Parallel()
	w := build(t, "sockets", fakeslack.Config{}, slack.Options{})
	w.install()
	w.Stage.Run(t, failing{w.slack})
	w.Ready(w.slack.State)
	w.acked(w.OpenHome(alice))
	w.Until("it has panicked", func() bool { return strings.Contains(w.Log.String(), "abandoned after a panic") })
	w.opens(alice)
}
