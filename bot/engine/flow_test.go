package engine_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"runtime/pprof"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/bottest"
	"liveadmin/bot/engine"
	"liveadmin/commands"
	"liveadmin/commands/change"
	"liveadmin/commands/words"
	"liveadmin/imapi"
	"liveadmin/imapi/simulator"
)

// calls are what a command calls. An alias can be embedded: its name is no method's.
type calls = change.Admins

// wrapped is an API whose calls go through what a test puts around them.
type wrapped struct {
	engine.API
	with func(calls) calls
}

func around(api engine.API, with func(calls) calls) engine.API { return wrapped{api, with} }

func (w wrapped) For(caller string, urgent bool) engine.Calls {
	one := w.API.For(caller, urgent)
	return func(most time.Duration) calls { return w.with(one(most)) }
}

// run runs a bot made of other parts than the stage's until stop is called,
// which waits for its end.
func run(t *testing.T, s *bottest.Stage, change func(*engine.Parts), platform bot.Platform) (stop func()) {
	t.Helper()
	parts := engine.Parts{
		Journal: s.Journal, API: engine.Client{Client: s.Client}, Rules: s.Rules.Get, Words: words.In,
		Log: slog.New(slog.DiscardHandler), Now: s.Clock.Now,
	}
	change(&parts)
	b, err := bottest.NewBot(parts)
	check(t, err)
	ctx, cancel := context.WithCancelCause(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		if err := b.Run(ctx, platform); err != nil {
			t.Errorf("the bot ended: %v", err)
		}
	})
	t.Cleanup(func() {
		cancel(engine.ErrRestart) // which does not wait for what is in flight
		running.Wait()
	})
	return func() {
		cancel(nil)
		running.Wait()
	}
}

// until waits for a condition.
func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	ctx := soon(t)
	for !is() {
		select {
		case <-time.After(20 * time.Millisecond):
		case <-ctx.Done():
			t.Fatalf("waited in vain until %s", what)
		}
	}
}

// alias names many groups "all".
func alias(s *bottest.Stage, n int) {
	all := make([]imapi.GroupID, n)
	for i := range all {
		all[i] = imapi.GroupID(fmt.Sprintf("@TGS#aMANY%04d", i))
		s.API.AddGroup(string(all[i]), simulator.Group{})
	}
	rules := s.Rules.Get()
	rules.Names = commands.NewNames(map[string][]imapi.GroupID{"all": all}, nil)
	s.Rules.Set(rules)
}

// timedChat notes when the root of an entry was written and how it read.
type timedChat struct {
	*bottest.Chat
	mu    sync.Mutex
	times []time.Time
	roots []string
}

func (c *timedChat) Update(ctx context.Context, e bot.Entry, root words.Text) error {
	if e.Number == 1 {
		c.mu.Lock()
		c.times, c.roots = append(c.times, time.Now()), append(c.roots, root.String())
		c.mu.Unlock()
	}
	return c.Chat.Update(ctx, e, root)
}

// One command about 200 groups: the root says how far it is, at most once a
// second; the command of somebody else is answered meanwhile; killed in the
// middle, it goes on and sends no more than what was under way again.
func TestManyGroups(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const many = 200
		stage, chat := open(t)
		alias(stage, many)
		timed := &timedChat{Chat: chat}
		var dying sync.WaitGroup
		l := newLife("after Settle 60")
		bury := live(t, stage, chat, l, &dying)
		if _, err := chat.Deliver(soon(t), "k", "alice", "add all user1 --for 2h"); err != nil {
			t.Fatal(err)
		}
		<-l.died
		bury()
		stage.Restart(t)
		stop := run(t, stage, func(*engine.Parts) {}, timed)
		if _, err := chat.Say(soon(t), "alice", "add "+groupA+" user2"); err != nil {
			t.Fatal(err)
		}
		if slices.Contains(chat.Written(), "result 1") {
			t.Error("the small command was answered only after the large one")
		}
		result, err := chat.Result(soon(t), 1)
		check(t, err)
		stop()
		if want := "all: done in 200 of 200 groups"; !strings.Contains(result, want) {
			t.Errorf("the result is\n%s\nwant %q", result, want)
		}
		limits, err := stage.Journal.Grants(t.Context(), "")
		check(t, err)
		if len(limits) != many {
			t.Errorf("%d limits are on record, want %d", len(limits), many)
		}
		sent := 0
		for _, call := range stage.API.Calls() {
			if call.Command == "modify_admin" && call.Users[0] == "user1" {
				sent++
			}
		}
		if underWay := 2 * stage.Client.Share(); sent < many || sent > many+underWay { // groups in work at once
			t.Errorf("%d changes were sent, want %d, and those under way again", sent, many)
		}
		if n := len(timed.times); n < 2 {
			t.Errorf("the root was written %d times: no progress", n)
		}
		for i := range max(0, len(timed.times)-2) { // the last one is the outcome
			if gap := timed.times[i+1].Sub(timed.times[i]); gap < time.Second {
				t.Errorf("progress came %s after the one before: %s", gap, timed.roots[i+1])
			}
		}
		for _, post := range []string{"root 1", "result 1"} {
			if n := count(chat.Written(), post); n != 1 {
				t.Errorf("%q is there %d times", post, n)
			}
		}
		dying.Wait()
	})
}

// A stop finishes what is in flight, takes nothing more and says so, and leaves
// nothing running.
func TestStopFinishes(t *testing.T) {
	t.Parallel()
	stage, chat := open(t)
	stage.API.SetLatency(300 * time.Millisecond)
	stop := stage.Run(t, chat)
	open := door(t, chat)
	check(t, second(chat.Deliver(soon(t), "k", "alice", "add "+groupA+" user1")))
	check(t, stage.API.WaitCalls(soon(t), 1))
	var stopping sync.WaitGroup
	stopping.Go(stop)
	refused := 0
	until(t, "a delivery is refused", func() bool {
		var answer bot.Answer
		check(t, open.Receive(soon(t), bot.Delivery{Key: rand.Text(), Text: "whoami", Caller: commands.Caller{Ref: bottest.Ref("alice")}},
			func(_ context.Context, a bot.Answer) (bot.Post, error) {
				answer = a
				return "", nil
			}))
		if strings.Contains(answer.Private.String(), "The bot is restarting.") {
			refused++
		}
		return refused > 3
	})
	stopping.Wait()
	admins(t, stage, groupA, "user1")
	if got, want := chat.Written(), []string{"root 1", "result 1", "update 1"}; !slices.Equal(got, want) {
		t.Errorf("the chat has %q, want %q", got, want)
	}
	until(t, "nothing of the bot runs", func() bool {
		var stacks strings.Builder
		check(t, pprof.Lookup("goroutine").WriteTo(&stacks, 2))
		return !strings.Contains(stacks.String(), "liveadmin/bot.(") && !strings.Contains(stacks.String(), "liveadmin/commands.")
	})
}

// namedChat is a chat under another name.
type namedChat struct {
	*bottest.Chat
	name string
}

func (c namedChat) Name() string { return c.name }

// What was accepted on a platform that is turned off since is carried out; its
// answer waits until the platform is back.
func TestPlatformTurnedOff(t *testing.T) {
	t.Parallel()
	stage, chat := open(t)
	var dying sync.WaitGroup
	l := newLife("after Accept 1")
	bury := live(t, stage, chat, l, &dying)
	_, _ = chat.Deliver(soon(t), "k", "alice", "add "+groupA+" user1") // nobody acknowledges it
	<-l.died
	bury()
	dying.Wait()
	stage.Restart(t)
	stop := stage.Start(t, namedChat{bottest.NewChat(), "elsewhere"})
	until(t, "it is carried out", func() bool { return len(stage.API.Admins(groupA)) == 1 })
	stop(engine.ErrRestart)
	stage.Restart(t)
	stage.Run(t, chat)
	result, err := chat.Result(soon(t), 1)
	if err != nil || !strings.Contains(result, "user1: added") {
		t.Errorf("the result is %q, %v", result, err)
	}
}

// stubborn is a journal that at first cannot close an entry.
type stubborn struct {
	bottest.Journal
	once *sync.Once
}

func (s stubborn) Drop(ctx context.Context, e bot.Entry, state bot.State, r bot.Record) (err error) {
	s.once.Do(func() { err = errors.New("the disk is full") })
	if err != nil {
		return err
	}
	return s.Journal.Drop(ctx, e, state, r)
}

// A command that must not run is closed even if the journal fails at first, and
// the history calls it failed.
func TestNotRunIsClosed(t *testing.T) {
	t.Parallel()
	stage, chat := open(t)
	failing := stubborn{stage.Journal, new(sync.Once)}
	run(t, stage, func(p *engine.Parts) { p.Journal = failing }, chat)
	err := door(t, chat).Receive(soon(t), bot.Delivery{
		Key: "k", Text: "add " + groupA + " user1", Caller: commands.Caller{Ref: bottest.Ref("alice")},
		Place: commands.Place{Platform: bottest.Platform},
	}, func(context.Context, bot.Answer) (bot.Post, error) { return "", bot.ErrNotRun })
	if !errors.Is(err, bot.ErrNotRun) {
		t.Errorf("Receive returned %v", err)
	}
	check(t, second(chat.Say(soon(t), "alice", "list "+groupA))) // its group is free again
	admins(t, stage, groupA)
	got, err := chat.Say(soon(t), "alice", "history #1")
	if err != nil || !strings.Contains(got, "Failed") {
		t.Errorf("history says %q, %v", got, err)
	}
}
