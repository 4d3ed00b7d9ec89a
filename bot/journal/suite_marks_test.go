package journal

import (
	"errors"
	"reflect"
	"sync"
	"testing"
	"time"

	"liveadmin/bot"
	"liveadmin/commands"
	"liveadmin/imapi"
)

func answering(t *testing.T, j *Journal, _ *world) {
	marked, other := mustAccept(t, j, entry("marked")), mustAccept(t, j, entry("other"))
	if marked.Answered {
		t.Error("answered when it was accepted")
	}
	for range 2 {
		if err := j.Answer(t.Context(), marked); err != nil {
			t.Fatal(err)
		}
	}
	open := unclosed(t, j)
	if !open[0].Answered || open[1].Answered || open[1].Number != other.Number {
		t.Errorf("on record %+v", open)
	}
	if again, _, err := j.Accept(t.Context(), entry("marked"), accepted(), nil); err != nil || !again.Answered {
		t.Errorf("delivered again: answered %v, error %v", again.Answered, err)
	}
}

func lastChange(t *testing.T, j *Journal, _ *world) {
	e := mustAccept(t, j, entry("k", friday, sunday))
	for i, want := range []bool{false, true} {
		c := e.Changes[i]
		if err := plan(t.Context(), j, e, c); err != nil {
			t.Fatal(err)
		}
		last, err := settle(t.Context(), j, e, c)
		if err != nil || last != want {
			t.Errorf("change %d: last %v, error %v", i, last, err)
		}
		if state := unclosed(t, j)[0].State; (state == bot.Done) != want {
			t.Errorf("after change %d the entry is %s", i, state)
		}
	}
}

func lastAtOnce(t *testing.T, j *Journal, _ *world) {
	groups := []imapi.GroupID{"a", "b", "c", "d", "e", "f", "g", "h"}
	e := mustAccept(t, j, entry("k", groups...))
	var wg sync.WaitGroup
	lasts := make([]bool, len(groups))
	for i, c := range e.Changes {
		wg.Go(func() {
			if err := plan(t.Context(), j, e, c); err != nil {
				t.Error(err)
			}
			var err error
			if lasts[i], err = settle(t.Context(), j, e, c); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	n := 0
	for _, last := range lasts {
		if last {
			n++
		}
	}
	if n != 1 {
		t.Errorf("%d changes were the last one, want 1", n)
	}
	if state := unclosed(t, j)[0].State; state != bot.Done {
		t.Errorf("the entry is %s", state)
	}
}

func planOnce(t *testing.T, j *Journal, _ *world) {
	e := mustAccept(t, j, entry("k"))
	c := e.Changes[0]
	c.Plan = &commands.Plan{Refusal: commands.SeatsTaken}
	if err := j.Plan(t.Context(), e, c); err != nil {
		t.Fatal(err)
	}
	c.Plan = &commands.Plan{Refusal: commands.NothingToDo, Grants: []commands.Grant{{Group: friday, User: "user1"}}}
	if err := j.Plan(t.Context(), e, c); !errors.Is(err, bot.ErrLost) {
		t.Errorf("planned again: %v", err)
	}
	if got := unclosed(t, j)[0].Changes[0].Plan; got == nil || got.Refusal != commands.SeatsTaken {
		t.Errorf("plan %+v", got)
	}
	if g, err := j.Grants(t.Context(), ""); err != nil || len(g) != 0 {
		t.Errorf("grants %+v, error %v", g, err)
	}
}

// outOfOrder tries each mark in each state in which it is not legal.
func outOfOrder(t *testing.T, j *Journal, _ *world) {
	type try struct {
		name string
		mark func(bot.Entry) error
	}
	planIt := try{"plan", func(e bot.Entry) error { return plan(t.Context(), j, e, e.Changes[0]) }}
	settleIt := try{"settle", func(e bot.Entry) error { _, err := settle(t.Context(), j, e, e.Changes[0]); return err }}
	answer := try{"answer", func(e bot.Entry) error { return j.Answer(t.Context(), e) }}
	announce := try{"announce", func(e bot.Entry) error { return j.Announce(t.Context(), e, "root", "") }}
	post := try{"post", func(e bot.Entry) error { return j.Post(t.Context(), e, "result") }}
	drop := try{"drop", func(e bot.Entry) error {
		return j.Drop(t.Context(), e, bot.Unanswered, bot.Record{Event: bot.WasUnanswered})
	}}
	giveUp := try{"give up", func(e bot.Entry) error {
		return j.Drop(t.Context(), e, bot.Unposted, bot.Record{Event: bot.WasUnposted})
	}}
	for _, test := range []struct {
		name    string
		reached []try
		lost    []try
	}{
		{"accepted", []try{announce}, []try{settleIt, post, giveUp}},
		{"planned", []try{planIt, announce}, []try{post, giveUp}},
		{"done", []try{planIt, settleIt, announce}, []try{answer, planIt, drop}},
		{"posted", []try{planIt, settleIt, post}, []try{answer, planIt, settleIt, announce, drop, giveUp}},
		{"dropped", []try{drop}, []try{answer, planIt, settleIt, announce, post, giveUp}},
		{"planned and dropped", []try{planIt, drop}, []try{planIt, settleIt, announce, post, giveUp}},
		{"given up", []try{planIt, settleIt, giveUp}, []try{planIt, settleIt, announce, post, drop}},
	} {
		t.Run(test.name, func(t *testing.T) {
			e := mustAccept(t, j, entry(test.name))
			for _, step := range test.reached {
				if err := step.mark(e); err != nil {
					t.Fatalf("%s: %v", step.name, err)
				}
			}
			rows := len(trail(t, j, bot.Filter{Number: e.Number}))
			for _, step := range test.lost {
				if err := step.mark(e); !errors.Is(err, bot.ErrLost) {
					t.Errorf("%s: %v, want ErrLost", step.name, err)
				}
			}
			if after := len(trail(t, j, bot.Filter{Number: e.Number})); after != rows {
				t.Errorf("%d audit rows after, %d before", after, rows)
			}
		})
	}
}

func olderAttempt(t *testing.T, j *Journal, w *world) {
	accepted := mustAccept(t, j, entry("k"))
	j = w.restart(t, j)
	old, now := claim(t, j)[0], claim(t, j)[0]
	if accepted.Attempt != 1 || old.Attempt != 2 || now.Attempt != 3 {
		t.Fatalf("attempts %d, %d, %d", accepted.Attempt, old.Attempt, now.Attempt)
	}
	lost := func(name string, err error) {
		if !errors.Is(err, bot.ErrLost) {
			t.Errorf("%s: %v, want ErrLost", name, err)
		}
	}
	lost("answer", j.Answer(t.Context(), old))
	lost("plan", plan(t.Context(), j, old, old.Changes[0]))
	lost("announce", j.Announce(t.Context(), old, "old root", ""))
	lost("drop", j.Drop(t.Context(), old, bot.Unanswered, bot.Record{Event: bot.WasUnanswered}))
	if err := plan(t.Context(), j, now, now.Changes[0]); err != nil {
		t.Fatal(err)
	}
	_, err := j.Turn(t.Context(), old, old.Changes[0])
	lost("turn", err)
	lost("rest", j.Rest(t.Context(), old, old.Changes[0]))
	lost("wake", j.Wake(t.Context(), old, old.Changes[0]))
	_, err = settle(t.Context(), j, old, old.Changes[0])
	lost("settle", err)
	if _, err = settle(t.Context(), j, now, now.Changes[0]); err != nil {
		t.Fatal(err)
	}
	lost("post", j.Post(t.Context(), old, "old result"))
	if err := j.Announce(t.Context(), now, "root", ""); err != nil {
		t.Error(err)
	}
	if got := unclosed(t, j); len(got) != 1 || got[0].Root != "root" {
		t.Errorf("on record %+v", got)
	}
}

func refusedMark(t *testing.T, j *Journal, _ *world) {
	e := mustAccept(t, j, entry("k"))
	c := e.Changes[0]
	c.Outcome = &commands.Outcome{
		Grants: []commands.Grant{{Group: friday, User: "user1", Until: time.Unix(1, 0)}},
		Made:   []commands.Recent{{User: "user1", Admin: true}},
	}
	if _, err := j.Settle(t.Context(), e, c, settled("user1")); !errors.Is(err, bot.ErrLost) {
		t.Fatalf("settled without a plan: %v", err)
	}
	grants, err1 := j.Grants(t.Context(), "")
	made, err2 := j.Recent(t.Context(), friday, time.Time{})
	if err1 != nil || err2 != nil || len(grants)+len(made) > 0 || len(trail(t, j, bot.Filter{})) != 1 {
		t.Errorf("left behind: grants %v, recent %v, errors %v, %v", grants, made, err1, err2)
	}
}

func emptyMarks(t *testing.T, j *Journal, _ *world) {
	e := mustAccept(t, j, entry("k"))
	if err := j.Plan(t.Context(), e, e.Changes[0]); err == nil {
		t.Error("planned without a plan")
	}
	if err := plan(t.Context(), j, e, e.Changes[0]); err != nil {
		t.Fatal(err)
	}
	if _, err := j.Settle(t.Context(), e, e.Changes[0], settled()); err == nil {
		t.Error("settled without an outcome")
	}
	for _, s := range []bot.State{bot.Accepted, bot.Done, bot.Posted, ""} {
		if err := j.Drop(t.Context(), e, s, bot.Record{}); err == nil {
			t.Errorf("dropped as %q", s)
		}
	}
}

// handles counts the reply handles on record.
func handles(t *testing.T, j *Journal) (n int) {
	t.Helper()
	if err := j.db.QueryRow(`SELECT count(*) FROM reply`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func posting(t *testing.T, j *Journal, _ *world) {
	e := mustAccept(t, j, entry("k"))
	mustFinish(t, j, e)
	if n := handles(t, j); n != 1 {
		t.Fatalf("%d reply handles before, want 1", n)
	}
	if err := j.Post(t.Context(), e, "result"); err != nil {
		t.Fatal(err)
	}
	if n := handles(t, j); n != 0 {
		t.Errorf("%d reply handles on record, want none", n)
	}
	if n := len(unclosed(t, j)); n != 0 {
		t.Errorf("%d entries open, want none", n)
	}
}

func dropping(t *testing.T, j *Journal, c *world) {
	unanswered := mustAccept(t, j, entry("unanswered"))
	unposted := mustAccept(t, j, entry("unposted"))
	mustFinish(t, j, unposted)
	for _, test := range []struct {
		entry bot.Entry
		state bot.State
		what  bot.Event
	}{
		{unanswered, bot.Unanswered, bot.WasUnanswered},
		{unposted, bot.Unposted, bot.WasUnposted},
	} {
		record := bot.Record{Event: test.what, Caller: alice, Verb: commands.Add}
		if err := j.Drop(t.Context(), test.entry, test.state, record); err != nil {
			t.Fatal(err)
		}
		record.Number, record.At = test.entry.Number, c.Now()
		rows := trail(t, j, bot.Filter{Number: record.Number})
		if last := rows[len(rows)-1]; !reflect.DeepEqual(last, record) {
			t.Errorf("the last audit row is %+v, want %+v", last, record)
		}
		again, _, err := j.Accept(t.Context(), test.entry, accepted(), nil)
		if err != nil || again.State != test.state {
			t.Errorf("state %q, want %q (error %v)", again.State, test.state, err)
		}
	}
	if n := handles(t, j); n != 0 {
		t.Errorf("%d reply handles on record, want none", n)
	}
	if n := len(unclosed(t, j)); n != 0 {
		t.Errorf("%d entries open, want none", n)
	}
}
