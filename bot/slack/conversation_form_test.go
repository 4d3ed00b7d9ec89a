package slack_test

import (
	"cmp"
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"liveadmin/bot"
	"liveadmin/bot/bottest"
	"liveadmin/bot/bottest/fakeslack"
	"liveadmin/bot/slack"
	"liveadmin/commands"
	"liveadmin/commands/grammar"
)

// TestConversationsInForms plays the conversations with forms in place of the commands that a
// form can do: what everybody reads is the same.
func TestConversationsInForms(t *testing.T) {
	t.Parallel()
	var sent atomic.Int64
	t.Run("all", func(t *testing.T) {
		for i, c := range bottest.InEveryLanguage(t, "../../commands/testdata") {
			mode := modes[i%len(modes)]
			t.Run(mode+"/"+c.Name, func(t *testing.T) {
				t.Parallel()
				c.Pace(t)
				w := open(t, mode, fakeslack.Config{Scopes: []string{"commands", "chat:write", "app_mentions:read", "users:read"}}, slack.Options{})
				for _, who := range []string{"alice", "bob", "mallory"} {
					w.AddUser(fakeslack.User{ID: userOf(who), Name: who, Locale: c.Locale()})
				}
				c.Ref = func(who string) string { return "slack:user:" + userOf(who) }
				lists := make(map[string]string) // of history, which have what was typed, and the forms
				for i, turn := range c.Talk {
					c.Talk[i].Answer = neutral(turn.Answer)
					if strings.HasPrefix(turn.Text, "history") && !strings.Contains(turn.Text, "#") {
						lists[turn.Who+turn.Text] = c.Talk[i].Answer
					}
				}
				f := filler{world: w}
				c.Play(t, w.Stage, false, func(who, text string) (string, error) {
					seen := neutral(withoutOpeners(c.Language, f.ask(who, text)))
					return cmp.Or(lists[who+text], seen), nil
				})
				sent.Add(int64(len(f.opened)))
			})
		}
	})
	if n := sent.Load(); n < 40 && !t.Failed() {
		t.Errorf("%d forms were sent", n)
	}
}

// filler says lines by forms where it can.
type filler struct {
	*world
	opened []int // the numbers under which the opening of a form is on record
}

// ask says a line and returns what its reader sees, with the numbers as they would be if no form
// had been opened.
func (f *filler) ask(who, text string) string {
	f.T.Helper()
	text = number.ReplaceAllStringFunc(text, func(s string) string { return renumbered(s, f.actual) })
	rules := f.Stage.Rules.Get()
	caller := commands.Caller{Ref: "slack:user:" + userOf(who)}
	cmd, mistake := grammar.Parse(text, rules.TypedBy(caller), rules.Policy.Sees(caller, rules.Names))
	_, decision := rules.Policy.DecideAll(caller, commands.Place{Platform: slack.Name, Channel: slack.Name + ":" + channel}, cmd)
	var seen string
	if mistake != nil || !decision.Allowed || cmd.Verb != commands.Add && cmd.Verb != commands.Remove || cmd.DryRun || cmd.New || len(cmd.Replace) > 0 {
		f.Inject(fakeslack.Fault{Kind: fakeslack.Refuse, Method: "views.open", Code: "expired_trigger_id"})
		seen = f.world.ask(who, text)
		f.ClearFaults()
	} else {
		seen = f.answered(who, text, func() { f.send(who, cmd) })
	}
	return number.ReplaceAllStringFunc(seen, func(s string) string { return renumbered(s, f.plain) })
}

// send opens the form of a command, fills it in and sends it.
func (f *filler) send(who string, cmd commands.Command) {
	f.T.Helper()
	user := userOf(who)
	f.acked(f.slash(user, string(cmd.Verb)))
	v := f.world.opened(user)
	rows, err := f.Stage.Journal.Asked(f.Soon(), bot.Filter{Limit: 1}, nil)
	if err != nil || len(rows) != 1 {
		f.T.Fatalf("%d rows, %v", len(rows), err)
	}
	f.opened = append(f.opened, int(rows[0].Number))
	values := map[string][]string{"user_ids": {grammar.FormatPeople(cmd.Users...)}, "group": nil, "group_id": nil, "reason": {cmd.Reason}}
	if cmd.Target.Alias != "" {
		values["group"] = []string{cmd.Target.Alias}
	} else {
		values["group_id"] = []string{`"` + string(cmd.Target.Groups[0]) + `"`}
	}
	if cmd.For > 0 {
		values["for"] = []string{grammar.FormatDuration(cmd.For)}
	} else if cmd.Verb == commands.Add {
		values["for"] = []string{longest(v)}
	}
	if v = f.sent(fakeslack.Sending{View: v, Values: values, Forged: true}); v.Open {
		f.T.Fatalf("%+v is answered %v", cmd, v.Errors)
	}
}

// longest is the last of the lengths that a form offers.
func longest(v fakeslack.View) string {
	var blocks []struct {
		ID      string `json:"block_id"`
		Element struct {
			Options []struct {
				Value string `json:"value"`
			} `json:"options"`
		} `json:"element"`
	}
	_ = json.Unmarshal(v.Blocks, &blocks) // the fake has made it
	for _, b := range blocks {
		if b.ID == "for" {
			return b.Element.Options[len(b.Element.Options)-1].Value
		}
	}
	return ""
}

// number is an entry's number, and not a part of a group ID.
var number = regexp.MustCompile(`(^|\W)#\d+\b`)

func renumbered(s string, to func(int) int) string {
	before, digits, _ := strings.Cut(s, "#")
	n, _ := strconv.Atoi(digits)
	return before + "#" + strconv.Itoa(to(n))
}

// plain is an entry's number if no form had been opened; actual is the other way round.
func (f *filler) plain(n int) int {
	before := 0
	for _, opened := range f.opened {
		if opened < n {
			before++
		}
	}
	return n - before
}

func (f *filler) actual(n int) int {
	for _, opened := range f.opened {
		if opened <= n {
			n++
		}
	}
	return n
}
