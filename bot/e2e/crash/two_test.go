package crash

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"liveadmin/bot"
	"liveadmin/bot/bottest/pace"
	"liveadmin/bot/journal/journaltest"
	"liveadmin/imapi/simulator"
)

// newPair builds a town with two instances on one PostgreSQL, in which everything has
// time to be half done.
func newPair(t *testing.T, latency time.Duration) (tw *town, first, second *instance) {
	t.Helper()
	tw = newTown(t, journaltest.Postgres(t), 2)
	tw.populate()
	tw.api.SetLatency(latency)
	return tw, tw.instances[0], tw.instances[1]
}

// say lets people say something in places, all at once, and returns what waits until
// all is acknowledged.
func (tw *town) say(ctx context.Context, s step, places ...*place) (acknowledged func()) {
	var all sync.WaitGroup
	errs := make([]error, len(places))
	for i, p := range places {
		all.Go(func() { errs[i] = p.say(ctx, s) })
	}
	return func() {
		tw.t.Helper()
		all.Wait()
		if err := errors.Join(errs...); err != nil {
			tw.t.Fatalf("%v; log:\n%s", err, tw.logged())
		}
	}
}

// waitFor fails the test if a condition on what is open does not come.
func (tw *town) waitFor(ctx context.Context, what string, check func(*ledger) bool) {
	tw.t.Helper()
	if err := tw.until(ctx, what, check); err != nil {
		tw.t.Fatalf("%v; log:\n%s", err, tw.logged())
	}
}

// takenOver is how long the others need at most to finish what an instance that died
// had accepted.
const takenOver = 10 * time.Second

// TestCrashTakeover kills one of two instances and does not start it again: the other
// finishes what it had accepted.
func TestCrashTakeover(t *testing.T) {
	t.Parallel()
	for _, point := range []string{"after Plan 1", "after tencent SetAdmins 1", "after slack result 1", "after discord result 1"} {
		t.Run(point, func(t *testing.T) {
			t.Parallel()
			if point != "after Plan 1" {
				pace.Long(t)
			}
			tw, first, second := newPair(t, townLatency)
			ctx, cancel := context.WithTimeout(t.Context(), 50*time.Second)
			defer cancel()
			other := tw.begin(second, "")
			mortal := tw.begin(first, point)
			second.awaitReady(other)
			var acknowledged func()
			for n := 1; ; n++ { // both hear of some, but not always of the right ones
				first.awaitReady(mortal)
				acknowledged = tw.say(ctx, step{verb: "add", users: "user1", limit: "2h"}, tw.places...)
				acknowledged()
				select {
				case <-mortal.buried:
				case <-time.After(time.Second):
					if n < 10 {
						continue
					}
					t.Fatalf("%s was never reached; log:\n%s", point, tw.logged())
				}
				break
			}
			died := time.Now()
			tw.waitFor(ctx, "the other has finished", (*ledger).settled)
			took := time.Since(died)
			t.Logf("finished %s after the death", took.Round(time.Second/10))
			if took > takenOver {
				t.Errorf("that took longer than %s", takenOver)
			}
			second.stop(other)
			tw.check(nil)
		})
	}
}

// TestCrashStopped stops an instance for longer than its lease lasts. The other does its
// work meanwhile; when it goes on, it changes nothing, and posts nothing twice.
func TestCrashStopped(t *testing.T) {
	t.Parallel()
	for _, point := range []string{
		"after Accept 1", "before Plan 1", "after Plan 1", "after Announce 1", "before Settle 1", "after Settle 1", "before Post 1",
	} {
		t.Run(point, func(t *testing.T) {
			t.Parallel()
			if point != "before Settle 1" {
				pace.Long(t)
			}
			tw, first, second := newPair(t, time.Second/4) // the root is there when Tencent has answered
			ctx, cancel := context.WithTimeout(t.Context(), 50*time.Second)
			defer cancel()
			stopped := tw.beginWith(first, point, "STOP")
			first.awaitReady(stopped)
			p := tw.places[0]
			acknowledged := tw.say(ctx, step{verb: "add", users: "user1", limit: "2h"}, p)
			tw.waitFor(ctx, "it is accepted", func(l *ledger) bool { return len(l.entries) > 0 })
			other := tw.begin(second, "")
			acknowledged()
			tw.waitFor(ctx, "the other has finished", (*ledger).settled)
			stopped.signal(t, syscall.SIGCONT)
			if err := connectedAgain(ctx, first); err != nil {
				t.Fatalf("%v; log:\n%s", err, tw.logged())
			}
			tw.say(ctx, step{verb: "list"}, tw.places...)() // both work
			tw.waitFor(ctx, "everything is done", (*ledger).settled)
			first.stop(stopped)
			second.stop(other)
			tw.check(nil)
			l := tw.read(context.WithoutCancel(ctx), t)
			if e := l.entries[0]; e.Attempt < 2 || e.State != bot.Posted {
				t.Errorf("the other did not take it over: %+v", e)
			}
		})
	}
}

// TestCrashHandover stops one of two instances gracefully: what it cannot finish in time
// the other does at once.
func TestCrashHandover(t *testing.T) {
	pace.Long(t)
	t.Parallel()
	tw, first, second := newPair(t, townLatency)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Second)
	defer cancel()
	leaving := tw.begin(first, "")
	first.awaitReady(leaving)
	stuck := tw.places[0]
	if err := tw.api.Inject(simulator.Fault{Kind: simulator.Hang, Group: stuck.group, Times: -1}); err != nil {
		t.Fatal(err)
	}
	tw.say(ctx, step{verb: "add", users: "user1", limit: "2h"}, tw.places...)()
	other := tw.begin(second, "")
	second.awaitReady(other)
	first.stop(leaving)
	tw.api.ClearFaults()
	left := time.Now()
	tw.waitFor(ctx, "the other has finished", (*ledger).settled)
	t.Logf("finished %s after the first had left", time.Since(left).Round(time.Second/10))
	second.stop(other)
	tw.check(nil)
}

// TestCrashCutOff takes the database away from one of two instances. It hangs up its
// socket, so that the other hears everything that people say in Slack, and connects again
// when the database is back.
func TestCrashCutOff(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		atFirst bool // whether the instance that is cut off connected before the other
		quick   bool
	}{{"connected as the second", false, true}, {"connected as the first", true, false}} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if !test.quick {
				pace.Long(t)
			}
			tw, first, second := newPair(t, townLatency)
			proxy, way := journaltest.Through(t, tw.database)
			first.Env = append(first.Env, "DATABASE_URL="+way)
			ctx, cancel := context.WithTimeout(t.Context(), 50*time.Second)
			defer cancel()
			order := []*instance{second, first}
			if test.atFirst {
				slices.Reverse(order)
			}
			processes := make(map[*instance]*process)
			for _, i := range order {
				processes[i] = tw.begin(i, "")
				i.awaitReady(processes[i])
			}
			sockets := func(n int) func() bool { return func() bool { return len(tw.slack.Sockets()) == n } }
			first.Until("two sockets", sockets(2))
			db, err := pgx.Connect(ctx, tw.database)
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close(ctx)
			first.Until("aware of the other", func() bool {
				return slices.Equal(tw.column(ctx, db, `SELECT divisor::text FROM holder`), []string{"2", "2"})
			})

			proxy.Freeze()
			first.Until("one socket", sockets(1))
			if first.isReady() {
				t.Errorf("ready without a database; log:\n%s", tw.logged())
			}
			var inSlack []*place
			for _, p := range tw.places {
				if strings.HasPrefix(p.chat.place(p.channel), "slack:") {
					inSlack = append(inSlack, p)
				}
			}
			for range 3 {
				tw.say(ctx, step{verb: "add", users: "user1", limit: "2h"}, inSlack...)()
			}
			tw.waitFor(ctx, "the other has finished", (*ledger).settled)
			if n := len(tw.read(ctx, t).entries); n != 3*len(inSlack) {
				t.Errorf("%d commands are on record, of %d", n, 3*len(inSlack))
			}

			proxy.Thaw()
			first.Until("two sockets again", sockets(2))
			first.Until("ready again", first.isReady)
			first.stop(processes[first])
			second.stop(processes[second])
			tw.check(nil)
		})
	}
}

// connectedAgain waits until an instance is ready.
func connectedAgain(ctx context.Context, i *instance) error {
	for !i.isReady() {
		select {
		case <-ctx.Done():
			return errors.New("the instance does not go on")
		case <-time.After(20 * time.Millisecond):
		}
	}
	return nil
}
