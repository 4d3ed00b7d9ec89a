package journal

import (
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"

	"liveadmin/bot"
	"liveadmin/commands"
	"liveadmin/imapi"
)

// theirs is an entry as the database knows it, at its attempt or, now and then, at one
// that is over.
func (p *pair) theirs(t *rapid.T, e bot.Entry) (model, real bot.Entry) {
	if rapid.IntRange(0, 9).Draw(t, "stale") == 0 {
		e.Attempt--
	}
	model, real = e, e
	real.Number = p.real[e.Number]
	return model, real
}

// some chooses an entry, or skips the operation.
func (p *pair) some(t *rapid.T) bot.Entry {
	var all []bot.Entry
	for n := int64(1); n <= p.o.numbers; n++ {
		if e := p.o.entries[n]; e != nil {
			all = append(all, e.copy())
		}
	}
	if len(all) == 0 {
		t.Skip("no entry")
	}
	return rapid.SampledFrom(all).Draw(t, "entry")
}

var oracleGroups = []imapi.GroupID{friday, sunday, "@TGS#aSAT"}

func (p *pair) accept(t *rapid.T) {
	e := entry(fmt.Sprint("k", rapid.IntRange(0, 40).Draw(t, "key")), rapid.SliceOfNDistinct(rapid.SampledFrom(oracleGroups), 1, 2, rapid.ID).Draw(t, "groups")...)
	e.Once = rapid.SampledFrom([]string{"", "", "once1", "once2"}).Draw(t, "once")
	p.accepting(e, nil)
}

// accepting accepts an entry that is about limits as the database knows them.
func (p *pair) accepting(e bot.Entry, limits []commands.Grant) {
	real := e
	real.Changes, real.Command.Grants = slices.Clone(e.Changes), limits
	want, fresh := p.o.accept(e, accepted())
	got, gotFresh, err := p.j.Accept(p.t.Context(), real, accepted(), nil)
	if err != nil {
		p.t.Fatal(err)
	}
	if fresh {
		p.learn(want.Number, got.Number)
	}
	p.same("fresh", gotFresh, fresh)
	p.same("accepted", p.canonEntry(got), want)
}

func (p *pair) note(t *rapid.T) {
	key := fmt.Sprint("k", rapid.IntRange(0, 40).Draw(t, "key"))
	r := bot.Record{Event: bot.WasMistaken, Caller: alice, Text: "ad x", Outcome: commands.Mistaken}
	want, fresh := p.o.note(key, r)
	got, gotFresh, err := p.j.Note(t.Context(), key, r)
	if err != nil {
		t.Fatal(err)
	}
	if fresh {
		p.learn(want, got)
	}
	p.same("fresh", gotFresh, fresh)
	p.same("number", p.ours[got], want)
}

func (p *pair) answer(t *rapid.T) {
	model, real := p.theirs(t, p.some(t))
	p.sameError("Answer", p.j.Answer(t.Context(), real), p.o.answer(model))
}

func (p *pair) announce(t *rapid.T) {
	model, real := p.theirs(t, p.some(t))
	root := bot.Post(rapid.SampledFrom([]string{"here", "there"}).Draw(t, "root"))
	result := bot.Post(rapid.SampledFrom([]string{"", "here", "there"}).Draw(t, "result"))
	p.sameError("Announce", p.j.Announce(t.Context(), real, root, result), p.o.announce(model, root, result))
}

func (p *pair) post(t *rapid.T) {
	model, real := p.theirs(t, p.some(t))
	result := bot.Post(rapid.SampledFrom([]string{"here", "there"}).Draw(t, "result"))
	p.sameError("Post", p.j.Post(t.Context(), real, result), p.o.post(model, result))
}

func (p *pair) drop(t *rapid.T) {
	model, real := p.theirs(t, p.some(t))
	s := rapid.SampledFrom([]bot.State{bot.Unanswered, bot.Unposted}).Draw(t, "state")
	r := bot.Record{Event: bot.WasUnposted, Caller: alice, Detail: string(s)}
	p.sameError("Drop", p.j.Drop(t.Context(), real, s, r), p.o.drop(model, s, r))
}

// oracleLimits are grants of a few users, some of them the same as before.
func (p *pair) oracleLimits(t *rapid.T, group imapi.GroupID) (all []commands.Grant) {
	for _, u := range rapid.SliceOfNDistinct(rapid.SampledFrom([]imapi.UserID{"user1", "user2"}), 0, 2, rapid.ID).Draw(t, "limited") {
		hours := rapid.IntRange(0, 3).Draw(t, "hours")
		g := commands.Grant{Group: group, User: u, Until: newClock().now.Add(time.Duration(hours) * time.Hour), Length: time.Duration(hours+1) * 30 * time.Minute}
		if rapid.IntRange(0, 4).Draw(t, "tried") == 0 {
			g.Tries, g.Due = 1, g.Until.Add(5*time.Minute)
		}
		all = append(all, g)
	}
	return all
}

func (p *pair) plan(t *rapid.T) {
	e := p.someWithChanges(t)
	c := rapid.SampledFrom(e.Changes).Draw(t, "change")
	c.Plan = &commands.Plan{Known: true, At: p.o.now, Grants: p.oracleLimits(t, c.Group)}
	model, real := p.theirs(t, e)
	p.sameError("Plan", p.j.Plan(t.Context(), real, c), p.o.plan(model, c))
}

func (p *pair) settle(t *rapid.T) {
	e := p.someWithChanges(t)
	c := rapid.SampledFrom(e.Changes).Draw(t, "change")
	c.Outcome = &commands.Outcome{Status: rapid.SampledFrom([]commands.Status{commands.Done, commands.Failed}).Draw(t, "status")}
	c.Outcome.Grants = p.oracleLimits(t, c.Group)
	c.Outcome.Ungrant = rapid.SampledFrom([][]imapi.UserID{nil, {"user1"}, {"user2"}}).Draw(t, "ungrant")
	for _, u := range rapid.SliceOfNDistinct(rapid.SampledFrom([]imapi.UserID{"user1", "user2", "user3"}), 0, 2, rapid.ID).Draw(t, "made") {
		c.Outcome.Made = append(c.Outcome.Made, commands.Recent{User: u, Admin: rapid.Bool().Draw(t, "admin"), At: p.o.now})
	}
	model, real := p.theirs(t, e)
	last, err := p.o.settle(model, c, settled("user1"))
	gotLast, gotErr := p.j.Settle(t.Context(), real, c, settled("user1"))
	p.sameError("Settle", gotErr, err)
	p.same("last", gotLast, last)
}

func (p *pair) rest(t *rapid.T) {
	e := p.someWithChanges(t)
	c := rapid.SampledFrom(e.Changes).Draw(t, "change")
	model, real := p.theirs(t, e)
	p.sameError("Rest", p.j.Rest(t.Context(), real, c), p.o.rest(model, c.Group))
}

func (p *pair) wake(t *rapid.T) {
	e := p.someWithChanges(t)
	c := rapid.SampledFrom(e.Changes).Draw(t, "change")
	model, real := p.theirs(t, e)
	p.sameError("Wake", p.j.Wake(t.Context(), real, c), p.o.wake(model, c.Group))
}

// goOn makes the next mark of an entry, so that many come to their end.
func (p *pair) goOn(t *rapid.T) {
	open := p.o.open()
	if len(open) == 0 {
		t.Skip("nothing is open")
	}
	e := rapid.SampledFrom(open).Draw(t, "entry")
	real := e
	real.Number = p.real[e.Number]
	for _, c := range e.Changes {
		switch c.State {
		case bot.Waiting:
			c.Plan = &commands.Plan{Known: true, At: p.o.now, Grants: p.oracleLimits(t, c.Group)}
			p.sameError("Plan", p.j.Plan(t.Context(), real, c), p.o.plan(e, c))
			return
		case bot.Planned:
			p.settling(e, real, c)
			return
		case bot.Resting:
			p.sameError("Wake", p.j.Wake(t.Context(), real, c), p.o.wake(e, c.Group))
			return
		}
	}
	if e.State == bot.Asked || e.State.Ended() {
		p.goOnAsking(t, e, real)
		return
	}
	p.sameError("Post", p.j.Post(t.Context(), real, "here"), p.o.post(e, "here"))
}

// settling settles a change with success or, of an end, with a failure, which gives back
// what the end has taken.
func (p *pair) settling(e, real bot.Entry, c bot.Change) {
	model, theirs := c, c
	model.Outcome = &commands.Outcome{Status: commands.Done, Made: []commands.Recent{{User: "user1", Admin: true, At: p.o.now}}}
	theirs.Outcome = model.Outcome
	if e.Command.Verb == commands.End {
		failed := commands.Outcome{Status: commands.Failed}
		again := failed
		for _, g := range e.Command.Grants {
			g.ID, g.Tries, g.Due = 0, g.Tries+1, p.o.now.Add(10*time.Minute)
			failed.Grants = append(failed.Grants, g)
			g.Entry = p.real[g.Entry]
			again.Grants = append(again.Grants, g)
		}
		model.Outcome, theirs.Outcome = &failed, &again
	}
	last, err := p.o.settle(e, model, settled("user1"))
	gotLast, gotErr := p.j.Settle(p.t.Context(), real, theirs, settled("user1"))
	p.sameError("Settle", gotErr, err)
	p.same("last", gotLast, last)
}

// end accepts an end, or a reminder, of what Due returns.
func (p *pair) end(t *rapid.T) {
	due, real := p.o.due(), p.due(t)
	verb, model, theirs := commands.End, due.Over, real.Over
	if len(model) == 0 {
		verb, model, theirs = commands.Remind, due.Near, real.Near
	}
	if len(model) == 0 {
		t.Skip("nothing is due")
	}
	e := about(fmt.Sprint("due", p.o.numbers), verb, model[0])
	p.accepting(e, theirs[:1])
}

func (p *pair) due(t *rapid.T) bot.Due {
	due, err := p.j.Due(t.Context(), p.o.now)
	if err != nil {
		t.Fatal(err)
	}
	return due
}

func (p *pair) wait(t *rapid.T) {
	p.o.now = p.o.now.Add(time.Duration(rapid.SampledFrom([]int{1, 10, 20, 50, 60}).Draw(t, "minutes")) * time.Minute)
}

func (p *pair) purge(t *rapid.T) {
	before := p.o.now.Add(-time.Duration(rapid.IntRange(0, 3).Draw(t, "hours")) * time.Hour)
	got, err := p.j.Purge(t.Context(), before)
	if err != nil {
		t.Fatal(err)
	}
	p.same("purged", got, p.o.purge(before))
}

func (p *pair) restart(t *rapid.T) {
	p.close()
	p.open(t)
	got, err := p.j.Claim(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	p.same("claimed", p.canonEntries(got), p.o.restart())
}
