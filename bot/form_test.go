package bot

import (
	"testing"

	"liveadmin/commands"
	"liveadmin/commands/grammar"
)

// TestFilled: what is filled in is a command in fields, and each mistake is about a field of
// the form.
func TestFilled(t *testing.T) {
	for _, tt := range []struct {
		name    string
		form    Filled
		fields  string
		problem grammar.Problem
		group   string // the field of the form for the group
		users   string
	}{
		{"chosen", Filled{Verb: commands.Add, Group: "friday-show", Users: []string{"minho", `"for"`}, For: "2h", Reason: "cover"}, `add group:friday-show users:minho "for" for:2h reason:cover`, "", "group", "users"},
		{"typed", Filled{Verb: commands.Remove, GroupID: "@TGS#a", UserIDs: "u_1, u_2"}, "remove group:@TGS#a users:u_1, u_2", "", "group_id", "user_ids"},
		{"chosen and typed people", Filled{Verb: commands.Add, Group: "a", Users: []string{"minho"}, UserIDs: "u_2"}, "add group:a users:minho u_2", "", "group", "user_ids"},
		{"for ever", Filled{Verb: commands.Add, Group: "a", Users: []string{"minho"}, For: "none"}, "add group:a users:minho", "", "group", "users"},
		{"two groups", Filled{Verb: commands.Add, Group: "a", GroupID: "b"}, "add group:a", grammar.GroupTwice, "group_id", "users"},
		{"spaces are no group", Filled{Verb: commands.Add, Group: "a", GroupID: "  "}, "add group:a", "", "group", "users"},
		{"no channel", Filled{Verb: commands.Add, Group: "a", Unplaced: true}, "add group:a", grammar.ChannelMissing, "group", "users"},
		{"expired", Filled{Verb: commands.Add, Group: "a", GroupID: "b", Expired: true}, "add group:a", grammar.FormExpired, "group_id", "users"},
		{"nothing", Filled{}, "", "", "group", "users"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.form.Fields().String(); got != tt.fields {
				t.Errorf("fields %q, want %q", got, tt.fields)
			}
			m := tt.form.Mistake()
			if (m != nil) != (tt.problem != "") || m != nil && (m.Problem != tt.problem || m.Typed != tt.fields) {
				t.Errorf("mistake %+v", m)
			}
			if g, u := tt.form.Field("group"), tt.form.Field("users"); g != tt.group || u != tt.users || tt.form.Field("") != g {
				t.Errorf("fields %q and %q", g, u)
			}
		})
	}
}
