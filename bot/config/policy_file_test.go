package config_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/config"
	"liveadmin/commands"
	"liveadmin/commands/policy"
	"liveadmin/imapi"
)

// documented is the file that the product's description shows, letter by letter.
const documented = `groups:                         # aliases: short names that people can type
  friday-show: "@TGS#a6I4ZUUGO"
  weekend: ["@TGS#aSAT", "@TGS#aSUN"]      # several groups at once: a line of result for each, progress in the root message
people:                         # names for UserIDs, one or a crew of up to five; good wherever a USER can be typed, shown as minho (u_8821)
  minho: u_8821
  night: [u_8821, u_9902]
contact: "Sam, #stream-ops"     # whom refusals name
blocked: [slack:user:U0MALLORY] # beats every rule and ALLOWLIST
rules:                          # beside ALLOWLIST, which is a rule that allows everything everywhere
  - allow: [slack:user:U024BE7LH, discord:role:165511591545143296]
    commands: [add, remove, list]          # omitted: all
    groups: [friday-show, "show-2026-*"]   # omitted: all. Patterns fit custom IDs; those that Tencent gives (@TGS#…) are random
    channels: [slack:C024BE91L]            # omitted: anywhere; a Discord thread counts as its channel
    for: 8h                                # omitted: none. The longest limit under this rule; an add without --for gets it; of several rules the longest counts
`

func parsePolicy(t testing.TB, file string, allowlist ...string) bot.Rules {
	t.Helper()
	rules, err := config.ParsePolicy("liveadmin.yaml", []byte(file), allowlist)
	if err != nil {
		t.Fatalf("%v\nin\n%s", err, file)
	}
	if refusal := whole(t).refusal(file); refusal != "" {
		t.Errorf("the schema does not take it: %s\nin\n%s", refusal, file)
	}
	return rules
}

func TestDocumentedPolicy(t *testing.T) {
	got := parsePolicy(t, documented, "slack:user:UBOSS")
	want := bot.Rules{
		Policy: policy.Policy{
			Contact: "Sam, #stream-ops", Blocked: []string{"slack:user:U0MALLORY"},
			Rules: []policy.Rule{
				{Name: "ALLOWLIST", Allow: []string{"slack:user:UBOSS"}},
				{
					Name: "rule 1 (line 10)", Allow: []string{"slack:user:U024BE7LH", "discord:role:165511591545143296"},
					Commands: []commands.Verb{commands.Add, commands.Remove, commands.List},
					Groups:   []string{"@TGS#a6I4ZUUGO", "show-2026-*"}, Channels: []string{"slack:C024BE91L"}, For: 8 * time.Hour,
				},
			},
		},
		Names: commands.NewNames(
			map[string][]imapi.GroupID{"friday-show": {"@TGS#a6I4ZUUGO"}, "weekend": {"@TGS#aSAT", "@TGS#aSUN"}},
			map[string][]imapi.UserID{"minho": {"u_8821"}, "night": {"u_8821", "u_9902"}},
		).StartingWith("friday-show"),
	}
	if len(got.Warnings) != 1 || !strings.HasPrefix(got.Warnings[0].What, "@TGS#a6I4ZUUGO, @TGS#aSAT, ") {
		t.Errorf("warnings %v", got.Warnings)
	}
	got.Warnings = nil
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%+v\nwant\n%+v", got, want)
	}
}

func TestPoliciesWithoutRules(t *testing.T) {
	for _, tt := range []struct{ name, file string }{
		{"an empty file", ""},
		{"a file of comments", "# nothing yet\n\n"},
		{"only a beginning", "---\n"},
		{"null", "~\n"},
		{"empty braces", "{}"},
		{"keys with nothing behind them", "groups:\npeople:\ncontact:\nblocked:\nrules:\n"},
		{"empty values", "groups: {}\npeople: {}\nblocked: []\nrules: []\n"},
		{"a mark of the byte order", "\ufeffrules: []\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := parsePolicy(t, tt.file).Policy; !reflect.DeepEqual(got, policy.Policy{}) {
				t.Errorf("got %+v", got)
			}
			want := []policy.Rule{{Name: "ALLOWLIST", Allow: []string{"discord:role:1"}}}
			if got := parsePolicy(t, tt.file, "discord:role:1").Policy.Rules; !reflect.DeepEqual(got, want) {
				t.Errorf("with ALLOWLIST: got %+v", got)
			}
		})
	}
}

// TestPolicyForms: what people write in other ways than the documented one.
func TestPolicyForms(t *testing.T) {
	group := func(name string) func(bot.Rules) any {
		return func(r bot.Rules) any { g, _ := r.Names.Group(name); return g.Groups }
	}
	people := func(name string) func(bot.Rules) any {
		return func(r bot.Rules) any { p, _ := r.Names.People(name); return p }
	}
	rule := func(r bot.Rules) any { r.Policy.Rules[0].Name = ""; return r.Policy.Rules[0] }
	const allow = "rules:\n- allow: [slack:user:U1]\n  "
	u1 := []string{"slack:user:U1"}
	for _, tt := range []struct {
		name, file string
		get        func(bot.Rules) any
		want       any
	}{
		{"a number is a text", "people: {minho: 0012}", people("minho"), []commands.Person{{Name: "minho", ID: "0012"}}},
		{"so is a big one", "people: {minho: 123456789012345678901234}", people("minho"), []commands.Person{{Name: "minho", ID: "123456789012345678901234"}}},
		{"and a word that means something in YAML", "people: {minho: [true, 1.10, 0x1F, .inf, '12:30']}", people("minho"), []commands.Person{
			{Name: "minho", ID: "true"}, {Name: "minho", ID: "1.10"}, {Name: "minho", ID: "0x1F"}, {Name: "minho", ID: ".inf"}, {Name: "minho", ID: "12:30"},
		}},
		{"names count in any case", "groups: {Friday-Show: g1}", group("fRIDAY-show"), []imapi.GroupID{"g1"}},
		{"a name in other letters", "groups: {금요일: g1}", group("금요일"), []imapi.GroupID{"g1"}},
		{"a name in quotes", `groups: {"friday": g1}`, group("friday"), []imapi.GroupID{"g1"}},
		{"the longest name", "groups: {" + strings.Repeat("é", 48) + ": g1}", group(strings.Repeat("é", 48)), []imapi.GroupID{"g1"}},
		{"an ID with a space and a comma, in quotes", `groups: {a: "my show, live"}`, group("a"), []imapi.GroupID{"my show, live"}},
		{"the longest ID", "groups: {a: " + strings.Repeat("g", 48) + "}", group("a"), []imapi.GroupID{imapi.GroupID(strings.Repeat("g", 48))}},
		{"an ID twice counts once", "groups: {a: [g1, g2, g1]}", group("a"), []imapi.GroupID{"g1", "g2"}},
		{"a name that is its own ID", "groups: {show: show}", group("show"), []imapi.GroupID{"show"}},
		{"an ID that is such a name", "groups: {show: show, both: [show, other]}", group("both"), []imapi.GroupID{"show", "other"}},
		{"a list in lines", "groups:\n  a:\n    - g1\n    - g2\n", group("a"), []imapi.GroupID{"g1", "g2"}},
		{"brackets over several lines, with comments", "groups:\n  # the weekend\n\n  a: [\n    g1, # saturday\n    # nothing yet\n\n    'g2',\n  ]\n\n  # the rest\n  b: g3\n",
			group("a"), []imapi.GroupID{"g1", "g2"}},
		{"a list in lines, with comments", "groups:\n  a: # the weekend\n  # both days\n  - g1 # saturday\n\n  # nothing yet\n  - g2\n# the rest\n  b: g3\n", group("a"), []imapi.GroupID{"g1", "g2"}},
		{"a value on the next line", "groups:\n  a:\n    g1\n  b:\n    # by itself\n    'g2'\n", group("b"), []imapi.GroupID{"g2"}},
		{"lines as in Windows", "groups:\r\n  a: g1\r\n  b: g2\r\n", group("b"), []imapi.GroupID{"g2"}},
		{"the same word for a group and a person", "groups: {a: g1}\npeople: {a: u1}", people("a"), []commands.Person{{Name: "a", ID: "u1"}}},

		{"comments between the keys of a rule", "rules:\n# first\n- # who\n  allow: # these\n  # two\n  - slack:user:U1 # alice\n  # what\n  commands: [list] # only\n  # for how long\n  for: 8h\n", rule,
			policy.Rule{Allow: u1, Commands: []commands.Verb{commands.List}, For: 8 * time.Hour}},
		{"rules before the names they use", allow + "groups: [Weekend, g9]\ngroups: {weekend: [g1, g2]}", rule, policy.Rule{Allow: u1, Groups: []string{"g1", "g2", "g9"}}},
		{"a group by name and by ID counts once", allow + "groups: [a, g1, a]\ngroups: {a: g1}", rule, policy.Rule{Allow: u1, Groups: []string{"g1"}}},
		{"an ID that is near a name, but known", allow + "groups: [show-2]\ngroups: {show-1: g1, second: show-2}", rule, policy.Rule{Allow: u1, Groups: []string{"show-2"}}},
		{"an ID from Tencent", allow + `groups: ["@TGS#a1"]`, rule, policy.Rule{Allow: u1, Groups: []string{"@TGS#a1"}}},
		{"patterns", allow + `groups: [show-*, "*-live", "a*b*c", "*"]`, rule, policy.Rule{Allow: u1, Groups: []string{"show-*", "*-live", "a*b*c", "*"}}},
		{"every command", allow + "commands: [groups, history, list, remove, add]", rule, policy.Rule{Allow: u1,
			Commands: []commands.Verb{commands.Groups, commands.History, commands.List, commands.Remove, commands.Add}}},
		{"every kind of channel", allow + "channels: [slack:C1, slack:G2, slack:D3, discord:4]", rule, policy.Rule{Allow: u1,
			Channels: []string{"slack:C1", "slack:G2", "slack:D3", "discord:4"}}},
		{"the shortest limit", allow + "for: 1s", rule, policy.Rule{Allow: u1, For: time.Second}},
		{"the longest limit", allow + "for: 30d", rule, policy.Rule{Allow: u1, For: 30 * 24 * time.Hour}},
		{"a limit as people type it", allow + "for: 2H30M", rule, policy.Rule{Allow: u1, For: 150 * time.Minute}},
		{"every kind of caller", "rules: [allow: [slack:user:W1, slack:usergroup:S1, discord:user:1, discord:role:2]]", rule,
			policy.Rule{Allow: []string{"slack:user:W1", "slack:usergroup:S1", "discord:user:1", "discord:role:2"}}},
		{"languages of channels", "language: {\"slack:C024BE91L\": ko, \"discord:1\": ZH-hans}", func(r bot.Rules) any { return r.Languages },
			map[string]commands.Language{"slack:C024BE91L": "ko", "discord:1": "zh-Hans"}},
		{"contact without quotes", "contact: Sam in stream-ops # on weekdays", func(r bot.Rules) any { return r.Policy.Contact }, "Sam in stream-ops"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.get(parsePolicy(t, tt.file)); !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

func TestRulesAreNamedByTheirPlace(t *testing.T) {
	rules := parsePolicy(t, "# rules\nrules:\n  - allow: [slack:user:U1]\n\n  -\n    # the night shift\n    for: 8h\n    allow: [slack:user:U2]\n  - {allow: ['slack:user:U3']}\n", "slack:user:U4")
	var got []string
	for _, r := range rules.Policy.Rules {
		got = append(got, r.Name)
	}
	if want := []string{"ALLOWLIST", "rule 1 (line 3)", "rule 2 (line 7)", "rule 3 (line 9)"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestPolicyLimits: each file is as big as can be, and with one thing more it is
// too big.
func TestPolicyLimits(t *testing.T) {
	list := func(n int, format string) string {
		var all []string
		for i := range n {
			all = append(all, fmt.Sprintf(format, i))
		}
		return strings.Join(all, ", ")
	}
	for _, tt := range []struct {
		name string
		file func(more int) string
		want string
	}{
		{"bytes", func(more int) string { return strings.Repeat("#", 1<<20+more) },
			"1:1: the file has more than 1048576 bytes: use patterns and roles in place of long lists"},
		{"names and keys", func(more int) string { return "groups: {" + list(9999+more, "a%[1]d: g%[1]d") + "}" },
			"1:137781: the file has more than 10000 names and keys: use patterns in place of names"},
		{"groups of an alias", func(more int) string { return "groups: {a: [" + list(1000+more, "g%d") + "]}" },
			`1:10: "a" has 1001 IDs: write 1000 at most, and the others under another name`},
		{"rules", func(more int) string { return "rules: [" + list(1000+more, "{allow: ['slack:user:U%d']}") + "]" },
			"1:29900: there are more than 1000 rules: put callers with the same rights into one rule"},
		{"groups of all rules", func(more int) string {
			return "groups: {a: [" + list(1000, "g%d") + "]}\nrules: [" + list(100+more, "{allow: ['slack:user:U%d'], groups: [a]}") + "]"
		}, "2:8: the rules are about more than 100000 groups: use patterns, or leave groups out"},
		{"characters of contact", func(more int) string { return "contact: " + strings.Repeat("é", 200+more) },
			"1:10: contact has more than 200 characters: write a name and a channel"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			parsePolicy(t, tt.file(0))
			testBroken(t, []broken{{"one more", tt.file(1), []string{tt.want}}})
		})
	}
}

func TestManyProblemsAreCutOff(t *testing.T) {
	for _, tt := range []struct{ name, file string }{
		{"in the values", "blocked:\n" + strings.Repeat("- bob\n", 101)},
		{"in the text", strings.Repeat("\a\n", 101)},
		{"in the parts of YAML", strings.Repeat("- *a\n", 101)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := config.ParsePolicy("liveadmin.yaml", []byte(tt.file), nil)
			lines := strings.Split(fmt.Sprint(err), "\n")
			if last := lines[len(lines)-1]; len(lines) != 101 || last != "liveadmin.yaml: there are more problems than these: mend these first" {
				t.Errorf("got %d lines, the last one is %s", len(lines), last)
			}
		})
	}
}

func TestLongTextsAreCutOff(t *testing.T) {
	_, err := config.ParsePolicy("liveadmin.yaml", []byte("blocked: ["+strings.Repeat("x", 500_000)+"]"), nil)
	if err == nil || len(err.Error()) > 500 {
		t.Errorf("got an error of %d bytes", len(fmt.Sprint(err)))
	}
}
