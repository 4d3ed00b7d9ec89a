package crash

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"liveadmin/bot/bottest/pace"
	"liveadmin/bot/journal/journaltest"
)

// requestPoints are the points at which a process can end while a request is asked, decided and
// closed.
func requestPoints() []string {
	about := []string{"Accept", "Announce", "Requested", "Decide", "Finish", "request", "amend", "end", "root", "callback", "thread", "original", "update"}
	all := slices.DeleteFunc(points(), func(point string) bool {
		words := strings.Fields(point)
		return !slices.Contains(about, words[len(words)-1])
	})
	for i, point := range all {
		all[i] = point + " 1"
	}
	return all
}

// TestCrashRequest kills the program once at each point of asking and deciding, while people in
// Slack and Discord ask, approve, deny and withdraw. It is carried out, or closed, and said as
// by a program that nobody kills.
func TestCrashRequest(t *testing.T) {
	pace.Long(t)
	t.Parallel()
	routine := []step{
		{who: asker, verb: "add", users: "user1", limit: "2h"}, {press: "approve"},
		{who: asker, verb: "add", users: "user2"}, {press: "deny"},
		{who: asker, verb: "add", users: "user3"}, {who: asker, press: "withdraw"},
	}
	for i, point := range requestPoints() {
		t.Run(point, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
			defer cancel()
			database := ""
			if i%2 == 1 {
				database = journaltest.Postgres(t)
			}
			tw := newTown(t, database, 1)
			tw.places = []*place{tw.inSlack("C0ASK", "@TGS#aSLACK", false), tw.inDiscord("301", "@TGS#aDISCORD")}
			for _, p := range tw.places {
				p.steps = routine
			}
			tw.name(time.Hour)
			all := tw.settle(ctx, nil)
			all.allowed.steps.Store(int64(len(routine)))
			p := tw.begin(tw.instances[0], point)
			select {
			case <-p.buried:
			case <-time.After(30 * time.Second):
				t.Fatalf("%s was not reached; log:\n%s", point, tw.logged())
			}
			p = tw.begin(tw.instances[0], "")
			tw.finish(ctx, all, p)
			tw.check(nil)
			tw.checkHistory()
			for _, p := range tw.places {
				var ends []string
				for _, m := range notices(p.chat.posted(p.channel), "request") {
					for _, end := range []string{"Approved", "Denied", "Withdrawn"} {
						if strings.Contains(m.text, end) {
							ends = append(ends, end)
						}
					}
				}
				if want := []string{"Approved", "Denied", "Withdrawn"}; !slices.Equal(ends, want) {
					t.Errorf("%s: the requests are %q, want %q", p.channel, ends, want)
				}
			}
		})
	}
}

// TestCrashTakeoverRequest kills one of two instances while requests are asked and decided, and
// does not start it again: the other finishes what it had accepted or decided, and the requests
// that are open can be decided there.
func TestCrashTakeoverRequest(t *testing.T) {
	pace.Long(t)
	t.Parallel()
	for _, point := range []string{"after Accept 1", "after slack request 1", "after discord request 1", "after Decide 1", "after slack amend 1", "before Finish 1"} {
		t.Run(point, func(t *testing.T) {
			t.Parallel()
			tw, first, second := newPair(t, townLatency)
			ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
			defer cancel()
			other, mortal := tw.begin(second, ""), tw.begin(first, point)
			second.awaitReady(other)
			first.awaitReady(mortal)
			dead := func() bool {
				select {
				case <-mortal.buried:
					return true
				default:
					return false
				}
			}
			for n := 0; !dead(); n++ { // both hear of some, but not always of the right ones
				if n == 20 {
					t.Fatalf("%s was never reached; log:\n%s", point, tw.logged())
				}
				tw.say(ctx, step{verb: "help", alone: true}, tw.places[0])() // else one would hear of all requests, and the other of all presses
				for _, p := range []*place{tw.places[0], tw.places[3]} {
					tw.say(ctx, step{who: asker, verb: "add", users: "user1", limit: fmt.Sprint(7200+n, "s")}, p)()
					if err := p.decide(ctx, step{press: requestButtons[n%2]}); err != nil {
						t.Fatalf("%v; log:\n%s", err, tw.logged())
					}
				}
			}
			tw.waitFor(ctx, "the other has finished", (*ledger).settled)
			second.stop(other)
			tw.check(nil)
			tw.checkHistory()
		})
	}
}
