package discord_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"liveadmin/bot/bottest"
	"liveadmin/bot/bottest/fakediscord"
	"liveadmin/bot/discord"
	"liveadmin/commands"
	"liveadmin/commands/words"
)

// byHand makes a call of Discord's API with the bot's token, as another program does.
func (w *world) byHand(method, path string, body any) {
	w.T.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		w.T.Fatal(err)
	}
	req, err := http.NewRequest(method, w.URL()+"/api/v10"+path, bytes.NewReader(raw))
	if err != nil {
		w.T.Fatal(err)
	}
	req.Header.Set("Authorization", "Bot "+w.Config().Token)
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil || resp.StatusCode >= 300 {
		w.T.Fatalf("%s %s: %v, %v", method, path, resp, err)
	}
	resp.Body.Close()
}

// commands are the names of what is registered in a guild, or globally with "", a menu in brackets.
func (w *world) commands(guild string) string {
	var names []string
	for _, c := range w.Commands(guild) {
		if c.Type == 2 {
			c.Name = "(" + c.Name + ")"
		}
		names = append(names, c.Name)
	}
	return strings.Join(names, " ")
}

// menu is the command in the menu of a member.
const menu = "(Make live administrator)"

func TestRegister(t *testing.T) {
	t.Parallel()
	for _, here := range []string{guild, ""} {
		t.Run("in "+here, func(t *testing.T) {
			t.Parallel()
			w := build(t, "gateway", fakediscord.Config{}, discord.Options{})
			w.guild = here
			for _, name := range []string{"other", "liveadmin"} {
				w.registerByHand(here, name)
			}
			w.start()
			w.Until("it is remembered", w.remembers(here))
			if got := w.commands(here); got != "other liveadmin "+menu {
				t.Errorf("registered are %q", got)
			}
			c := w.Commands(here)[1]
			if p := c.DefaultMemberPermissions; p == nil || *p != "8192" {
				t.Errorf("people need the permissions %v", p)
			}
			if here == "" && (len(c.Contexts) != 1 || c.Contexts[0] != 0) {
				t.Errorf("it can be used in %v", c.Contexts)
			}
			if n, want := len(c.Options), len(commands.Table.Verbs()); n != want {
				t.Errorf("%d subcommands", n)
			}
			if got, want := c.DescriptionLocalizations["ja"], words.In("ja").Discord.About; got != want {
				t.Errorf("in Japanese it is %q, want %q", got, want)
			}
			w.halt()
			created, listed := fakediscord.CreateGuildCommand, fakediscord.ListGuildCommands
			if here == "" {
				created, listed = fakediscord.CreateGlobalCommand, fakediscord.ListGlobalCommands
			}
			before := len(w.Calls(created))
			w.Stage.Restart(t)
			w.start()
			if err := w.WaitCalls(w.Soon(), listed, 2); err != nil {
				t.Fatal(err)
			}
			if n := len(w.Calls(created)); n != before {
				t.Errorf("the same command was registered %d times", n)
			}
			if n := len(w.Calls(fakediscord.ListGuilds)); n > 0 {
				t.Errorf("the servers were listed %d times", n)
			}
		})
	}
}

// registerByHand registers a command in a guild, or globally with "", as another program does.
func (w *world) registerByHand(guild, name string) {
	w.T.Helper()
	w.byHand("POST", w.scope(guild), map[string]any{"name": name, "description": "as it was before"})
}

// scope is the path of the commands in a guild, or globally with "".
func (w *world) scope(guild string) string {
	scope := "/applications/" + w.Config().AppID
	if guild != "" {
		scope += "/guilds/" + guild
	}
	return scope + "/commands"
}

// remembers returns a condition: the record says that the command is registered there.
func (w *world) remembers(guild string) func() bool {
	return func() bool {
		at, err := w.Journal.Recall(w.T.Context(), "discord.command")
		return err == nil && at == w.scope(guild)
	}
}

// TestRegisteredElsewhere: when the server is another, the command is deleted where it was
// registered, and just there; also if Discord fails in passing, and if it is remembered
// although there is nothing to delete any more.
func TestRegisteredElsewhere(t *testing.T) {
	t.Parallel()
	const another, third = "101", "102"
	for _, test := range []struct {
		name, before, after string
		harm                func(*world)
		left                string // where it was
	}{
		{"from a server to another", guild, another, func(*world) {}, "other"},
		{"from a server to all", guild, "", func(*world) {}, "other"},
		{"from all to a server", "", guild, func(*world) {}, "other"},
		{"Discord fails in passing", guild, another, func(w *world) {
			w.Inject(fakediscord.Fault{Kind: fakediscord.Status, Route: fakediscord.DeleteGuildCommand})
		}, "other"},
		{"it was deleted by hand", guild, another, func(w *world) {
			w.byHand("DELETE", w.scope(guild)+"/"+w.Commands(guild)[1].ID, nil)
		}, "other"},
		{"it cannot be deleted", guild, another, func(w *world) {
			w.Inject(fakediscord.Fault{Kind: fakediscord.Refuse, Route: fakediscord.DeleteGuildCommand, Status: 403, Code: 50001})
		}, "other liveadmin " + menu},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := build(t, "gateway", fakediscord.Config{}, discord.Options{})
			for _, id := range []string{another, third} {
				w.AddGuild(fakediscord.Guild{ID: id, Name: "another"})
			}
			w.registerByHand(third, "liveadmin")
			w.registerByHand(test.before, "other")
			w.guild = test.before
			w.start()
			w.Until("it is remembered", w.remembers(test.before))
			w.halt()
			test.harm(w)
			w.guild = test.after
			w.Stage.Restart(t)
			w.start()
			w.Until("the new place is remembered", w.remembers(test.after))
			if got := w.commands(test.before); got != test.left {
				t.Errorf("where it was: %q, want %q", got, test.left)
			}
			if got := w.commands(test.after); got != "liveadmin "+menu {
				t.Errorf("where it is: %q", got)
			}
			if got := w.commands(third); got != "liveadmin" {
				t.Errorf("in a server that the bot has nothing to do with: %q", got)
			}
		})
	}
}

// TestRegisteredByAnother: what is remembered of another application is left alone.
func TestRegisteredByAnother(t *testing.T) {
	t.Parallel()
	w := build(t, "gateway", fakediscord.Config{}, discord.Options{})
	if err := w.Journal.Remember(t.Context(), "discord.command", "/applications/1/commands"); err != nil {
		t.Fatal(err)
	}
	w.start()
	w.Until("it is remembered", w.remembers(guild))
	for _, c := range w.Calls("") {
		if strings.HasPrefix(c.Route, "DELETE ") {
			t.Errorf("it called %s", c.Route)
		}
	}
}

// TestListedWithItsOwn: where a server lists the commands of all servers with its own, the
// command that was just registered is not taken for an old one.
func TestListedWithItsOwn(t *testing.T) {
	t.Parallel()
	w := build(t, "gateway", fakediscord.Config{}, discord.Options{})
	w.guild = ""
	w.through(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
			r.URL.Path = strings.Replace(r.URL.Path, "/guilds/"+guild+"/commands", "/commands", 1)
			next.ServeHTTP(out, r)
		})
	})
	if err := w.Journal.Remember(t.Context(), "discord.command", w.scope(guild)); err != nil {
		t.Fatal(err)
	}
	w.start()
	w.Until("it is remembered", w.remembers(""))
	if got := w.commands(""); got != "liveadmin "+menu || len(w.Calls(fakediscord.DeleteGlobalCommand)) > 0 {
		t.Errorf("registered are %q", got)
	}
	if got := bottest.Findings(w.discord.Check(t.Context())); !strings.HasSuffix(got, "\nOK Discord command: it is registered for all servers, with the menu of members") {
		t.Errorf("the check says\n%s", got)
	}
}

// TestCheckLeft: the check finds the command wherever else it is registered, in however
// many servers the bot is, and says how to delete it.
func TestCheckLeft(t *testing.T) {
	t.Parallel()
	w := build(t, "gateway", fakediscord.Config{}, discord.Options{})
	for n := range 450 {
		w.AddGuild(fakediscord.Guild{ID: strconv.Itoa(1000 + n), Name: "another"})
	}
	const last = "1449"
	w.registerByHand(last, "liveadmin")
	w.start()
	got := bottest.Findings(w.discord.Check(t.Context()))
	want := "\nFAIL Discord command: it is registered in the server 100, with the menu of members, and from an earlier setting also in another (1449), where people see it twice " +
		`[Delete it there: curl -X DELETE -H "Authorization: Bot $DISCORD_TOKEN" https://discord.com/api/v10` + w.scope(last) + "/" + w.Commands(last)[0].ID + "]"
	if !strings.HasSuffix(got, want) {
		t.Errorf("the check says\n%s\nwant\n%s", got, want)
	}
	if got := w.commands(last); got != "liveadmin" {
		t.Errorf("the check changed something: %q", got)
	}
}

// TestInvitedLater: where the command cannot be registered, the log says what to do, and
// the bot registers it once that is done.
func TestInvitedLater(t *testing.T) {
	t.Parallel()
	w := build(t, "gateway", fakediscord.Config{}, discord.Options{Refresh: time.Millisecond})
	const here = "101"
	w.guild = here
	w.discord = w.platform()
	w.Stage.Run(t, w.discord)
	w.Ready(w.discord.State)
	w.Until("the log says so", func() bool { return strings.Contains(w.Log.String(), "applications.commands") })
	w.AddGuild(fakediscord.Guild{ID: here})
	if err := w.WaitCommand(w.Soon(), here); err != nil {
		t.Error(err)
	}
}

// TestRegisteredLater: what fails in passing is tried again.
func TestRegisteredLater(t *testing.T) {
	t.Parallel()
	w := build(t, "gateway", fakediscord.Config{}, discord.Options{})
	w.Inject(fakediscord.Fault{Kind: fakediscord.Status, Route: fakediscord.ListGuildCommands})
	w.Inject(fakediscord.Fault{Kind: fakediscord.Reset, Route: fakediscord.CreateGuildCommand})
	w.start()
	if err := w.WaitCommand(w.Soon(), guild); err != nil {
		t.Error(err)
	}
}

// TestHelp: help mentions the commands, so that a click opens them, and speaks of
// fields.
func TestHelp(t *testing.T) {
	t.Parallel()
	w := open(t, "gateway", fakediscord.Config{}, discord.Options{})
	id := w.Commands(guild)[0].ID
	w.Until("the bot knows the ID", w.remembers(guild))
	m := w.private(w.says(alice, general, "help", nil))
	if got := m.Embeds[0].Description; !strings.Contains(got, "</liveadmin add:"+id+"> `group` `users` \\[`for`\\]") || strings.Contains(got, "--") {
		t.Errorf("help says %q", got)
	}
	m = w.private(w.says(alice, general, "help", fakediscord.Options{"command": "add"}))
	if got := m.Embeds[0].Description; !strings.Contains(got, "`group`: an alias, a group ID") || !strings.Contains(got, "`dry_run`: only say") ||
		!strings.Contains(got, "\nExample: </liveadmin add:"+id+"> `group:@TGS#a6I4ZUUGO users:user1 for:2h`") || strings.Contains(got, "--") {
		t.Errorf("help says %q", got)
	}
}

// registeredField is a subcommand or a field, as Discord reads it.
type registeredField struct {
	Type         int
	Name         string
	Description  string
	Localized    map[string]string `json:"description_localizations"`
	Required     bool
	Autocomplete bool
	Choices      []struct{ Name, Value string }
	Options      []registeredField
}

func registered(t *testing.T, table commands.Set, in func(commands.Language) words.Words) []registeredField {
	t.Helper()
	object, err := discord.Definition(table, in)
	var command registeredField
	if err == nil {
		err = json.Unmarshal(object, &command)
	}
	if err != nil {
		t.Fatal(err)
	}
	return command.Options
}

// TestDefinition: Discord gets what the table has, with descriptions of the length that it
// takes, and fields that must be filled in before others.
func TestDefinition(t *testing.T) {
	subs := registered(t, commands.Table, words.In)
	var names []commands.Verb
	var check func(path string, all []registeredField)
	check = func(path string, all []registeredField) {
		optional := false
		for _, f := range all {
			if n := utf8.RuneCountInString(f.Description); n < 1 || n > 100 {
				t.Errorf("%s%s is described in %d characters", path, f.Name, n)
			}
			if got := slices.Sorted(maps.Keys(f.Localized)); !slices.Equal(got, []string{"id", "ja", "ko", "zh-CN", "zh-TW"}) {
				t.Errorf("%s%s is described in %q", path, f.Name, got)
			}
			for locale, says := range f.Localized {
				if n := utf8.RuneCountInString(says); n < 1 || n > 100 {
					t.Errorf("%s%s is described in %d characters in %s", path, f.Name, n, locale)
				}
			}
			if f.Required && optional {
				t.Errorf("%s%s must come before what can be left out", path, f.Name)
			}
			optional = !f.Required
			check(path+f.Name+" ", f.Options)
		}
	}
	check("", subs)
	for _, sub := range subs {
		names = append(names, commands.Verb(sub.Name))
		row, _ := commands.Table.Row(commands.Verb(sub.Name))
		var want, got []string
		for _, f := range row.Fields() {
			want = append(want, f.Option())
		}
		for _, f := range sub.Options {
			got = append(got, f.Name)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s has the fields %v, want %v", sub.Name, got, want)
		}
	}
	if !slices.Equal(names, commands.Table.Verbs()) {
		t.Errorf("registered are %v", names)
	}
}

// TestMoreCommands: a command and a flag more in the table are registered.
func TestMoreCommands(t *testing.T) {
	table := append(slices.Clone(commands.Table), commands.Row{Verb: "serenade", Everybody: true, Flags: []commands.Field{
		{Name: "how-often", Kind: commands.Text(func(c *commands.Command) *string { return &c.Reason })},
		{Name: "loud", Kind: commands.Switch(func(c *commands.Command) *bool { return &c.New })},
	}})
	in := func(l commands.Language) words.Words {
		w := words.In(l)
		says := *w.Sentences
		w.Sentences, says.Commands, says.Options = &says, maps.Clone(says.Commands), maps.Clone(says.Options)
		says.Commands["serenade"], says.Options["how_often"], says.Options["loud"] = "answers pong", "a number", "be heard"
		return w
	}
	subs := registered(t, table, in)
	serenade := subs[len(subs)-1]
	if serenade.Name != "serenade" || serenade.Description != "Answers pong" || len(serenade.Options) != 2 {
		t.Fatalf("registered last is %+v", serenade)
	}
	if f := serenade.Options[0]; f.Name != "how_often" || f.Type != 3 || f.Description != "A number" || f.Required {
		t.Errorf("the flag with a value is %+v", f)
	}
	if f := serenade.Options[1]; f.Name != "loud" || f.Type != 5 || f.Description != "Be heard" || f.Required {
		t.Errorf("the flag without a value is %+v", f)
	}
	help := subs[slices.IndexFunc(subs, func(s registeredField) bool { return s.Name == "help" })]
	if all := help.Options[0].Choices; len(all) != len(table.Verbs()) || all[len(all)-1].Value != "serenade" {
		t.Errorf("help can be asked about %v", all)
	}
}
