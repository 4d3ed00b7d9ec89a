package crash

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/bottest/pace"
	"liveadmin/bot/engine"
	"liveadmin/bot/journal/journaltest"
)

// What is wrong with a flawed program.
const (
	historyFlaw = "LIVEADMIN_TEST_FLAW"

	unrecorded = "an acceptance is not recorded"
	keyless    = "a delivery has no key"
	latePlan   = "a plan is recorded after the calls"
	lostLimits = "limits are not recorded"
	noTurns    = "nobody waits for an older change"
	doubleCall = "what changes a group is sent twice"
	doublePost = "a result is posted twice"
	unapproved = "a request is carried out when it is asked"
	denied     = "a request that is denied is carried out"
	askedOrder = "a request goes before what was accepted before its approval"
)

// newFlawed returns a journal with the flaw that the program's environment names, if it
// names one.
func newFlawed(j engine.Journal) engine.Journal {
	if flaw := os.Getenv(historyFlaw); flaw != "" {
		return flawed{j, flaw}
	}
	return j
}

// flawed is the journal of a flawed program.
type flawed struct {
	engine.Journal
	flaw string
}

func (f flawed) Accept(ctx context.Context, e bot.Entry, r bot.Record, carry func(bot.Entry)) (bot.Entry, bool, error) {
	switch f.flaw {
	case unrecorded:
		e.Number = time.Now().Unix()
		carry(e)
		return e, true, nil
	case keyless:
		e.Key = fmt.Sprint(e.Key, time.Now())
	case unapproved:
		if e.Request != nil {
			e.Request, e.Changes, r.Event = nil, bot.ChangesOf(e.Command), bot.WasAccepted
		}
	}
	return f.Journal.Accept(ctx, e, r, carry)
}

func (f flawed) Decide(ctx context.Context, e bot.Entry, d bot.Decision, r bot.Record, carry func(bot.Entry)) (bool, error) {
	if f.flaw == denied && d.State == bot.Denied {
		d.State = bot.Accepted
	}
	return f.Journal.Decide(ctx, e, d, r, func(e bot.Entry) {
		if f.flaw == askedOrder {
			e.Turn = 0
		}
		carry(e)
	})
}

func (f flawed) Turn(ctx context.Context, e bot.Entry, c bot.Change) (bool, error) {
	if f.flaw == noTurns {
		return true, nil
	}
	return f.Journal.Turn(ctx, e, c)
}

func (f flawed) Plan(ctx context.Context, e bot.Entry, c bot.Change) error {
	switch f.flaw {
	case latePlan:
		return nil
	case lostLimits:
		plan := *c.Plan
		plan.Grants, c.Plan = nil, &plan
	}
	return f.Journal.Plan(ctx, e, c)
}

func (f flawed) Settle(ctx context.Context, e bot.Entry, c bot.Change, r bot.Record) (bool, error) {
	switch f.flaw {
	case latePlan:
		if err := f.Journal.Plan(ctx, e, c); err != nil {
			return false, err
		}
	case lostLimits:
		outcome := *c.Outcome
		outcome.Grants, c.Outcome = nil, &outcome
	}
	return f.Journal.Settle(ctx, e, c, r)
}

// TestHistoryFlaws runs flawed programs: no order explains their histories. One explains
// that of a program without the flaw, in the same circumstances.
func TestHistoryFlaws(t *testing.T) {
	pace.Long(t)
	t.Parallel()
	for _, test := range []struct {
		flaw      string
		instances int
		act       func(context.Context, *town)
	}{
		{unrecorded, 1, once("")},
		{keyless, 1, once("after Accept 1")},
		{latePlan, 1, once("after tencent SetAdmins 1")},
		{lostLimits, 1, once("")},
		{doubleCall, 1, once("")},
		{doublePost, 1, once("")},
		{noTurns, 2, together},
		{unapproved, 1, asks("approve")},
		{denied, 1, asks("deny")},
		{askedOrder, 1, asks("approve", step{verb: "add", users: "user2"}, step{verb: "add", users: "user3"})},
	} {
		for _, flawed := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s: %v", test.flaw, flawed), func(t *testing.T) {
				t.Parallel()
				database := ""
				if test.instances > 1 {
					database = journaltest.Postgres(t)
				}
				tw := newTown(t, database, test.instances)
				tw.wild = []*place{tw.inSlack("C0ONE", historyGroup, false), tw.inSlack("C0OTHER", historyGroup, false)}
				tw.name(time.Hour)
				if flawed {
					tw.spoil(test.flaw)
				}
				ctx, cancel := context.WithTimeout(t.Context(), 50*time.Second)
				defer cancel()
				test.act(ctx, tw)
				why := tw.unexplained()
				if explained := why == ""; explained == flawed {
					t.Errorf("an order explains the history: %v; log:\n%s", explained, tw.logged())
				}
				t.Log(why)
			})
		}
	}
}

// once is one command for a program that is killed at a point, and started again.
func once(point string) func(context.Context, *town) {
	return func(ctx context.Context, tw *town) {
		tw.t.Helper()
		p := tw.begin(tw.instances[0], point)
		acknowledged := tw.say(ctx, step{verb: "add", users: "user1", limit: "2h"}, tw.wild[0])
		if point != "" {
			<-p.buried
			p = tw.begin(tw.instances[0], "")
		}
		acknowledged()
		tw.waitFor(ctx, "everything is done", (*ledger).settled)
		tw.instances[0].stop(p)
	}
}

// asks is a request, other commands, and a press on a button of the request if it has any.
func asks(button string, between ...step) func(context.Context, *town) {
	return func(ctx context.Context, tw *town) {
		tw.t.Helper()
		running, p := tw.begin(tw.instances[0], ""), tw.wild[0]
		tw.say(ctx, step{who: asker, verb: "add", users: "user1", limit: "2h"}, p)()
		_ = p.chat.wait(ctx, func() bool {
			posted := p.chat.posted(p.channel)
			return undecided(posted).about != 0 || len(results(posted)) > 0
		})
		tw.api.SetLatency(time.Second / 2) // one of the others waits when it is approved
		for _, s := range between {
			tw.say(ctx, s, p)()
		}
		if undecided(p.chat.posted(p.channel)).about != 0 {
			if err := p.decide(ctx, step{press: button}); err != nil {
				tw.t.Fatal(err)
			}
		}
		tw.waitFor(ctx, "everything is done", (*ledger).settled)
		tw.instances[0].stop(running)
	}
}

// together is commands for two instances about one group, at the same time.
func together(ctx context.Context, tw *town) {
	tw.t.Helper()
	tw.api.SetLatency(time.Second / 4) // the first is not done when the second comes
	first, second := tw.begin(tw.instances[0], ""), tw.begin(tw.instances[1], "")
	tw.instances[0].awaitReady(first)
	tw.instances[1].awaitReady(second)
	for _, s := range []step{{verb: "list"}, {verb: "add", users: "user1"}, {verb: "add", users: "user2"}, {verb: "add", users: "user3"}} {
		tw.say(ctx, s, tw.wild...)()
		tw.waitFor(ctx, "everything is done", (*ledger).settled)
	}
	tw.instances[0].stop(first)
	tw.instances[1].stop(second)
}

// spoil makes every program in the town a flawed one.
func (tw *town) spoil(flaw string) {
	for _, i := range tw.instances {
		i.Env = append(i.Env, historyFlaw+"="+flaw)
		for name, o := range i.outside {
			call := flaw == doubleCall && name == "tencent"
			post := flaw == doublePost && name == "slack"
			if call || post {
				o.server = twice(o.server, func(line string) bool {
					return call && strings.Contains(line, "/modify_admin ") || post && strings.Contains(line, "/chat.postMessage ") && strings.Contains(line, "thread_ts")
				})
				i.outside[name] = o
			}
		}
	}
}

// twice lets each request that fits arrive twice, as from a program that forgets that it
// has sent it.
func twice(server http.Handler, fits func(line string) bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		again := r.Clone(r.Context())
		r.Body, again.Body = io.NopCloser(bytes.NewReader(body)), io.NopCloser(bytes.NewReader(body))
		if err == nil && fits(r.URL.Path+" "+string(body)) {
			server.ServeHTTP(unanswered{make(http.Header)}, again)
		}
		server.ServeHTTP(w, r)
	})
}

// unanswered is an answer that nobody reads.
type unanswered struct{ header http.Header }

func (u unanswered) Header() http.Header         { return u.header }
func (u unanswered) Write(p []byte) (int, error) { return len(p), nil }
func (u unanswered) WriteHeader(int)             {}
