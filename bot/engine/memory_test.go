package engine_test

import (
	"fmt"
	"runtime"
	"runtime/pprof"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"liveadmin/bot"
	"liveadmin/bot/bottest"
	"liveadmin/commands"
	"liveadmin/commands/policy"
	"liveadmin/imapi"
	"liveadmin/imapi/simulator"
)

// many puts that many groups on the stage under the alias "all".
func many(stage *bottest.Stage, groups int) []imapi.GroupID {
	all := make([]imapi.GroupID, groups)
	for i := range all {
		all[i] = imapi.GroupID(fmt.Sprintf("@TGS#aMANY%05d", i))
		stage.API.AddGroup(string(all[i]), simulator.Group{})
	}
	rules := stage.Rules.Get()
	rules.Names = commands.NewNames(map[string][]imapi.GroupID{"all": all}, nil)
	stage.Rules.Set(rules)
	return all
}

// put puts a command of bob's on record without anybody to carry it.
func put(t *testing.T, stage *bottest.Stage, n int, verb commands.Verb, groups []imapi.GroupID) {
	t.Helper()
	changes := make([]bot.Change, len(groups))
	for i, g := range groups {
		changes[i] = bot.Change{Group: g}
	}
	_, _, err := stage.Journal.Accept(t.Context(), bot.Entry{
		Key: fmt.Sprint("put ", n), Caller: commands.Caller{Ref: bottest.Ref("bob")},
		Place: commands.Place{Platform: bottest.Platform, Channel: "chat:channel"},
		Command: commands.Command{
			Verb: verb, Target: commands.Target{Alias: "all", Groups: groups}, Users: []commands.Person{{ID: "user1"}},
		},
		Changes: changes,
	}, bot.Record{Event: bot.WasAccepted, Caller: bottest.Ref("bob")}, nil)
	check(t, err)
}

// TestMemoryFollowsTheWork: changes that wait for their turn, or for their part of the
// calls, have no goroutine and next to no memory, after a start and when they come in.
func TestMemoryFollowsTheWork(t *testing.T) {
	const entries, groups = 20, 1000
	stage, chat := open(t, imapi.WithRateLimit(10)) // few calls, whose memory is not what is measured
	all := many(stage, groups)
	for n := range entries {
		own := slices.Clone(all)
		if n%2 == 1 { // half of them wait for each other, half for the calls alone
			for i := range own {
				own[i] = imapi.GroupID(fmt.Sprintf("@TGS#aOWN%02d%04d", n, i))
			}
		}
		put(t, stage, n, commands.Remove, own)
	}
	stage.Restart(t)
	check(t, stage.API.Inject(simulator.Fault{Kind: simulator.Hang, Times: -1}))
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	stage.Run(t, chat)
	check(t, second(chat.Deliver(soon(t), "k", "alice", "add all user1")))
	check(t, stage.API.WaitCalls(soon(t), 5))
	until(t, "all are announced", func() bool {
		n := 0
		for _, what := range chat.Written() {
			if strings.HasPrefix(what, "root ") {
				n++
			}
		}
		return n == entries+1
	})
	runtime.GC()
	runtime.ReadMemStats(&after)
	const each = 400 // bytes of a change, with its group's names and the work in hand
	grown := int64(after.HeapAlloc+after.StackInuse) - int64(before.HeapAlloc+before.StackInuse)
	t.Logf("%d changes take %d bytes each, with %d goroutines", entries*groups, grown/(entries*groups), runtime.NumGoroutine())
	if grown > each*entries*groups {
		t.Errorf("%d waiting changes take %d bytes each", entries*groups, grown/(entries*groups))
	}
	if n := runtime.NumGoroutine(); n > 20*entries {
		t.Errorf("%d goroutines", n)
	}
}

// TestWorkersAreLimited: many large commands do not have as many workers as groups, but each
// has one, and one that takes a right away has all it can use.
func TestWorkersAreLimited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const entries, groups, room = 20, 100, 40 // of an entry: twice a tenth of the limit
		stage, chat := open(t, imapi.WithRateLimit(200))
		for n := range entries {
			own := make([]imapi.GroupID, groups)
			for i := range own {
				own[i] = imapi.GroupID(fmt.Sprintf("@TGS#aOWN%02d%04d", n, i))
			}
			verb := commands.Add
			if n == entries-1 {
				verb = commands.Remove
			}
			put(t, stage, n, verb, own)
		}
		stage.Restart(t)
		check(t, stage.API.Inject(simulator.Fault{Kind: simulator.Hang, Times: -1}))
		stage.Run(t, chat)
		check(t, second(chat.Deliver(soon(t), "k", "alice", "list "+groupA))) // all are taken up by then
		n := 0
		until(t, "as many are at work as may be", func() bool {
			var stacks strings.Builder
			check(t, pprof.Lookup("goroutine").WriteTo(&stacks, 2))
			n = strings.Count(stacks.String(), "engine.(*job).worker(")
			return n >= 200
		})
		if n > 200+entries+room {
			t.Errorf("%d workers", n)
		}
	})
}

// TestTooMuchOpen: who has very much in progress is refused one more command, privately and
// on record; others are not.
func TestTooMuchOpen(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		stage, chat := open(t)
		stage.Rules.Set(bot.Rules{Policy: policy.Policy{Rules: []policy.Rule{
			{Name: "ALLOWLIST", Allow: []string{bottest.Ref("alice"), bottest.Ref("bob")}},
		}}})
		all := many(stage, 1000)
		for n := range 5 {
			put(t, stage, n, commands.Remove, all)
		}
		stage.Restart(t)
		check(t, stage.API.Inject(simulator.Fault{Kind: simulator.Hang, Times: -1}))
		stage.Run(t, chat)
		got, err := chat.Say(soon(t), "bob", "add "+groupA+" user1")
		if want := "5 of your commands are still in progress, with 5000 changes to make."; err != nil || !strings.Contains(got, "(only @bob)") || !strings.Contains(got, want) {
			t.Errorf("bob is answered %q, %v; want %q", got, err, want)
		}
		rows, err := stage.Journal.Trail(t.Context(), bot.Filter{About: []string{bottest.Ref("bob")}, Limit: 1})
		if err != nil || len(rows) != 1 || rows[0].Event != bot.WasRefused || rows[0].Outcome != commands.Refused || rows[0].Detail != string(policy.TooMuchOpen) {
			t.Errorf("on record %+v, %v", rows, err)
		}
		if answer, err := chat.Deliver(soon(t), "k", "alice", "add "+groupA+" user1"); err != nil || answer.Entry == 0 || answer.Private != nil {
			t.Errorf("alice is answered %+v, %v", answer, err)
		}
	})
}
