package discord_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/bottest/fakediscord"
	"liveadmin/bot/discord"
	"liveadmin/imapi"
)

// served waits until a session serves that is none of those before, and a command is
// carried out.
func (w *world) served(before []int, within time.Duration) {
	w.T.Helper()
	ctx, cancel := context.WithTimeout(w.T.Context(), within)
	defer cancel()
	if err := w.WaitFresh(ctx, before); err != nil {
		w.T.Fatalf("%v\n%s", err, w.Log)
	}
	w.Ready(w.discord.State)
	w.result(w.says(alice, general, "add", adding("user1")))
}

// TestSessionEnds: whatever ends a session, another one serves soon, and readiness
// says meanwhile that there is none.
func TestSessionEnds(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name    string
		end     func(*world)
		resumes int
		begins  int // IDENTIFYs in all
	}{
		{"op 7", func(w *world) { w.Reconnect() }, 1, 1},
		{"op 7 as the first answer to a resume", func(w *world) {
			w.NextResumes(fakediscord.ReconnectAgain)
			w.Reconnect()
		}, 1, 2},
		{"op 9 as the answer to a resume", func(w *world) {
			w.NextResumes(fakediscord.Invalid)
			w.Cut()
		}, 1, 2},
		{"op 9, resumable, as the answer to a resume", func(w *world) {
			w.NextResumes(fakediscord.InvalidResumable)
			w.Cut()
		}, 1, 2},
		{"a cut socket", func(w *world) { w.Cut() }, 1, 1},
		{"a cut socket, and the session is forgotten", func(w *world) {
			w.Cut()
			w.EndSessions()
		}, 1, 2},
		{"closed with 4000", func(w *world) { w.CloseWith(4000) }, 1, 1},
		{"closed with 4007", func(w *world) { w.CloseWith(4007) }, 0, 2},
		{"closed with 4009", func(w *world) { w.CloseWith(4009) }, 0, 2},
		{"two failures to connect", func(w *world) {
			w.NextConnections(2, 4000)
			w.Cut()
		}, 1, 2},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := open(t, "gateway", fakediscord.Config{}, discord.Options{})
			before := w.Sessions()
			tc.end(w)
			w.Until("readiness says that there is no session", func() bool { return !w.isReady() })
			w.served(before, 10*time.Second)
			if w.Resumes() != tc.resumes || len(w.Identifies()) != tc.begins {
				t.Errorf("%d resumes, %d identifies\n%s", w.Resumes(), len(w.Identifies()), w.Log)
			}
		})
	}
}

// TestAgainAndAgain: however often a RESUME is answered with an op 7, the bot is served
// again within ten seconds.
func TestAgainAndAgain(t *testing.T) {
	t.Parallel()
	w := open(t, "gateway", fakediscord.Config{}, discord.Options{})
	for range 5 {
		before := w.Sessions()
		w.NextResumes(fakediscord.ReconnectAgain)
		w.Cut()
		w.served(before, 10*time.Second)
	}
	if w.Resumes() != 5 || len(w.Identifies()) != 6 {
		t.Errorf("%d resumes, %d sessions begun\n%s", w.Resumes(), len(w.Identifies()), w.Log)
	}
}

// TestInvalidSession: an op 9 in the middle begins a new session.
func TestInvalidSession(t *testing.T) {
	t.Parallel()
	w := open(t, "gateway", fakediscord.Config{}, discord.Options{})
	w.Invalidate(false)
	if err := w.Wait(w.Soon(), func() bool { return len(w.Identifies()) == 2 && len(w.Sessions()) == 1 }); err != nil {
		t.Fatalf("%v\n%s", err, w.Log)
	}
	w.served(nil, 15*time.Second)
}

// TestSilentSocket: a socket that looks alive and sends nothing is noticed after two
// heartbeats and the grace, and replaced.
func TestSilentSocket(t *testing.T) {
	t.Parallel()
	const heartbeat, grace = 300 * time.Millisecond, 500 * time.Millisecond
	w := open(t, "gateway", fakediscord.Config{Heartbeat: heartbeat}, discord.Options{Grace: grace})
	// While something comes on it, it stays.
	if err := w.Wait(w.Soon(), func() bool { return w.Heartbeats() > 6 }); err != nil {
		t.Fatal(err)
	}
	if n := len(w.Identifies()); n != 1 || !w.isReady() {
		t.Fatalf("%d identifies, ready %v", n, w.isReady())
	}
	before := w.Sessions()
	w.Silence()
	w.served(before, 15*time.Second)
}

// TestMuteServer: sockets on which nothing ever comes are given up.
func TestMuteServer(t *testing.T) {
	t.Parallel()
	w := open(t, "gateway", fakediscord.Config{}, discord.Options{})
	w.SetMute(true)
	before := w.Sessions()
	w.Cut()
	w.Until("the resume is given up", func() bool { return strings.Contains(w.Log.String(), "did not answer a new session in time") })
	w.SetMute(false)
	w.served(before, 30*time.Second)
}

// TestMissedInteraction: what was said while the socket was broken is answered, if it
// is not too late, and is closed without a run if it is.
func TestMissedInteraction(t *testing.T) {
	t.Parallel()
	for _, late := range []bool{false, true} {
		c := fakediscord.Config{AckWithin: 20 * time.Second}
		if late {
			c.AckWithin = time.Millisecond
		}
		w := open(t, "gateway", c, discord.Options{})
		w.Cut()
		w.says(alice, general, "add", adding("user1"))
		w.Closed()
		if got := w.Stage.API.Admins(group); (len(got) == 0) != late {
			t.Errorf("late %v: administrators %v", late, got)
		}
	}
}

// TestNotRevoked: that the token is not valid is not believed before Discord has said so
// three times to a question about it alone. What met it is tried again.
func TestNotRevoked(t *testing.T) {
	t.Parallel()
	for _, mode := range modes {
		for name, do := range map[string]func(*world){
			"one thread": func(w *world) {
				w.Inject(fakediscord.Fault{Kind: fakediscord.Status, Status: 401, Route: fakediscord.StartThread})
			},
			"one question": func(w *world) {
				w.Inject(fakediscord.Fault{Kind: fakediscord.Status, Status: 401, Route: fakediscord.GetMe, Times: 2})
				w.Inject(fakediscord.Fault{Kind: fakediscord.Status, Status: 401, Route: fakediscord.StartThread})
			},
			"one session": func(w *world) {
				w.NextConnections(1, 4004)
				w.CloseWith(4004)
			},
		} {
			if mode == "http" && name == "one session" {
				continue // it has none
			}
			t.Run(mode+"/"+name, func(t *testing.T) {
				t.Parallel()
				w := open(t, mode, fakediscord.Config{}, discord.Options{Refresh: 100 * time.Millisecond, Recheck: 100 * time.Millisecond})
				before := w.Sessions()
				do(w)
				if name == "one session" {
					w.served(before, 15*time.Second)
					return
				}
				w.result(w.says(alice, general, "add", adding("user1")))
				w.Closed()
				w.Ready(w.discord.State)
				if strings.Contains(w.Log.String(), "platform ended") {
					t.Errorf("it ended\n%s", w.Log)
				}
			})
		}
	}
}

// TestRevoked: a token that is not valid ends the platform.
func TestRevoked(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, mode string
		before     func(*fakediscord.Server)
		after      func(*fakediscord.Server) // once it is ready
		begins     int
	}{
		{"from the start", "gateway", func(s *fakediscord.Server) { s.SetRevoked(true) }, nil, 0},
		{"from the start, over HTTP", "http", func(s *fakediscord.Server) { s.SetRevoked(true) }, nil, 0},
		{"later", "gateway", nil, func(s *fakediscord.Server) {
			s.SetRevoked(true)
			s.CloseWith(4004)
		}, 1},
		{"later, over HTTP", "http", nil, func(s *fakediscord.Server) { s.SetRevoked(true) }, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := build(t, tc.mode, fakediscord.Config{}, discord.Options{Refresh: 20 * time.Millisecond, Recheck: 20 * time.Millisecond})
			if tc.before != nil {
				tc.before(w.Server)
			}
			w.discord = w.platform()
			ended := make(chan error, 1)
			go func() { ended <- w.discord.Run(w.Soon(), nobodyHome{}) }()
			if tc.after != nil {
				w.Ready(w.discord.State)
				tc.after(w.Server)
			}
			select {
			case err := <-ended:
				if !errors.Is(err, bot.ErrRevoked) || strings.Contains(err.Error(), w.Config().Token) {
					t.Errorf("ended with %v", err)
				}
			case <-w.Soon().Done():
				t.Fatalf("it does not end\n%s", w.Log)
			}
			if ready, reason := w.discord.State(t.Context()); ready || reason == "" {
				t.Errorf("ready %v, %q", ready, reason)
			}
			if n := len(w.Identifies()); n != tc.begins {
				t.Errorf("%d identifies", n)
			}
		})
	}
}

// TestClosedForNow: Discord's codes for a session alone end nothing: the token is revoked
// only if the API says so, too.
func TestClosedForNow(t *testing.T) {
	t.Parallel()
	t.Run("4004, and the token is valid", func(t *testing.T) {
		t.Parallel()
		w := open(t, "gateway", fakediscord.Config{}, discord.Options{})
		before, asked := w.Sessions(), len(w.Calls(fakediscord.GetMe))
		w.CloseWith(4004)
		w.served(before, 10*time.Second)
		w.Until("the API is asked about the token", func() bool { return len(w.Calls(fakediscord.GetMe)) > asked })
	})
	t.Run("4014", func(t *testing.T) {
		t.Parallel()
		w := build(t, "gateway", fakediscord.Config{}, discord.Options{})
		w.NextConnections(1, 4014)
		w.discord = w.platform()
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- w.discord.Run(ctx, nobodyHome{}) }()
		w.Until("the log says that it is refused", func() bool {
			return strings.Contains(w.Log.String(), "level=ERROR") && strings.Contains(w.Log.String(), "code 4014")
		})
		if ready, reason := w.discord.State(ctx); ready || !strings.Contains(reason, "code 4014") {
			t.Errorf("ready %v, %q", ready, reason)
		}
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("ended with %v", err)
		}
	})
}

// nobodyHome is a door behind which nothing happens.
type nobodyHome struct{}

func (nobodyHome) Receive(context.Context, bot.Delivery, bot.Ack) error {
	return nil
}

// panicky is a door behind which everything goes wrong.
type panicky struct{ secret string }

func (p panicky) Receive(context.Context, bot.Delivery, bot.Ack) error {
	panic(p.secret)
}

// TestPanic: a mistake about one interaction ends neither the process nor the session,
// and the log has nothing of what was said.
func TestPanic(t *testing.T) {
	t.Parallel()
	w := build(t, "gateway", fakediscord.Config{}, discord.Options{})
	w.discord = w.platform()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- w.discord.Run(ctx, panicky{"a secret"}) }()
	w.Ready(w.discord.State)
	before := w.Sessions()
	w.SendCommand(fakediscord.CommandInput{User: alice, Channel: general, Subcommand: "help", Forged: true})
	w.Until("it is logged", func() bool { return strings.Contains(w.Log.String(), "after a panic") })
	if after := w.Sessions(); !slices.Equal(after, before) {
		t.Errorf("sessions %v, then %v", before, after)
	}
	cancel()
	if err := <-ended; err != nil || strings.Contains(w.Log.String(), "a secret") {
		t.Errorf("ended with %v\n%s", err, w.Log)
	}
}

// TestNotYet: while Discord does not answer, the bot says that it is not ready and
// tries again.
func TestNotYet(t *testing.T) {
	t.Parallel()
	w := build(t, "gateway", fakediscord.Config{}, discord.Options{})
	w.Inject(fakediscord.Fault{Kind: fakediscord.Status, Route: fakediscord.GetMe})
	w.Inject(fakediscord.Fault{Kind: fakediscord.Status, Route: fakediscord.GetGatewayBot, Times: 2})
	w.start()
	if n := len(w.Identifies()); n != 1 {
		t.Errorf("%d identifies", n)
	}
	if strings.Count(w.Log.String(), "level=WARN") < 3 {
		t.Errorf("the log says\n%s", w.Log)
	}
}

// TestNew: settings that cannot be are refused, without a word of a secret.
func TestNew(t *testing.T) {
	good := discord.Config{Token: imapi.NewSecret("a.secret.token")}
	opts := build(t, "gateway", fakediscord.Config{}, discord.Options{}).opts
	for _, tc := range []struct {
		name string
		edit func(*discord.Config, *discord.Options)
		ok   bool
	}{
		{"as little as can be", func(*discord.Config, *discord.Options) {}, true},
		{"a server", func(c *discord.Config, _ *discord.Options) { c.GuildID = "165511591545143296" }, true},
		{"a key", func(c *discord.Config, _ *discord.Options) { c.PublicKey = strings.Repeat("aB", 32) }, true},
		{"an address", func(c *discord.Config, _ *discord.Options) { c.APIURL = "http://127.0.0.1:8080" }, true},
		{"an address with a slash", func(c *discord.Config, _ *discord.Options) { c.APIURL = "https://proxy/" }, true},
		{"an address in the clear", func(c *discord.Config, _ *discord.Options) { c.APIURL = "http://proxy" }, false},
		{"no log", func(_ *discord.Config, o *discord.Options) { o.Log = nil }, false},
		{"no policy", func(_ *discord.Config, o *discord.Options) { o.Policy = nil }, false},
		{"no token", func(c *discord.Config, _ *discord.Options) { c.Token = imapi.Secret{} }, false},
		{"a server's name", func(c *discord.Config, _ *discord.Options) { c.GuildID = "Ops" }, false},
		{"a short key", func(c *discord.Config, _ *discord.Options) { c.PublicKey = "abcd" }, false},
		{"a key that is none", func(c *discord.Config, _ *discord.Options) { c.PublicKey = strings.Repeat("xy", 32) }, false},
		{"an address with a path", func(c *discord.Config, _ *discord.Options) { c.APIURL = "https://proxy/api" }, false},
		{"an address without a scheme", func(c *discord.Config, _ *discord.Options) { c.APIURL = "proxy:8080" }, false},
		{"a time below zero", func(_ *discord.Config, o *discord.Options) { o.Grace = -1 }, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c, o := good, opts
			tc.edit(&c, &o)
			d, err := discord.New(c, o)
			if (err == nil) != tc.ok || (d != nil) != tc.ok || err != nil && strings.Contains(err.Error(), "secret.token") {
				t.Errorf("made %v, %v", d != nil, err)
			}
		})
	}
}

// TestSessionIsRenewed: from time to time a session takes the place of another one, and
// nothing that people say meanwhile is lost or done twice.
func TestSessionIsRenewed(t *testing.T) {
	t.Parallel()
	w := open(t, "gateway", fakediscord.Config{}, discord.Options{Renew: 100 * time.Millisecond})
	said, before := 0, len(w.Threads(general))
	for begun := len(w.Identifies()); len(w.Identifies()) < begun+4; said++ {
		w.answered(w.says(alice, general, "remove", fakediscord.Options{"group": group, "users": fmt.Sprintf("user%d", said%5)}))
		if ready, why := w.discord.State(t.Context()); !ready {
			t.Errorf("not ready after command %d: %s", said+1, why)
		}
	}
	w.Closed()
	if rows := w.Rows(bot.WasAccepted); len(rows) != said {
		t.Errorf("%d commands, %d on record", said, len(rows))
	}
	if results := len(w.Threads(general)) - before; results != said {
		t.Errorf("%d commands, %d threads", said, results)
	}
}
