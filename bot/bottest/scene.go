package bottest

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/web"
	"liveadmin/commands"
	"liveadmin/commands/policy"
	"liveadmin/commands/words"
	"liveadmin/imapi"
	"liveadmin/imapi/simulator"
)

// Group is the group that a Scene has. It has no administrators.
const Group = "@TGS#aGROUP000"

// patience is how long a test waits for what is to happen.
const patience = time.Minute

// Scene is a stage as the tests of a chat platform set it: one group, accounts from
// user0 to user8, and someone who is allowed everything. Its log is kept.
type Scene struct {
	*Stage
	T   testing.TB
	Log *Log
}

// NewScene sets a scene for those on the allowlist.
func NewScene(t testing.TB, allow ...string) *Scene {
	t.Helper()
	log := &Log{}
	s := &Scene{Stage: NewStage(t, log.Logger()), T: t, Log: log}
	s.API.AddGroup(Group, simulator.Group{})
	for i := range 9 {
		s.API.AddAccount(fmt.Sprintf("user%d", i), "")
	}
	s.Rules.Set(bot.Rules{Policy: policy.Policy{
		Contact: "Sam, #stream-ops",
		Rules:   []policy.Rule{{Name: "ALLOWLIST", Allow: allow}},
	}})
	return s
}

// Several makes an alias "weekend" of so many groups.
func (s *Scene) Several(n int) {
	var ids []imapi.GroupID
	for i := range n {
		id := fmt.Sprintf("@TGS#aMANY%04d", i)
		s.API.AddGroup(id, simulator.Group{})
		ids = append(ids, imapi.GroupID(id))
	}
	rules := s.Rules.Get()
	rules.Names = commands.NewNames(map[string][]imapi.GroupID{"weekend": ids}, nil)
	s.Rules.Set(rules)
}

// LongUsers are five UserIDs of the greatest length.
func LongUsers() []string {
	var all []string
	for i := range 5 {
		all = append(all, strings.Repeat(string(rune('a'+i)), imapi.MaxUserIDBytes))
	}
	return all
}

// Unlike makes an alias "weekend" of so many groups whose administrators are some of
// LongUsers, never all: the result of adding all of them differs in 31 ways.
func (s *Scene) Unlike(n int) {
	s.T.Helper()
	s.Several(n)
	users := LongUsers()
	for i := range n {
		var admins []string
		for bit, user := range users {
			if i%31&(1<<bit) != 0 {
				admins = append(admins, user)
			}
		}
		check(s.T, s.API.SetAdmins(fmt.Sprintf("@TGS#aMANY%04d", i), admins))
	}
}

// Serve serves what a platform mounts until the test ends, or until stop is called, and
// returns where.
func (s *Scene) Serve(name string, state func(context.Context) (bool, string), mount func(func(string, http.Handler))) (url string, stop func()) {
	s.T.Helper()
	server, err := web.New("127.0.0.1:0", s.Log.Logger(), web.Check{Name: name, State: state})
	check(s.T, err)
	mount(server.Mount)
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- server.Serve(ctx, nil) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-served; err != nil {
			s.T.Error(err)
		}
	})
	s.T.Cleanup(stop)
	return "http://" + server.Addr(), stop
}

// Until waits for a condition.
func (s *Scene) Until(what string, holds func() bool) {
	s.T.Helper()
	for end := time.Now().Add(patience); !holds(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			s.T.Fatalf("in vain: %s\n%s", what, s.Log)
		}
	}
}

// Soon is a context for what is to happen soon.
func (s *Scene) Soon() context.Context {
	s.T.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	s.T.Cleanup(cancel)
	return ctx
}

// Ready waits until a platform says that it is connected.
func (s *Scene) Ready(state func(context.Context) (ready bool, reason string)) {
	s.T.Helper()
	s.Until("the platform is ready", func() bool {
		ready, _ := state(s.T.Context())
		return ready
	})
}

// Rows are the rows of the audit trail that record one kind of event, newest entry first.
func (s *Scene) Rows(what bot.Event) []bot.Record {
	s.T.Helper()
	all, err := s.Journal.Trail(s.T.Context(), bot.Filter{Limit: 1000})
	check(s.T, err)
	var rows []bot.Record
	for _, r := range all {
		if r.Event == what {
			rows = append(rows, r)
		}
	}
	return rows
}

// Closed waits until there is an entry and all entries are closed: everything is posted.
func (s *Scene) Closed() {
	s.T.Helper()
	s.Until("all entries are closed", func() bool {
		return len(s.Rows(bot.WasAccepted))+len(s.Rows(bot.WasAsked)) > 0 && len(s.Unclosed()) == 0
	})
}

// Unclosed are the entries that are not closed.
func (s *Scene) Unclosed() []bot.Entry {
	s.T.Helper()
	left, err := s.Journal.Unclosed(s.T.Context())
	check(s.T, err)
	return left
}

// Database is what is in the files of the journal.
func (s *Scene) Database() string {
	s.T.Helper()
	files, err := filepath.Glob(filepath.Join(s.Dir(), "*"))
	check(s.T, err)
	var all strings.Builder
	for _, file := range files {
		raw, err := os.ReadFile(file)
		check(s.T, err)
		all.Write(raw)
	}
	return all.String()
}

// Hides fails the test if the log has any of these secrets, or the stage's own.
func (s *Scene) Hides(secrets ...string) {
	s.T.Helper()
	log := s.Log.String()
	for _, secret := range append(secrets, Key) {
		if secret != "" && strings.Contains(log, secret) {
			s.T.Errorf("the log has %q", secret)
		}
	}
}

// Showing is a platform on which history is answered with buttons, to who asked alone.
// Everything else goes to the bot.
type Showing struct {
	bot.Platform
	Buttons []words.Action
}

// Run receives as the platform does.
func (s Showing) Run(ctx context.Context, door bot.Door) error {
	return s.Platform.Run(ctx, showingDoor{door, s.Buttons})
}

type showingDoor struct {
	bot.Door
	buttons []words.Action
}

func (d showingDoor) Receive(ctx context.Context, said bot.Delivery, ack bot.Ack) error {
	if !strings.HasPrefix(said.Text, "history") && (said.Fields == nil || said.Fields.Verb != "history") {
		return d.Door.Receive(ctx, said, ack)
	}
	m := words.Message{Lines: []words.Line{{Text: words.Text{{Text: "The entry"}}}}, Entry: 999, Actions: d.buttons}
	return ack.Answer(ctx, bot.Answer{Private: &m})
}
