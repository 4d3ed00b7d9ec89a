package engine_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/bottest"
	"liveadmin/bot/bottest/pace"
	"liveadmin/commands/policy"
)

// requestDrama is what becomes of a request, told in acts.
type requestDrama struct {
	name  string
	acts  []act
	quick bool // some of it is in the quick suite
}

// act is something that happens, and what is waited for then. After a death it happens again.
type act struct {
	said  *bot.Delivery
	clock time.Duration // that passes before, once
	rules []policy.Rule // that are in force from then on, if any
	until func(e bot.Entry) bool
}

func isAsked(e bot.Entry) bool    { return e.Request != nil && e.Request.Post != "" }
func isReminded(e bot.Entry) bool { return e.Request.Remind.IsZero() }
func isClosed(e bot.Entry) bool   { return e.State.Closed() }

var (
	asks       = act{said: new(utterance("asked", "bob", "add "+groupA+" user1 user2 --for 2h")), until: isAsked}
	asksOfBoth = act{said: new(utterance("asked", "bob", "add both user1 --for 2h")), until: isAsked}
	approves   = act{said: new(utterance("pressed", "alice", "press approve")), until: isClosed}
	denies     = act{said: new(utterance("pressed", "carol", "press deny")), until: isClosed}
	withdraws  = act{said: new(utterance("pressed", "bob", "press withdraw")), until: isClosed}
	reminds    = act{clock: 15 * time.Minute, until: isReminded}
	expires    = act{clock: 45 * time.Minute, until: isClosed}
	late       = act{said: new(utterance("late", "alice", "press approve")), until: isClosed}
	lapses     = act{said: approves.said, rules: []policy.Rule{{Name: "rule 1", Allow: []string{bottest.Ref("carol")}}}, until: isClosed}
)

var requestDramas = []requestDrama{
	{"approved", []act{asks, approves}, true},
	{"approved, several groups", []act{asksOfBoth, reminds, approves}, false},
	{"denied", []act{asks, denies, late}, true},
	{"withdrawn", []act{asks, withdraws, late}, false},
	{"closed without an answer", []act{asks, reminds, expires, late}, false},
	{"lapsed", []act{asks, lapses, late}, false},
}

// requestEnding is all that must be the same with a death and without.
type requestEnding struct {
	root, request, result, admins, limits, trail, posts string
	decided                                             string // by whom, and how
}

func (d requestDrama) play(t *testing.T, database, point string) (requestEnding, []string) {
	t.Helper()
	var dying sync.WaitGroup
	defer dying.Wait()
	stage, chat := approvals(t, database)
	rules := stage.Rules.Get()
	rules.Names = both()
	stage.Rules.Set(rules)
	first := newLife(point)
	now, bury := first, live(t, stage, chat, first, &dying)
	defer func() { bury() }()
	again := func() {
		bury()
		stage.Restart(t)
		now = newLife("")
		bury = live(t, stage, chat, now, &dying)
	}
	for _, a := range d.acts {
		stage.Clock.Advance(a.clock)
		if a.rules != nil {
			setRules(stage, a.rules...)
		}
		for !d.happens(t, stage, chat, a, now) {
			again()
		}
	}
	if point != "" && now == first { // it dies with the last mark
		until(t, point, first.dead)
		again()
	}
	closed(t, stage)
	return d.end(t, stage, chat), first.steps()
}

// happens lets an act happen, and returns false if the process dies in it.
func (d requestDrama) happens(t *testing.T, s *bottest.Stage, chat *bottest.Chat, a act, l *life) bool {
	t.Helper()
	if a.said != nil {
		if _, err := bring(soon(t), door(t, chat), *a.said); err != nil && !l.dead() {
			t.Fatal(err)
		}
	}
	until(t, "it has happened", func() bool {
		e, found, err := s.Journal.Entry(t.Context(), 1)
		return l.dead() || err == nil && found && a.until(e)
	})
	return !l.dead()
}

func (d requestDrama) end(t *testing.T, s *bottest.Stage, chat *bottest.Chat) requestEnding {
	t.Helper()
	e, _, err := s.Journal.Entry(t.Context(), 1)
	check(t, err)
	grants, err := s.Journal.Grants(t.Context(), "")
	check(t, err)
	records, err := s.Journal.Trail(t.Context(), bot.Filter{Number: 1})
	check(t, err)
	open, err := s.Journal.Requests(t.Context())
	check(t, err)
	var end requestEnding
	var limits, trail []string
	for _, g := range grants {
		limits = append(limits, fmt.Sprint(g.Group, g.User, g.Until, g.Entry))
	}
	for _, r := range records {
		trail = append(trail, fmt.Sprint(r.Event, r.Group, r.Outcome, r.Caller, r.Detail))
	}
	slices.Sort(limits)
	slices.Sort(trail)
	result := ""
	if e.State == bot.Posted {
		result, err = chat.Result(soon(t), 1)
		check(t, err)
		result = result[strings.LastIndex(result, "(the request is now)"):]
	}
	for _, what := range []string{"root", "request", "reminder", "end", "result"} {
		end.posts += fmt.Sprint(what, " ", count(chat.Written(), what+" 1"), ", ")
	}
	end.posts += fmt.Sprint("open ", len(open))
	a, b := s.API.Admins(groupA), s.API.Admins(groupB)
	slices.Sort(a)
	slices.Sort(b)
	end.root, end.result, end.admins = chat.Root(1), result, fmt.Sprint(a, b)
	end.request, end.decided = chat.Notice("request1").String(), fmt.Sprint(e.State, e.Request.Decision.State, e.Request.Decision.By)
	end.limits, end.trail = strings.Join(limits, "\n"), strings.Join(trail, "\n")
	return end
}

// TestCrashRequest kills the process before and after everything that it does for a request:
// asking, deciding and carrying out. The next start brings it to the same end: one decision, the
// same messages, each once, the same buttons, administrators, limits and audit trail.
func TestCrashRequest(t *testing.T) {
	t.Parallel()
	few := []string{"ack", "request", "Requested", "Decide", "amend", "end", "Finish"}
	for _, database := range databases {
		t.Run(database.name, func(t *testing.T) {
			if database.shared {
				pace.Long(t)
			}
			play := func(t *testing.T, d requestDrama, point string) (end requestEnding, steps []string) {
				at := synctest.Test
				if database.shared { // its server is outside
					at = func(t *testing.T, do func(*testing.T)) { do(t) }
				}
				at(t, func(t *testing.T) { end, steps = d.play(t, database.open(t), point) })
				return end, steps
			}
			sampled := pace.Length() == 0 || database.shared && pace.Length() < 2*time.Minute
			for i, d := range requestDramas {
				if !d.quick && pace.Length() == 0 {
					continue
				}
				want, steps := play(t, d, "")
				if !strings.Contains(want.posts, "root 1, request 1,") || !strings.HasSuffix(want.posts, "open 0") || strings.Contains(want.request, "[") {
					t.Fatalf("%s: without a death: %+v", d.name, want)
				}
				for _, step := range steps {
					name := strings.Fields(step)[0]
					switch {
					case slices.Contains([]string{"Grants", "Recent", "Accounts"}, name): // nothing is left behind by these
						continue
					case i > 0 && (step == "ack 1" || slices.Contains([]string{"Accept", "root", "Announce", "request", "Requested"}, name)):
						continue // asking is the same for all
					case sampled && !slices.Contains(few, name):
						continue
					}
					for _, point := range []string{"before " + step, "after " + step} {
						t.Run(d.name+"/"+point, func(t *testing.T) {
							t.Parallel()
							if got, _ := play(t, d, point); got != want {
								t.Errorf("%s, dead %s\ngot:  %+v\nwant: %+v", d.name, point, got, want)
							}
						})
					}
				}
			}
		})
	}
}
