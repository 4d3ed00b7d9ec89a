package discord_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"liveadmin/bot/bottest/fakediscord"
	"liveadmin/bot/discord"
	"liveadmin/commands"
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

// commands are the names of what is registered in a guild, or globally with "".
func (w *world) commands(guild string) string {
	var names []string
	for _, c := range w.Commands(guild) {
		names = append(names, c.Name)
	}
	return strings.Join(names, " ")
}

func TestRegister(t *testing.T) {
	t.Parallel()
	for _, here := range []string{guild, ""} {
		t.Run("in "+here, func(t *testing.T) {
			t.Parallel()
			w := build(t, "gateway", fakediscord.Config{}, discord.Options{})
			w.guild = here
			app := "/applications/" + w.Config().AppID
			other := map[string]any{"name": "other", "description": "of another program"}
			stale := map[string]any{"name": "liveadmin", "description": "as it was before"}
			for _, scope := range []string{"", "/guilds/" + guild} {
				w.byHand("POST", app+scope+"/commands", other)
				w.byHand("POST", app+scope+"/commands", stale)
			}
			w.start()
			there, elsewhere := guild, ""
			if here == "" {
				there, elsewhere = "", guild
			}
			w.Until("the command is as it is now", func() bool {
				return strings.Contains(w.Log.String(), "command registered") && w.commands(elsewhere) == "other"
			})
			if got := w.commands(there); got != "other liveadmin" {
				t.Errorf("registered are %q", got)
			}
			c := w.Commands(there)[1]
			if p := c.DefaultMemberPermissions; p == nil || *p != "8192" {
				t.Errorf("people need the permissions %v", p)
			}
			if here == "" && (len(c.Contexts) != 1 || c.Contexts[0] != 0) {
				t.Errorf("it can be used in %v", c.Contexts)
			}
			if n, want := len(c.Options), len(commands.Table.Verbs()); n != want {
				t.Errorf("%d subcommands", n)
			}
			w.halt()
			created := fakediscord.CreateGuildCommand
			if here == "" {
				created = fakediscord.CreateGlobalCommand
			}
			before := len(w.Calls(created))
			w.Stage.Restart(t)
			w.start()
			w.Until("it has looked", func() bool { return len(w.Calls(fakediscord.ListGuildCommands)) >= 2 })
			if n := len(w.Calls(created)); n != before {
				t.Errorf("the same command was registered %d times", n)
			}
		})
	}
}

// TestTidyEverywhere: a command that is left in a server is found in however many the bot
// is.
func TestTidyEverywhere(t *testing.T) {
	t.Parallel()
	w := build(t, "gateway", fakediscord.Config{}, discord.Options{})
	for n := range 450 {
		w.AddGuild(fakediscord.Guild{ID: strconv.Itoa(1000 + n), Name: "another"})
	}
	const last = "1449"
	w.byHand("POST", "/applications/"+w.Config().AppID+"/guilds/"+last+"/commands", map[string]any{"name": "liveadmin", "description": "left"})
	w.start()
	w.Until("it is deleted", func() bool { return w.commands(last) == "" })
	if n := len(w.Calls(fakediscord.ListGuilds)); n != 3 {
		t.Errorf("the servers were listed %d times", n)
	}
}

// TestTidyKeepsItsOwn: where a server lists the commands of all servers with its own, the
// command that was just registered is not taken for an old one.
func TestTidyKeepsItsOwn(t *testing.T) {
	t.Parallel()
	w := build(t, "gateway", fakediscord.Config{}, discord.Options{})
	w.guild = ""
	w.AddGuild(fakediscord.Guild{ID: "101", Name: "looked through after the first"})
	w.through(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
			r.URL.Path = strings.Replace(r.URL.Path, "/guilds/"+guild+"/commands", "/commands", 1)
			next.ServeHTTP(out, r)
		})
	})
	w.start()
	if err := w.WaitCalls(w.Soon(), fakediscord.ListGuildCommands, 1); err != nil {
		t.Fatal(err)
	}
	if got := w.commands(""); got != "liveadmin" || len(w.Calls(fakediscord.DeleteGlobalCommand)) > 0 {
		t.Errorf("registered are %q", got)
	}
}

// TestNotRegistered: where the command cannot be registered, the log says what to do,
// and the bot goes on.
func TestNotRegistered(t *testing.T) {
	t.Parallel()
	w := build(t, "gateway", fakediscord.Config{}, discord.Options{})
	w.Inject(fakediscord.Fault{Kind: fakediscord.Refuse, Route: fakediscord.ListGuildCommands, Status: 403, Code: 50001})
	w.discord = w.platform()
	w.Stage.Run(t, w.discord)
	w.Ready(w.discord.State)
	w.Until("the log says so", func() bool { return strings.Contains(w.Log.String(), "applications.commands") })
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
	if err := w.WaitCalls(w.Soon(), fakediscord.ListGuilds, 1); err != nil { // the bot knows the ID
		t.Fatal(err)
	}
	m := w.private(w.says(alice, general, "help", nil))
	if got := m.Embeds[0].Description; !strings.Contains(got, "</liveadmin add:"+id+"> `group` `users` \\[`for`\\]") || strings.Contains(got, "--") {
		t.Errorf("help says %q", got)
	}
	m = w.private(w.says(alice, general, "help", fakediscord.Options{"command": "add"}))
	if got := m.Embeds[0].Description; !strings.Contains(got, "`group`: an ID") || !strings.Contains(got, "`dry_run`: only say") || strings.Contains(got, "--") {
		t.Errorf("help says %q", got)
	}
}
