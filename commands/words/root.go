package words

import (
	"cmp"
	"slices"
	"time"

	"liveadmin/commands"
	"liveadmin/commands/change"
)

// Root is the one line in the channel: at first what was asked, in
// the end what came of it.
func (w Words) Root(r commands.Result) Text {
	w, r = w.veiled(r)
	status := r.Status()
	what := w.asked(r.Command)
	switch {
	case status == commands.Working && settledGroups(r) > 0:
		what = Fill(w.Summary.Progress, Slots{"asked": what, "n": number(settledGroups(r)), "all": number(len(r.Groups))})
	case (status == commands.Partly || status == commands.Warned) && len(r.Groups) > 1:
		what = Fill(w.Summary.Progress, Slots{"asked": what, "n": number(fineGroups(r)), "all": number(len(r.Groups))})
	}
	if r.Command.Verb == commands.List && len(r.Groups) == 1 && status == commands.Done {
		what = Fill(w.Summary.ListedOn, w.now(r.Groups[0].Outcome, Slots{"target": w.target(r.Command.Target)}))
	} else if deeds := w.deeds(r); len(deeds) > 0 {
		what = w.did(r, deeds)
	}
	if len(r.Decided.Renamed) > 0 && status != commands.Working {
		what = Fill(w.Summary.Renamed, Slots{"what": what, "names": codes(w, r.Decided.Renamed)})
	}
	return Fill(w.Summary.Line, Slots{
		"sign": plain(signs[status]), "status": plain(w.Outcomes[status]),
		"caller": w.callerOf(r), "what": what,
	})
}

// callerOf is who asked and, of a request, who decided it.
func (w Words) callerOf(r commands.Result) Text {
	decider := r.Decided.By
	if r.Decided.Lapsed || r.Waits == commands.Withdrawn || r.Waits == commands.Expired {
		decider = ""
	}
	return w.both(r.Caller.Ref, decider, r.Waits == commands.Denied)
}

func settledGroups(r commands.Result) int {
	n := 0
	for _, g := range r.Groups {
		if g.Outcome.Status != "" {
			n++
		}
	}
	return n
}

// fineGroups is how many groups are as it was asked.
func fineGroups(r commands.Result) int {
	n := 0
	for _, g := range r.Groups {
		if g.Outcome.Status.Fine() {
			n++
		}
	}
	return n
}

func (w Words) asked(c commands.Command) Text {
	values := Slots{"verb": plain(string(c.Verb)), "target": w.target(c.Target), "users": w.people(c.Users)}
	if sentence := w.byNumber(c.Verb); sentence != "" {
		return Fill(sentence, Slots{"number": number(int(c.Number)), "target": w.target(c.Target)})
	}
	if c.Verb == commands.List {
		return Fill(w.Summary.AskedOf, values)
	}
	asked := Fill(w.Summary.Asked, values)
	if c.DryRun {
		return Fill(w.Summary.AskedDry, Slots{"asked": asked})
	}
	return asked
}

// byNumber is what a command that nobody types is called: by the entry that it is about.
func (w Words) byNumber(v commands.Verb) string {
	switch v {
	case commands.Undo:
		return w.Summary.AskedUndo
	case commands.End:
		return w.Summary.AskedEnd
	case commands.Remind:
		return w.Summary.AskedRemind
	case commands.Extend:
		return w.Summary.AskedExtend
	}
	return ""
}

// did is what was done, if anything was, with the seats that are taken now.
func (w Words) did(r commands.Result, deeds Text) Text {
	values := Slots{"target": w.target(r.Command.Target), "deeds": deeds}
	if o := r.Groups[0].Outcome; len(r.Groups) == 1 && o.NowKnown && r.Command.Verb != commands.GiveBack {
		return Fill(w.Summary.DidOn, w.now(o, values))
	}
	return Fill(w.Summary.DidWithout, values)
}

// deeds says in a few words what was done to whom, and of several groups in how many. It is
// empty if nothing was done.
func (w Words) deeds(r commands.Result) Text {
	switch status := r.Status(); {
	case r.Command.Verb == commands.List || r.Command.Verb == commands.End || r.Command.Verb == commands.Remind || r.Command.DryRun:
		return nil
	case status != commands.Done && status != commands.Warned && status != commands.Partly:
		return nil
	}
	var done []deed
	for _, g := range r.Groups {
		for _, d := range w.groupDeeds(r.Command, g) {
			if len(r.Groups) == 1 || d.what != w.Deeds.NoAccount { // to whom nothing was done is in the thread
				done = add(done, d)
			}
		}
	}
	slices.SortStableFunc(done, func(a, b deed) int { return cmp.Compare(a.kind, b.kind) })
	var all []Text
	for i := 0; i < len(done); {
		first, people := done[i], []commands.Person(nil)
		for ; i < len(done) && done[i].like(first); i++ {
			people = append(people, done[i].who)
		}
		said := Fill(first.what, Slots{"users": w.people(people), "time": w.until(first)})
		if len(r.Groups) > 1 {
			said = Fill(w.Summary.DidIn, Slots{"deed": said, "n": number(first.groups), "all": number(len(r.Groups))})
		}
		all = append(all, said)
	}
	return join(w.Joins.Facts, all...)
}

// deed is what was done to one person, in so many groups.
type deed struct {
	kind   int // its place among the Deeds
	what   string
	who    commands.Person
	until  time.Time // the earliest
	later  bool      // in some group the time is a later one
	groups int
}

// like reports whether two deeds can be said in one.
func (d deed) like(other deed) bool {
	return d.kind == other.kind && d.until.Equal(other.until) && d.later == other.later && d.groups == other.groups
}

// add counts a deed in one more group.
func add(done []deed, d deed) []deed {
	i := slices.IndexFunc(done, func(have deed) bool { return have.kind == d.kind && have.who.ID == d.who.ID })
	if i < 0 {
		return append(done, d)
	}
	have := &done[i]
	have.groups++
	have.later = have.later || !have.until.Equal(d.until)
	if d.until.Before(have.until) {
		have.until = d.until
	}
	return done
}

// until is when a deed ends.
func (w Words) until(d deed) Text {
	if d.later {
		return Fill(w.Summary.OrLater, Slots{"time": moment(d.until)})
	}
	return moment(d.until)
}

// groupDeeds returns what was done in one group.
func (w Words) groupDeeds(cmd commands.Command, g commands.GroupResult) []deed {
	if !g.Outcome.Status.Fine() && g.Outcome.Status != commands.Partly || g.Outcome.Old == commands.NotRestored || g.Outcome.Old == commands.MaybeRestored {
		return nil
	}
	var deeds []deed
	say := func(kind int, what string, steps []commands.Step, fits func(commands.Step) bool) {
		for _, s := range steps {
			if fits(s) {
				deeds = append(deeds, deed{kind: kind, what: what, who: s.Person, until: s.Until, groups: 1})
			}
		}
	}
	if cmd.Verb.Cancels() {
		say(0, w.Deeds.Remove, g.Plan.Users, func(s commands.Step) bool { return s.Send && s.Prior != commands.WasNot })
		return deeds
	}
	sent := func(s commands.Step) bool { return s.Send && s.Prior != commands.WasAdmin && !change.Lifts(cmd, s) }
	say(0, w.Deeds.Add, g.Plan.Users, func(s commands.Step) bool { return sent(s) && s.Until.IsZero() })
	say(1, w.Deeds.AddFor, g.Plan.Users, func(s commands.Step) bool { return sent(s) && !s.Until.IsZero() })
	say(2, w.Deeds.Limit, g.Plan.Users, func(s commands.Step) bool { return s.Prior == commands.WasAdmin && !s.Until.IsZero() })
	say(3, w.Deeds.Forever, g.Plan.Users, func(s commands.Step) bool { return change.Lifts(cmd, s) })
	say(4, w.Deeds.Remove, g.Plan.Old, func(s commands.Step) bool { return s.Send && s.Prior != commands.WasNot })
	say(5, w.Deeds.NoAccount, g.Plan.Users, func(s commands.Step) bool { return s.NoAccount })
	return deeds
}
