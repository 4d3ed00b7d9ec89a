package words

import (
	"testing"
	"time"

	"liveadmin/commands"
	"liveadmin/commands/policy"
	"liveadmin/imapi"
)

func TestWhoami(t *testing.T) {
	every := policy.Right{Rule: "ALLOWLIST", Here: true}
	some := policy.Right{Rule: "rule 1 (line 9)", Commands: []commands.Verb{commands.Add, commands.List}, Groups: []string{"a", "show-*"}, Here: true, Limit: 8 * time.Hour}
	elsewhere := policy.Right{Rule: "rule 2 (line 12)", Commands: []commands.Verb{commands.Remove}, Channels: []string{"slack:C1"}}
	names := commands.NewNames(map[string][]imapi.GroupID{"weekend": {"sat", "sun"}, "days": {"fri", "sat", "sun"}}, nil)
	const entry, ask = "Your entry for the allowlist: slack:user:U1\n", "Ask Sam, to allow: slack:user:U1\n"
	for _, tt := range []struct {
		name   string
		rights policy.Rights
		want   string
	}{
		{"everything", policy.Rights{Given: []policy.Right{every}}, entry + "• all commands on all groups (ALLOWLIST)\n"},
		{"a command that no rule gives", policy.Rights{Given: []policy.Right{some}},
			entry + "• add, list on a, show-* (rule 1, line 9), for up to 8 hours\nYou are not allowed to use: remove\n" + ask},
		{"a rule for another channel", policy.Rights{Given: []policy.Right{elsewhere}},
			entry + "• remove on all groups (rule 2, line 12), only in #C1, not in this channel\nYou are not allowed to use: add, list\n" + ask},
		{"all commands by several rules", policy.Rights{Given: []policy.Right{some, elsewhere}},
			entry + "• add, list on a, show-* (rule 1, line 9), for up to 8 hours\n" +
				"• remove on all groups (rule 2, line 12), only in #C1, not in this channel\n"},
		{"many groups are counted", policy.Rights{Given: []policy.Right{{Rule: "rule 1", Groups: []string{"a", "b", "c", "d", "e", "f"}}}},
			entry + "• all commands on 6 groups (rule 1)\n"},
		{"groups of an alias are named by it", policy.Rights{Given: []policy.Right{{Rule: "rule 1", Groups: []string{"sat", "sun", "a"}}}},
			entry + "• all commands on weekend, a (rule 1)\n"},
		{"by the largest", policy.Rights{Given: []policy.Right{{Rule: "rule 1", Groups: []string{"fri", "sat", "sun", "show-*", "b", "c"}}}},
			entry + "• all commands on days, show-*, b, c (rule 1)\n"},
		{"an alias needs all of its groups", policy.Rights{Given: []policy.Right{{Rule: "rule 1", Groups: []string{"sun", "fri"}}}},
			entry + "• all commands on sun, fri (rule 1)\n"},
		{"nothing", policy.Rights{}, entry + "You are not allowed to change anything.\n" + ask},
		{"blocked", policy.Rights{Denial: policy.CallerBlocked}, entry + "You are blocked.\n" + ask},
		{"an outsider", policy.Rights{Denial: policy.CallerOutsider}, entry + "People of another organization or server are not allowed to use this bot.\n" + ask},
		{"a membership that cannot be read is not shown as not allowed", policy.Rights{Unread: []string{"slack:usergroup:S1"}},
			entry + "I cannot check the members of slack:usergroup:S1 right now, so I do not know what you are allowed. Try again in a minute.\n"},
		{"a role that another server knows", policy.Rights{Unread: []string{"discord:role:1"}},
			entry + "I cannot check here whether you have the role discord:role:1, so I do not know what you are allowed. " +
				"Use the command in the server of that role. If you are there, try again in a minute.\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := In(commands.English).Naming(names, "Sam").Whoami(0, commands.Caller{Ref: "slack:user:U1"}, commands.Person{}, tt.rights).String(); got != tt.want {
				t.Errorf("got\n%swant\n%s", got, tt.want)
			}
		})
	}
}

// TestWelcome: what the caller may do here, and an example that they may do.
func TestWelcome(t *testing.T) {
	right := func(here bool, verbs ...commands.Verb) policy.Right { return policy.Right{Commands: verbs, Here: here} }
	for _, tt := range []struct {
		name   string
		rights policy.Rights
		want   string
	}{
		{"everything", policy.Rights{Given: []policy.Right{right(true)}}, "You can use add, remove, list.\nExample: /liveadmin add @TGS#a6I4ZUUGO user1 --for 2h\n"},
		{"only list", policy.Rights{Given: []policy.Right{right(true, commands.List)}}, "You can use list.\nExample: /liveadmin list @TGS#a6I4ZUUGO\n"},
		{"only remove", policy.Rights{Given: []policy.Right{right(true, commands.Remove)}}, "You can use remove.\nExample: /liveadmin remove @TGS#a6I4ZUUGO user1\n"},
		{"more in other channels", policy.Rights{Given: []policy.Right{right(false), right(true, commands.List)}}, "You can use list.\nExample: /liveadmin list @TGS#a6I4ZUUGO\n"},
		{"only in other channels", policy.Rights{Given: []policy.Right{right(false, commands.List)}},
			"You can use list, but not in this channel. whoami shows where.\nExample: /liveadmin list @TGS#a6I4ZUUGO\n"},
		{"a membership that cannot be read is not shown as not allowed", policy.Rights{Unread: []string{"slack:usergroup:S1"}},
			"I cannot check the members of slack:usergroup:S1 right now, so I do not know what you are allowed. Try again in a minute.\nExample: /liveadmin whoami\n"},
		{"nothing", policy.Rights{}, "You are not allowed to change anything yet. whoami shows what an operator needs to allow you.\nExample: /liveadmin whoami\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got, want := In(commands.English).Welcome(0, tt.rights).String(), tt.want+"All commands: /liveadmin help\n"; got != want {
				t.Errorf("got\n%swant\n%s", got, want)
			}
		})
	}
}
