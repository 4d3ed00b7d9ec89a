package slack_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/bottest"
	"liveadmin/bot/bottest/fakeslack"
	"liveadmin/bot/slack"
	"liveadmin/bot/web"
	"liveadmin/commands"
	"liveadmin/imapi"
	"liveadmin/imapi/simulator"
)

// The people and places of the tests. Alice is allowed everything.
const (
	alice   = "UALICE"
	bob     = "UBOB"
	mallory = "UMALLORY"
	channel = "C0OPS"
	group   = "@TGS#aGROUP000"
)

// modes are the two ways in which Slack reaches the bot.
var modes = []string{"sockets", "http"}

// world is a workspace with the real bot in it, on a real journal, in front of the
// simulator.
type world struct {
	*fakeslack.Server
	t     testing.TB
	stage *bottest.Stage
	slack *slack.Slack
	log   *lockedBuffer
	opts  slack.Options
	mode  string
	app   string // the bot's address, in HTTP mode
	halt  func()
	said  []string // handles that came with deliveries: secrets
}

// build makes a world in which the bot does not run yet.
func build(t testing.TB, mode string, c fakeslack.Config, o slack.Options) *world {
	t.Helper()
	w := &world{Server: fakeslack.New(t, c), t: t, log: &lockedBuffer{}, opts: o, mode: mode}
	log := slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	w.stage = bottest.NewStage(t, log)
	w.stage.API.AddGroup(group, simulator.Group{})
	for i := range 9 {
		w.stage.API.AddAccount(fmt.Sprintf("user%d", i), "")
	}
	w.stage.Rules.Set(bot.Rules{Policy: commands.Policy{
		Contact: "Sam, #stream-ops",
		Rules:   []commands.Rule{{Name: "ALLOWLIST", Allow: []string{"slack:user:" + alice}}},
	}})
	w.AddChannel(fakeslack.Channel{ID: channel, Name: "ops", Members: []string{alice, bob, mallory, w.Config().BotUser}})
	w.opts.Log = log
	w.opts.Policy = func() commands.Policy { return w.stage.Rules.Get().Policy }
	t.Cleanup(w.checkSecrets)
	t.Cleanup(w.checkMethods)
	return w
}

// open makes a world and starts the bot in it.
func open(t testing.TB, mode string, c fakeslack.Config, o slack.Options) *world {
	t.Helper()
	w := build(t, mode, c, o)
	w.start()
	return w
}

// platform is the Slack of the world, anew.
func (w *world) platform() *slack.Slack {
	w.t.Helper()
	c := w.Config()
	settings := slack.Config{BotToken: imapi.NewSecret(c.BotToken), APIURL: w.URL()}
	if w.mode == "http" {
		settings.SigningSecret = imapi.NewSecret(c.SigningSecret)
	} else {
		settings.AppToken = imapi.NewSecret(c.AppToken)
	}
	s, err := slack.New(settings, w.opts)
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

// start runs the bot and waits until it is ready.
func (w *world) start() {
	w.t.Helper()
	halt := w.install()
	stop := w.stage.Run(w.t, w.slack)
	w.halt = func() {
		stop()
		halt()
	}
	w.ready()
}

// startAlone runs the bot and returns how it ends by itself.
func (w *world) startAlone() <-chan error {
	w.t.Helper()
	w.install()
	ctx, cancel := context.WithCancel(context.Background())
	ended, gone := make(chan error, 1), make(chan struct{})
	go func() {
		defer close(gone)
		ended <- w.stage.Bot.Run(ctx, w.slack)
	}()
	w.t.Cleanup(func() {
		cancel()
		<-gone
	})
	w.ready()
	return ended
}

// install makes the platform, and serves it in HTTP mode.
func (w *world) install() (halt func()) {
	w.t.Helper()
	w.slack = w.platform()
	halt = func() {}
	if w.mode == "http" {
		server, err := web.New("127.0.0.1:0", w.opts.Log, web.Check{Name: "slack", State: w.slack.State})
		if err != nil {
			w.t.Fatal(err)
		}
		w.slack.Mount(server.Mount)
		ctx, cancel := context.WithCancel(context.Background())
		served := make(chan error, 1)
		go func() { served <- server.Serve(ctx) }()
		w.app = "http://" + server.Addr()
		w.UseHTTP(w.app)
		halt = sync.OnceFunc(func() {
			cancel()
			if err := <-served; err != nil {
				w.t.Error(err)
			}
		})
		w.t.Cleanup(halt)
	}
	return halt
}

// ready waits until the platform says that it is connected.
func (w *world) ready() {
	w.t.Helper()
	w.until("the platform is ready", func() bool {
		ready, _ := w.slack.State(context.Background())
		return ready
	})
}

// until waits for a condition.
func (w *world) until(what string, holds func() bool) {
	w.t.Helper()
	for end := time.Now().Add(30 * time.Second); !holds(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			w.t.Fatalf("in vain: %s\n%s", what, w.log)
		}
	}
}

func (w *world) soon() context.Context {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	w.t.Cleanup(cancel)
	return ctx
}

// slash types a command in the channel.
func (w *world) slash(user, text string) *fakeslack.Delivery {
	d := w.Slash(user, channel, text)
	w.said = append(w.said, d.TriggerID, d.ResponseURL)
	return d
}

// acked waits for the acknowledgement of a delivery.
func (w *world) acked(d *fakeslack.Delivery) fakeslack.Ack {
	w.t.Helper()
	a, err := d.Wait(w.soon())
	if err != nil || a.Late || a.Refused != "" || a.Err != nil {
		w.t.Fatalf("acknowledged with %+v, %v\n%s", a, err, w.log)
	}
	return a
}

// message waits for a message that fits.
func (w *world) message(fits func(fakeslack.Message) bool) fakeslack.Message {
	w.t.Helper()
	m, err := w.WaitMessage(w.soon(), fits)
	if err != nil {
		w.t.Fatalf("%v\n%s", err, w.log)
	}
	return m
}

// final waits until the root message of a command has its last line, and returns
// it with what stands under it.
func (w *world) final(in string) (root fakeslack.Message, replies []fakeslack.Message) {
	w.t.Helper()
	root = w.message(func(m fakeslack.Message) bool {
		return m.Channel == in && m.To == "" && m.ThreadTS == "" && m.User == w.Config().BotUser && !strings.Contains(m.Text, "Working")
	})
	return root, w.Thread(in, root.TS)[1:]
}

// private waits for the newest of so many messages that only a user sees.
func (w *world) private(user string, n int) fakeslack.Message {
	w.t.Helper()
	var seen []fakeslack.Message
	if err := w.Wait(w.soon(), func() bool {
		seen = w.Ephemerals(user)
		return len(seen) >= n
	}); err != nil {
		w.t.Fatalf("%s saw %d private messages, want %d\n%s", user, len(seen), n, w.log)
	}
	return seen[n-1]
}

// checkSecrets looks for what must never be logged.
func (w *world) checkSecrets() {
	c := w.Config()
	secrets := append(w.said, c.BotToken, c.AppToken, c.SigningSecret, bottest.Key, "ticket")
	for _, secret := range secrets {
		if secret != "" && strings.Contains(w.log.String(), secret) {
			w.t.Errorf("the log has %q", secret)
		}
	}
}

// checkMethods looks whether the bot called anything that it does not admit to.
func (w *world) checkMethods() {
	for _, call := range w.Calls("") {
		if call.Method != "response_url" && !slices.Contains(slack.Methods(), call.Method) {
			w.t.Errorf("the bot called %s, which is not on its list", call.Method)
		}
	}
}

// lockedBuffer can be written and read at the same time.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// manyGroups builds groups at the API and an alias "weekend" for all of them.
func manyGroups(w *world, n int) commands.Names {
	var ids []imapi.GroupID
	for i := range n {
		id := fmt.Sprintf("@TGS#aMANY%04d", i)
		w.stage.API.AddGroup(id, simulator.Group{})
		ids = append(ids, imapi.GroupID(id))
	}
	return commands.NewNames(map[string][]imapi.GroupID{"weekend": ids}, nil)
}
