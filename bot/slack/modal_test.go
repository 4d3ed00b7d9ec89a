package slack

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/bottest/fakeslack"
	"liveadmin/bot/chat"
	"liveadmin/commands"
	"liveadmin/commands/words"
	"liveadmin/imapi"
)

// TestModals: Slack takes every form in every language, whatever and how much it offers.
func TestModals(t *testing.T) {
	s := deaf(identity{team: "T1", user: "U0BOT"})
	long := strings.Repeat("이", 60)
	many := words.Offer{Verb: commands.Add, Platform: Name, Lengths: []words.Length{{For: time.Hour}, {For: 30 * 24 * time.Hour, Waits: true}, {Waits: true}}}
	for i := range 150 {
		many.Aliases = append(many.Aliases, fmt.Sprintf("%s-%d", long, i))
		many.People = append(many.People, words.Choice{Typed: fmt.Sprintf("`<!channel>` %s %d", strings.Repeat("x", i), i), Means: []commands.Person{{ID: "u_1"}, {ID: "u_2"}}})
		many.Approvers = append(many.Approvers, fmt.Sprintf("slack:user:U%d", i))
	}
	hundred := many
	hundred.Aliases, hundred.People, hundred.Waits = many.Aliases[:100], slices.Clone(many.People[:100]), true
	hundred.Starts = words.Started{Group: many.Aliases[99], For: time.Hour, Reason: strings.Repeat("🎬", commands.MaxReason)}
	for i := range hundred.People {
		hundred.People[i].Typed = fmt.Sprintf("%s%d", strings.Repeat("名", 140), i)
	}
	typed := many
	typed.Starts = words.Started{Group: "@TGS#aOWN", Users: []commands.Person{{ID: "u 1"}, {Name: "minho", ID: "u_2"}}}
	outside := many
	outside.Starts = words.Started{Group: many.Aliases[120]}
	none := words.Offer{Verb: commands.Add, Placed: true, Lengths: []words.Length{{For: time.Second}}}
	for _, l := range commands.Languages {
		for i, o := range []words.Offer{many, hundred, typed, outside, none} {
			for _, o.Verb = range words.Formed {
				if o.Verb == commands.Remove {
					o.Lengths = nil
				}
				from := origin{Channel: "C0123456789", Thread: "1700000000.000001", User: "U0123456789", At: time.Now().Unix(), Group: strings.Repeat("g", imapi.MaxGroupIDBytes)}
				raw, err := json.Marshal(s.modal(words.In(l).Form(o), from))
				if err != nil {
					t.Fatal(err)
				}
				if sent := len(url.QueryEscape(string(raw))); sent > 230<<10 {
					t.Errorf("%s, %d, %s: it comes back with %d bytes", l, i, o.Verb, sent)
				}
				if wrong := fakeslack.CheckView(raw); wrong != "" {
					t.Errorf("%s, %d, %s: %s in %.500s", l, i, o.Verb, wrong, raw)
				}
			}
		}
	}
}

// TestSeal: what a form was opened with is read by the bot that sealed it, also after a
// restart, for the person for whom it was, within a day.
func TestSeal(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	from := origin{Channel: "C1", Thread: "1.1", User: "U1", At: now.Unix(), Group: "friday-show"}
	mine, again, other := newSeal(imapi.NewSecret("xoxb-1")), newSeal(imapi.NewSecret("xoxb-1")), newSeal(imapi.NewSecret("xoxb-2"))
	sealed := mine.close(from)
	if strings.Contains(sealed, "xoxb") || len(sealed) > 3000 {
		t.Errorf("sealed as %q", sealed)
	}
	text, sum, _ := strings.Cut(sealed, ".")
	for _, tt := range []struct {
		name   string
		by     seal
		sealed string
		user   string
		after  time.Duration
		ok     bool
	}{
		{"at once", mine, sealed, "U1", 0, true},
		{"after a restart", again, sealed, "U1", time.Hour, true},
		{"by a clock that is behind", mine, sealed, "U1", -time.Minute, true},
		{"too old", mine, sealed, "U1", 25 * time.Hour, false},
		{"from the future", mine, sealed, "U1", -time.Hour, false},
		{"another person", mine, sealed, "U2", 0, false},
		{"nobody", mine, sealed, "", 0, false},
		{"another app", other, sealed, "U1", 0, false},
		{"another text", mine, "x" + sealed, "U1", 0, false},
		{"another sum", mine, text + "." + sum[1:], "U1", 0, false},
		{"no sum", mine, text, "U1", 0, false},
		{"nothing", mine, "", "U1", 0, false},
	} {
		if got, ok := tt.by.open(tt.sealed, tt.user, now.Add(tt.after)); ok != tt.ok || ok && got != from {
			t.Errorf("%s: %+v, %v", tt.name, got, ok)
		}
	}
}

// FuzzSeal: what nobody sealed is never read.
func FuzzSeal(f *testing.F) {
	s, now := newSeal(imapi.NewSecret("xoxb-1")), time.Unix(1_800_000_000, 0)
	sealed := s.close(origin{Channel: "C1", User: "U1", At: now.Unix()})
	f.Add(sealed)
	f.Add("e30.AAAA")
	f.Add(".")
	f.Fuzz(func(t *testing.T, text string) {
		if o, ok := s.open(text, "U1", now); ok && text != sealed {
			t.Errorf("%q is read as %+v", text, o)
		}
	})
}

// TestRefusal: an answer is at a field that the form has, and Slack takes it.
func TestRefusal(t *testing.T) {
	for _, tt := range []struct {
		field string
		has   []string
		want  string
	}{
		{"users", []string{"group", "group_id", "users", "user_ids"}, "users"},
		{"users", []string{"group_id", "user_ids"}, "user_ids"},
		{"group", []string{"group", "group_id"}, "group"},
		{"group", []string{"group_id"}, "group_id"},
		{"for", []string{"group", "group_id"}, "group"},
		{"", []string{"group", "group_id"}, "group"},
		{"channel", nil, "group_id"},
	} {
		m := words.Message{Entry: 42, Lines: []words.Line{{Text: words.Text{{Text: "<!channel> "}, {Kind: words.Quoted, Text: "a\u200bb"}}}, {Text: words.Text{{Text: strings.Repeat("x", 5000)}}}}}
		r := refusal(bot.Answer{Private: &m, Field: tt.field}, func(block string) bool {
			for _, have := range tt.has {
				if have == block && block != "" {
					return true
				}
			}
			return false
		})
		text, ok := r.Errors[tt.want]
		if !ok || len(r.Errors) != 1 || !strings.HasPrefix(text, `<!channel> "a\u200bb"`) || chat.Length(text) > longestError || !strings.HasSuffix(text, " #42") {
			t.Errorf("%q of %q: %v", tt.field, tt.has, r.Errors)
		}
	}
}
