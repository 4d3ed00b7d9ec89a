package policy

import (
	"reflect"
	"testing"
	"time"

	"liveadmin/commands"
	"liveadmin/imapi"
)

// TestApproval: what waits, for whom, and how long it lasts.
func TestApproval(t *testing.T) {
	const bob, lead, leads = "slack:user:U0BOB", "slack:user:U0LEAD", "slack:usergroup:S0LEADS"
	add := []commands.Verb{commands.Add}
	waits := Rule{Name: "waits", Allow: []string{bob}, Commands: add, For: 8 * time.Hour, Approval: []string{leads, lead, bob}}
	free := Rule{Name: "free", Allow: []string{bob}, Commands: add, For: time.Hour}
	on := func(r Rule, group string, approval ...string) Rule {
		r.Groups = []string{group}
		if approval != nil {
			r.Approval = approval
		}
		return r
	}
	for _, tt := range []struct {
		name   string
		rules  []Rule
		blocks []string
		length time.Duration
		verb   commands.Verb
		dry    bool
		denial Denial
		limit  time.Duration
		named  []string
	}{
		{name: "one rule that waits", rules: []Rule{waits}, limit: 8 * time.Hour, named: []string{leads, lead}},
		{name: "a rule without approval wins", rules: []Rule{waits, free}, limit: time.Hour},
		{name: "longer than that rule gives", rules: []Rule{waits, free}, length: 2 * time.Hour, limit: 8 * time.Hour, named: []string{leads, lead}},
		{name: "longer than both", rules: []Rule{waits, free}, length: 9 * time.Hour, denial: LimitTooLong, limit: 8 * time.Hour},
		{name: "one group of two waits", rules: []Rule{waits, on(free, "a")}, limit: time.Hour, named: []string{leads, lead}},
		{name: "two groups, one person approves both", rules: []Rule{on(waits, "a", lead), on(waits, "b", leads, lead)}, limit: 8 * time.Hour, named: []string{lead}},
		{name: "two groups, nobody approves both", rules: []Rule{on(waits, "a", lead), on(waits, "b", leads)}, denial: NobodyApproves},
		{name: "only the asker", rules: []Rule{on(waits, "*", bob)}, denial: NobodyApproves},
		{name: "only who is blocked", rules: []Rule{on(waits, "*", lead)}, blocks: []string{lead}, denial: NobodyApproves},
		{name: "a dry run", rules: []Rule{waits}, dry: true, limit: 8 * time.Hour},
		{name: "list", rules: []Rule{{Name: "waits", Allow: []string{bob}, Approval: []string{lead}}}, verb: commands.List},
		{name: "another command", rules: []Rule{waits}, verb: commands.Remove, denial: NoRule},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cmd := commands.Command{Verb: commands.Add, For: tt.length, DryRun: tt.dry, Target: commands.Target{Groups: []imapi.GroupID{"a", "b"}}}
			if tt.verb != "" {
				cmd.Verb = tt.verb
			}
			_, d := Policy{Rules: tt.rules, Blocked: tt.blocks}.DecideAll(commands.Caller{Ref: bob}, commands.Place{}, cmd)
			if d.Denial != tt.denial || d.Allowed != (tt.denial == "") || tt.denial != NobodyApproves && d.Limit != tt.limit || !reflect.DeepEqual(d.Named(), tt.named) {
				t.Errorf("decided %+v, named %q", d, d.Named())
			}
		})
	}
}

// TestMayApprove: who may decide a request.
func TestMayApprove(t *testing.T) {
	sets := [][]string{{"slack:usergroup:S1", "slack:user:U1"}, {"slack:usergroup:S2", "slack:user:U1"}}
	p := Policy{Blocked: []string{"slack:user:UBLOCKED"}}
	for _, tt := range []struct {
		name   string
		caller commands.Caller
		away   bool
		want   Answer
	}{
		{"named by ID", commands.Caller{Ref: "slack:user:U1"}, false, MayDecide},
		{"named by ID, on another platform", commands.Caller{Ref: "slack:user:U1"}, true, MayDecide},
		{"member of both", commands.Caller{Ref: "slack:user:U2", Memberships: []string{"slack:usergroup:S1", "slack:usergroup:S2"}}, false, MayDecide},
		{"member of both, on another platform", commands.Caller{Ref: "slack:user:U2", Memberships: []string{"slack:usergroup:S1", "slack:usergroup:S2"}}, true, MayNotDecide},
		{"member of one", commands.Caller{Ref: "slack:user:U2", Memberships: []string{"slack:usergroup:S1"}}, false, MayNotDecide},
		{"not known", commands.Caller{Ref: "slack:user:U2", Memberships: []string{"slack:usergroup:S1"}, Unread: []string{"slack:usergroup:S2"}}, false, DeciderUnread},
		{"blocked", commands.Caller{Ref: "slack:user:UBLOCKED", Memberships: []string{"slack:usergroup:S1", "slack:usergroup:S2"}}, false, MayNotDecide},
		{"of another workspace", commands.Caller{Ref: "slack:user:U1", Outsider: true}, false, MayNotDecide},
	} {
		if got := p.MayApprove(tt.caller, sets, !tt.away); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
	if got := p.MayApprove(commands.Caller{Ref: "slack:user:U1"}, nil, true); got != MayNotDecide {
		t.Errorf("without anybody named: %s", got)
	}
}

// TestApproverHasSomeRight: who is only in an approval counts as one with some right, but may
// change nothing.
func TestApproverHasSomeRight(t *testing.T) {
	p := Policy{Blocked: []string{"slack:usergroup:SBANNED"}, Rules: []Rule{{Name: "waits", Allow: []string{"slack:user:UBOB"}, Approval: []string{"slack:user:ULEAD", "slack:usergroup:S1"}}}}
	group := commands.Target{Groups: []imapi.GroupID{"a"}}
	for _, tt := range []struct {
		name   string
		caller commands.Caller
		verb   commands.Verb
		want   Decision
	}{
		{"groups", commands.Caller{Ref: "slack:user:ULEAD"}, commands.Groups, Decision{Allowed: true, Rule: "waits", Some: true}},
		{"a member", commands.Caller{Ref: "slack:user:U1", Memberships: []string{"slack:usergroup:S1"}}, commands.Groups, Decision{Allowed: true, Rule: "waits", Some: true}},
		{"history", commands.Caller{Ref: "slack:user:ULEAD"}, commands.History, Decision{Allowed: true, Some: true}},
		{"add", commands.Caller{Ref: "slack:user:ULEAD"}, commands.Add, Decision{Denial: NoRule, Denied: group.Groups, Some: true}},
		{"somebody else", commands.Caller{Ref: "slack:user:U1"}, commands.Groups, Decision{Denial: NoRight}},
		{"who may approve", commands.Caller{Ref: "slack:user:U1", Unread: []string{"slack:usergroup:S1"}}, commands.Groups, Decision{Denial: MembershipUnread, Unread: []string{"slack:usergroup:S1"}}},
		{"who may be blocked", commands.Caller{Ref: "slack:user:ULEAD", Unread: []string{"slack:usergroup:SBANNED"}}, commands.Groups, Decision{Denial: MembershipUnread, Unread: []string{"slack:usergroup:SBANNED"}, Some: true}},
		{"who may approve, but not add", commands.Caller{Ref: "slack:user:U1", Unread: []string{"slack:usergroup:S1"}}, commands.Add, Decision{Denial: NoRight}},
		{"of another workspace", commands.Caller{Ref: "slack:user:ULEAD", Outsider: true}, commands.Groups, Decision{Denial: CallerOutsider}},
	} {
		cmd := commands.Command{Verb: tt.verb}
		if tt.verb == commands.Add {
			cmd.Target = group
		}
		if got := p.Decide(tt.caller, commands.Place{}, cmd); !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: %+v, want %+v", tt.name, got, tt.want)
		}
	}
}

// TestRightsThatWait: of what a rule with an approval gives, a list waits for nobody.
func TestRightsThatWait(t *testing.T) {
	const bob, lead = "slack:user:U0BOB", "slack:user:U0LEAD"
	waits, all := []commands.Verb{commands.Add, commands.Remove}, []string{"g"}
	for _, tt := range []struct {
		name      string
		given     []commands.Verb
		want, may []Right
	}{
		{"everything", nil, []Right{{Commands: []commands.Verb{commands.List}}, {Commands: waits, Limit: time.Hour, Approval: []string{lead}}}, []Right{{Commands: waits, Limit: time.Hour}}},
		{"a change", waits[:1], []Right{{Commands: waits[:1], Limit: time.Hour, Approval: []string{lead}}}, []Right{{Commands: waits[:1], Limit: time.Hour}}},
		{"a list", []commands.Verb{commands.List}, []Right{{Commands: []commands.Verb{commands.List}}}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := Policy{Rules: []Rule{{Name: "rule", Allow: []string{bob}, Commands: tt.given, Groups: all, For: time.Hour, Approval: []string{lead}}}}
			for _, rights := range [][]Right{tt.want, tt.may} {
				for i := range rights {
					rights[i].Rule, rights[i].Groups, rights[i].Here = "rule", all, true
				}
			}
			if got := p.Rights(commands.Caller{Ref: bob}, commands.Place{}).Given; !reflect.DeepEqual(got, tt.want) {
				t.Errorf("given is %+v", got)
			}
			if got := p.Rights(commands.Caller{Ref: lead}, commands.Place{}).Approves; !reflect.DeepEqual(got, tt.may) {
				t.Errorf("approved is %+v", got)
			}
		})
	}
}
