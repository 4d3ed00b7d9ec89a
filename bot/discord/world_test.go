package discord_test

import (
	"cmp"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/bottest"
	"liveadmin/bot/bottest/fakediscord"
	"liveadmin/bot/bottest/pace"
	"liveadmin/bot/discord"
	"liveadmin/commands/policy"
	"liveadmin/imapi"
)

// The people and places of the tests. Alice is allowed everything.
const (
	alice   = "501"
	bob     = "502"
	mallory = "503"
	guild   = "100"
	general = "200" // a text channel
	news    = "201" // announcements
	voice   = "202"
	stage   = "203"
	forum   = "204"
	thread  = "300" // in general
	hosts   = "601" // a role
	group   = bottest.Group
)

func TestMain(m *testing.M) { pace.SideBySide(m, 32, 6) }

// modes are the two ways in which Discord reaches the bot.
var modes = []string{"gateway", "http"}

// world is a server with the real bot in it, on a real journal, in front of the
// simulator.
type world struct {
	*fakediscord.Server
	*bottest.Scene
	discord *discord.Discord
	opts    discord.Options
	mode    string
	guild   string // where the command is registered; empty: everywhere
	api     string // in place of the server's own address
	halt    func()
	metrics http.Handler               // if the bot has some
	said    []*fakediscord.Interaction // their tokens are secrets
}

// build makes a world in which the bot does not run yet.
func build(t testing.TB, mode string, c fakediscord.Config, o discord.Options) *world {
	t.Helper()
	c.AckWithin = cmp.Or(c.AckWithin, 30*time.Second) // a busy machine is not what most tests are about
	w := &world{Server: fakediscord.New(t, c), Scene: bottest.NewScene(t, "discord:user:"+alice), opts: o, mode: mode, guild: guild}
	w.AddGuild(fakediscord.Guild{ID: guild, Name: "Ops", Roles: map[string]string{hosts: "hosts"}})
	for id, name := range map[string]string{alice: "alice", bob: "bob", mallory: "mallory"} {
		w.AddUser(fakediscord.User{ID: id, Name: name})
		w.AddMember(guild, fakediscord.Member{User: id, Permissions: fakediscord.ManageMessages | fakediscord.ViewChannel | fakediscord.SendMessages})
	}
	w.AddChannel(fakediscord.Channel{ID: general, Name: "general", Guild: guild})
	w.AddChannel(fakediscord.Channel{ID: news, Type: fakediscord.Announcement, Guild: guild})
	w.AddChannel(fakediscord.Channel{ID: voice, Type: fakediscord.Voice, Guild: guild})
	w.AddChannel(fakediscord.Channel{ID: stage, Type: fakediscord.Stage, Guild: guild})
	w.AddChannel(fakediscord.Channel{ID: forum, Type: fakediscord.Forum, Guild: guild})
	w.AddChannel(fakediscord.Channel{ID: thread, Type: fakediscord.PublicThread, Parent: general})
	w.opts.Log, w.opts.Policy = w.Log.Logger(), func() policy.Policy { return w.Rules.Get().Policy }
	t.Cleanup(w.checkSecrets)
	return w
}

// open makes a world and starts the bot in it.
func open(t testing.TB, mode string, c fakediscord.Config, o discord.Options) *world {
	t.Helper()
	w := build(t, mode, c, o)
	w.start()
	return w
}

// platform is the Discord of the world, anew.
func (w *world) platform() *discord.Discord {
	w.T.Helper()
	settings := discord.Config{Token: imapi.NewSecret(w.Config().Token), APIURL: cmp.Or(w.api, w.URL()), GuildID: w.guild}
	if w.mode == "http" {
		settings.PublicKey = w.PublicKey()
	}
	w.opts.Memory = w.Journal
	d, err := discord.New(settings, w.opts)
	if err != nil {
		w.T.Fatal(err)
	}
	return d
}

// start runs the bot and waits until it is ready and its command is there.
func (w *world) start() {
	w.T.Helper()
	w.startAs(func(d *discord.Discord) bot.Platform { return d })
}

// startAs starts with the platform as something else.
func (w *world) startAs(as func(*discord.Discord) bot.Platform) {
	w.T.Helper()
	w.discord = w.platform()
	halt := func() {}
	if w.mode == "http" {
		var app string
		app, halt = w.Serve("discord", w.discord.State, w.discord.Mount)
		w.UseHTTP(app + "/discord/interactions")
	}
	stop := w.Stage.Run(w.T, as(w.discord))
	w.halt = func() {
		stop()
		halt()
	}
	w.Ready(w.discord.State)
	w.Until("the command is registered", func() bool { return strings.Contains(w.commands(w.guild), menu) })
}

// isReady reports whether the platform says that it is connected.
func (w *world) isReady() bool {
	ready, _ := w.discord.State(context.Background())
	return ready
}

// says is a command with its fields: "group", "users" and so on.
func (w *world) says(user, channel, sub string, fields fakediscord.Options) *fakediscord.Interaction {
	w.T.Helper()
	return w.kept(w.Command(user, channel, sub, fields))
}

// kept remembers an interaction, whose token must not be seen anywhere.
func (w *world) kept(i *fakediscord.Interaction) *fakediscord.Interaction {
	w.said = append(w.said, i)
	return i
}

// answered waits for the first response.
func (w *world) answered(i *fakediscord.Interaction) fakediscord.Callback {
	w.T.Helper()
	c, err := i.Wait(w.Soon())
	if err != nil {
		w.T.Fatalf("%v\n%s", err, w.Log)
	}
	return c
}

// final waits until the response to a command has its last line. It gets that after the
// result, or with it, also if it had the same before.
func (w *world) final(i *fakediscord.Interaction) fakediscord.Message {
	w.T.Helper()
	m, err := i.WaitOriginal(w.Soon(), func(m fakediscord.Message) bool {
		return len(m.Edited) > 0 && !strings.Contains(m.Content, "⏳")
	})
	if err != nil {
		w.T.Fatalf("%v\n%s", err, w.Log)
	}
	return m
}

// result waits for what is in the thread of a command in the end.
func (w *world) result(i *fakediscord.Interaction) (root fakediscord.Message, replies []fakediscord.Message) {
	w.T.Helper()
	root = w.final(i)
	if root.Thread == "" {
		w.T.Fatalf("there is no thread under %q\n%s", root.Content, w.Log)
	}
	return root, w.Messages(root.Thread)
}

// private waits for an answer to the caller alone.
func (w *world) private(i *fakediscord.Interaction) fakediscord.Message {
	w.T.Helper()
	if c := w.answered(i); c.Type != 4 || !c.Ephemeral {
		w.T.Fatalf("the first response is %+v", c)
	}
	m, ok := i.Original()
	if !ok || m.To != i.User {
		w.T.Fatalf("the answer is %+v", m)
	}
	return m
}

// checkSecrets looks for what must never be logged.
func (w *world) checkSecrets() {
	secrets := []string{w.Config().Token}
	for _, i := range w.said {
		secrets = append(secrets, i.Token)
	}
	w.Hides(secrets...)
}

// through puts a handler in front of the server, before the bot runs. It serves what it does
// not answer itself with next.
func (w *world) through(handler func(next http.Handler) http.Handler) {
	w.T.Helper()
	w.api = serve(w.T, handler(w.Server))
}

// serve serves a handler until the test ends, and returns its URL.
func serve(t testing.TB, h http.Handler) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}
