package slack_test

import (
	"slices"
	"strings"
	"testing"

	"liveadmin/bot"
	"liveadmin/bot/bottest"
	"liveadmin/bot/bottest/fakeslack"
	"liveadmin/bot/slack"
	"liveadmin/commands/words"
)

// TestRequestConversations says every line about requests as a slash command, or presses the button,
// and compares what its reader sees.
func TestRequestConversations(t *testing.T) {
	t.Parallel()
	for _, c := range bottest.InEveryLanguage(t, "../../commands/testdata/requests") {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			c.Pace(t)
			w := open(t, "sockets", fakeslack.Config{Scopes: []string{"commands", "chat:write", "users:read"}}, slack.Options{})
			private := make(map[string]bool)
			for i, turn := range c.Talk {
				w.AddUser(fakeslack.User{ID: userOf(turn.Who), Name: turn.Who, Locale: c.Locale()})
				private[turn.Who+turn.Text] = strings.HasPrefix(turn.Answer, "(only")
				c.Talk[i].Answer = neutral(strings.ReplaceAll(bottest.OnPlatform(turn.Answer), "#channel", "#ops"))
			}
			c.Ref = func(who string) string { return "slack:user:" + userOf(who) }
			talk := requestTalk{w, make(map[string]fakeslack.Message)}
			c.Play(t, w.Stage, false, func(who, text string) (string, error) {
				return neutral(withoutOpeners(c.Language, talk.say(who, text, private[who+text]))), nil
			})
		})
	}
}

// requestTalk is a conversation about requests.
type requestTalk struct {
	*world
	asked map[string]fakeslack.Message // the messages of requests, with their buttons, by number
}

// say types a command or presses a button, and returns what is seen then.
func (w requestTalk) say(who, text string, private bool) string {
	user := userOf(who)
	privately, before := len(w.Ephemerals(user)), w.Messages(channel)
	number := ""
	if press, ok := strings.CutPrefix(text, "press "); ok {
		number, text, _ = strings.Cut(press, " ")
		w.acked(w.SendClick(fakeslack.Click{User: user, Message: w.with(number), ActionID: w.button(text), Value: number, Forged: true}))
	} else {
		w.acked(w.slash(user, text))
	}
	if private {
		w.Until("there is a private answer", func() bool { return len(w.Ephemerals(user)) > privately })
		return "(only @" + who + ")\n" + w.Plain(w.Ephemerals(user)[privately])
	}
	w.Until("nothing but requests is open", func() bool {
		return !slices.ContainsFunc(w.Unclosed(), func(e bot.Entry) bool { return e.State != bot.Asked || e.Request.Post == "" })
	})
	news := w.Messages(channel)[len(before):]
	if number != "" && text == "undo" {
		return w.Plain(news[0])
	}
	root := fakeslack.Message{}
	if number == "" {
		root = news[0]
	} else {
		root = w.root(w.asked[number].ThreadTS)
	}
	seen := w.Plain(root)
	for _, m := range w.Thread(channel, root.TS)[1:] {
		if seen += "\n" + w.listed(m); strings.Contains(string(m.Blocks), `"approve.0"`) {
			_, number, _ := strings.Cut(w.Plain(m), "\n#")
			number, _, _ = strings.Cut(number, "\n")
			w.asked[number] = m
		}
	}
	return seen
}

// with is the message with the buttons of an entry, as it was when it had them.
func (w requestTalk) with(number string) fakeslack.Message {
	if m, ok := w.asked[number]; ok {
		for _, now := range w.Thread(channel, m.ThreadTS) {
			if strings.Contains(string(now.Blocks), `"undo.0"`) {
				return now
			}
		}
		return m
	}
	w.T.Fatalf("there is no request #%s", number)
	return fakeslack.Message{}
}

func (w requestTalk) button(name string) string {
	return name + "." + map[string]string{words.ApproveAction: "0", words.DenyAction: "1", words.WithdrawAction: "2"}[name] + map[bool]string{true: "0"}[name == "undo"]
}

func (w requestTalk) root(ts string) fakeslack.Message { return w.Thread(channel, ts)[0] }
