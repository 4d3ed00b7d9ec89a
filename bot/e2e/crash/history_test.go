package crash

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"liveadmin/bot/bottest/pace"
	"liveadmin/bot/journal/journaltest"
	"liveadmin/imapi/simulator"
)

// historyGroup is a group about which people on both platforms talk at the same time.
const historyGroup = "@TGS#aSHARED"

// mingledARound is how much more is allowed to be done, in each place, with every kill.
const mingledARound = 8

// mingle does steps at random, as many as are allowed, about few users, so that people undo
// and replace each other's changes, limits expire while others are set, some answers are
// lost, and requests are decided or close while others change the group.
func (p *place) mingle(ctx context.Context, random *rand.Rand, allowed *allowance) error {
	others := []string{"user1", "user2", "user3", "user1 user4"}
	users := func() string { return append(others, ownUser)[random.IntN(5)] }
	undone := int64(0) // the last that was clicked on
	for n := 0; ; n++ {
		if more, err := allowed.wait(ctx, n); err != nil || !more {
			return err
		}
		s := step{verb: "add", users: users(), limit: []string{"", "1s", "2s", "2h"}[random.IntN(4)]}
		switch random.IntN(15) {
		case 10:
			s = step{verb: "done"}
		case 11, 12:
			// Unlike others that are open; and nobody could approve it for the one who approves.
			s = step{who: asker, verb: "add", users: others[random.IntN(4)], limit: fmt.Sprint(7200+n, "s")}
		case 13, 14:
			open := undecided(p.chat.posted(p.channel))
			if open.about == 0 {
				break
			}
			s = step{press: requestButtons[max(random.IntN(5)-2, 0)], on: &open}
			if s.press == "withdraw" {
				s.who = asker
			}
		case 0, 1:
			s = step{verb: "remove", users: users()}
		case 2:
			s = step{verb: "add", users: "user5", replace: users()}
		case 3:
			s = step{verb: "list"}
		case 4, 5, 6:
			if newest := p.toUndo(ctx, undone); newest > undone {
				s, undone = step{}, newest
			}
		}
		if random.IntN(20) == 0 { // after one lost answer the call is repeated, after three nobody knows
			lost := simulator.Fault{Kind: simulator.Truncate, Command: "modify_admin", Group: p.groups[0], Times: 1 + 2*random.IntN(2)}
			if err := p.tw.api.Inject(lost); err != nil {
				return err
			}
		}
		if err := p.say(ctx, s); err != nil {
			return err
		}
	}
}

// toUndo returns the newest entry that has an Undo button, and waits a while for one that
// is newer than another.
func (p *place) toUndo(ctx context.Context, than int64) int64 {
	ctx, cancel := context.WithTimeout(ctx, time.Second/2)
	defer cancel()
	_ = p.chat.wait(ctx, func() bool { return undoable(p.chat.posted(p.channel)).entry > than })
	return undoable(p.chat.posted(p.channel)).entry
}

// TestHistory lets people on both platforms change the same groups at the same time, while
// the program is killed again and again, and looks for an order of all that happened.
func TestHistory(t *testing.T) {
	pace.Long(t)
	t.Parallel()
	seed := *crashSeed
	if seed == 0 {
		seed = rand.Uint64()
	}
	t.Logf("to draw the same lots: -crash.seed %d", seed)
	rounds := rounds(1, 3)
	for n, test := range []struct {
		name      string
		postgres  bool
		instances int
	}{
		{"a file", false, 1},
		{"PostgreSQL, two instances", true, 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			database := ""
			if test.postgres {
				database = journaltest.Postgres(t)
			}
			tw := newTown(t, database, test.instances)
			tw.wild = []*place{
				tw.inSlack("C0ONE", historyGroup, false),
				tw.inSlack("C0BOTH", "both", true, historyGroup, "@TGS#aOTHER"),
				tw.inDiscord("301", historyGroup),
			}
			for _, p := range tw.wild {
				p.life = p.mingle
			}
			tw.name(4 * time.Second)
			tw.slow()
			tw.api.SetLatency(20 * time.Millisecond) // commands wait for each other
			tw.survive(rand.New(rand.NewPCG(seed, uint64(n))), rounds, int64(mingledARound*rounds))
			tw.checkHistory()
			l := tw.read(context.WithoutCancel(t.Context()), t)
			l.checkTrail(t)
			for _, p := range tw.wild {
				p.checkPosts(t, l)
			}
		})
	}
}

// TestHistoryRest lets nobody know whether a right was taken at its end, which therefore
// rests while others change the group.
func TestHistoryRest(t *testing.T) {
	pace.Long(t)
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Second)
	defer cancel()
	tw := newTown(t, "", 1)
	p := tw.inSlack("C0ONE", historyGroup, false)
	tw.wild = []*place{p}
	running := tw.begin(tw.instances[0], "")
	tw.say(ctx, step{verb: "add", users: "user1", limit: "2s"}, p)()
	if err := p.answered(ctx); err != nil {
		t.Fatal(err)
	}
	lost := simulator.Fault{Kind: simulator.Truncate, Command: "modify_admin", Group: historyGroup, Times: 6} // three tries, twice
	if err := tw.api.Inject(lost); err != nil {
		t.Fatal(err)
	}
	tw.waitFor(ctx, "the end rests", func(l *ledger) bool { return l.resting(historyGroup) })
	tw.say(ctx, step{verb: "add", users: "user2"}, p)()
	tw.waitFor(ctx, "everything is done", (*ledger).settled)
	tw.instances[0].stop(running)
	tw.checkHistory()
}
