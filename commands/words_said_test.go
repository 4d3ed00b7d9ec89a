package commands

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"liveadmin/imapi"
)

// everything is a broad set of what a language can say.
func everything(t *testing.T, w Words) []string {
	t.Helper()
	var all []string
	say := func(m Message) { all = append(all, m.String()) }
	everyResult(func(r Result) {
		all = append(all, w.Root(r).String())
		say(w.Report(r))
	})
	five := []imapi.Admin{{User: "a"}, {User: "b"}, {User: "c"}, {User: "d"}, {User: "e"}}
	for _, r := range []Result{
		{Command: Command{Verb: End, Number: 42}, Groups: []GroupResult{{Group: "g", Outcome: Outcome{Status: Nothing, Failure: &Failure{Code: 10010}}}}},
		{Entry: 1, Command: Command{Verb: Add}, Groups: []GroupResult{{
			Plan:    Plan{Refusal: SeatsTaken, Users: []Step{{Person: Person{ID: "user1"}, Send: true}}},
			Outcome: Outcome{Status: Failed, Holders: five},
		}}},
	} {
		say(w.Report(r))
	}
	named := w.Naming(NewNames(nil, map[string][]imapi.UserID{"minho": {"user1"}}))
	say(named.Report(Result{Command: Command{Verb: List}, Groups: []GroupResult{{
		Group: "g", Plan: Plan{Known: true}, Outcome: Outcome{Status: Done, Now: []imapi.Admin{{User: "user1", Nickname: "Nick"}}},
	}}}))
	for _, problem := range constants[Problem](t, "mistake.go") {
		for _, verb := range []Verb{"", Add, List} {
			say(w.Mistake(1, Mistake{Problem: problem, Verb: verb, Word: "word", Nearest: "near", Count: 6, Limit: 5, Char: 'ü', Typed: "typed"}))
		}
	}
	everyRefusal(t, w, say)
	for _, topic := range append(typed(), "") {
		say(w.Help(1, topic))
	}
	say(w.Board(1, nil, nil))
	say(w.Pressed(1, true))
	say(w.Pressed(1, false))
	say(w.Crowded(1, true, 5, 5000))
	say(w.Crowded(1, false, 5, 5000))
	say(w.Board(1, []Target{
		{Alias: "few", Groups: []imapi.GroupID{"a", "b"}}, {Alias: "many", Groups: []imapi.GroupID{"a", "b", "c", "d", "e", "f"}},
	}, []Grant{{Group: "a", User: "user1", Until: noon}}))
	say(w.Trail(1, nil))
	everyResult(func(r Result) {
		if len(r.Groups) == 1 {
			say(w.Story(1, Past{Number: 2, At: noon, Caller: "slack:user:U1", Place: Place{Channel: "slack:C1"}}, r, r.Command.Limits, true))
		}
	})
	say(w.Story(1, Past{Number: 2}, Result{}, make([]Grant, 30), true))
	say(w.Trail(1, []Past{{Number: 1, At: noon, Caller: "slack:user:U1", Text: "list a", Outcome: Done}}))
	return all
}

func everyRefusal(t *testing.T, w Words, say func(Message)) {
	t.Helper()
	caller := Caller{Ref: "slack:user:U1"}
	given := []Right{{Rule: "ALLOWLIST"}, {
		Rule: "rule 1", Commands: []Verb{Add}, Groups: []string{"a*"}, Channels: []string{"slack:C1"}, Limit: time.Hour,
	}}
	for _, contact := range []string{"", "Sam, #stream-ops"} {
		for _, denial := range append(constants[Denial](t, "policy.go"), "") {
			unread := []string{"slack:usergroup:S1"}
			for _, cmd := range []Command{
				{Verb: Groups},
				{Verb: Add, Target: Target{Groups: []imapi.GroupID{"a"}}},
				{Verb: Add, Target: Target{Alias: "weekend", Groups: []imapi.GroupID{"a", "b"}}},
			} {
				for _, denied := range []int{1, 100} {
					say(w.Refusal(1, caller, cmd, Decision{Denial: denial, Denied: slices.Repeat([]imapi.GroupID{"b"}, denied), Unread: unread, Limit: time.Hour}, contact))
				}
			}
			here := given[1]
			here.Here = true
			for _, rights := range []Rights{{Denial: denial}, {Given: given}, {Given: []Right{here}}, {Unread: unread}, {Unread: []string{"discord:role:1"}}} {
				say(w.Whoami(1, caller, rights, contact))
				say(w.Welcome(1, rights))
			}
		}
	}
}

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// everyResult makes many results, possible ones and others.
func everyResult(show func(Result)) {
	pick := dice{rand.New(rand.NewPCG(1, 2))}
	for n := range 20000 {
		cmd := pick.command()
		if n%1000 == 0 { // more groups than get a line each
			for range 2 * mostLines {
				cmd.Target.Groups = append(cmd.Target.Groups, "g")
			}
		}
		r := Result{Entry: 1, Caller: Caller{Ref: "slack:user:U1"}, Command: cmd}
		for _, g := range cmd.Target.Groups {
			r.Groups = append(r.Groups, GroupResult{Group: g, Plan: pick.plan(cmd), Outcome: pick.outcome()})
		}
		show(r)
	}
}

// dice picks parts of a result.
type dice struct{ *rand.Rand }

func oneOf[T any](d dice, all ...T) T { return all[d.IntN(len(all))] }

func (d dice) command() Command {
	return Command{
		Verb: oneOf(d, Add, Remove, List, Undo, End, Remind, Extend), Number: 42,
		Limits: oneOf(d, nil, []Grant{{User: "user1", Until: noon}}, []Grant{{User: "user1", Until: noon, Tries: 1}}),
		Target: oneOf(d,
			Target{Groups: []imapi.GroupID{"@TGS#a"}}, Target{Groups: []imapi.GroupID{"show-1"}},
			Target{Alias: "friday-show", Groups: []imapi.GroupID{"@TGS#a"}}, Target{Alias: "weekend", Groups: []imapi.GroupID{"@TGS#a", "b", "c"}}),
		Users:   oneOf(d, []Person{{ID: "user1"}}, []Person{{ID: "user1"}, {Name: "night", ID: "u_1"}, {Name: "night", ID: "u_2"}}),
		Replace: oneOf(d, nil, []Person{{Name: "old", ID: "u_3"}}),
		For:     oneOf(d, 0, 2*time.Hour),
		Reason:  oneOf(d, "", "they host"),
		DryRun:  d.IntN(4) == 0,
	}
}

func (d dice) plan(cmd Command) Plan {
	p := Plan{
		At: noon, Known: d.IntN(3) > 0, Before: []imapi.Admin{{User: "user1"}}, Limits: oneOf(d, nil, []Grant{{User: "user1", Until: noon}}),
		Users: d.steps(cmd.Users), Old: d.steps(cmd.Replace),
		Refusal: oneOf(d, "", "", "", SeatsTaken, NoAccounts, LimitUnread, ReadFailed, NothingToDo, TooLate),
		Late:    oneOf(d, 0, 20*time.Minute),
	}
	if cmd.DryRun {
		p.Refusal = OnlyDryRun
	}
	if !p.Known {
		p.Read = d.failure()
	}
	return p
}

func (d dice) steps(people []Person) []Step {
	var steps []Step
	for _, p := range people {
		steps = append(steps, Step{
			Person: p, Was: oneOf(d, WasAdmin, WasNot, WasUnknown), Had: oneOf(d, time.Time{}, noon), Until: oneOf(d, time.Time{}, noon, noon.Add(time.Hour)),
			NoAccount: d.IntN(6) == 0, Send: d.IntN(4) > 0,
		})
	}
	return steps
}

func (d dice) failure() *Failure {
	return &Failure{
		Op: "modify_admin", Code: oneOf(d, 0, 10004, 10008, 10010, 60010), Info: oneOf(d, "", "their words"),
		Kind: oneOf(d, imapi.KindInput, imapi.KindUnknown, imapi.KindTransient, imapi.KindFull, imapi.KindNotFound),
	}
}

func (d dice) outcome() Outcome {
	admins := []imapi.Admin{{User: "user1", Nickname: "Nick"}, {User: "user2"}}
	o := Outcome{
		Status: oneOf(d, "", Done, Done, Warned, Nothing, Partly, Failed, Unknown), NowKnown: d.IntN(3) > 0,
		Now: oneOf(d, nil, admins), Holders: oneOf(d, nil, nil, admins), Grants: oneOf(d, nil, []Grant{{User: "user1", Until: noon}}),
		Old: oneOf(d, "", Removed, Restored, MaybeRestored, NotRestored, MaybeGone, Kept),
	}
	if o.Status == Failed || o.Status == Unknown || o.Status == Partly {
		o.Failure = d.failure()
	}
	return o
}
