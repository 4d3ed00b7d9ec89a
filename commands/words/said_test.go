package words

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"liveadmin/commands"
	"liveadmin/commands/grammar"
	"liveadmin/commands/policy"
	"liveadmin/imapi"
)

// everything is a broad set of what a language can say.
func everything(t *testing.T, w Words) []string {
	t.Helper()
	var all []string
	say := func(m Message) { all = append(all, m.String()) }
	everyResult(func(r commands.Result) {
		all = append(all, w.Root(r).String())
		say(w.Report(r))
	})
	five := []imapi.Admin{{User: "a"}, {User: "b"}, {User: "c"}, {User: "d"}, {User: "e"}}
	for _, r := range []commands.Result{
		{Command: commands.Command{Verb: commands.End, Number: 42}, Groups: []commands.GroupResult{{Group: "g", Outcome: commands.Outcome{Status: commands.Nothing, Failure: &commands.Failure{Code: 10010}}}}},
		{Entry: 1, Command: commands.Command{Verb: commands.Add}, Groups: []commands.GroupResult{{
			Plan:    commands.Plan{Refusal: commands.SeatsTaken, Users: []commands.Step{{Person: commands.Person{ID: "user1"}, Send: true}}},
			Outcome: commands.Outcome{Status: commands.Failed, Holders: five},
		}}},
		{Entry: 1, Command: commands.Command{Verb: commands.Add, DryRun: true, Veiled: true}, Groups: []commands.GroupResult{{
			Plan:    commands.Plan{Refusal: commands.SeatsTaken, Users: []commands.Step{{Person: commands.Person{ID: "user1"}, Send: true}}},
			Outcome: commands.Outcome{Status: commands.Failed, Holders: five},
		}}},
	} {
		say(w.Report(r))
	}
	for _, d := range []time.Duration{25*time.Hour + time.Second, 90 * time.Minute} {
		all = append(all, w.duration(d).String())
	}
	everyFailure(w.Naming(commands.Names{}, "Sam"), say)
	named := w.Naming(commands.NewNames(nil, map[string][]imapi.UserID{"minho": {"user1"}}), "")
	say(named.Report(commands.Result{Command: commands.Command{Verb: commands.List}, Groups: []commands.GroupResult{{
		Group: "g", Plan: commands.Plan{Known: true}, Outcome: commands.Outcome{Status: commands.Done, Now: []imapi.Admin{{User: "user1", Nickname: "Nick"}}},
	}}}))
	for _, problem := range constants[grammar.Problem](t, "../grammar/mistake.go") {
		for _, verb := range []commands.Verb{"", commands.Add, commands.List} {
			said := grammar.Mistake{Problem: problem, Verb: verb, Word: "word", Nearest: "near", Count: 6, Limit: 5, Char: 'ü', Typed: "typed"}
			say(w.Mistake(1, said))
			say(w.Naming(commands.Names{}, "Sam").Mistake(1, said))
		}
	}
	everyRefusal(t, w, say)
	everyRequest(w, &all, say)
	everyForm(w, &all, say)
	for _, topic := range append(commands.Table.Verbs(), "") {
		say(w.Help(1, topic, policy.Rights{Given: []policy.Right{{Rule: "rule 1", Approval: []string{"slack:user:U1"}}}}))
	}
	say(w.Naming(commands.Names{}, "Sam").Mistake(1, grammar.Mistake{Problem: grammar.UnknownCaller, Verb: commands.GiveBack}))
	say(w.Mistake(1, grammar.Mistake{Problem: grammar.UnknownCaller, Verb: commands.GiveBack}))
	say(w.GiveBack(1, nil))
	say(w.GiveBack(1, slices.Repeat([]imapi.GroupID{"a"}, 30)))
	say(w.Board(1, nil, nil))
	say(w.Pressed(1, true))
	say(w.Pressed(1, false))
	say(w.Crowded(1, true, 5, 5000))
	say(w.Crowded(1, false, 5, 5000))
	say(w.Board(1, []commands.Target{
		{Alias: "few", Groups: []imapi.GroupID{"a", "b"}}, {Alias: "many", Groups: []imapi.GroupID{"a", "b", "c", "d", "e", "f"}},
	}, []commands.Grant{{Group: "a", User: "user1", Until: noon}}))
	for _, h := range everyHome() {
		for _, m := range w.Home(h) {
			say(m)
		}
	}
	say(w.Trail(1, nil, commands.Place{}))
	everyResult(func(r commands.Result) {
		if len(r.Groups) == 1 {
			say(w.Story(1, Past{Number: 2, At: noon, Caller: "slack:user:U1", Place: commands.Place{Channel: "slack:C1"}}, r, nil, r.Command.Grants, true))
		}
	})
	say(w.Story(1, Past{Number: 2}, commands.Result{}, nil, make([]commands.Grant, 30), true))
	say(w.Story(1, Past{Number: 2}, commands.Result{Waits: commands.Denied}, nil, nil, true))
	say(w.Story(1, Past{Number: 2, Decider: "slack:user:U2", Denied: true}, commands.Result{Waits: commands.Asked}, &Open{Request: request(), May: true}, nil, true))
	past := Past{Number: 1, At: noon, Caller: "slack:user:U1", Text: "list a", Outcome: commands.Done}
	say(w.Trail(1, []Past{past}, commands.Place{}))
	past.Place.Channel = "slack:C1"
	say(w.Trail(1, []Past{past}, commands.Place{}))
	return all
}

func everyFailure(w Words, say func(Message)) {
	for _, code := range append(imapi.Codes(), 0, 61234, 71234, 99999) {
		for _, kind := range []imapi.Kind{imapi.KindFull, imapi.KindPlan, imapi.KindFullOrPlan, imapi.KindInput, imapi.KindUnknown, imapi.KindTransient, imapi.KindRate, imapi.KindClock} {
			say(w.Report(commands.Result{Entry: 7, Command: commands.Command{Verb: commands.Add}, Groups: []commands.GroupResult{{
				Group: "g", Outcome: commands.Outcome{Status: commands.Failed, Failure: &commands.Failure{Op: imapi.OpChange, Code: code, Kind: kind, Info: "theirs"}},
			}}}))
		}
	}
}

func everyRefusal(t *testing.T, w Words, say func(Message)) {
	t.Helper()
	caller := commands.Caller{Ref: "slack:user:U1"}
	given := []policy.Right{{Rule: "ALLOWLIST"}, {Rule: "rule 2"}, {
		Rule: "rule 1 (line 3)", Commands: []commands.Verb{commands.Add}, Groups: []string{"a*"}, Channels: []string{"slack:C1"}, Limit: time.Hour,
	}}
	for _, contact := range []string{"", "Sam, #stream-ops"} {
		w := w.Naming(commands.Names{}, contact)
		for _, denial := range append(constants[policy.Denial](t, "../policy/policy.go"), "") {
			unread := []string{"slack:usergroup:S1"}
			for _, cmd := range []commands.Command{
				{Verb: commands.Groups},
				{Verb: commands.Add, Target: commands.Target{Groups: []imapi.GroupID{"a"}}},
				{Verb: commands.Add, Target: commands.Target{Alias: "weekend", Groups: []imapi.GroupID{"a", "b"}}},
			} {
				for _, denied := range []int{1, 100} {
					say(w.Refusal(1, caller, cmd, policy.Decision{Denial: denial, Denied: slices.Repeat([]imapi.GroupID{"b"}, denied), Unread: unread, Limit: time.Hour}))
				}
			}
			here := given[2]
			here.Here = true
			for _, rights := range []policy.Rights{{Denial: denial}, {Given: given}, {Given: []policy.Right{here}}, {Unread: unread}, {Unread: []string{"discord:role:1"}}} {
				say(w.Whoami(1, caller, commands.Person{Name: "minho", ID: "user1"}, rights))
				say(w.Welcome(1, rights))
			}
		}
	}
}

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// everyResult makes many results, possible ones and others.
func everyResult(show func(commands.Result)) {
	pick := dice{rand.New(rand.NewPCG(1, 2))}
	for n := range 20000 {
		cmd := pick.command()
		if n%1000 == 0 { // more groups than get a line each
			for range 2 * mostLines {
				cmd.Target.Groups = append(cmd.Target.Groups, "g")
			}
		}
		r := commands.Result{Entry: 1, Caller: commands.Caller{Ref: "slack:user:U1"}, Command: cmd}
		for _, g := range cmd.Target.Groups {
			r.Groups = append(r.Groups, commands.GroupResult{Group: g, Plan: pick.plan(cmd), Outcome: pick.outcome()})
		}
		show(r)
	}
}

// dice picks parts of a result.
type dice struct{ *rand.Rand }

func oneOf[T any](d dice, all ...T) T { return all[d.IntN(len(all))] }

func (d dice) command() commands.Command {
	return commands.Command{
		Verb: oneOf(d, commands.Add, commands.Remove, commands.List, commands.Undo, commands.End, commands.Remind, commands.Extend), Number: 42,
		Grants: oneOf(d, nil, []commands.Grant{{User: "user1", Until: noon}}, []commands.Grant{{User: "user1", Until: noon, Tries: 1}}),
		Target: oneOf(d,
			commands.Target{Groups: []imapi.GroupID{"@TGS#a"}}, commands.Target{Groups: []imapi.GroupID{"show-1"}},
			commands.Target{Alias: "friday-show", Groups: []imapi.GroupID{"@TGS#a"}}, commands.Target{Alias: "weekend", Groups: []imapi.GroupID{"@TGS#a", "b", "c"}}),
		Users:   oneOf(d, []commands.Person{{ID: "user1"}}, []commands.Person{{ID: "user1"}, {Name: "night", ID: "u_1"}, {Name: "night", ID: "u_2"}}),
		Replace: oneOf(d, nil, []commands.Person{{Name: "old", ID: "u_3"}}),
		For:     oneOf(d, 0, 2*time.Hour),
		Reason:  oneOf(d, "", "they host"),
		DryRun:  d.IntN(4) == 0,
	}
}

func (d dice) plan(cmd commands.Command) commands.Plan {
	p := commands.Plan{
		At: noon, Known: d.IntN(3) > 0, Before: []imapi.Admin{{User: "user1"}}, Existing: oneOf(d, nil, []commands.Grant{{User: "user1", Until: noon}}),
		Users: d.steps(cmd.Users), Old: d.steps(cmd.Replace),
		Refusal: oneOf(d, "", "", "", commands.SeatsTaken, commands.NoAccounts, commands.LimitUnread, commands.ReadFailed, commands.NothingToDo, commands.TooLate),
		Late:    oneOf(d, 0, 20*time.Minute),
	}
	if cmd.DryRun {
		p.Refusal = commands.OnlyDryRun
	}
	if !p.Known {
		p.Read = d.failure()
	}
	return p
}

func (d dice) steps(people []commands.Person) []commands.Step {
	var steps []commands.Step
	for _, p := range people {
		steps = append(steps, commands.Step{
			Person: p, Prior: oneOf(d, commands.WasAdmin, commands.WasNot, commands.WasUnknown), Had: oneOf(d, time.Time{}, noon), Until: oneOf(d, time.Time{}, noon, noon.Add(time.Hour)),
			NoAccount: d.IntN(6) == 0, Send: d.IntN(4) > 0,
		})
	}
	return steps
}

func (d dice) failure() *commands.Failure {
	return &commands.Failure{
		Op: "modify_admin", Code: oneOf(d, 0, 10004, 10008, 10010, 60010), Info: oneOf(d, "", "their words"),
		Kind: oneOf(d, imapi.KindInput, imapi.KindUnknown, imapi.KindTransient, imapi.KindFull, imapi.KindNotFound),
	}
}

func (d dice) outcome() commands.Outcome {
	admins := []imapi.Admin{{User: "user1", Nickname: "Nick"}, {User: "user2"}}
	o := commands.Outcome{
		Status: oneOf(d, "", commands.Done, commands.Done, commands.Warned, commands.Nothing, commands.Partly, commands.Failed, commands.Unknown), NowKnown: d.IntN(3) > 0,
		Now: oneOf(d, nil, admins), Holders: oneOf(d, nil, nil, admins), Grants: oneOf(d, nil, []commands.Grant{{User: "user1", Until: noon}}),
		Old: oneOf(d, "", commands.Removed, commands.Restored, commands.MaybeRestored, commands.NotRestored, commands.MaybeGone, commands.Kept),
	}
	if o.Status == commands.Failed || o.Status == commands.Unknown || o.Status == commands.Partly {
		o.Failure = d.failure()
	}
	return o
}
