package grammar

import (
	"reflect"
	"testing"
	"time"
	"unicode/utf8"

	"liveadmin/commands"
)

func TestFormat(t *testing.T) {
	for _, tt := range []struct {
		name string
		c    commands.Command
		want string
	}{
		{"a bare command", commands.Command{Verb: commands.Welcome}, ""},
		{"an official ID", adding(custom("@TGS#a6I4ZUUGO"), "user1", "user2"), "add @TGS#a6I4ZUUGO user1 user2"},
		{"a custom ID", adding(custom("my-show"), "user1"), `add "my-show" user1`},
		{"a crew once", commands.Command{Verb: commands.Remove, Target: friday(), Users: []commands.Person{{Name: "night", ID: "u_8821"}, {Name: "night", ID: "u_9902"}}}, "remove friday-show night"},
		{"every flag", commands.Command{Verb: commands.Add, Target: friday(), Users: byID("@u"), Replace: byID("-x", "y"), For: 90 * time.Minute, Reason: `say "hi"`, New: true, DryRun: true},
			`add friday-show "@u" --for 1h30m --replace "-x" y --reason "say \"hi\"" --new --dry-run`},
		{"what a client would take for its own", adding(custom("a&lt;<b>"), "&amp"), `add "a&amp;lt;&lt;b>" "&amp"`},
		{"the names of options", adding(custom("@TGS#a1"), "for", "Dry_Run", "fort"), `add @TGS#a1 "for" "Dry_Run" fort`},
		{"history", commands.Command{Verb: commands.History, About: "slack:user:U024BE7LH", Since: 48 * time.Hour}, "history slack:user:U024BE7LH --since 2d"},
		{"history of a number", commands.Command{Verb: commands.History, Number: 42}, "history #42"},
		{"help", commands.Command{Verb: commands.Help, Topic: commands.Add}, "help add"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := Format(tt.c); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		`add @TGS#a6I4ZUUGO user1,user2 --for 2h30m --replace u3 --reason "shift change" --new --dry-run`,
		"add “my group” ‘u 1’ –for=3d —reason it’s <@U1|late> &amp;lt; 👩‍💻", "```set `friday-show` night```",
		"history <@U024BE7LH> --since 2w", "history #42", "ls \"a\\\"b\\\\c\"", "rm weekend \"u 1, 2\" 30m Zoë",
		"add friday-shw <!subteam^S1|@mods>", "add 'a b'c \"", "help promote", "add a\u200bb \xff\x00", "list <mailto:a@b|a@b>",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, m := Parse(text, cast(), notSecret)
		if m != nil && m.Typed != text {
			t.Errorf("the mistake repeats %q, not %q", m.Typed, text)
		}
		checkRead(t, c, m)
	})
}

// checkRead asserts that what was read is either a whole mistake or a command
// that is written and read back as the same.
func checkRead(t *testing.T, c commands.Command, m *Mistake) {
	t.Helper()
	if m != nil {
		if m.Problem == "" || !reflect.DeepEqual(c, commands.Command{}) {
			t.Errorf("half a mistake: %+v with %+v", *m, c)
		}
		return
	}
	if len(c.Users) > commands.MaxUsers && c.Verb != commands.History || len(c.Replace) > commands.MaxUsers || c.For > commands.MaxFor {
		t.Errorf("beyond the limits: %+v", c)
	}
	if utf8.RuneCountInString(c.Reason) > commands.MaxReason || !utf8.ValidString(c.Reason) {
		t.Errorf("no reason: %q", c.Reason)
	}
	checkRoundTrip(t, c)
}
