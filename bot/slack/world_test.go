package slack_test

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/bottest"
	"liveadmin/bot/bottest/fakeslack"
	"liveadmin/bot/bottest/pace"
	"liveadmin/bot/slack"
	"liveadmin/commands/policy"
	"liveadmin/imapi"
)

// The people and places of the tests. Alice is allowed everything.
const (
	alice   = "UALICE"
	bob     = "UBOB"
	mallory = "UMALLORY"
	channel = "C0OPS"
	group   = bottest.Group
)

func TestMain(m *testing.M) { pace.SideBySide(m, 32, 6) }

// modes are the two ways in which Slack reaches the bot.
var modes = []string{"sockets", "http"}

// world is a workspace with the real bot in it, on a real journal, in front of the
// simulator.
type world struct {
	*fakeslack.Server
	*bottest.Scene
	slack *slack.Slack
	opts  slack.Options
	mode  string
	app   string // the bot's address, in HTTP mode
	halt  func()
	said  []string // handles that came with deliveries: secrets
}

// build makes a world in which the bot does not run yet.
func build(t testing.TB, mode string, c fakeslack.Config, o slack.Options) *world {
	t.Helper()
	if c.AckWithin == 0 && o.AckTime == 0 { // a busy machine is slow: a test that is about these times sets them
		c.AckWithin, o.AckTime = 30*time.Second, 25*time.Second
	}
	w := &world{Server: fakeslack.New(t, c), Scene: bottest.NewScene(t, "slack:user:"+alice), opts: o, mode: mode}
	w.AddChannel(fakeslack.Channel{ID: channel, Name: "ops", Members: []string{alice, bob, mallory, w.Config().BotUser}})
	w.opts.Log = w.Log.Logger()
	w.opts.LanguageWait = cmp.Or(o.LanguageWait, 10*time.Second)
	w.opts.Policy = func() policy.Policy { return w.Stage.Rules.Get().Policy }
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
	w.T.Helper()
	c := w.Config()
	settings := slack.Config{BotToken: imapi.NewSecret(c.BotToken), APIURL: w.URL()}
	if w.mode == "http" {
		settings.SigningSecret = imapi.NewSecret(c.SigningSecret)
	} else {
		settings.AppToken = imapi.NewSecret(c.AppToken)
	}
	s, err := slack.New(settings, w.opts)
	if err != nil {
		w.T.Fatal(err)
	}
	return s
}

// start runs the bot and waits until it is ready.
func (w *world) start() {
	w.T.Helper()
	halt := w.install()
	stop := w.Stage.Run(w.T, w.slack)
	w.halt = func() {
		stop()
		halt()
	}
	w.Ready(w.slack.State)
}

// ending is a platform that reports how its Run ended.
type ending struct {
	*slack.Slack
	how chan<- error
}

func (e ending) Run(ctx context.Context, door bot.Door) error {
	err := e.Slack.Run(ctx, door)
	e.how <- err
	return err
}

// startAlone runs the bot and returns how the platform ends by itself.
func (w *world) startAlone() <-chan error {
	w.T.Helper()
	w.install()
	ctx, cancel := context.WithCancel(context.Background())
	ended, gone := make(chan error, 1), make(chan struct{})
	go func() {
		defer close(gone)
		_ = w.Stage.Bot.Run(ctx, ending{w.slack, ended})
	}()
	w.T.Cleanup(func() {
		cancel()
		<-gone
	})
	w.Ready(w.slack.State)
	return ended
}

// install makes the platform, and serves it in HTTP mode.
func (w *world) install() (halt func()) {
	w.T.Helper()
	w.slack = w.platform()
	halt = func() {}
	if w.mode == "http" {
		w.app, halt = w.Serve("slack", w.slack.State, w.slack.Mount)
		w.UseHTTP(w.app)
	}
	return halt
}

// slash types a command in the channel.
func (w *world) slash(user, text string) *fakeslack.Delivery {
	d := w.Slash(user, channel, text)
	w.said = append(w.said, d.TriggerID, d.ResponseURL)
	return d
}

// acked waits for the acknowledgement of a delivery.
func (w *world) acked(d *fakeslack.Delivery) fakeslack.Ack {
	w.T.Helper()
	a, err := d.Wait(w.Soon())
	if err != nil || a.Late || a.Refused != "" || a.Err != nil {
		w.T.Fatalf("acknowledged with %+v, %v\n%s", a, err, w.Log)
	}
	return a
}

// message waits for a message that fits.
func (w *world) message(fits func(fakeslack.Message) bool) fakeslack.Message {
	w.T.Helper()
	m, err := w.WaitMessage(w.Soon(), fits)
	if err != nil {
		w.T.Fatalf("%v\n%s", err, w.Log)
	}
	return m
}

// final waits until the root message of a command has its last line, and returns
// it with what is under it.
func (w *world) final(in string) (root fakeslack.Message, replies []fakeslack.Message) {
	w.T.Helper()
	root = w.message(func(m fakeslack.Message) bool {
		return m.Channel == in && m.To == "" && m.ThreadTS == "" && m.User == w.Config().BotUser && isFinal(m)
	})
	return root, w.Thread(in, root.TS)[1:]
}

// isFinal reports whether a root has its last line: it gets that after the result, also
// if it had the same before.
func isFinal(root fakeslack.Message) bool {
	return len(root.Edited) > 0 && !strings.Contains(root.Text, "⏳")
}

// private waits for the newest of so many messages that only a user sees.
func (w *world) private(user string, n int) fakeslack.Message {
	w.T.Helper()
	var seen []fakeslack.Message
	if err := w.Wait(w.Soon(), func() bool {
		seen = w.Ephemerals(user)
		return len(seen) >= n
	}); err != nil {
		w.T.Fatalf("%s saw %d private messages, want %d\n%s", user, len(seen), n, w.Log)
	}
	return seen[n-1]
}

// checkSecrets looks for what must never be logged.
func (w *world) checkSecrets() {
	c := w.Config()
	w.Hides(append(w.said, c.BotToken, c.AppToken, c.SigningSecret, "ticket=")...)
}

// checkMethods looks whether the bot called anything that it does not admit to.
func (w *world) checkMethods() {
	for _, call := range w.Calls("") {
		if call.Method != "response_url" && !slices.Contains(slack.Methods(), call.Method) {
			w.T.Errorf("the bot called %s, which is not on its list", call.Method)
		}
	}
}
