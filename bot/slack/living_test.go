package slack_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/bottest/fakeslack"
	"liveadmin/bot/slack"
	"liveadmin/imapi"
)

// serves waits until the bot takes commands again.
func (w *world) serves() {
	w.T.Helper()
	if err := w.WaitConnected(w.Soon(), 1); err != nil {
		w.T.Fatalf("%v\n%s", err, w.Log)
	}
	w.Ready(w.slack.State)
	before := len(w.Ephemerals(bob))
	w.acked(w.slash(bob, "whoami"))
	w.private(bob, before+1)
}

// TestSocketsEnd: whatever ends a socket, another one takes its place, and
// readiness says so meanwhile.
func TestSocketsEnd(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		end  func(*world)
	}{
		{"refreshed", func(w *world) { w.Disconnect(fakeslack.RefreshRequested) }},
		{"warned", func(w *world) { w.Disconnect(fakeslack.Warning) }},
		{"too many", func(w *world) { w.Disconnect(fakeslack.TooManyWebSockets) }},
		{"switched off and on", func(w *world) { w.Disconnect(fakeslack.LinkDisabled) }},
		{"cut", func(w *world) { w.Cut() }},
		{"silent", func(w *world) { w.Silence() }},
		{"refreshed while Slack is limited", func(w *world) {
			w.Inject(fakeslack.Fault{Kind: fakeslack.RateLimit, Method: "apps.connections.open"})
			w.Disconnect(fakeslack.RefreshRequested)
		}},
		{"refreshed while Slack has trouble", func(w *world) {
			w.Inject(fakeslack.Fault{Kind: fakeslack.Status, Method: "apps.connections.open", Times: 2})
			w.Disconnect(fakeslack.RefreshRequested)
		}},
		{"refreshed while nothing answers", func(w *world) {
			w.Inject(fakeslack.Fault{Kind: fakeslack.Hang, Method: "apps.connections.open"})
			w.Disconnect(fakeslack.RefreshRequested)
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := open(t, "sockets", fakeslack.Config{PingEvery: 100 * time.Millisecond},
				slack.Options{Silence: time.Second, CallTime: 2 * time.Second})
			tc.end(w)
			w.serves()
			w.acked(w.slash(alice, "add "+group+" user1"))
			w.final(channel)
		})
	}
}

// TestSilentFromTheStart: a socket that never greets is given up, and the bot is
// not ready before one does.
func TestSilentFromTheStart(t *testing.T) {
	t.Parallel()
	w := build(t, "sockets", fakeslack.Config{}, slack.Options{Silence: 300 * time.Millisecond})
	w.SetMute(true)
	w.slack = w.platform()
	w.Stage.Run(t, w.slack)
	w.Until("two sockets were tried", func() bool {
		if ready, _ := w.slack.State(t.Context()); ready {
			t.Fatal("ready without a greeting")
		}
		return len(w.Calls("apps.connections.open")) > 1
	})
	w.SetMute(false)
	w.serves()
}

// TestReadiness: a socket that has gone silent is not ready.
func TestReadiness(t *testing.T) {
	t.Parallel()
	w := open(t, "sockets", fakeslack.Config{PingEvery: 50 * time.Millisecond}, slack.Options{Silence: 400 * time.Millisecond})
	w.SetMute(true)
	w.Silence()
	w.Until("not ready", func() bool {
		ready, reason := w.slack.State(t.Context())
		return !ready && reason != ""
	})
	w.SetMute(false)
	w.Ready(w.slack.State)
	w.halt()
	if ready, reason := w.slack.State(t.Context()); ready || reason != "stopped" {
		t.Errorf("after the end: %v %q", ready, reason)
	}
}

// TestRefreshGap: after a refresh the next socket is opened without a pause, also
// after several in a row; the benchmark has the figure.
func TestRefreshGap(t *testing.T) {
	t.Parallel()
	w := open(t, "sockets", fakeslack.Config{}, slack.Options{})
	for range 3 {
		w.Disconnect(fakeslack.RefreshRequested)
		w.serves()
	}
	if strings.Contains(w.Log.String(), "socket not connected") {
		t.Errorf("it paused:\n%s", w.Log)
	}
}

// TestSocketsThatDoNotLast: sockets that end as soon as they are open do not make
// the bot storm Slack, and do not stop it.
func TestSocketsThatDoNotLast(t *testing.T) {
	t.Parallel()
	w := open(t, "sockets", fakeslack.Config{}, slack.Options{})
	w.Until("it paused", func() bool {
		w.Disconnect(fakeslack.RefreshRequested)
		return strings.Contains(w.Log.String(), "as soon as it is open")
	})
	w.serves()
}

// TestRedelivery: an event whose acknowledgement was lost is delivered again and
// runs once.
func TestRedelivery(t *testing.T) {
	t.Parallel()
	w := open(t, "sockets", fakeslack.Config{}, slack.Options{})
	w.CutAfterNext(1)
	d := w.Mention(alice, channel, "", "add "+group+" user1")
	if err := w.WaitConnected(w.Soon(), 1); err != nil {
		t.Fatal(err)
	}
	w.Until("acknowledged", func() bool {
		if len(d.Acks()) == 0 && len(w.Sockets()) > 0 {
			w.Redeliver(d)
			time.Sleep(50 * time.Millisecond)
		}
		return len(d.Acks()) > 0
	})
	w.message(func(m fakeslack.Message) bool { return m.ThreadTS == d.TS })
	w.Closed()
	if got := w.Thread(channel, d.TS); len(got) != 2 {
		t.Errorf("%d messages are in the thread", len(got))
	}
}

// TestOddEnvelopes: whatever comes through a socket is acknowledged, be it of no use,
// and ends nothing.
func TestOddEnvelopes(t *testing.T) {
	t.Parallel()
	w := open(t, "sockets", fakeslack.Config{}, slack.Options{})
	before := w.Sockets()
	for _, tc := range []struct{ name, kind, payload string }{
		{"of a kind that is new", "something_new", `{"type":"x"}`},
		{"an event of another kind", "events_api", `{"type":"event_callback","event":{"type":"message","user":"U1","channel":"C1","ts":"1.1","text":"x"}}`},
		{"an event that slack-go does not know", "events_api", `{"type":"event_callback","event":{"type":"brand_new"}}`},
		{"an event of a wrong form", "events_api", `{"type":"event_callback","event":[]}`},
		{"no event", "events_api", `null`},
		{"a command of a wrong form", "slash_commands", `{"user_id":7}`},
		{"a command of nobody", "slash_commands", `{}`},
		{"a click of a wrong form", "interactive", `{"type":"block_actions","actions":{}}`},
		{"a form", "interactive", `{"type":"view_submission"}`},
	} {
		if a, err := w.SendRaw(tc.kind, []byte(tc.payload)).Wait(w.Soon()); err != nil || a.Late {
			t.Errorf("%s: %+v, %v", tc.name, a, err)
		}
	}
	w.acked(w.slash(bob, "whoami"))
	if after := w.Sockets(); !slices.Equal(after, before) {
		t.Errorf("sockets %v, then %v", before, after)
	}
}

// TestSeveralBots: two bots share the envelopes; each command is answered once.
func TestSeveralBots(t *testing.T) {
	t.Parallel()
	w := open(t, "sockets", fakeslack.Config{}, slack.Options{})
	ctx, cancel := context.WithCancel(context.Background())
	other := w.platform()
	ended := make(chan error, 1)
	go func() { ended <- other.Run(ctx, w.Stage.Bot) }()
	if err := w.WaitConnected(w.Soon(), 2); err != nil {
		t.Fatal(err)
	}
	for i := range 6 {
		w.acked(w.slash(bob, "whoami"))
		w.private(bob, i+1)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// TestRevoked: credentials that are not valid any more end the platform, whichever
// call says; readiness says so.
func TestRevoked(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"token_revoked", "socket_mode_disabled"} {
		for _, tc := range []struct {
			name string
			mode string
			do   func(w *world, code string)
		}{
			{"while reconnecting", "sockets", func(w *world, code string) {
				w.Revoke(w.Config().AppToken, code)
				w.Disconnect(fakeslack.LinkDisabled)
			}},
			{"while posting", "http", func(w *world, code string) {
				w.Revoke(w.Config().BotToken, code)
				w.acked(w.slash(alice, "add "+group+" user1"))
			}},
			{"while nothing happens", "http", func(w *world, code string) { w.Revoke(w.Config().BotToken, code) }},
		} {
			t.Run(code+"/"+tc.name, func(t *testing.T) {
				t.Parallel()
				w := build(t, tc.mode, fakeslack.Config{}, slack.Options{Refresh: 200 * time.Millisecond, Recheck: 50 * time.Millisecond})
				platform := w.startAlone()
				asked := map[string]string{"sockets": "apps.connections.open", "http": "auth.test"}[tc.mode]
				before := len(w.Calls(asked))
				tc.do(w, code)
				select {
				case err := <-platform:
					if !errors.Is(err, bot.ErrRevoked) || !strings.Contains(err.Error(), code) {
						t.Errorf("it ended with %v", err)
					}
				case <-time.After(20 * time.Second):
					t.Fatalf("it did not end\n%s", w.Log)
				}
				if ready, reason := w.slack.State(t.Context()); ready || !strings.Contains(reason, code) {
					t.Errorf("readiness is %v %q", ready, reason)
				}
				if n := len(w.Calls(asked)) - before; n < 3 {
					t.Errorf("it was asked about %d times", n)
				}
			})
		}
	}
}

// TestNotRevoked: that the credentials are not valid is not believed before Slack has said so
// three times to a question about them alone. What met it is tried again.
func TestNotRevoked(t *testing.T) {
	t.Parallel()
	refuse := func(method string, times int) func(*world) {
		return func(w *world) {
			w.Inject(fakeslack.Fault{Kind: fakeslack.Refuse, Method: method, Code: "invalid_auth", Times: times})
		}
	}
	for name, do := range map[string]func(*world){
		"one post":           refuse("chat.postMessage", 1),
		"one ephemeral":      refuse("chat.postEphemeral", 1),
		"the user groups":    refuse("usergroups.users.list", -1),
		"the languages":      refuse("users.info", -1),
		"one question":       refuse("auth.test", 1),
		"a post, then twice": func(w *world) { refuse("chat.postMessage", 1)(w); refuse("auth.test", 2)(w) },
		"one opening": func(w *world) {
			refuse("apps.connections.open", 2)(w)
			w.Disconnect(fakeslack.LinkDisabled)
			w.serves()
		},
		"a missing scope": func(w *world) {
			w.Inject(fakeslack.Fault{Kind: fakeslack.Refuse, Method: "usergroups.users.list", Code: "missing_scope", Times: -1})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := build(t, "sockets", fakeslack.Config{}, slack.Options{Refresh: 300 * time.Millisecond, Recheck: 100 * time.Millisecond})
			w.allow("slack:user:"+alice, "slack:usergroup:S0LEADS")
			platform := w.startAlone()
			do(w)
			asked := len(w.Calls("auth.test"))
			w.acked(w.Mention(bob, channel, "", "whoami"))
			w.Until("bob has his answer", func() bool { return len(w.Ephemerals(bob)) > 0 })
			w.acked(w.slash(alice, "add "+group+" user1"))
			w.Until("its result is there", func() bool { return len(w.Unclosed()) == 0 && len(w.Rows(bot.WasSettled)) == 1 })
			w.Until("Slack was asked some more", func() bool { return len(w.Calls("auth.test")) > asked+4 })
			select {
			case err := <-platform:
				t.Errorf("it ended with %v\n%s", err, w.Log)
			default:
			}
			w.Ready(w.slack.State)
		})
	}
}

// TestRevokedFromTheStart: so do credentials that never were valid.
func TestRevokedFromTheStart(t *testing.T) {
	w := build(t, "sockets", fakeslack.Config{}, slack.Options{Recheck: 20 * time.Millisecond})
	w.Revoke(w.Config().BotToken, "invalid_auth")
	w.slack = w.platform()
	if err := w.slack.Run(w.Soon(), w.Stage.Bot); !errors.Is(err, bot.ErrRevoked) {
		t.Errorf("it ended with %v", err)
	}
}

// TestNotYet: while Slack does not answer, the bot waits and says so.
func TestNotYet(t *testing.T) {
	w := build(t, "sockets", fakeslack.Config{}, slack.Options{})
	w.Inject(fakeslack.Fault{Kind: fakeslack.Status, Method: "auth.test", Times: 2})
	w.slack = w.platform()
	w.Stage.Run(t, w.slack)
	w.Until("it says why", func() bool {
		ready, reason := w.slack.State(t.Context())
		return !ready && strings.Contains(reason, "auth.test")
	})
	w.serves()
}

// TestStop: what was heard before the end is recorded and acknowledged.
func TestStop(t *testing.T) {
	t.Parallel()
	for _, mode := range modes {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			w := open(t, mode, fakeslack.Config{}, slack.Options{})
			d := w.slash(alice, "add "+group+" user1")
			w.acked(d)
			w.halt()
			if len(w.Messages(channel)) != 2 {
				t.Errorf("there are %d messages", len(w.Messages(channel)))
			}
		})
	}
}

// TestNew: what cannot be is refused.
func TestNew(t *testing.T) {
	w := build(t, "sockets", fakeslack.Config{}, slack.Options{})
	token, app := imapi.NewSecret("xoxb-1"), imapi.NewSecret("xapp-1")
	for _, tc := range []struct {
		name string
		c    slack.Config
		o    slack.Options
	}{
		{"no log", slack.Config{BotToken: token, AppToken: app}, slack.Options{Policy: w.opts.Policy}},
		{"no policy", slack.Config{BotToken: token, AppToken: app}, slack.Options{Log: w.opts.Log}},
		{"no bot token", slack.Config{AppToken: app}, w.opts},
		{"no way in", slack.Config{BotToken: token}, w.opts},
		{"an address in the clear", slack.Config{BotToken: token, AppToken: app, APIURL: "http://x/api/"}, w.opts},
		{"a token of another kind", slack.Config{BotToken: app, AppToken: app}, w.opts},
		{"a time below zero", slack.Config{BotToken: token, AppToken: app}, slack.Options{Log: w.opts.Log, Policy: w.opts.Policy, Silence: -1}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if _, err := slack.New(tc.c, tc.o); err == nil {
				t.Error("it was not refused")
			}
		})
	}
}
