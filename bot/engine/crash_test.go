package engine_test

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/bottest"
	"liveadmin/bot/bottest/pace"
	"liveadmin/bot/engine"
	"liveadmin/commands"
	"liveadmin/commands/words"
	"liveadmin/imapi"
	"liveadmin/imapi/simulator"
)

// live runs a mortal bot on the stage. bury ends it, for a restart after its death; what
// still stirs of it ends with the group.
func live(t *testing.T, s *bottest.Stage, chat *bottest.Chat, l *life, dying *sync.WaitGroup) (bury func()) {
	t.Helper()
	b, err := bottest.NewBot(engine.Parts{
		Journal: mortalJournal{s.Journal, l}, API: around(engine.Client{Client: s.Client}, func(a calls) calls { return mortalAPI{a, l} }), Rules: s.Rules.Get, Words: words.In,
		Log: slog.New(slog.DiscardHandler), Now: s.Clock.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	platform := mortalChat{chat, l, make(chan struct{})}
	ended := make(chan struct{})
	dying.Go(func() {
		defer close(ended)
		_ = b.Run(ctx, platform)
	})
	return func() {
		var why error
		if l.dead() {
			why = engine.ErrRestart
		}
		cancel(why)
		select {
		case <-platform.left:
		case <-ended: // before it received anything
		}
	}
}

// drama is a command, and what is there before it.
type drama struct {
	text   string
	before []string // said before; a reading does not show it yet
	fill   bool     // somebody fills groupA in the console right before the first call
}

// ending is all that must be the same with a death and without.
type ending struct {
	root, result, admins, limits, trail, posts string
}

func (d drama) play(t *testing.T, point string) (ending, []string) {
	t.Helper()
	var dying sync.WaitGroup
	stage, chat := open(t)
	stage.API.AddGroup(groupA, simulator.Group{Admins: []string{"host", "user3"}})
	rules := stage.Rules.Get()
	rules.Names = both()
	stage.Rules.Set(rules)
	stage.API.SetLag(time.Hour)
	stop := stage.Run(t, chat)
	for _, text := range d.before {
		if _, err := chat.Say(soon(t), "alice", text); err != nil {
			t.Fatal(err)
		}
	}
	stop()
	stage.Restart(t)

	first := d.life(t, stage, point)
	bury := live(t, stage, chat, first, &dying)
	deliver := func() error {
		_, err := chat.Deliver(soon(t), "k", "alice", d.text)
		return err
	}
	if err := deliver(); !first.dead() {
		check(t, err)
	}
	if point != "" {
		select {
		case <-first.died:
		case <-soon(t).Done():
			t.Fatalf("%s was not reached", point)
		}
		bury()
		stage.Restart(t)
		bury = live(t, stage, chat, d.life(t, stage, ""), &dying)
		check(t, deliver()) // what was not acknowledged comes again
	}
	entry := int64(len(d.before) + 1)
	if _, err := chat.Result(soon(t), entry); err != nil {
		t.Fatal(err)
	}
	bury()
	dying.Wait() // it closes its entry
	return d.end(t, stage, chat, entry), first.steps()
}

// both is an alias of two groups.
func both() commands.Names {
	return commands.NewNames(map[string][]imapi.GroupID{"both": {groupB, groupA}}, nil)
}

func (d drama) end(t *testing.T, s *bottest.Stage, chat *bottest.Chat, entry int64) ending {
	t.Helper()
	result, err := chat.Result(soon(t), entry)
	check(t, err)
	grants, err := s.Journal.Grants(t.Context(), "")
	check(t, err)
	records, err := s.Journal.Trail(t.Context(), bot.Filter{Number: entry})
	check(t, err)
	unclosed, err := s.Journal.Unclosed(t.Context())
	check(t, err)
	var limits, trail []string
	for _, g := range grants {
		limits = append(limits, fmt.Sprint(g.Group, g.User, g.Until, g.Entry))
	}
	for _, r := range records {
		trail = append(trail, fmt.Sprint(r.Event, r.Group, r.Outcome))
	}
	slices.Sort(limits)
	slices.SortStableFunc(trail, cmp.Compare)
	a, b := s.API.Admins(groupA), s.API.Admins(groupB)
	slices.Sort(a)
	slices.Sort(b)
	posts := fmt.Sprint(count(chat.Written(), fmt.Sprint("root ", entry)), count(chat.Written(), fmt.Sprint("result ", entry)), len(unclosed))
	return ending{chat.Root(entry), result, fmt.Sprint(a, b), strings.Join(limits, "\n"), strings.Join(trail, "\n"), posts}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestCrash kills the process before and after everything that it does for a
// command. The next start brings it to the same end: the same answer, once; the
// same administrators; the same limits; the same audit trail.
func TestCrash(t *testing.T) {
	t.Parallel()
	dramas := []drama{
		{text: "add " + groupA + " user1 user2 --for 2h", before: []string{"add " + groupA + " user2"}},
		{text: "add " + groupA + " user1 --for 2h", before: []string{"remove " + groupA + " user3", "add " + groupA + " user1 --for 5h"}},
		{text: "add " + groupA + " user3", before: []string{"remove " + groupA + " user3"}},
		{text: "remove " + groupA + " user2 host", before: []string{"add " + groupA + " user2 --for 1h"}},
		{text: "add " + groupA + " user4 --replace host user2", before: []string{"add " + groupA + " user2 --for 1h"}},
		{text: "add " + groupA + " user4 user5 --for 1h --replace host", fill: true},
		{text: "list " + groupA},
		{text: "add both user1 --for 1h"},
	}
	for i, d := range dramas {
		if quick := i == 0 || i == 4; !quick && pace.Length() == 0 {
			continue
		}
		var want ending
		var steps []string
		synctest.Test(t, func(t *testing.T) { want, steps = d.play(t, "") })
		if want.posts != "1 1 0" {
			t.Fatalf("%s: without a death: %+v", d.text, want)
		}
		for _, step := range steps {
			for _, when := range []string{"before ", "after "} {
				point := when + step
				switch strings.Fields(step)[0] {
				case "Grants", "Recent", "Accounts":
					continue // nothing is left behind by these
				case "Accept", "ack", "root", "Announce", "update":
					if i > 0 {
						continue // these are the same for every command
					}
				}
				t.Run(fmt.Sprintf("%d/%s", i+1, point), func(t *testing.T) {
					t.Parallel()
					synctest.Test(t, func(t *testing.T) {
						if got, _ := d.play(t, point); got != want {
							t.Errorf("%s, dead %s\ngot:  %+v\nwant: %+v", d.text, point, got, want)
						}
					})
				})
			}
		}
	}
}
