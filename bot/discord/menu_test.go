package discord_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"liveadmin/bot"
	"liveadmin/bot/bottest/fakediscord"
	"liveadmin/bot/discord"
	"liveadmin/commands"
	"liveadmin/commands/policy"
	"liveadmin/commands/words"
	"liveadmin/imapi"
	"liveadmin/imapi/simulator"
)

const menuName = "Make live administrator"

// shows opens a world in which alice may do everything, bob may list, and mallory nothing;
// user1 is bob, user2 is alice, and there are two aliases.
func shows(t *testing.T, mode string) *world {
	t.Helper()
	w := open(t, mode, fakediscord.Config{}, discord.Options{})
	w.API.AddGroup("@TGS#aSHOW", simulator.Group{})
	rules := w.Rules.Get()
	rules.Policy.Rules = append(rules.Policy.Rules, policy.Rule{Name: "rule 1", Allow: []string{"discord:user:" + bob}, Commands: []commands.Verb{commands.List}})
	rules.Names = commands.NewNames(map[string][]imapi.GroupID{"friday": {group}, "weekend": {"@TGS#aSHOW", group}}, map[string][]imapi.UserID{"bobby": {"user1"}, "alice": {"user2"}}).
		WithAccounts(map[string]string{"discord:user:" + bob: "bobby", "discord:user:" + alice: "alice"})
	w.Rules.Set(rules)
	return w
}

// rule adds what one rule gives alice, in place of everything.
func (w *world) rule(edit func(*policy.Rule)) {
	rules := w.Rules.Get()
	r := policy.Rule{Name: "rule 2", Allow: []string{"discord:user:" + alice}}
	edit(&r)
	rules.Policy.Rules = []policy.Rule{r}
	w.Rules.Set(rules)
}

// opens lets Alice use the menu of a member, and returns the form that it opens.
func (w *world) opens(target string) (*fakediscord.Interaction, fakediscord.Modal) {
	w.T.Helper()
	i := w.kept(w.Menu(alice, general, menuName, target))
	w.answered(i)
	m, ok := i.Modal()
	if !ok {
		w.T.Fatalf("no form is open: %+v\n%s", i.Callbacks(), w.Log)
	}
	return i, m
}

// sends sends a form.
func (w *world) sends(opened *fakediscord.Interaction, filled fakediscord.Filled) *fakediscord.Interaction {
	w.T.Helper()
	return w.kept(w.Submit(opened, filled))
}

// TestMenu: the menu of a member opens a form about that member; sent, it is the command add:
// in a thread, durable, and on record as the command is.
func TestMenu(t *testing.T) {
	t.Parallel()
	for _, mode := range modes {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			w := shows(t, mode)
			i, m := w.opens(bob)
			chosen, _ := m.Input("group")
			length, _ := m.Input("for")
			var names, aliases []string
			for _, p := range m.Parts {
				names = append(names, p.Input.CustomID)
			}
			for _, o := range chosen.Options {
				aliases = append(aliases, o.Value)
			}
			if !slices.Equal(names, []string{"group", "group_id", "for", "reason"}) || !slices.Equal(aliases, []string{"friday", "weekend"}) || length.Value != "2h" {
				t.Errorf("the form is %+v", m)
			}
			if says := m.Parts[0].Description; says != "For: bobby (user1)" {
				t.Errorf("it says %q", says)
			}
			sent := w.sends(i, fakediscord.Filled{"group": []string{"friday"}, "reason": "covering"})
			if c := w.answered(sent); c.Type != 4 || c.Ephemeral {
				t.Errorf("the first response is %+v", c)
			}
			root, replies := w.result(sent)
			if !strings.HasPrefix(root.Content, "✅ Done · <@"+alice+"> · `friday`: added `bobby` (`user1`) (until <t:") || len(replies) != 1 {
				t.Errorf("the root is %q, in its thread is %+v", root.Content, replies)
			}
			if got := w.Stage.API.Admins(group); !slices.Equal(got, []string{"user1"}) {
				t.Errorf("administrators %v", got)
			}
			if rows := w.Rows(bot.WasAccepted); len(rows) != 1 || rows[0].Text != `add friday bobby --for 2h --reason "covering"` {
				t.Errorf("on record is %+v", rows)
			}
			if rows := w.Rows(bot.WasAnswered); len(rows) != 1 || rows[0].Text != "add users:<@"+bob+">" || rows[0].Detail != "form" {
				t.Errorf("the opening is on record as %+v", rows)
			}
			w.Redeliver(sent)
			w.final(w.says(alice, general, "list", fakediscord.Options{"group": group}))
			if rows := w.Rows(bot.WasAccepted); len(rows) != 2 {
				t.Errorf("on record is %+v", rows)
			}
		})
	}
}

// TestMenuRefused: the right is looked at first, and who has none learns nothing about the
// member; a member whose UserID is not known is a private answer, and no form is opened.
func TestMenuRefused(t *testing.T) {
	t.Parallel()
	w := shows(t, "gateway")
	for _, tt := range []struct{ user, target, want string }{
		{mallory, bob, "You are not allowed to use add"},
		{mallory, mallory, "You are not allowed to use add"},
		{bob, alice, "You are not allowed to use add"},
		{bob, mallory, "You are not allowed to use add"},
		{alice, mallory, "I do not know the UserID of @mallory. Type it, or ask Sam, #stream-ops, to add them.\nExample: /liveadmin add group:friday"},
	} {
		m := w.private(w.kept(w.Menu(tt.user, general, menuName, tt.target)))
		if got := w.Plain(m); !strings.Contains(got, tt.want) || strings.Contains(got, "typed") || len(m.Pings) > 0 {
			t.Errorf("%s is answered about %s\n%s", tt.user, tt.target, got)
		}
	}
	if rows := len(w.Rows(bot.WasRefused)); rows != 4 {
		t.Errorf("%d rows are of refusals", rows)
	}
	if said := w.Log.String(); !strings.Contains(said, "discord: "+mallory) {
		t.Error("the log does not say which line to add")
	}
}

// TestMenuForm: what the form offers is what the rules give.
func TestMenuForm(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name      string
		rule      func(*policy.Rule)
		starts    string // how long
		group     string // that is chosen at first
		approvers bool
	}{
		{"a short limit", func(r *policy.Rule) { r.For = 90 * time.Minute }, "1h30m", "", false},
		{"a long limit", func(r *policy.Rule) { r.For = 8 * time.Hour }, "2h", "", false},
		{"one group", func(r *policy.Rule) { r.Groups = []string{group} }, "2h", "friday", false},
		{"a group without an alias", func(r *policy.Rule) { r.Groups = []string{"own"} }, "2h", "none", false},
		{"approval", func(r *policy.Rule) { r.Approval = []string{"discord:user:" + mallory} }, "2h", "", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := shows(t, "gateway")
			w.rule(tt.rule)
			_, m := w.opens(bob)
			length, _ := m.Input("for")
			chosen, ok := m.Input("group")
			first := ""
			for _, o := range chosen.Options {
				if o.Default {
					first = o.Value
				}
			}
			if !ok {
				first = "none"
			}
			if length.Value != tt.starts || first != tt.group {
				t.Errorf("the form is %+v", m)
			}
			if says := m.Parts[0].Content; strings.Contains(says, "<@"+mallory+">") != tt.approvers {
				t.Errorf("it says %q", says)
			}
		})
	}
}

// TestMenuOfManyAliases: of more aliases than Discord has room for, the others can be typed.
func TestMenuOfManyAliases(t *testing.T) {
	t.Parallel()
	w := shows(t, "gateway")
	aliases := map[string][]imapi.GroupID{strings.Repeat("a", 101): {group}}
	for n := range 40 {
		aliases[fmt.Sprintf("show-%02d", n)] = []imapi.GroupID{group}
	}
	rules := w.Rules.Get()
	rules.Names = commands.NewNames(aliases, map[string][]imapi.UserID{"bobby": {"user1"}}).WithAccounts(map[string]string{"discord:user:" + bob: "bobby"})
	w.Rules.Set(rules)
	i, m := w.opens(bob)
	if chosen, _ := m.Input("group"); len(chosen.Options) != 25 {
		t.Errorf("%d can be chosen", len(chosen.Options))
	}
	w.result(w.sends(i, fakediscord.Filled{"group_id": "show-39"}))
}

// TestMenuWaits: a form whose command waits for approval asks for it.
func TestMenuWaits(t *testing.T) {
	t.Parallel()
	w := shows(t, "gateway")
	w.rule(func(r *policy.Rule) { r.Approval = []string{"discord:user:" + mallory} })
	i, _ := w.opens(bob)
	w.answered(w.sends(i, fakediscord.Filled{"group": []string{"friday"}}))
	m := w.message("wants to add bobby (user1) to friday")
	if len(m.Buttons()) != 3 || !slices.Equal(m.Pings, []string{mallory}) {
		t.Errorf("the request is %+v", m)
	}
}

// TestMenuOfAnApprover: the form about a member names those who can approve it, and not the member.
func TestMenuOfAnApprover(t *testing.T) {
	t.Parallel()
	w := shows(t, "gateway")
	w.rule(func(r *policy.Rule) { r.Approval = []string{"discord:user:" + bob, "discord:user:" + mallory} })
	_, form := w.opens(bob)
	if text := fmt.Sprintf("%+v", form); !strings.Contains(text, "Can approve: <@"+mallory+">") {
		t.Errorf("the form is %s", text)
	}
}

// TestMenuMistakes: the sender alone reads in full what is wrong with a form, since the form
// is gone, and a right that a form names is not one that it gives.
func TestMenuMistakes(t *testing.T) {
	t.Parallel()
	w := shows(t, "gateway")
	w.rule(func(r *policy.Rule) { r.For, r.Groups = 8*time.Hour, []string{group} })
	i, _ := w.opens(bob)
	for _, tt := range []struct {
		name   string
		filled fakediscord.Filled
		want   string
	}{
		{"two groups", fakediscord.Filled{"group": []string{"friday"}, "group_id": "@TGS#aSHOW"}, "Two groups are given"},
		{"no group", fakediscord.Filled{"group": []string{}}, "The group is missing."},
		{"a time of no kind", fakediscord.Filled{"for": "two hours"}, "two hours"},
		{"longer than allowed", fakediscord.Filled{"for": "9h"}, "for up to 8 hours"},
		{"another group", fakediscord.Filled{"group": []string{}, "group_id": "@TGS#aSHOW"}, "not allowed"},
		{"an alias that is none", fakediscord.Filled{"group": []string{}, "group_id": "frida"}, "Did you mean friday?"},
	} {
		sent := w.sends(i, tt.filled)
		if got := w.Plain(w.private(sent)); !strings.Contains(got, tt.want) {
			t.Errorf("%s is answered\n%s", tt.name, got)
		}
	}
	if len(w.Rows(bot.WasAccepted)) > 0 || len(w.Stage.API.Admins(group)) > 0 {
		t.Error("something was done")
	}
	w.result(w.sends(i, nil))
}

// TestMenuForged: whatever a client sends back, it can do no more than its sender could type,
// once.
func TestMenuForged(t *testing.T) {
	t.Parallel()
	w := shows(t, "gateway")
	w.rule(func(r *policy.Rule) { r.Channels, r.Groups = []string{"discord:" + general}, []string{group} })
	i, m := w.opens(bob)
	part := func(id, value string) map[string]any {
		return map[string]any{"type": 18, "component": map[string]any{"type": 4, "custom_id": id, "value": value}}
	}
	data := func(id string, parts ...any) map[string]any {
		return map[string]any{"custom_id": id, "components": parts}
	}
	of := func(target string) string { return strings.Replace(m.CustomID, bob, target, 1) }
	for _, tt := range []struct {
		name string
		in   fakediscord.SubmitInput
		want string
	}{
		{"another sender", fakediscord.SubmitInput{User: mallory, Data: data(m.CustomID, part("group_id", group))}, "not allowed"},
		{"another channel", fakediscord.SubmitInput{Channel: news, Data: data(m.CustomID, part("group_id", group))}, "not allowed"},
		{"a member who is not known", fakediscord.SubmitInput{Data: data(of(mallory), part("group_id", group))}, "I do not know the UserID of"},
		{"an alias that was not offered", fakediscord.SubmitInput{Data: data(m.CustomID, map[string]any{"type": 18, "component": map[string]any{
			"type": 3, "custom_id": "group", "values": []string{"weekend"}}})}, "not allowed"},
		{"an input of another name", fakediscord.SubmitInput{Data: data(m.CustomID, part("users", "user3"))}, "The group is missing."},
		{"nothing", fakediscord.SubmitInput{Data: data(m.CustomID)}, "The group is missing."},
		{"mentions and marks", fakediscord.SubmitInput{Data: data(m.CustomID, part("group_id", "@everyone <@503> `x`"))}, "#"},
	} {
		tt.in.Opened = i
		m := w.private(w.kept(w.SendSubmit(tt.in)))
		if got := w.Plain(m); !strings.Contains(got, tt.want) || len(m.Pings) > 0 {
			t.Errorf("%s is answered\n%s", tt.name, got)
		}
	}
	if len(w.Rows(bot.WasAccepted)) > 0 {
		t.Error("something was done")
	}
	// A row, as older clients send it, and the same form once more.
	row := data(m.CustomID, map[string]any{"type": 1, "components": []any{map[string]any{"type": 4, "custom_id": "group_id", "value": group}}})
	w.result(w.kept(w.SendSubmit(fakediscord.SubmitInput{Opened: i, Data: row})))
	w.kept(w.SendSubmit(fakediscord.SubmitInput{Opened: i, Data: row}))
	w.final(w.says(alice, general, "list", fakediscord.Options{"group": group}))
	if rows := w.Rows(bot.WasAccepted); len(rows) != 2 {
		t.Errorf("on record is %+v", rows)
	}
}

// TestMenuSentAgain: a form whose sender got no answer does not run, stays open, and runs when it
// is sent again.
func TestMenuSentAgain(t *testing.T) {
	t.Parallel()
	for _, mode := range modes {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			w := shows(t, mode)
			i, _ := w.opens(bob)
			w.Inject(fakediscord.Fault{Kind: fakediscord.Refuse, Route: fakediscord.Respond, Code: fakediscord.UnknownInteraction})
			w.sends(i, fakediscord.Filled{"group": []string{"friday"}})
			w.Until("it is closed", func() bool { return len(w.Rows(bot.WasUnanswered)) == 1 })
			w.result(w.sends(i, fakediscord.Filled{"group": []string{"friday"}}))
			w.sends(i, fakediscord.Filled{"group": []string{"friday"}})
			w.final(w.says(alice, general, "list", fakediscord.Options{"group": group}))
			if rows := w.Rows(bot.WasAccepted); len(rows) != 3 {
				t.Errorf("on record is %+v", rows)
			}
		})
	}
}

// TestMenuIsNotForUs: what is not of the menu or the form is not heard, or not answered; nothing
// panics.
func TestMenuIsNotForUs(t *testing.T) {
	const head = `"id":"1","application_id":"9","token":"t","guild_id":"100","channel_id":"3","member":{"user":{"id":"5"}}`
	for _, tt := range []struct {
		name, payload string
		form, menu    bool
	}{
		{"a form", `{"type":5,` + head + `,"data":{"custom_id":"liveadmin:form:7:8","components":[{"type":18,"component":{"custom_id":"group","values":["a"]}}]}}`, true, false},
		{"a form without anything", `{"type":5,` + head + `,"data":{"custom_id":"liveadmin:form:7:8"}}`, true, false},
		{"null for a part", `{"type":5,` + head + `,"data":{"custom_id":"liveadmin:form:7:8","components":[null,{"component":null,"components":[null]}]}}`, true, false},
		{"a form of another", `{"type":5,` + head + `,"data":{"custom_id":"other:form:7:8"}}`, false, false},
		{"a form about nobody", `{"type":5,` + head + `,"data":{"custom_id":"liveadmin:form::8"}}`, false, false},
		{"a form about a word", `{"type":5,` + head + `,"data":{"custom_id":"liveadmin:form:7> @everyone:8"}}`, false, false},
		{"a number for a value", `{"type":5,` + head + `,"data":{"custom_id":"liveadmin:form:7:8","components":[{"component":{"custom_id":"for","value":2}}]}}`, false, false},
		{"a button in place of a form", `{"type":3,` + head + `,"data":{"custom_id":"liveadmin:form:7:8"}}`, false, false},
		{"a menu", `{"type":2,` + head + `,"data":{"type":2,"name":"Make live administrator","target_id":"7"}}`, false, true},
		{"a menu without anybody", `{"type":2,` + head + `,"data":{"type":2,"name":"Make live administrator"}}`, false, false},
		{"a menu about a word", `{"type":2,` + head + `,"data":{"type":2,"name":"Make live administrator","target_id":"7> @here"}}`, false, false},
		{"a menu of a message", `{"type":2,` + head + `,"data":{"type":3,"name":"Make live administrator","target_id":"7"}}`, false, false},
		{"another menu", `{"type":2,` + head + `,"data":{"type":2,"name":"Make lunch","target_id":"7"}}`, false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if !json.Valid([]byte(tt.payload)) {
				t.Fatal("the payload is no JSON")
			}
			d, err := discord.Hear([]byte(tt.payload))
			if form := err == nil && d.Form != nil; form != tt.form {
				t.Errorf("heard is %+v, %v", d, err)
			}
			if menu := err == nil && d.Fixed; menu != tt.menu {
				t.Errorf("heard is %+v, %v", d, err)
			}
		})
	}
}

// TestMenuUnopened: where Discord takes no form, the usual text is answered.
func TestMenuUnopened(t *testing.T) {
	t.Parallel()
	w := shows(t, "gateway")
	w.Inject(fakediscord.Fault{Kind: fakediscord.Refuse, Route: fakediscord.Respond, Code: fakediscord.InvalidForm})
	if got := w.Plain(w.private(w.kept(w.Menu(alice, general, menuName, bob)))); !strings.Contains(got, "The group is missing.") || !strings.Contains(got, "/liveadmin add") {
		t.Errorf("answered is\n%s", got)
	}
}

// TestMenuLanguages: the form and its answers are in the language of who uses the menu, and
// its name is registered in all, within Discord's lengths.
func TestMenuLanguages(t *testing.T) {
	t.Parallel()
	w := shows(t, "gateway")
	registered := w.Commands(guild)[1]
	if p := registered.DefaultMemberPermissions; registered.Name != menuName || registered.Description != "" || p == nil || *p != "8192" {
		t.Errorf("registered is %+v", registered)
	}
	for _, l := range commands.Languages {
		locale := map[commands.Language]string{"en": "en-US", "zh-Hans": "zh-CN", "zh-Hant": "zh-TW"}[l]
		if locale == "" {
			locale = string(l)
		}
		says := words.In(l)
		if name := registered.NameLocalizations[locale]; l != commands.English && name != says.Discord.Menu || utf8.RuneCountInString(says.Discord.Menu) > 32 {
			t.Errorf("in %s it is %q", l, name)
		}
		w.AddUser(fakediscord.User{ID: alice, Name: "alice", Locale: locale})
		i, m := w.opens(bob)
		if m.Title != says.Forms.AddTitle || m.Parts[1].Label != says.Forms.TypedGroup || m.Parts[2].Description != words.Capitalized(says.Options["for"]) {
			t.Errorf("in %s the form is %+v", l, m)
		}
		for _, p := range m.Parts {
			if strings.Contains(p.Label+p.Description+p.Input.Placeholder, "…") && !strings.Contains(p.Input.Placeholder, "#…") {
				t.Errorf("in %s something is cut: %+v", l, p)
			}
		}
		if got := w.Plain(w.private(w.sends(i, nil))); !strings.Contains(got, says.Outcomes[commands.Mistaken]) {
			t.Errorf("in %s the answer is\n%s", l, got)
		}
	}
}

// TestMenuNotRegistered: without the menu, the command is registered and works.
func TestMenuNotRegistered(t *testing.T) {
	t.Parallel()
	w := build(t, "gateway", fakediscord.Config{}, discord.Options{})
	w.Inject(fakediscord.Fault{Kind: fakediscord.Refuse, Route: fakediscord.CreateGuildCommand, After: 1, Times: -1, Code: fakediscord.TooManyCommands})
	w.discord = w.platform()
	w.Stage.Run(t, w.discord)
	w.Ready(w.discord.State)
	w.Until("it is remembered", w.remembers(guild))
	if got := w.commands(guild); got != "liveadmin" || !strings.Contains(w.Log.String(), "the menu of members could not be registered") {
		t.Errorf("registered is %q", got)
	}
	w.private(w.says(alice, general, "whoami", nil))
}
