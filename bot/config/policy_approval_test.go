package config_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/config"
)

// TestApproval: a rule that nobody could approve is an error, one that waits for the wrong
// people or with the wrong command a warning, each with its place and a remedy.
func TestApproval(t *testing.T) {
	const rule = "rules:\n  - allow: [slack:user:U1]\n    commands: [add]\n    approval: "
	for _, tt := range []struct {
		name, file, problem, warning string
	}{
		{"somebody else", rule + "[slack:user:U2]", "", ""},
		{"a group", rule + "[slack:usergroup:S1]", "", ""},
		{"nothing", rule, "4:15: approval is empty", ""},
		{"an empty list", rule + "[]", "4:15: approval is an empty list", ""},
		{"no caller", rule + "[bob]", `4:16: "bob" names nobody`, ""},
		{"only blocked people", "blocked: [slack:user:U2]\n" + rule + "[slack:user:U2]", "5:15: approval names only people who are blocked", ""},
		{"one of two blocked", "blocked: [slack:user:U2]\n" + rule + "[slack:user:U2, slack:user:U3]", "", ""},
		{"only the one whom it allows", rule + "[slack:user:U1]", "", "4:15: the only one who approves is the one whom the rule allows"},
		{"only the one whom it allows, by both accounts", "people:\n  yuna: {id: u_1, slack: U1, discord: \"1\"}\n" + strings.Replace(rule, "U1]", "U1, discord:user:1]", 1) + "[slack:user:U1, discord:user:1]", "", "6:15: the only one who approves is the one whom the rule allows"},
		{"two whom it allows, of whom one approves", strings.Replace(rule, "U1]", "U1, slack:user:U2]", 1) + "[slack:user:U1]", "", ""},
		{"people of another platform", rule + "[discord:user:1]", "", "4:15: those who approve share no platform"},
		{"a remove that waits", strings.Replace(rule, "[add]", "[add, remove]", 1) + "[slack:user:U2]", "", "4:15: remove waits for approval under this rule"},
		{"all commands wait", strings.Replace(rule, "    commands: [add]\n", "", 1) + "[slack:user:U2]", "", "3:15: remove waits for approval under this rule"},
		{"a request waits a week", "requests_expire: 7d", "", ""},
		{"a request waits longer", "requests_expire: 8d", `1:18: "8d" is not between 1 second and 7 days`, ""},
		{"a request does not wait", "requests_expire: 0s", `1:18: "0s" is not between 1 second and 7 days`, ""},
		{"a request waits for no time", "requests_expire: soon", `1:18: "soon" is no time`, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rules, err := config.ParsePolicy("f.yaml", []byte(tt.file), nil)
			found, _ := errors.AsType[bot.Problems](err)
			for _, want := range []struct {
				what string
				all  bot.Problems
				says string
			}{{"problem", found, tt.problem}, {"warning", rules.Warnings, tt.warning}} {
				if want.says == "" && len(want.all) > 0 || want.says != "" && (len(want.all) != 1 || !strings.HasPrefix(want.all[0].String(), "f.yaml:"+want.says) || want.all[0].Remedy == "") {
					t.Errorf("the %ss are %v, want %q", want.what, want.all, want.says)
				}
			}
		})
	}
	rules, err := config.ParsePolicy("f.yaml", []byte("requests_expire: 90m"), nil)
	if err != nil || rules.RequestsExpire != 90*time.Minute {
		t.Errorf("a request waits %s, %v", rules.RequestsExpire, err)
	}
}
