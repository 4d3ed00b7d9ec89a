package fakediscord_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/bwmarrin/discordgo"

	"liveadmin/bot/bottest/fakediscord"
)

func TestCommandsByTheClient(t *testing.T) {
	for _, scope := range []string{server, ""} {
		t.Run("guild "+scope, func(t *testing.T) {
			s := guild(t, fakediscord.Config{})
			c, app := client(t, s), s.Config().AppID
			first, err := c.ApplicationCommandCreate(app, scope, command())
			if err != nil || first.ID == "" || first.GuildID != scope || first.ApplicationID != app {
				t.Fatalf("got %+v, %v", first, err)
			}
			if err := s.WaitCommand(soon(t), scope); err != nil {
				t.Fatal(err)
			}
			again, err := c.ApplicationCommandCreate(app, scope, command())
			if err != nil || again.ID != first.ID || again.Version == first.Version || s.Creates(scope) != 1 {
				t.Errorf("the name again: %+v, %v, %d creates", again, err, s.Creates(scope))
			}
			changed := command()
			changed.Description, changed.Options = "Another", nil
			if _, err := c.ApplicationCommandCreate(app, scope, changed); err != nil {
				t.Error(err)
			}
			if list := s.Commands(scope); len(list) != 1 || list[0].Description != "Another" || list[0].Options != nil {
				t.Errorf("got %+v", list)
			}
			other := &discordgo.ApplicationCommand{Name: "other", Description: "x"}
			if _, err := c.ApplicationCommandCreate(app, scope, other); err != nil {
				t.Error(err)
			}
			list, err := c.ApplicationCommands(app, scope)
			if err != nil || len(list) != 2 || list[0].ID != first.ID || s.Creates(scope) != 2 {
				t.Errorf("with another: %+v, %v, %d creates", list, err, s.Creates(scope))
			}
			if err := c.ApplicationCommandDelete(app, scope, first.ID); err != nil {
				t.Error(err)
			}
			err = c.ApplicationCommandDelete(app, scope, first.ID)
			if code(t, err) != fakediscord.UnknownCommand || len(s.Commands(scope)) != 1 {
				t.Errorf("after the deletion: %v, %+v", err, s.Commands(scope))
			}
		})
	}
}

func TestWhatDiscordFillsIn(t *testing.T) {
	s := guild(t, fakediscord.Config{})
	c := client(t, s)
	with := command()
	with.Contexts = &[]discordgo.InteractionContextType{discordgo.InteractionContextGuild}
	for _, scope := range []string{server, ""} {
		if _, err := c.ApplicationCommandCreate(s.Config().AppID, scope, with); err != nil {
			t.Fatal(err)
		}
	}
	if g := s.Commands(server)[0]; g.Contexts != nil || g.IntegrationTypes != nil || g.DMPermission != nil {
		t.Errorf("a guild's command has what global ones have: %+v", g)
	}
	g := s.Commands("")[0]
	if len(g.Contexts) != 1 || len(g.IntegrationTypes) != 1 || *g.DMPermission || g.DefaultMemberPermissions != nil || g.Type != 1 {
		t.Errorf("got %+v", g)
	}
}

func TestARefusedChangeChangesNothing(t *testing.T) {
	s := guild(t, fakediscord.Config{})
	c, app := client(t, s), s.Config().AppID
	permissions := fakediscord.ManageMessages
	good := command()
	good.DefaultMemberPermissions = &permissions
	if _, err := c.ApplicationCommandCreate(app, "", good); err != nil {
		t.Fatal(err)
	}
	status, body := call(t, s, "POST", "/applications/"+app+"/commands",
		map[string]any{"name": good.Name, "default_member_permissions": "0", "description": ""})
	if status != 400 || codeOf(body) != fakediscord.InvalidForm {
		t.Fatalf("got %d %v", status, body)
	}
	if got := s.Commands("")[0]; *got.DefaultMemberPermissions != "8192" || got.Description != good.Description {
		t.Errorf("got %+v", got)
	}
}

// TestDescriptionsInOtherLanguages: a list has them for who asks, and
// of all languages the longest counts for the size.
func TestDescriptionsInOtherLanguages(t *testing.T) {
	s := guild(t, fakediscord.Config{})
	path := "/applications/" + s.Config().AppID + "/commands"
	const inOption = `{"type":3,"name":"o","description":"x","description_localizations":{"ko":"k"}}`
	status, body := call(t, s, "POST", path, `{"name":"x","description":"x","description_localizations":{"ja":"j"},"options":[`+inOption+`]}`)
	if status != 201 || !strings.Contains(fmt.Sprint(body), "ja:j") {
		t.Fatalf("got %d %v", status, body)
	}
	for query, want := range map[string]bool{"": false, "?with_localizations=false": false, "?with_localizations=true": true} {
		req := must(http.NewRequestWithContext(soon(t), http.MethodGet, s.URL()+"/api/v10"+path+query, http.NoBody))
		req.Header.Set("Authorization", "Bot "+s.Config().Token)
		resp := must(http.DefaultClient.Do(req))
		got := string(must(io.ReadAll(resp.Body)))
		resp.Body.Close()
		if strings.Contains(got, `"ja":"j"`) != want || strings.Contains(got, `"ko":"k"`) != want {
			t.Errorf("listed with %q: %s", query, got)
		}
	}
	long := strings.Repeat("x", 100)
	heavy := func(locales string) string {
		return options(repeated(25, func(i int) string {
			return fmt.Sprintf(`{"type":1,"name":"s%d","description":"x","options":[%s]}`, i, repeated(3, func(j int) string {
				return fmt.Sprintf(`{"type":3,"name":"o%d","description":"x","description_localizations":{%s}}`, j, locales)
			}))
		}))
	}
	if status, body := call(t, s, "POST", path, heavy(fmt.Sprintf(`"ja":%q,"ko":%q`, long, long))); status != 200 {
		t.Errorf("two languages: %d %v", status, body)
	}
	if status, _ := call(t, s, "POST", path, strings.ReplaceAll(heavy(fmt.Sprintf(`"ja":%q`, long)), `"description":"x","options"`, `"description":"`+long+`","options"`)); status != 400 {
		t.Errorf("more than 8,000: %d", status)
	}
}

// option is a command with one option, as JSON.
func option(fields string) string {
	return fmt.Sprintf(`{"name":"x","description":"x","options":[{"type":3,"name":"o","description":"x",%s}]}`, fields)
}

// options is a command with several options, as JSON.
func options(list ...string) string {
	return `{"name":"x","description":"x","options":[` + strings.Join(list, ",") + `]}`
}

func field(kind int, name, rest string) string {
	return fmt.Sprintf(`{"type":%d,"name":%q,"description":"x"%s}`, kind, name, rest)
}

func repeated(n int, one func(int) string) string {
	list := make([]string, n)
	for i := range list {
		list[i] = one(i)
	}
	return strings.Join(list, ",")
}

func TestRulesOfCommands(t *testing.T) {
	s := guild(t, fakediscord.Config{})
	long := strings.Repeat("x", 101)
	text := func(i int) string { return field(3, fmt.Sprint("o", i), "") }
	choice := func(i int) string { return fmt.Sprintf(`{"name":"c%d","value":"v"}`, i) }
	heavy := func(i int) string {
		return fmt.Sprintf(`{"type":3,"name":"o%d","description":%q,"choices":[%s]}`, i, long[:100],
			repeated(25, func(int) string { return fmt.Sprintf(`{"name":%q,"value":%q}`, long[:100], long[:100]) }))
	}
	for _, row := range []struct {
		name, body string
		fine       bool
	}{
		{"a plain one", `{"name":"x","description":"x"}`, true},
		{"nulls", `{"name":"x","description":"x","options":null,"default_member_permissions":null,"contexts":null}`, true},
		{"an upper-case name", `{"name":"X","description":"x"}`, false},
		{"a name with a space", `{"name":"x y","description":"x"}`, false},
		{"no name", `{"description":"x"}`, false},
		{"a name of 33", `{"name":"` + long[:33] + `","description":"x"}`, false},
		{"no description", `{"name":"x"}`, false},
		{"a description of 100", `{"name":"x","description":"` + long[:100] + `"}`, true},
		{"a description of 101", `{"name":"x","description":"` + long + `"}`, false},
		{"a menu command", `{"name":"Do it","type":3}`, true},
		{"a menu command with a description", `{"name":"Do it","type":3,"description":"x"}`, false},
		{"an unknown type", `{"name":"x","type":9}`, false},
		{"permissions that are none", `{"name":"x","description":"x","default_member_permissions":"many"}`, false},
		{"an unknown context", `{"name":"x","description":"x","contexts":[3]}`, false},
		{"an unknown installation", `{"name":"x","description":"x","integration_types":[2]}`, false},
		{"no JSON", `{`, false},
		{"25 options", options(repeated(25, text)), true},
		{"26 options", options(repeated(26, text)), false},
		{"required first", options(field(3, "a", `,"required":true`), text(1)), true},
		{"required last", options(text(1), field(3, "a", `,"required":true`)), false},
		{"a name twice", options(text(1), text(1)), false},
		{"an option's description missing", `{"name":"x","description":"x","options":[{"type":3,"name":"o"}]}`, false},
		{"an unknown option type", options(field(12, "o", "")), false},
		{"25 choices", option(`"choices":[` + repeated(25, choice) + `]`), true},
		{"26 choices", option(`"choices":[` + repeated(26, choice) + `]`), false},
		{"a choice of 101", option(`"choices":[{"name":"x","value":"` + long + `"}]`), false},
		{"choices and autocomplete", option(`"autocomplete":true,"choices":[` + choice(1) + `]`), false},
		{"autocomplete of a bool", options(field(5, "o", `,"autocomplete":true`)), false},
		{"choices of a bool", options(field(5, "o", `,"choices":[`+choice(1)+`]`)), false},
		{"lengths", option(`"min_length":0,"max_length":6000`), true},
		{"a length of 0", option(`"max_length":0`), false},
		{"a length of 6001", option(`"min_length":6001`), false},
		{"a length of a number", options(field(4, "o", `,"max_length":1`)), false},
		{"bounds", options(field(4, "o", `,"max_value":1`)), true},
		{"bounds of a text", option(`"max_value":1`), false},
		{"a text with options", option(`"options":[` + text(1) + `]`), false},
		{"a subcommand beside an option", options(field(1, "a", ""), text(1)), false},
		{"a required subcommand", options(field(1, "a", `,"required":true`)), false},
		{"a group of subcommands", options(field(2, "g", `,"options":[`+field(1, "a", "")+`]`)), true},
		{"a group in a group", options(field(2, "g", `,"options":[`+field(2, "a", "")+`]`)), false},
		{"a subcommand in a subcommand", options(field(1, "g", `,"options":[`+field(1, "a", "")+`]`)), false},
		{"a description in other languages", `{"name":"x","description":"x","description_localizations":{"ja":"x","id":"x"}}`, true},
		{"of 100 in another", `{"name":"x","description":"x","description_localizations":{"ja":"` + long[:100] + `"}}`, true},
		{"of 101 in another", `{"name":"x","description":"x","description_localizations":{"ja":"` + long + `"}}`, false},
		{"none in another", `{"name":"x","description":"x","description_localizations":{"ja":""}}`, false},
		{"a locale that is none", `{"name":"x","description":"x","description_localizations":{"zh-Hans":"x"}}`, false},
		{"an option's in another", option(`"description_localizations":{"ko":"x"}`), true},
		{"an option's of 101 in another", option(`"description_localizations":{"ko":"` + long + `"}`), false},
		{"an option's locale that is none", option(`"description_localizations":{"kr":"x"}`), false},
		{"a menu command with a description in another", `{"name":"Do it","type":3,"description_localizations":{"ja":"x"}}`, false},
		{"8,000 characters", options(heavy(1)), true},
		{"more", options(heavy(1), heavy(2)), false},
	} {
		t.Run(row.name, func(t *testing.T) {
			status, body := call(t, s, "POST", "/applications/"+s.Config().AppID+"/commands", row.body)
			if (status < 300) != row.fine || (!row.fine && status != 400) {
				t.Errorf("got %d %v", status, body)
			}
		})
	}
}

func TestWhereCommandsCanBe(t *testing.T) {
	s := guild(t, fakediscord.Config{})
	app := "/applications/" + s.Config().AppID
	plain := `{"name":"x","description":"x"}`
	for _, row := range []struct {
		name, method, path, body string
		status, code             int
	}{
		{"another application", "POST", "/applications/9/commands", plain, 404, fakediscord.UnknownApplication},
		{"a strange guild", "GET", app + "/guilds/9/commands", "", 403, fakediscord.MissingAccess},
		{"an unknown command", "DELETE", app + "/commands/9", "", 404, fakediscord.UnknownCommand},
		{"no JSON", "POST", app + "/commands", "{", 400, fakediscord.InvalidJSON},
	} {
		t.Run(row.name, func(t *testing.T) {
			if status, body := call(t, s, row.method, row.path, row.body); status != row.status || codeOf(body) != row.code {
				t.Errorf("got %d %v", status, body)
			}
		})
	}
}

func TestTooManyCommands(t *testing.T) {
	s := guild(t, fakediscord.Config{})
	path := "/applications/" + s.Config().AppID + "/guilds/" + server + "/commands"
	create := func(i int) (code int) {
		_, body := call(t, s, "POST", path, fmt.Sprintf(`{"name":"c%d","description":"x"}`, i))
		return codeOf(body)
	}
	for i := range 200 {
		if i >= 100 { // to make room
			call(t, s, "DELETE", path+"/"+s.Commands(server)[0].ID, nil)
		}
		if code := create(i); code != 0 {
			t.Fatalf("the creation %d: %d", i, code)
		}
		if i == 99 && create(i+1) != fakediscord.TooManyCommands {
			t.Error("101 commands are taken")
		}
	}
	call(t, s, "DELETE", path+"/"+s.Commands(server)[0].ID, nil)
	if code := create(200); code != fakediscord.TooManyCreates || s.Creates(server) != 200 {
		t.Errorf("the 201st creation: %d", code)
	}
}

func TestWhatCanBeTyped(t *testing.T) {
	for _, row := range []struct {
		name  string
		input fakediscord.CommandInput
		fine  bool
	}{
		{"all fields", fakediscord.CommandInput{Subcommand: "add", Options: fakediscord.Options{"group": "x", "users": "a b", "dry_run": true}}, true},
		{"an unknown subcommand", fakediscord.CommandInput{Subcommand: "set"}, false},
		{"no subcommand", fakediscord.CommandInput{}, false},
		{"a required field missing", fakediscord.CommandInput{Subcommand: "add", Options: fakediscord.Options{"group": "x"}}, false},
		{"an empty field", fakediscord.CommandInput{Subcommand: "add", Options: fakediscord.Options{"group": "", "users": "a"}}, false},
		{"an unknown field", fakediscord.CommandInput{Subcommand: "add", Options: fakediscord.Options{"group": "x", "users": "a", "z": "z"}}, false},
		{"a wrong type", fakediscord.CommandInput{Subcommand: "add", Options: fakediscord.Options{"group": 1, "users": "a"}}, false},
		{"too long", fakediscord.CommandInput{Subcommand: "add", Options: fakediscord.Options{"group": "x", "users": strings.Repeat("a", 21)}}, false},
		{"forged", fakediscord.CommandInput{Subcommand: "set", Forged: true}, true},
		{"half typed", fakediscord.CommandInput{Subcommand: "add", Options: fakediscord.Options{"group": ""}, Focused: "group"}, true},
		{"without suggestions", fakediscord.CommandInput{Subcommand: "add", Options: fakediscord.Options{"users": ""}, Focused: "users"}, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			w := &watched{TB: t}
			s := fakediscord.New(w, fakediscord.Config{})
			s.AddGuild(fakediscord.Guild{ID: server})
			s.AddChannel(fakediscord.Channel{ID: general, Guild: server})
			registered(t, s)
			row.input.User, row.input.Channel = alice, general
			s.SendCommand(row.input)
			if (len(w.errors) == 0) != row.fine {
				t.Errorf("failures: %q", w.errors)
			}
		})
	}
}

func TestACommandForServersIsNotInDMs(t *testing.T) {
	w := &watched{TB: t}
	s := fakediscord.New(w, fakediscord.Config{})
	path := "/applications/" + s.Config().AppID + "/commands"
	if status, body := call(t, s, "POST", path, `{"name":"liveadmin","description":"x"}`); status != 201 {
		t.Fatalf("got %v", body)
	}
	s.Command(alice, s.Direct(alice), "", nil)
	if status, body := call(t, s, "POST", path, `{"name":"liveadmin","description":"x","dm_permission":false}`); status != 200 {
		t.Fatalf("got %v", body)
	}
	if len(w.errors) != 0 {
		t.Errorf("failures: %q", w.errors)
	}
	if s.Command(alice, s.Direct(alice), "", nil); len(w.errors) != 1 {
		t.Errorf("failures: %q", w.errors)
	}
}
