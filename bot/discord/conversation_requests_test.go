package discord_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"liveadmin/bot"
	"liveadmin/bot/bottest"
	"liveadmin/bot/bottest/fakediscord"
	"liveadmin/bot/discord"
	"liveadmin/commands/words"
)

// TestRequestConversations fills in every line about requests, or presses the button, and compares
// what its reader sees.
func TestRequestConversations(t *testing.T) {
	t.Parallel()
	for _, c := range bottest.InEveryLanguage(t, "../../commands/testdata/requests") {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			c.Pace(t)
			w := open(t, "gateway", fakediscord.Config{}, discord.Options{})
			for name, id := range people() {
				w.AddUser(fakediscord.User{ID: id, Name: name, Locale: localeOf(c)})
			}
			for i, turn := range c.Talk {
				if turn.Text == "history" { // what was filled in is on record in another form: something else takes its number
					c.Talk[i] = c.Talk[slices.IndexFunc(c.Talk, func(other bottest.Turn) bool { return other.Who == turn.Who && other.Text == "whoami" })]
				}
			}
			private := make(map[string]bool)
			flat := func(s string) string { return strings.NewReplacer("> ", "", "--", "").Replace(neutral(s, c.Language)) }
			for i, turn := range c.Talk {
				private[turn.Who+turn.Text] = strings.HasPrefix(turn.Answer, "(only")
				c.Talk[i].Answer = flat(asFields(strings.ReplaceAll(bottest.OnPlatform(turn.Answer), "#channel", "#general"), c.Language))
			}
			c.Ref = func(who string) string { return "discord:user:" + people()[who] }
			says := words.In(c.Language).Buttons
			talk := requestTalk{w, make(map[string]asked), map[string]string{"approve": says.Approve, "deny": says.Deny, "withdraw": says.Withdraw, "undo": says.Undo}}
			c.Play(t, w.Stage, false, func(who, text string) (string, error) {
				return flat(talk.say(people()[who], who, text, private[who+text])), nil
			})
		})
	}
}

// asked is a request: its root, and its message, with its buttons.
type asked struct{ root, request fakediscord.Message }

// requestTalk is a conversation about requests.
type requestTalk struct {
	*world
	asked  map[string]asked // by number
	labels map[string]string
}

// flat is a message as the neutral chat has it: without titles, with its fields as lines, and
// without the line that only mentions people, and the sign before the number.
func (w requestTalk) flat(m fakediscord.Message) string {
	if len(m.Embeds) > 0 && !m.Original {
		m.Content = ""
	}
	for i := range m.Embeds {
		e := &m.Embeds[i]
		for _, f := range e.Fields {
			e.Description += "\n" + f.Name + ": " + f.Value
		}
		if e.Fields = nil; e.Color != 0 {
			e.Title = ""
		}
	}
	return regexp.MustCompile(`(?:🙋|🏁) #`).ReplaceAllString(w.Plain(m), "#")
}

// say fills in a command or presses a button, and returns what is seen then.
func (w requestTalk) say(user, who, text string, private bool) string {
	var i *fakediscord.Interaction
	number, press := "", ""
	if pressed, ok := strings.CutPrefix(text, "press "); ok {
		number, press, _ = strings.Cut(pressed, " ")
		m := w.asked[number].request
		if press == "undo" {
			m = w.told(w.asked[number].root.Thread, w.labels["undo"])
		}
		i = w.kept(w.SendClick(fakediscord.ClickInput{User: user, Message: m, CustomID: button(w.T.(*testing.T), m, w.labels[press]), Forged: true}))
	} else {
		sub, options := filledIn(text)
		i = w.says(user, general, sub, options)
	}
	if private {
		return "(only @" + who + ")\n" + w.flat(w.private(i))
	}
	w.answered(i)
	w.Until("nothing but requests is open", func() bool {
		return !slices.ContainsFunc(w.Unclosed(), func(e bot.Entry) bool { return e.State != bot.Asked || e.Request.Post == "" })
	})
	if press == "undo" {
		m, _ := i.Original()
		return w.flat(m)
	}
	root := w.asked[number].root
	if number == "" {
		root, _ = i.Original()
	}
	root, _ = w.Message(root.Channel, root.ID)
	seen := w.flat(root)
	for _, m := range w.Messages(root.Thread) {
		if len(m.Components) > 0 && number == "" {
			_, number, _ := strings.Cut(w.Plain(m), "🙋 #")
			number, _, _ = strings.Cut(number, "\n")
			w.asked[strings.TrimSpace(number)] = asked{root, m}
		}
		seen += "\n" + w.flat(m)
	}
	return seen
}
