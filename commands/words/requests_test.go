package words

import (
	"strings"
	"testing"
	"time"

	"liveadmin/commands"
	"liveadmin/commands/policy"
	"liveadmin/imapi"
)

const (
	bob   = "slack:user:U0BOB"
	lead  = "slack:user:U0LEAD"
	leads = "slack:usergroup:S0LEADS"
)

// request is bob's, to add user1 to a group for two hours.
func request() Request {
	return Request{
		Number: 44, Caller: bob, Expires: noon, Platform: "slack", Named: []string{leads, lead, "discord:role:1"},
		Command: commands.Command{
			Verb: commands.Add, Target: commands.Target{Alias: "friday-show", Groups: []imapi.GroupID{"@TGS#1"}},
			Users: []commands.Person{{ID: "user1"}}, For: 2 * hour, Reason: "covering",
		},
	}
}

const hour = 3600 * 1e9

// everyRequest says all that there is to say about requests.
func everyRequest(w Words, all *[]string, say func(Message)) {
	q := request()
	for _, change := range []func(*commands.Command){
		func(c *commands.Command) { c.Replace = c.Users },
		func(c *commands.Command) { c.For, c.Target.Groups = 0, []imapi.GroupID{"@TGS#1", "@TGS#2"} },
		func(c *commands.Command) { c.Verb = commands.Remove },
		func(c *commands.Command) {
			*c = commands.Command{Verb: commands.Undo, Number: 12, For: 2 * time.Hour, Target: c.Target, Reversals: []commands.Reversal{
				{Group: "@TGS#1", Cancel: c.Users, Set: []commands.Person{{ID: "user2"}}, Grants: []commands.Grant{{User: "user3", Until: noon}}},
			}}
		},
		func(c *commands.Command) {
			c.Verb, c.Number, c.Grants = commands.Extend, 12, []commands.Grant{{Length: 2 * time.Hour}}
		},
	} {
		q := request()
		q.Quiet = true
		change(&q.Command)
		asked := w.Ask(q)
		say(asked)
		*all = append(*all, asked.Actions[0].Confirm.String())
	}
	by := commands.Decided{By: lead}
	for _, s := range []commands.Status{commands.Working, commands.Denied, commands.Withdrawn, commands.Expired, ""} {
		say(w.Closed(q, s, by))
		say(w.Ended(q, s, by))
		say(w.Over(45, 44, s, by, noon))
		*all = append(*all, w.Root(commands.Result{Caller: commands.Caller{Ref: bob}, Command: q.Command, Waits: s, Decided: by}).String())
	}
	say(w.Closed(q, commands.Denied, commands.Decided{By: lead, Lapsed: true}))
	say(w.Ended(q, commands.Expired, commands.Decided{Overtaken: true}))
	renamed := commands.Result{
		Caller: commands.Caller{Ref: bob}, Command: q.Command, Decided: commands.Decided{By: lead, Renamed: []string{"friday-show"}},
		Groups: []commands.GroupResult{{Group: "@TGS#1", Outcome: commands.Outcome{Status: commands.Warned}}},
	}
	say(w.Report(renamed))
	*all = append(*all, w.Root(renamed).String())
	say(w.Naming(commands.Names{}, "Sam").Reminder(q))
	q.There = true
	say(w.NotYou(45, q, true))
	for _, sentence := range []string{w.Requests.NotYours, w.Requests.NotOwn, w.Requests.NotOwnHere, w.Requests.NotSelf, w.Requests.Unread} {
		say(w.Undecided(45, sentence))
	}
	for _, d := range []policy.Denial{policy.NobodyApproves, policy.NobodyHere, policy.TooManyRequests} {
		for _, groups := range [][]imapi.GroupID{{"@TGS#1"}, {"@TGS#1", "@TGS#2"}} {
			say(w.Refusal(45, commands.Caller{Ref: bob}, q.Command, policy.Decision{Denial: d, Denied: groups, Open: 20, Approvers: [][]string{{lead}}}))
		}
	}
	say(w.Already(45, Open{Request: q}))
	say(w.Listed(45, []Open{{Request: q, May: true}, {Request: q, Own: true}}, 3, []string{leads}))
	say(w.Listed(45, nil, 0, nil))
	say(w.Listed(45, nil, 0, []string{leads}))
	say(w.Whoami(45, commands.Caller{Ref: bob}, commands.Person{}, policy.Rights{
		Given: []policy.Right{{Rule: "rule 1", Approval: []string{lead}}}, Approves: []policy.Right{{Rule: "rule 2"}},
	}))
}

// TestNobodyApproves: only what somebody could approve is to be asked for by itself, and a form without a
// group is about all.
func TestNobodyApproves(t *testing.T) {
	w, two := In(commands.English).Naming(commands.Names{}, "Sam"), []imapi.GroupID{"a", "b"}
	for _, tt := range []struct {
		d    policy.Decision
		says string
	}{
		{policy.Decision{Denied: two, Approvers: [][]string{{lead}, {bob}}}, "Ask for these groups separately: a, b"},
		{policy.Decision{Denied: two, Approvers: [][]string{{lead}, nil}}, "Ask for these groups separately: a, b"},
		{policy.Decision{Denied: two, Approvers: [][]string{nil}}, "there is nobody who can approve it: a, b\nAsk Sam, and mention #45."},
		{policy.Decision{Denied: two[:1], Approvers: [][]string{{lead}, {bob}}}, "there is nobody who can approve it: a\nAsk Sam, and mention #45."},
		{policy.Decision{Approvers: [][]string{nil}}, "there is nobody who can approve it: all groups\nAsk Sam, and mention #45."},
	} {
		tt.d.Denial = policy.NobodyApproves
		m := w.Refusal(45, commands.Caller{Ref: bob}, commands.Command{Verb: commands.Add}, tt.d)
		if got := m.String(); !strings.HasSuffix(got, tt.says+"\n#45\n") {
			t.Errorf("of %v it says %q", tt.d.Approvers, got)
		}
	}
}

// TestRequestedUndo: who approves an undo reads who would lose and gain what, in which group, also
// before they confirm it.
func TestRequestedUndo(t *testing.T) {
	names := commands.NewNames(map[string][]imapi.GroupID{"friday-show": {"@TGS#1"}}, map[string][]imapi.UserID{"minho": {"u_1"}})
	one, two := []commands.Person{{ID: "u_1"}}, []commands.Person{{ID: "u_2"}}
	q := Request{Number: 44, Caller: bob, Expires: noon, Platform: "slack", Named: []string{lead}, Command: commands.Command{
		Verb: commands.Undo, Number: 12, Target: commands.Target{Alias: "all", Groups: []imapi.GroupID{"@TGS#1", "@TGS#2", "@TGS#3"}},
		Reversals: []commands.Reversal{
			{Group: "@TGS#1", Cancel: one},
			{Group: "@TGS#2", Cancel: one, Set: two, Grants: []commands.Grant{{User: "u_2", Until: noon}}},
			{Group: "@TGS#3", Grants: []commands.Grant{{User: "u_3", Until: noon}}},
		},
	}}
	w := In(commands.English).Naming(names, "")
	want := "wants to undo #12 in all (@TGS#1, @TGS#2, @TGS#3).\n" +
		"Would be removed from friday-show, @TGS#2: minho (u_1)\n" +
		"Would be added to @TGS#2 again: u_2 (until 2026-11-20 12:00 UTC)\n" +
		"Would have the earlier time limit in @TGS#3 again: u_3 (until 2026-11-20 12:00 UTC)"
	asked := w.Ask(q)
	if got := asked.String(); !strings.HasPrefix(got, "@U0BOB "+want+"\nCan approve: @U0LEAD\n") {
		t.Errorf("the request is\n%s", got)
	}
	if got := asked.Actions[0].Confirm.String(); got != "Approve this? @U0BOB "+want {
		t.Errorf("the question is\n%s", got)
	}
	if got := w.Closed(q, commands.Denied, commands.Decided{By: lead}).String(); !strings.HasPrefix(got, "@U0BOB "+want+"\n") {
		t.Errorf("the closed request is\n%s", got)
	}
	if got := w.Listed(45, []Open{{Request: q, May: true}}, 0, nil).String(); !strings.Contains(got, "• #44   @U0BOB "+strings.ReplaceAll(want, "\n", " · ")) {
		t.Errorf("the list is\n%s", got)
	}
}

// A request mentions those of its platform who can approve it, the first five of them.
func TestRequestMentions(t *testing.T) {
	q := request()
	if got := q.Mentions(); len(got) != 2 || got[0] != leads || got[1] != lead {
		t.Errorf("mentions %q", got)
	}
	q.Quiet = true
	if got := q.Mentions(); got != nil {
		t.Errorf("a quiet one mentions %q", got)
	}
	for range 7 {
		q.Named = append(q.Named, "slack:user:U1")
	}
	if q.Quiet = false; len(q.Mentions()) != 5 {
		t.Errorf("mentions %q", q.Mentions())
	}
}

// TestApproversElsewhere: those of another platform who can approve are named as the config file
// calls them.
func TestApproversElsewhere(t *testing.T) {
	names := commands.NewNames(nil, map[string][]imapi.UserID{"lee": {"u_7"}}).WithAccounts(map[string]string{lead: "lee"})
	q := request()
	q.Platform, q.Named = "discord", q.Named[:2]
	if got := In(commands.English).Naming(names, "").NotYou(45, q, false).String(); !strings.Contains(got, "Can approve: "+leads+", lee\n") {
		t.Errorf("got %q", got)
	}
}

// TestDecidedElsewhere: somebody who decided on another platform is named as the config file calls
// them, where the account means nothing to the readers.
func TestDecidedElsewhere(t *testing.T) {
	const lee = "discord:user:80351110224678900"
	names := commands.NewNames(nil, map[string][]imapi.UserID{"lee": {"u_7"}}).WithAccounts(map[string]string{lee: "lee"})
	r := commands.Result{Caller: commands.Caller{Ref: bob}, Command: request().Command, Waits: commands.Denied, Decided: commands.Decided{By: lee}}
	var found []Span
	for _, s := range In(commands.English).Naming(names, "").Root(r) {
		if s.Kind == Account {
			found = append(found, s)
		}
	}
	if len(found) != 2 || found[0].Name != "" || found[1].Text != lee || found[1].Name != "lee" {
		t.Errorf("the accounts are %+v", found)
	}
}
