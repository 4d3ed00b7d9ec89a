package commands

import (
	"time"
)

// Root is the one line that stands in the channel: at first what was asked, in
// the end what came of it.
func (w Words) Root(r Result) Text {
	status := r.Status()
	what := w.asked(r.Command)
	switch {
	case status == Working && r.settled() > 0:
		what = fill(w.Progress, slots{"asked": what, "n": number(r.settled()), "all": number(len(r.Groups))})
	case status == Partly && len(r.Groups) > 1:
		what = fill(w.Progress, slots{"asked": what, "n": number(r.fine()), "all": number(len(r.Groups))})
	}
	if r.Command.Verb == List && len(r.Groups) == 1 && status == Done {
		what = fill(w.ListedOn, w.now(r.Groups[0].Outcome, slots{"target": w.target(r.Command.Target)}))
	} else if deeds := w.deeds(r); len(deeds) > 0 {
		what = w.did(r, deeds)
	}
	return fill(w.RootLine, slots{
		"sign": plain(w.Signs[status]), "status": plain(w.Names[status]),
		"caller": asker(r.Caller), "what": what,
	})
}

func (r Result) settled() int {
	n := 0
	for _, g := range r.Groups {
		if g.Outcome.Status != "" {
			n++
		}
	}
	return n
}

// fine is how many groups are as it was asked.
func (r Result) fine() int {
	n := 0
	for _, g := range r.Groups {
		if g.Outcome.Status.fine() {
			n++
		}
	}
	return n
}

func (w Words) asked(c Command) Text {
	values := slots{"verb": plain(string(c.Verb)), "target": w.target(c.Target), "users": w.people(c.Users)}
	if sentence := w.byNumber(c.Verb); sentence != "" {
		return fill(sentence, slots{"number": number(int(c.Number)), "target": w.target(c.Target)})
	}
	if c.Verb == List {
		return fill(w.AskedOf, values)
	}
	asked := fill(w.Asked, values)
	if c.DryRun {
		return fill(w.AskedDry, slots{"asked": asked})
	}
	return asked
}

// byNumber is how a command that nobody types is called: by the entry that it is about.
func (w Words) byNumber(v Verb) string {
	switch v {
	case Undo:
		return w.AskedUndo
	case End:
		return w.AskedEnd
	case Remind:
		return w.AskedRemind
	case Extend:
		return w.AskedExtend
	}
	return ""
}

// did is what was done, if anything was, with the seats that are taken now.
func (w Words) did(r Result, deeds Text) Text {
	values := slots{"target": w.target(r.Command.Target), "deeds": deeds}
	if len(r.Groups) > 1 {
		values["n"], values["all"] = number(r.fine()), number(len(r.Groups))
		return fill(w.DidGroups, values)
	}
	if o := r.Groups[0].Outcome; o.NowKnown {
		return fill(w.DidOn, w.now(o, values))
	}
	return fill(w.DidWithout, values)
}

// deeds says in a few words what was done; of several groups, what was asked of
// each. It is empty if nothing was done.
func (w Words) deeds(r Result) Text {
	status := r.Status()
	if len(r.Groups) > 1 && status == Partly {
		return nil // what was done differs from group to group
	}
	if r.Command.Verb == List || r.Command.Verb == End || r.Command.Verb == Remind || r.Command.DryRun || status != Done && status != Warned && status != Partly {
		return nil
	}
	if len(r.Groups) == 1 {
		return w.groupDeeds(r.Command, r.Groups[0])
	}
	if w.byNumber(r.Command.Verb) != "" {
		return w.asked(r.Command)
	}
	people := slots{"users": w.people(r.Command.Users)}
	if r.Command.Verb == Remove {
		return fill(w.Did.Remove, people)
	}
	return fill(w.Did.Add, people)
}

// groupDeeds says in a few words what was done to one group.
func (w Words) groupDeeds(cmd Command, g GroupResult) Text {
	if !g.Outcome.Status.fine() && g.Outcome.Status != Partly || g.Outcome.Old == NotRestored || g.Outcome.Old == MaybeRestored {
		return nil
	}
	words := w.Did
	if g.Plan.Refusal == OnlyDryRun {
		words = w.Would
	}
	var deeds []Text
	say := func(sentence string, until time.Time, people []Person) {
		if len(people) > 0 {
			deeds = append(deeds, fill(sentence, slots{"users": w.people(people), "time": moment(until)}))
		}
	}
	if cmd.Verb.cancels() {
		say(words.Remove, time.Time{}, persons(g.Plan.Users, func(s Step) bool { return s.Was != WasNot }))
		return join(", ", deeds...)
	}
	var until time.Time
	for _, s := range g.Plan.Users {
		if until.IsZero() {
			until = s.Until
		}
	}
	sent := func(s Step) bool { return s.Send && s.Was != WasAdmin }
	say(words.Add, until, persons(g.Plan.Users, func(s Step) bool { return sent(s) && s.Until.IsZero() }))
	say(words.AddFor, until, persons(g.Plan.Users, func(s Step) bool { return sent(s) && !s.Until.IsZero() }))
	say(words.Limit, until, persons(g.Plan.Users, func(s Step) bool { return s.Was == WasAdmin && !s.Until.IsZero() }))
	say(words.Forever, until, persons(g.Plan.Users, func(s Step) bool {
		return cmd.Verb == Add && cmd.For == 0 && s.Was == WasAdmin && !s.Had.IsZero()
	}))
	say(words.Remove, until, persons(g.Plan.Old, func(s Step) bool { return s.Send && s.Was != WasNot }))
	say(words.NoAccount, until, persons(g.Plan.Users, func(s Step) bool { return s.NoAccount }))
	return join(", ", deeds...)
}

// fine reports whether everything is as it was asked.
func (s Status) fine() bool { return s == Done || s == Warned || s == Nothing }
