package discord_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/bottest"
	"liveadmin/bot/bottest/fakediscord"
	"liveadmin/bot/discord"
	"liveadmin/bot/web"
	"liveadmin/commands"
	"liveadmin/imapi"
	"liveadmin/imapi/simulator"
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
	thread  = "300" // in general
	hosts   = "601" // a role
	group   = "@TGS#aGROUP000"
)

// modes are the two ways in which Discord reaches the bot.
var modes = []string{"gateway", "http"}

// world is a server with the real bot in it, on a real journal, in front of the
// simulator.
type world struct {
	*fakediscord.Server
	t       testing.TB
	stage   *bottest.Stage
	discord *discord.Discord
	log     *lockedBuffer
	opts    discord.Options
	mode    string
	guild   string // where the command is registered; empty: everywhere
	halt    func()
	said    []*fakediscord.Interaction // their tokens are secrets
}

// build makes a world in which the bot does not run yet.
func build(t testing.TB, mode string, c fakediscord.Config, o discord.Options) *world {
	t.Helper()
	w := &world{Server: fakediscord.New(t, c), t: t, log: &lockedBuffer{}, opts: o, mode: mode, guild: guild}
	log := slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	w.stage = bottest.NewStage(t, log)
	w.stage.API.AddGroup(group, simulator.Group{})
	for i := range 9 {
		w.stage.API.AddAccount(fmt.Sprintf("user%d", i), "")
	}
	w.stage.Rules.Set(bot.Rules{Policy: commands.Policy{
		Contact: "Sam, #stream-ops",
		Rules:   []commands.Rule{{Name: "ALLOWLIST", Allow: []string{"discord:user:" + alice}}},
	}})
	w.AddGuild(fakediscord.Guild{ID: guild, Name: "Ops", Roles: map[string]string{hosts: "hosts"}})
	for id, name := range map[string]string{alice: "alice", bob: "bob", mallory: "mallory"} {
		w.AddUser(fakediscord.User{ID: id, Name: name})
		w.AddMember(guild, fakediscord.Member{User: id, Permissions: fakediscord.ManageMessages | fakediscord.ViewChannel | fakediscord.SendMessages})
	}
	w.AddChannel(fakediscord.Channel{ID: general, Name: "general", Guild: guild})
	w.AddChannel(fakediscord.Channel{ID: news, Type: fakediscord.Announcement, Guild: guild})
	w.AddChannel(fakediscord.Channel{ID: voice, Type: fakediscord.Voice, Guild: guild})
	w.AddChannel(fakediscord.Channel{ID: thread, Type: fakediscord.PublicThread, Parent: general})
	w.opts.Log = log
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
	w.t.Helper()
	settings := discord.Config{Token: imapi.NewSecret(w.Config().Token), APIURL: w.URL(), GuildID: w.guild}
	if w.mode == "http" {
		settings.PublicKey = w.PublicKey()
	}
	d, err := discord.New(settings, w.opts)
	if err != nil {
		w.t.Fatal(err)
	}
	return d
}

// start runs the bot and waits until it is ready and its command is there.
func (w *world) start() {
	w.t.Helper()
	w.discord = w.platform()
	halt := func() {}
	if w.mode == "http" {
		server, err := web.New("127.0.0.1:0", w.opts.Log, web.Check{Name: "discord", State: w.discord.State})
		if err != nil {
			w.t.Fatal(err)
		}
		w.discord.Mount(server.Mount)
		ctx, cancel := context.WithCancel(context.Background())
		served := make(chan error, 1)
		go func() { served <- server.Serve(ctx) }()
		w.UseHTTP("http://" + server.Addr() + "/discord/interactions")
		halt = sync.OnceFunc(func() {
			cancel()
			if err := <-served; err != nil {
				w.t.Error(err)
			}
		})
		w.t.Cleanup(halt)
	}
	stop := w.stage.Run(w.t, w.discord)
	w.halt = func() {
		stop()
		halt()
	}
	w.ready()
	w.until("the command is registered", func() bool { return len(w.Commands(w.guild)) > 0 })
}

// ready waits until the platform says that it is connected.
func (w *world) ready() {
	w.t.Helper()
	w.until("the platform is ready", w.isReady)
}

func (w *world) isReady() bool {
	ready, _ := w.discord.State(context.Background())
	return ready
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

// says is a command with its fields: "group", "users" and so on.
func (w *world) says(user, channel, sub string, fields fakediscord.Options) *fakediscord.Interaction {
	w.t.Helper()
	return w.kept(w.Command(user, channel, sub, fields))
}

// kept remembers an interaction, whose token must not be seen anywhere.
func (w *world) kept(i *fakediscord.Interaction) *fakediscord.Interaction {
	w.said = append(w.said, i)
	return i
}

// answered waits for the first response.
func (w *world) answered(i *fakediscord.Interaction) fakediscord.Callback {
	w.t.Helper()
	c, err := i.Wait(w.soon())
	if err != nil {
		w.t.Fatalf("%v\n%s", err, w.log)
	}
	return c
}

// final waits until the response to a command has its last line.
func (w *world) final(i *fakediscord.Interaction) fakediscord.Message {
	w.t.Helper()
	m, err := i.WaitOriginal(w.soon(), func(m fakediscord.Message) bool {
		return m.Content != "" && !strings.Contains(m.Content, "Working")
	})
	if err != nil {
		w.t.Fatalf("%v\n%s", err, w.log)
	}
	return m
}

// result waits for what stands in the thread of a command in the end.
func (w *world) result(i *fakediscord.Interaction) (root fakediscord.Message, replies []fakediscord.Message) {
	w.t.Helper()
	root = w.final(i)
	if root.Thread == "" {
		w.t.Fatalf("there is no thread under %q\n%s", root.Content, w.log)
	}
	return root, w.Messages(root.Thread)
}

// private waits for an answer to the caller alone.
func (w *world) private(i *fakediscord.Interaction) fakediscord.Message {
	w.t.Helper()
	if c := w.answered(i); c.Type != 4 || !c.Ephemeral {
		w.t.Fatalf("the first response is %+v", c)
	}
	m, ok := i.Original()
	if !ok || m.To != i.User {
		w.t.Fatalf("the answer is %+v", m)
	}
	return m
}

// several makes an alias "weekend" of so many groups.
func (w *world) several(n int) {
	var ids []imapi.GroupID
	for i := range n {
		id := fmt.Sprintf("@TGS#aMANY%04d", i)
		w.stage.API.AddGroup(id, simulator.Group{})
		ids = append(ids, imapi.GroupID(id))
	}
	rules := w.stage.Rules.Get()
	rules.Names = commands.NewNames(map[string][]imapi.GroupID{"weekend": ids}, nil)
	w.stage.Rules.Set(rules)
}

// rows are the rows of the audit trail of a kind.
func (w *world) rows(what bot.What) []bot.Record {
	w.t.Helper()
	all, err := w.stage.Journal.Trail(w.t.Context(), bot.Filter{Limit: 1000})
	if err != nil {
		w.t.Fatal(err)
	}
	var rows []bot.Record
	for _, r := range all {
		if r.What == what {
			rows = append(rows, r)
		}
	}
	return rows
}

// closed waits until there was an entry and all entries are closed.
func (w *world) closed() {
	w.t.Helper()
	w.until("the entry is closed", func() bool {
		if len(w.rows(bot.WasAccepted)) == 0 {
			return false
		}
		left, err := w.stage.Journal.Unclosed(w.t.Context())
		return err == nil && len(left) == 0
	})
}

// checkSecrets looks for what must never be logged.
func (w *world) checkSecrets() {
	secrets := []string{w.Config().Token, bottest.Key}
	for _, i := range w.said {
		secrets = append(secrets, i.Token)
	}
	for _, secret := range secrets {
		if secret != "" && strings.Contains(w.log.String(), secret) {
			w.t.Errorf("the log has %q", secret)
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

// database is what is in the files of the journal.
func (w *world) database() []byte {
	w.t.Helper()
	files, err := filepath.Glob(filepath.Join(w.stage.Dir(), "*"))
	if err != nil {
		w.t.Fatal(err)
	}
	var all []byte
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			w.t.Fatal(err)
		}
		all = append(all, raw...)
	}
	return all
}

// serve serves a handler until the test ends, and returns its URL.
func serve(t testing.TB, h http.Handler) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}
