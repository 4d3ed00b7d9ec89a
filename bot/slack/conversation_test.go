package slack_test

import (
	"regexp"
	"strings"
	"testing"

	"liveadmin/bot/bottest"
	"liveadmin/bot/bottest/fakeslack"
	"liveadmin/bot/slack"
	"liveadmin/commands"
	"liveadmin/commands/words"
)

// TestConversations says every line of the conversations as a slash command in a
// workspace, over both modes, and compares what their readers see.
func TestConversations(t *testing.T) {
	t.Parallel()
	for _, mode := range modes {
		for _, c := range bottest.InEveryLanguage(t, "../../commands/testdata") {
			if c.Language != commands.English && mode != "sockets" { // what is said does not depend on the way
				continue
			}
			t.Run(mode+"/"+c.Name, func(t *testing.T) {
				t.Parallel()
				c.Pace(t)
				w := open(t, mode, fakeslack.Config{Scopes: []string{"commands", "chat:write", "app_mentions:read", "users:read"}}, slack.Options{})
				for _, who := range []string{"alice", "bob", "mallory"} {
					w.AddUser(fakeslack.User{ID: userOf(who), Name: who, Locale: c.Locale()})
				}
				c.Ref = func(who string) string { return "slack:user:" + userOf(who) }
				for i := range c.Talk {
					c.Talk[i].Answer = neutral(c.Talk[i].Answer)
				}
				w.Inject(fakeslack.Fault{Kind: fakeslack.Refuse, Method: "views.open", Code: "expired_trigger_id", Times: -1}) // what a form would be in place of is said
				c.Play(t, w.Stage, false, func(who, text string) (string, error) {
					return neutral(withoutOpeners(c.Language, w.ask(who, text))), nil
				})
			})
		}
	}
}

// withoutOpeners drops the buttons that open forms, which only some platforms have.
func withoutOpeners(l commands.Language, seen string) string {
	says := words.In(l).Buttons
	return strings.NewReplacer("["+says.AddForm+"]", "", "["+says.RemoveForm+"]", "").Replace(seen)
}

func userOf(who string) string { return "U" + strings.ToUpper(who) }

// ask says a line and returns what the speaker sees, as a plain chat shows it.
func (w *world) ask(who, text string) string {
	w.T.Helper()
	return w.answered(who, text, func() { w.acked(w.slash(userOf(who), text)) })
}

// answered does what somebody says and returns what they see then.
func (w *world) answered(who, text string, say func()) string {
	w.T.Helper()
	user := userOf(who)
	privately, roots := len(w.Ephemerals(user)), len(w.Messages(channel))
	say()
	var seen string
	err := w.Wait(w.Soon(), func() bool {
		if all := w.Ephemerals(user); len(all) > privately {
			seen = "(only @" + who + ")\n" + w.Plain(all[privately])
			return true
		}
		all := w.Messages(channel)
		if len(all) <= roots {
			return false
		}
		root := all[roots]
		thread := w.Thread(channel, root.TS)
		seen = w.Plain(root)
		for _, m := range thread[1:] {
			seen += "\n" + w.listed(m)
		}
		return len(thread) > 1 && isFinal(root)
	})
	if err != nil {
		w.T.Fatalf("%v\nseen: %s\n%s", err, seen, w.Log)
	}
	if strings.Contains(seen, "`") && !strings.Contains(text, "`") {
		w.T.Errorf("a mark of code is shown:\n%s", seen)
	}
	return seen
}

// listed is a message as its reader sees it, but for a table, of which it is the list that
// notifications and screen readers have.
func (w *world) listed(m fakeslack.Message) string {
	seen := w.Plain(m)
	if !strings.Contains(string(m.Blocks), `"type":"table"`) {
		return seen
	}
	m.Blocks = nil
	text := w.Plain(m)
	number := text[strings.LastIndex(text, "#"):]
	_, buttons, _ := strings.Cut(seen, "\n"+number)
	return text + buttons
}

var (
	spaces = regexp.MustCompile(`[ \n]+`)
	wide   = regexp.MustCompile(` ?([、，。：；（）「」？\p{Hiragana}\p{Katakana}]) ?`) // what needs no space beside it
)

// neutral drops what a platform words in its own way: quotes, indents, the ends of
// lines, spaces beside wide characters that need none, the name of the platform in references, the mention before what failed.
func neutral(s string) string {
	s = strings.NewReplacer("`", "", `"`, "", "'", "", "chat:user:", "slack:user:", "\u200b", `\u200b`).Replace(s)
	s = regexp.MustCompile(`slack:user:U?(\w+)`).ReplaceAllStringFunc(s, strings.ToLower)
	s = regexp.MustCompile(`slack:user:u(alice|bob|mallory|carol|dave|erin)`).ReplaceAllString(s, "slack:user:$1")
	s = regexp.MustCompile(`(?m)^\s*@\w+ `).ReplaceAllString(s, "")
	return strings.TrimSpace(wide.ReplaceAllString(spaces.ReplaceAllString(s, " "), "$1"))
}
