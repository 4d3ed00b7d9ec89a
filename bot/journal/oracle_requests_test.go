package journal

import (
	"crypto/rand"
	"fmt"
	"time"

	"pgregory.net/rapid"

	"liveadmin/bot"
	"liveadmin/commands"
	"liveadmin/imapi"
)

// nobody is the owner of what no process carries.
const nobody = -1

// rests reports whether a request waits for a decision, and for nothing else now.
func (o *oracle) rests(e *oracleEntry) bool {
	return e.State == bot.Asked && e.Request.Post != "" && e.Request.Expires.After(o.now) &&
		(e.Request.Remind.IsZero() || e.Request.Remind.After(o.now))
}

func (o *oracle) requested(e bot.Entry, post bot.Post) error {
	on, _ := o.mine(e)
	if on.State == bot.Asked {
		on.Request.Post, on.owner = post, nobody
		return nil
	}
	if on := o.entries[e.Number]; on.Request != nil && on.Attempt == e.Attempt && on.Request.Post == post {
		return nil
	}
	return bot.ErrLost
}

func (o *oracle) reminded(e bot.Entry) error {
	on, _ := o.mine(e)
	if on.State == bot.Asked {
		on.Request.Remind, on.owner = time.Time{}, nobody
		return nil
	}
	if on := o.entries[e.Number]; on.Attempt == e.Attempt && on.owner == nobody && on.Request.Remind.IsZero() {
		return nil
	}
	return bot.ErrLost
}

func (o *oracle) finish(e bot.Entry) error {
	on, open := o.mine(e)
	if !on.State.Ended() {
		return bot.ErrLost
	}
	if open {
		on.closed, on.Reply = o.now, ""
	}
	return nil
}

func (o *oracle) decide(e bot.Entry, d bot.Decision, r bot.Record) bool {
	on := o.entries[e.Number]
	over := on.Request != nil && !on.Request.Expires.After(o.now)
	switch {
	case on.State != bot.Asked, d.State == bot.Expired && !over, d.State != bot.Expired && (over || on.Request.Post == ""):
		return false
	}
	d.At = o.now
	on.State, on.Attempt, on.owner, on.Begun = d.State, on.Attempt+1, o.process, o.now
	on.Request.Decision, on.Request.Remind = &d, time.Time{}
	if d.State == bot.Accepted {
		o.numbers++
		on.Turn = o.numbers
		on.Changes = bot.ChangesOf(on.Command)
		for i := range on.Changes {
			on.Changes[i].Entry = on.Number
		}
	}
	r.Event, r.Outcome = d.Event(), d.Status()
	o.write(e.Number, r)
	return true
}

// someWithChanges chooses an entry that has changes.
func (p *pair) someWithChanges(t *rapid.T) bot.Entry {
	e := p.some(t)
	if len(e.Changes) == 0 {
		t.Skip("a request has no changes")
	}
	return e
}

func (p *pair) ask(t *rapid.T) {
	e := entry(fmt.Sprint("k", rapid.IntRange(0, 40).Draw(t, "key")), rapid.SliceOfNDistinct(rapid.SampledFrom(oracleGroups), 1, 2, rapid.ID).Draw(t, "groups")...)
	minutes := rapid.SampledFrom([]int{5, 60, 120}).Draw(t, "minutes")
	expires := p.o.now.Add(time.Duration(minutes) * time.Minute)
	e.Request = &bot.Request{Approvers: [][]string{{alice, "slack:usergroup:S1"}}, Expires: expires}
	if minutes >= 60 {
		e.Request.Remind = p.o.now.Add(time.Duration(minutes) * time.Minute / 4)
	}
	real := *e.Request
	model := e
	model.Request = &real
	want, fresh := p.o.accept(model, accepted())
	got, gotFresh, err := p.j.Accept(t.Context(), e, accepted(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if fresh {
		p.learn(want.Number, got.Number)
	}
	p.same("fresh", gotFresh, fresh)
	p.same("asked", p.canonEntry(got), want)
}

func (p *pair) requested(t *rapid.T) {
	model, real := p.theirs(t, p.some(t))
	post := bot.Post(rapid.SampledFrom([]string{"here", "there"}).Draw(t, "post"))
	p.sameError("Requested", p.j.Requested(t.Context(), real, post), p.o.requested(model, post))
}

func (p *pair) reminded(t *rapid.T) {
	e := p.some(t)
	if e.Request == nil {
		t.Skip("no request")
	}
	model, real := p.theirs(t, e)
	p.sameError("Reminded", p.j.Reminded(t.Context(), real), p.o.reminded(model))
}

func (p *pair) finish(t *rapid.T) {
	model, real := p.theirs(t, p.some(t))
	p.sameError("Finish", p.j.Finish(t.Context(), real), p.o.finish(model))
}

func (p *pair) decide(t *rapid.T) {
	e := p.some(t)
	if e.Request == nil {
		t.Skip("no request")
	}
	real := e
	real.Number = p.real[e.Number]
	p.deciding(t, e, real)
}

func (p *pair) deciding(t *rapid.T, e, real bot.Entry) {
	d := bot.Decision{
		State: rapid.SampledFrom([]bot.State{bot.Accepted, bot.Accepted, bot.Denied, bot.Withdrawn, bot.Expired}).Draw(t, "decision"),
		By:    rapid.SampledFrom([]string{"slack:user:U0BOB", "slack:user:U0CAROL"}).Draw(t, "by"), Rule: "rule 2", Delivery: rand.Text(),
	}
	r := bot.Record{Caller: d.By, Verb: commands.Add, Groups: []imapi.GroupID{friday}, Users: []imapi.UserID{"user1"}, Detail: d.Rule}
	want := p.o.decide(e, d, r)
	var carried bot.Entry
	got, err := p.j.Decide(t.Context(), real, d, r, func(e bot.Entry) { carried = e })
	if err != nil {
		t.Fatal(err)
	}
	p.same("decided", got, want)
	if !want {
		return
	}
	on := p.o.entries[e.Number].copy()
	if on.Turn != 0 {
		p.learn(on.Turn, carried.Turn)
	}
	p.same("carried", p.canonEntry(carried), on)
}

// goOnAsking makes the next mark of a request.
func (p *pair) goOnAsking(t *rapid.T, e, real bot.Entry) {
	switch {
	case e.State.Ended():
		p.sameError("Finish", p.j.Finish(t.Context(), real), p.o.finish(e))
	case e.Request.Post == "":
		p.sameError("Requested", p.j.Requested(t.Context(), real, "here"), p.o.requested(e, "here"))
	default:
		p.deciding(t, e, real)
	}
}
