package words

import (
	"slices"
	"strings"
	"testing"
	"time"

	"liveadmin/commands"
	"liveadmin/commands/change"
	"liveadmin/commands/policy"
	"liveadmin/imapi"
)

// everyHome is what Home tabs can say.
func everyHome() []Home {
	alice := commands.Caller{Ref: "slack:user:UALICE"}
	limits := []commands.Grant{{Group: "g", User: "u_1", Until: noon}}
	gone := &commands.Failure{Op: "get_admin_list", Code: 10010, Kind: imapi.KindNotFound}
	q := Open{May: true, Request: Request{
		Named: []string{"slack:user:UALICE"}, Number: 44, Caller: "slack:user:UBOB", Expires: noon, Platform: "slack",
		Command: commands.Command{Verb: commands.Add, Target: commands.Target{Groups: []imapi.GroupID{"g"}}, Users: []commands.Person{{ID: "u_2"}}, Replace: []commands.Person{{ID: "u_3"}}, Reason: "for Yuna", For: time.Hour},
	}}
	return []Home{
		{Caller: alice, At: noon},
		{Caller: alice, At: noon, Unread: true},
		{Caller: alice, At: noon, Stranger: true},
		{Caller: alice, At: noon, Stranger: true, Rights: policy.Rights{Denial: policy.CallerBlocked}},
		{Caller: alice, At: noon, Stranger: true, Rights: policy.Rights{Denial: policy.CallerOutsider}},
		{Caller: alice, At: noon, Stranger: true, Rights: policy.Rights{Unread: []string{"slack:usergroup:S1"}}},
		{
			Caller: alice, At: noon, More: 3, Forms: Formed, Named: []imapi.GroupID{"h"}, Requests: []Open{q, q}, MoreRequests: 2,
			Groups: []HomeGroup{
				{Group: "g", Admins: []imapi.Admin{{User: "u_1", Nickname: "One"}, {User: "u_2"}}, At: noon, Limits: limits},
				{Group: "empty", Alias: "weekend", At: noon},
				{Group: "lost", Admins: []imapi.Admin{{User: "u_1"}}, At: noon, Failure: gone, Limits: limits},
				{Group: "never", Failure: &commands.Failure{Kind: imapi.KindTransient}, Limits: limits},
				{Group: "later", Limits: limits, Show: true},
			},
		},
	}
}

// written is the sections of a Home tab under each other, with their buttons.
func written(sections []Message) string {
	var all strings.Builder
	for _, m := range sections {
		all.WriteString(m.String())
		for _, a := range m.Actions {
			all.WriteString("[" + a.Label + "]")
		}
		all.WriteByte('\n')
	}
	return all.String()
}

// TestHome: a group says its seats, its administrators, until when, and when that was read; what
// could not be read says why, and what was known before.
func TestHome(t *testing.T) {
	w := In(commands.English).Naming(commands.NewNames(map[string][]imapi.GroupID{"friday-show": {"g"}}, nil), "Sam")
	homes := everyHome()
	got := written(w.Home(homes[len(homes)-1]))
	const want = `Live administrators (updated: 2026-11-20 12:00 UTC)
[Add…][Remove…][Refresh]
Open requests:
@UBOB wants to add u_2 to friday-show (g) for 1 hour, counted from the approval.
Removed first: u_3
> for Yuna
Can approve: @UALICE
Please answer by: 2026-11-20 12:00 UTC
[Approve #44][Deny #44]
@UBOB wants to add u_2 to friday-show (g) for 1 hour, counted from the approval.
Removed first: u_3
> for Yuna
Can approve: @UALICE
Please answer by: 2026-11-20 12:00 UTC
[Approve #44][Deny #44]
2 more not shown here.

friday-show (g): 2 of 5 seats (checked: 2026-11-20 12:00 UTC)
• u_1 (One) (until 2026-11-20 12:00 UTC)
• u_2

weekend (empty): 0 of 5 seats (checked: 2026-11-20 12:00 UTC)

lost: 1 of 5 seats (checked: 2026-11-20 12:00 UTC)
• u_1 (until 2026-11-20 12:00 UTC)
I could not check it again. Tencent Chat answered 10010: this group does not exist, or it was deleted.

never: I could not check it.
Temporary administrators:
• u_1 (until 2026-11-20 12:00 UTC)
There was no usable answer: I could not reach Tencent Chat, or could not read its answer.

later: not checked yet
Temporary administrators:
• u_1 (until 2026-11-20 12:00 UTC)
[Show]
3 more groups not shown here.
You can also change these groups, but not list them: h

`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := written(w.Home(homes[2])); !strings.Contains(got, "You are not allowed to change anything.\nAsk Sam, to allow: slack:user:UALICE") {
		t.Errorf("a stranger reads\n%s", got)
	}
}

// TestHomeInEveryLanguage: every Home tab is said in each language, and has the same buttons.
func TestHomeInEveryLanguage(t *testing.T) {
	for _, l := range commands.Languages {
		w := In(l)
		for i, h := range everyHome() {
			sections := w.Home(h)
			var names []string
			for _, m := range sections {
				if m.Language != l {
					t.Errorf("%s, %d: a section is in %q", l, i, m.Language)
				}
				for _, a := range m.Actions {
					names = append(names, a.Name)
				}
			}
			if said := written(sections); strings.ContainsAny(said, "{}") || !slices.Contains(names, RefreshAction) {
				t.Errorf("%s, %d:\n%s", l, i, said)
			}
			if i == len(everyHome())-1 && !slices.Contains(names, change.ShowOf("later")) {
				t.Errorf("%s: the buttons are %v", l, names)
			}
		}
	}
}
