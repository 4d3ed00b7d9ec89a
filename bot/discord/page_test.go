package discord

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"

	"liveadmin/commands"
	"liveadmin/commands/change"
	"liveadmin/commands/policy"
	"liveadmin/commands/words"
	"liveadmin/imapi"
)

// TestTitles: an outcome is a sign and a word above the result, with a colour beside it that says
// nothing else; what has no outcome has its first line there, if Discord can show that.
func TestTitles(t *testing.T) {
	w := words.In(commands.English)
	now := time.Date(2026, 11, 20, 18, 0, 0, 0, time.UTC)
	request := words.Request{Number: 44, Caller: "discord:user:501", Command: commands.Command{Verb: commands.Remove}, Expires: now}
	result := func(verb commands.Verb, s commands.Status) words.Message {
		return w.Report(commands.Result{Entry: 42, Command: commands.Command{Verb: verb, Number: 3}, Groups: []commands.GroupResult{
			{Group: "@TGS#a", Outcome: commands.Outcome{Status: s, Failure: &commands.Failure{Kind: imapi.KindTransient}}},
		}})
	}
	for _, tc := range []struct {
		name    string
		m       words.Message
		title   string
		colored bool
		begins  string // the description
	}{
		{"done", result(commands.Add, commands.Done), "✅ Done", true, "Changed `@TGS#a`"},
		{"failed", result(commands.Add, commands.Failed), "❌ Failed", true, "Nothing was changed"},
		{"unknown", result(commands.Add, commands.Unknown), "❓ Unknown", true, "It is not known"},
		{"a reminder", result(commands.Remind, commands.Done), "⏰ ", false, "Reminder: "},
		{"a refusal", w.Refusal(1, commands.Caller{}, commands.Command{Verb: commands.Add}, policy.Decision{}), "⛔ Not allowed", true, "You are not allowed"},
		{"a request", w.Ask(request), "🙋 Waiting for approval", true, "<@501> wants"},
		{"a request that was denied", w.Closed(request, commands.Denied, commands.Decided{By: "discord:user:502"}), "⛔ Denied", true, "<@501> wants"},
		{"a request that was approved", w.Closed(request, commands.Working, commands.Decided{By: "discord:user:502"}), "", true, "<@501> wants"},
		{"help", w.Help(1, "", policy.Rights{}), "Add and remove administrators of live streaming groups:", false, "• "},
		{"a right", w.Whoami(1, commands.Caller{Ref: "discord:user:501"}, commands.Person{}, policy.Rights{}), "Your entry for the allowlist: `discord:user:501`", false, "You are not"},
		{"a time in the first line", words.Message{Lines: []words.Line{{Text: words.Text{{Text: "At "}, {Kind: words.Moment, Time: now}}}}}, "", false, "At <t:"},
		{"a long first line", words.Message{Lines: []words.Line{{Text: words.Text{{Text: strings.Repeat("x", 300)}}}}}, "", false, "xxx"},
		{"nothing", words.Message{}, "", false, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			pages := renderer{}.pages(tc.m)
			card := pages[0].Embeds[0]
			title := strings.HasPrefix(card.Title, tc.title)
			if tc.name != "a reminder" {
				title = card.Title == tc.title
			}
			if len(pages) != 1 || !title || card.Color != 0 != tc.colored || !strings.HasPrefix(card.Description, tc.begins) {
				t.Errorf("it is %+v", card)
			}
		})
	}
}

// TestOutcomesHaveColors: every outcome has a colour, and one that is a failure has not that of success.
func TestOutcomesHaveColors(t *testing.T) {
	for s := range words.In(commands.English).Outcomes {
		if s != commands.Answered && colorOf(s) == 0 {
			t.Errorf("%s has none", s)
		}
		if s != commands.Done && colorOf(s) == colorOf(commands.Done) {
			t.Errorf("%s looks like done", s)
		}
	}
}

// TestFields: the facts at the end of a message are fields, short ones beside each other, without
// the colon; one that does not fit stays a line.
func TestFields(t *testing.T) {
	fact := func(name, value string) words.Line {
		return words.Line{Style: words.Fact, Value: 1, Text: words.Text{{Text: name}, {Text: value}}}
	}
	m := words.Message{Entry: 1, Lines: []words.Line{
		{Text: words.Text{{Text: "Head"}, {Kind: words.Account, Text: "discord:user:1"}}},
		fact("Can approve: ", "Sam"), fact("当前管理员：", "甲。"), fact("Names: ", strings.Repeat("n", 500)), fact("Reason: ", strings.Repeat("r", 600)),
	}}
	card := renderer{}.pages(m)[0].Embeds[0]
	var got []string
	for _, f := range card.Fields {
		got = append(got, fmt.Sprintf("%s=%.10s %t", f.Name, f.Value, f.Inline))
	}
	if want := "Can approve=Sam true|当前管理员=甲 true|Names=nnnnnnnnnn false"; strings.Join(got, "|") != want {
		t.Errorf("the fields are %q, want %s", got, want)
	}
	if !strings.HasSuffix(card.Description, "\nReason: "+strings.Repeat("r", 600)) {
		t.Errorf("the text is %q", card.Description)
	}
}

// TestStyles: who approves presses green, who denies or replaces red, and everything else is grey.
func TestStyles(t *testing.T) {
	for name, want := range map[string]discordgo.ButtonStyle{
		words.ApproveAction: discordgo.SuccessButton, words.DenyAction: discordgo.DangerButton, words.WithdrawAction: discordgo.SecondaryButton,
		change.UndoAction: discordgo.SecondaryButton, change.RetryAction: discordgo.SecondaryButton, change.ExtendAction: discordgo.SecondaryButton,
		change.ReplaceAction + "0": discordgo.DangerButton, change.DoneIn("@TGS#a"): discordgo.SecondaryButton,
	} {
		if got := styleOf(name); got != want {
			t.Errorf("%s has style %d, want %d", name, got, want)
		}
	}
}

// TestLabels: as long as Discord takes them, in any script.
func TestLabels(t *testing.T) {
	for _, tc := range []struct{ label, want string }{
		{strings.Repeat("撤", longestLabel), strings.Repeat("撤", longestLabel)},
		{strings.Repeat("撤", longestLabel+1), strings.Repeat("撤", longestLabel-1) + "…"},
		{strings.Repeat("🎤", longestLabel), strings.Repeat("🎤", longestLabel/2-1) + "…"},
	} {
		row := buttons([]words.Action{{Name: change.UndoAction, Label: tc.label}})[0].(discordgo.ActionsRow)
		if got := row.Components[0].(discordgo.Button).Label; got != tc.want {
			t.Errorf("%q is written %q", tc.label, got)
		}
	}
}

// TestManyGroups: what became of 600 groups, each of them different, is in a few messages within
// Discord's limits, in every language: those that failed first.
func TestManyGroups(t *testing.T) {
	r := commands.Result{Entry: 42, Command: commands.Command{Verb: commands.Add, Target: commands.Target{Alias: "all"}, Reason: strings.Repeat("r", commands.MaxReason)}}
	for n := range 600 {
		g := commands.GroupResult{Group: imapi.GroupID(fmt.Sprintf("@TGS#aGROUP%03d", n))}
		g.Plan.Users = []commands.Step{{Person: commands.Person{ID: imapi.UserID(fmt.Sprintf("user%d", n))}, Send: true, Prior: commands.WasNot}}
		g.Outcome.Status = commands.Done
		if n >= 500 {
			g.Outcome = commands.Outcome{Status: commands.Failed, Failure: &commands.Failure{Op: imapi.OpChange, Code: 10010, Kind: imapi.KindNotFound}}
		}
		r.Groups = append(r.Groups, g)
	}
	for _, l := range commands.Languages {
		pages := renderer{}.pages(words.In(l).Report(r))
		if len(pages) > 6 {
			t.Errorf("%s: there are %d messages", l, len(pages))
		}
		first := pages[0].Embeds[0].Description
		if at := strings.Index(first, "@TGS#aGROUP"); at < 0 || !strings.HasPrefix(first[at:], "@TGS#aGROUP500") {
			t.Errorf("%s: first is\n%s", l, first)
		}
		for _, page := range pages {
			e := page.Embeds[0]
			sum := len(e.Title) + len(e.Description)
			for _, f := range e.Fields {
				sum += len(f.Name) + len(f.Value)
			}
			if len(page.Embeds) != 1 || len(e.Description) > 4096 || sum > 5900 {
				t.Errorf("%s: a message has %d bytes", l, sum)
			}
		}
	}
}

// TestLongNotice: a request that is too long for one message keeps its buttons.
func TestLongNotice(t *testing.T) {
	t.Parallel()
	m := words.Message{Entry: 44, Actions: []words.Action{{Name: words.ApproveAction, Label: "Approve", Entry: 44}}}
	for range 3 {
		m.Lines = append(m.Lines, words.Line{Text: words.Text{{Text: strings.Repeat("ア", 700)}}})
	}
	page := new(Discord).notice("request", m)
	if said := page.Embeds[0].Description; len(page.Components) != 1 || !strings.HasSuffix(said, "The rest is too long to show.") {
		t.Errorf("%d rows of buttons under %q", len(page.Components), said)
	}
}
