package journal

import (
	"fmt"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"liveadmin/bot"
	"liveadmin/commands"
)

// asked is a request to add user1 to friday, which closes in an hour.
func asked(c *world, key string) bot.Entry {
	e := entry(key)
	e.Request = &bot.Request{Approvers: [][]string{{"slack:user:U0LEAD"}}, Expires: c.Now().Add(time.Hour), Remind: c.Now().Add(15 * time.Minute)}
	return e
}

// mustAsk puts a request on record and its message where it can be decided.
func mustAsk(t testing.TB, j *Journal, c *world, key string) bot.Entry {
	t.Helper()
	e := mustAccept(t, j, asked(c, key))
	if err := j.Requested(t.Context(), e, "request"); err != nil {
		t.Fatal(err)
	}
	return mustRead(t, j, e.Number)
}

func mustRead(t testing.TB, j *Journal, number int64) bot.Entry {
	t.Helper()
	e, found, err := j.Entry(t.Context(), number)
	if err != nil || !found {
		t.Fatalf("#%d: found %v, %v", number, found, err)
	}
	return e
}

func deciding(s bot.State, by string) (bot.Decision, bot.Record) {
	return bot.Decision{State: s, By: by, Rule: "rule 2"}, bot.Record{Caller: by, Verb: commands.Add, Detail: "rule 2"}
}

func decidedOnce(t *testing.T, j *Journal, c *world) {
	early := mustAccept(t, j, asked(c, "early"))
	d, r := deciding(bot.Accepted, "slack:user:U0LEAD")
	if done, err := j.Decide(t.Context(), early, d, r, nil); done || err != nil {
		t.Errorf("decided before its message is on record: %v, %v", done, err)
	}
	e := mustAsk(t, j, c, "k")
	var won, carried atomic.Int32
	var wg sync.WaitGroup
	for i := range 10 {
		wg.Go(func() {
			d, r := deciding([]bot.State{bot.Accepted, bot.Denied, bot.Withdrawn}[i%3], "slack:user:U0LEAD")
			d.Delivery = fmt.Sprint("click ", i)
			done, err := j.Decide(t.Context(), e, d, r, func(bot.Entry) { carried.Add(1) })
			if err != nil {
				t.Error(err)
			}
			if done {
				won.Add(1)
			}
		})
	}
	wg.Wait()
	if won.Load() != 1 || carried.Load() != 1 {
		t.Errorf("%d decisions, carried %d times", won.Load(), carried.Load())
	}
	got := mustRead(t, j, e.Number)
	rows := trail(t, j, bot.Filter{Number: e.Number})
	if len(rows) != 2 || got.Request.Decision == nil || rows[1].Event != got.Request.Decision.Event() || rows[1].Detail != "rule 2" {
		t.Errorf("decided %+v, audit %+v", got.Request.Decision, rows)
	}
	if n := len(got.Changes); (n == 1) != got.Approved() {
		t.Errorf("%s with %d changes", got.State, n)
	}
}

// decidedAndKept: the decision of one caller stays theirs when another one's, on the same
// instance, comes too late.
func decidedAndKept(t *testing.T, j *Journal, c *world) {
	claim(t, j)
	e := mustAsk(t, j, c, "k")
	for i, s := range []bot.State{bot.Accepted, bot.Denied} {
		d, r := deciding(s, "slack:user:U0LEAD")
		d.Delivery = fmt.Sprint("click ", i)
		if done, err := j.Decide(t.Context(), e, d, r, nil); done != (i == 0) || err != nil {
			t.Fatal(done, err)
		}
	}
	if got := claim(t, j); len(got) != 0 {
		t.Errorf("claimed from who carries it: %+v", got)
	}
	if got := claim(t, j, e.Number); len(got) != 0 {
		t.Errorf("claimed although it is carried: %+v", got)
	}
	if got := claim(t, j); len(got) != 1 {
		t.Errorf("claimed %+v when nobody carries it any more", got)
	}
}

func approvedLast(t *testing.T, j *Journal, c *world) {
	first := mustAsk(t, j, c, "first")
	second := mustAccept(t, j, entry("second"))
	c.Advance(10 * time.Minute)
	d, r := deciding(bot.Accepted, "slack:user:U0LEAD")
	var approved bot.Entry
	if done, err := j.Decide(t.Context(), first, d, r, func(e bot.Entry) { approved = e }); !done || err != nil {
		t.Fatal(done, err)
	}
	third := mustAccept(t, j, entry("third"))
	if approved.Order() <= second.Order() || approved.Order() >= third.Order() {
		t.Errorf("the order is %d, between %d and %d", approved.Order(), second.Order(), third.Order())
	}
	if !approved.Begun.Equal(c.Now()) || !approved.Accepted.Equal(c.Now().Add(-10*time.Minute)) {
		t.Errorf("begun %s, accepted %s", approved.Begun, approved.Accepted)
	}
	if j.lease != nil { // a file has one process, whose lanes keep the order
		if ok, err := j.Turn(t.Context(), approved, approved.Changes[0]); ok || err != nil {
			t.Errorf("it goes before what was accepted before: %v, %v", ok, err)
		}
	}
	mustFinish(t, j, second)
	mustFinish(t, j, approved)
}

func requestOver(t *testing.T, j *Journal, c *world) {
	e := mustAsk(t, j, c, "k")
	d, r := deciding(bot.Expired, "")
	if done, err := j.Decide(t.Context(), e, d, r, nil); done || err != nil {
		t.Errorf("closed before its time: %v, %v", done, err)
	}
	c.Advance(time.Hour)
	approve, row := deciding(bot.Accepted, "slack:user:U0LEAD")
	if done, err := j.Decide(t.Context(), e, approve, row, nil); done || err != nil {
		t.Errorf("approved after its time: %v, %v", done, err)
	}
	if done, err := j.Decide(t.Context(), e, d, r, func(got bot.Entry) { e = got }); !done || err != nil {
		t.Fatal(done, err)
	}
	for range 2 {
		if err := j.Finish(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	if got := mustRead(t, j, e.Number); got.State != bot.Expired || got.Reply != "" || len(unclosed(t, j)) != 0 {
		t.Errorf("%+v", got)
	}
}

// requestOvertaken: a request whose matter was done meanwhile closes before its time.
func requestOvertaken(t *testing.T, j *Journal, c *world) {
	e := mustAsk(t, j, c, "k")
	d, r := deciding(bot.Expired, "")
	d.Over = true
	if done, err := j.Decide(t.Context(), e, d, r, func(got bot.Entry) { e = got }); !done || err != nil {
		t.Fatal(done, err)
	}
	if got := mustRead(t, j, e.Number); got.State != bot.Expired || !got.Request.Decision.Over {
		t.Errorf("%+v", got)
	}
	if err := j.Finish(t.Context(), e); err != nil {
		t.Fatal(err)
	}
}

// approvedBefore: what belongs to a request that was approved is accepted with that approval.
func approvedBefore(t *testing.T, j *Journal, c *world) {
	e := asked(c, "k")
	made, _ := deciding(bot.Accepted, "slack:user:U0LEAD")
	made.At, made.Renamed = c.Now(), []string{"show"}
	e.Request.Decision, e.Request.Remind = &made, time.Time{}
	e = mustAccept(t, j, e)
	got := mustRead(t, j, e.Number)
	if got.State != bot.Accepted || len(got.Changes) != 1 || !got.Approved() || !reflect.DeepEqual(*got.Request.Decision, made) || got.Order() != e.Number {
		t.Errorf("%+v, decided %+v", got, got.Request.Decision)
	}
	mustFinish(t, j, e)
}

// decidersFound: what somebody approved or denied is found by them, and nothing else.
func decidersFound(t *testing.T, j *Journal, c *world) {
	var want []int64
	for _, state := range []bot.State{bot.Denied, bot.Accepted, bot.Withdrawn} {
		e := mustAsk(t, j, c, string(state))
		d, r := deciding(state, "slack:user:U0LEAD")
		if done, err := j.Decide(t.Context(), e, d, r, nil); !done || err != nil {
			t.Fatal(done, err)
		}
		if state != bot.Withdrawn {
			want = append([]int64{e.Number}, want...)
		}
	}
	for ref, numbers := range map[string][]int64{"slack:user:U0LEAD": want, "U0LEAD": nil, "friday": nil} {
		if got, err := j.DecidedBy(t.Context(), ref); err != nil || !slices.Equal(got, numbers) {
			t.Errorf("%s decided %v, %v, want %v", ref, got, err, numbers)
		}
	}
}

func requestAlone(t *testing.T, j *Journal, c *world) {
	e := mustAsk(t, j, c, "k")
	again := func(want int) []bot.Entry {
		t.Helper()
		j = c.restart(t, j)
		got := claim(t, j)
		if len(got) != want {
			t.Fatalf("claimed %+v, want %d", got, want)
		}
		return got
	}
	again(0)
	c.Advance(15 * time.Minute)
	due := again(1)[0]
	if err := j.Reminded(t.Context(), due); err != nil {
		t.Fatal(err)
	}
	again(0)
	if open, err := j.Requests(t.Context()); err != nil || len(open) != 1 || open[0].Number != e.Number || !open[0].Request.Remind.IsZero() {
		t.Errorf("requests %+v, %v", open, err)
	}
	c.Advance(45 * time.Minute)
	again(1)
	if n, _, err := j.Discard(t.Context(), []int64{e.Number}, false, bot.Record{Caller: "operator"}); n != 1 || err != nil {
		t.Errorf("dropped %d, %v", n, err)
	}
	if rows := trail(t, j, bot.Filter{Number: e.Number}); rows[len(rows)-1].Verb != commands.Add {
		t.Errorf("audit %+v", rows)
	}
}
