package grammar

import (
	"slices"
	"strings"
	"testing"

	"liveadmin/commands"
	"liveadmin/imapi"
)

func TestIsName(t *testing.T) {
	for _, tt := range []struct {
		name, word string
		want       bool
	}{
		{"letters, digits and signs", "Friday-Show_2.b", true},
		{"letters of another script", "금요일", true},
		{"an apostrophe", "sam's", true},
		{"a dash inside", "a--for", true},
		{"a mail address", "sam@example.com", true},
		{"a number", "2026", true},
		{"nothing", "", false},
		{"two words", "friday show", false},
		{"two words with a no-break space", "friday\u00a0show", false},
		{"two words with a comma", "friday,show", false},
		{"a comma of another keyboard", "friday、show", false},
		{"a flag", "--for", false},
		{"a dash before", "-x", false},
		{"a long dash before", "–x", false},
		{"a person of the chat", "@minho", false},
		{"a channel of the chat", "#general", false},
		{"a Tencent ID", "@TGS#a1", false},
		{"a mention", "<@U1>", false},
		{"quotes", `"minho"`, false},
		{"a quotation mark that opens", `"minho`, false},
		{"backticks", "`minho`", false},
		{"an entity", "a&amp;b", false},
		{"a zero-width character", "min\u200bho", false},
		{"a bell", "min\aho", false},
		{"a line break", "min\nho", false},
		{"bytes that are no text", "min\xffho", false},
		{"a pattern", "show-*", false},
		{"a command", "list", false},
		{"a command in another case", "List", false},
		{"another word for a command", "show", true},
		{"an option's name", "for", true},
		{"what means an option", "Until", true},
		{"what means the caller", "Me", true},
		{"nearly a command", "lists", true},
		{"longer than a command can be", strings.Repeat("x", 5000), false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := IsName(tt.word); got != tt.want {
				t.Errorf("IsName(%q) = %v, want %v", tt.word, got, tt.want)
			}
		})
	}
}

// TestAmbiguous: names of people that an older version took for them, and that are asked back
// now unless quoted.
func TestAmbiguous(t *testing.T) {
	names := commands.NewNames(map[string][]imapi.GroupID{"new": {"g"}}, map[string][]imapi.UserID{
		"For": {"u_1"}, "minho": {"u_2"}, "dry-run": {"u_3", "u_4"}, "format": {"u_5"},
	})
	if got := Ambiguous(names); !slices.Equal(got, []string{"For", "dry-run"}) {
		t.Errorf("ambiguous are %q", got)
	}
	for text, problem := range map[string]Problem{
		"add new For": OptionWord, `add new "for"`: "", "add new dry-run": OptionWord, "add new 'dry-run'": "", "add new format": "",
	} {
		c, m := Parse(text, names, nil)
		if m == nil != (problem == "") || m != nil && m.Problem != problem || m == nil && (c.Users[0].Name == "" || c.Target.Alias != "new") {
			t.Errorf("%s is %+v, %+v", text, c, m)
		}
	}
}
