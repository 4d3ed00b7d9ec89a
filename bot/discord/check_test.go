package discord_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"liveadmin/bot/bottest"
	"liveadmin/bot/bottest/fakediscord"
	"liveadmin/bot/discord"
	"liveadmin/commands/policy"
	"liveadmin/imapi"
)

const invite = "https://discord.com/oauth2/authorize?client_id=900000000000000001&scope=bot+applications.commands&permissions=309237730304"

// TestCheckAllRight: each thing has its line, and nothing changes, neither before the
// bot ran nor after.
func TestCheckAllRight(t *testing.T) {
	t.Parallel()
	ways := map[string]string{
		"gateway": "OK Discord gateway: the bot can begin sessions",
		"http":    "OK Discord HTTP mode: the public key is right; Discord itself has to reach /discord/interactions at the address of HTTP_ADDR, as ",
	}
	for _, mode := range modes {
		for _, here := range []string{guild, ""} {
			t.Run(mode+" in "+here, func(t *testing.T) {
				t.Parallel()
				where := "for all servers"
				if here != "" {
					where = "in the server " + here
				}
				w := build(t, mode, fakediscord.Config{}, discord.Options{})
				w.guild = here
				if mode == "http" {
					w.UseHTTP("https://live.example.com/discord/interactions")
				}
				begin := "OK Discord token: it is the bot liveadmin (900000000000000001)\n" +
					"OK Discord application: liveadmin (900000000000000001); to invite the bot: " + invite + "\n" + ways[mode]
				const permissions = "\nOK Discord permissions: the bot has all that it uses in Ops (100)\n"
				got := bottest.Findings(w.platform().Check(t.Context()))
				want := permissions + "OK Discord command: it is not registered yet: the bot will register it " + where + " when it starts"
				if !strings.HasPrefix(got, begin) || !strings.HasSuffix(got, want) {
					t.Errorf("got\n%s\nwant\n%s…%s", got, begin, want)
				}
				w.start()
				got = bottest.Findings(w.platform().Check(t.Context()))
				want = permissions + "OK Discord command: it is registered " + where + ", with the menu of members"
				if !strings.HasPrefix(got, begin) || !strings.HasSuffix(got, want) {
					t.Errorf("got\n%s\nwant\n%s…%s", got, begin, want)
				}
			})
		}
	}
}

// TestCheckWrong: each thing that is wrong says so and what to do.
func TestCheckWrong(t *testing.T) {
	t.Parallel()
	const (
		lookAbout = "[Check the network and its proxy, and DISCORD_API_URL if it is set.]"
		unknown   = "not checked Discord application: the token cannot be used\n" +
			"not checked Discord gateway: the token cannot be used\n" +
			"not checked Discord permissions: the token cannot be used\n" +
			"not checked Discord command: the token cannot be used"
	)
	for _, test := range []struct {
		name string
		mode string
		harm func(*world)
		want []string
		not  []string
	}{
		{"the token is revoked", "gateway", func(w *world) { w.SetRevoked(true) },
			[]string{`FAIL Discord token: Discord does not take it [Copy the token from the application's page "Bot" to DISCORD_TOKEN. "Reset Token" makes a new one.]` + "\n" + unknown}, nil},
		{"the endpoint is saved on the gateway", "gateway", func(w *world) { w.UseHTTP("https://old.example.com/x") },
			[]string{
				"FAIL Discord gateway: the Interactions Endpoint URL https://old.example.com/x is saved, so Discord sends nothing through the gateway " +
					`[Delete the URL on the application's page "General Information", or set DISCORD_PUBLIC_KEY.]`,
				"OK Discord command: ",
			}, nil},
		{"no endpoint is saved over HTTP", "http", func(*world) {},
			[]string{"FAIL Discord HTTP mode: the public key is right, but no Interactions Endpoint URL is saved, so Discord sends nothing over HTTP " +
				`[Start the bot, then save https://YOUR-ADDRESS/discord/interactions on the application's page "General Information".]`}, nil},
		{"no endpoint is in the answer", "http", func(w *world) {
			w.through(func(next http.Handler) http.Handler {
				return http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
					answer := httptest.NewRecorder()
					next.ServeHTTP(answer, r)
					out.Write(bytes.Replace(answer.Body.Bytes(), []byte(`"interactions_endpoint_url"`), []byte(`"another"`), 1))
				})
			})
		}, []string{"OK Discord HTTP mode: the public key is right; Discord itself has to reach /discord/interactions at the address of HTTP_ADDR\n"}, nil},
		{"the bot is not in the server", "gateway", func(w *world) { w.guild = "999" },
			[]string{
				"FAIL Discord permissions: the bot is not in the server 999 of DISCORD_GUILD_ID [An admin of the server has to open " + invite + "]",
				"FAIL Discord command: the bot is not allowed a command in the server 999: ", "[An admin of the server has to open " + invite + "]",
			}, nil},
		{"the bot is in no server", "gateway", func(w *world) {
			w.guild = ""
			w.AddGuild(fakediscord.Guild{ID: guild, Name: "Ops", NoBot: true})
		}, []string{"FAIL Discord permissions: the bot is in no server [An admin of the server has to open " + invite + "]"}, nil},
		{"permissions are missing", "gateway", func(w *world) {
			w.guild = ""
			w.AddGuild(fakediscord.Guild{ID: "101", Name: "Other", Denied: fakediscord.CreatePublicThreads | fakediscord.EmbedLinks})
		}, []string{
			"FAIL Discord permissions: a result needs these to be in a thread: Other (101) lacks Create Public Threads and Embed Links " +
				"[Give them to the bot's role. Or: An admin of the server has to open " + invite + "]",
		}, []string{"Ops (100) lacks"}},
		{"in the other server permissions are missing", "gateway", func(w *world) {
			w.AddGuild(fakediscord.Guild{ID: "101", Name: "Other", Denied: fakediscord.AllPermissions})
		}, []string{"OK Discord permissions: the bot has all that it uses in Ops (100)"}, []string{"FAIL"}},
		{"the command is of another version", "gateway", func(w *world) {
			w.byHand("POST", "/applications/"+w.Config().AppID+"/guilds/"+guild+"/commands", map[string]any{"name": "liveadmin", "description": "as it was before"})
		}, []string{"OK Discord command: it is registered as another version has it: the bot will change it in the server 100 when it starts"}, nil},
		{"commands are not allowed", "gateway", func(w *world) {
			w.Inject(fakediscord.Fault{Kind: fakediscord.Refuse, Route: fakediscord.ListGuildCommands, Status: 403, Code: 50001})
		}, []string{"FAIL Discord command: the bot is not allowed a command in the server 100: ", "[An admin of the server has to open " + invite + "]"}, nil},
		{"Discord fails", "gateway", func(w *world) {
			for _, route := range []string{fakediscord.GetGatewayBot, fakediscord.ListGuilds, fakediscord.ListGuildCommands} {
				w.Inject(fakediscord.Fault{Kind: fakediscord.Status, Route: route, Status: 502})
			}
		}, []string{
			"OK Discord token: ", "FAIL Discord gateway: Discord refuses: asking for the gateway: HTTP 502 [Wait a minute, then check again.]",
			"FAIL Discord permissions: Discord refuses: ", "FAIL Discord command: Discord refuses: ",
		}, nil},
		{"not every server can be looked at", "gateway", func(w *world) {
			w.Inject(fakediscord.Fault{Kind: fakediscord.Status, Route: fakediscord.ListGlobalCommands, Status: 502})
		}, []string{"when it starts; not known whether it is also in others of the 1 servers: reading the commands: HTTP 502"}, nil},
		{"Discord hangs", "gateway", func(w *world) { w.Inject(fakediscord.Fault{Kind: fakediscord.Hang, Times: -1}) },
			[]string{"FAIL Discord token: Discord does not answer in time " + lookAbout + "\n" + unknown}, nil},
		{"there is no Discord", "gateway", func(w *world) { w.Close() },
			[]string{"FAIL Discord token: Discord cannot be asked: asking for the bot: dial tcp ", lookAbout + "\n" + unknown}, []string{"http://"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var opts discord.Options
			if test.name == "Discord hangs" {
				opts.CallTime = time.Second
			}
			w := build(t, test.mode, fakediscord.Config{}, opts)
			test.harm(w)
			got := bottest.Findings(w.platform().Check(t.Context()))
			for _, want := range test.want {
				if !strings.Contains(got, want) {
					t.Errorf("%q is missing in\n%s", want, got)
				}
			}
			for _, not := range append(test.not, w.Config().Token) {
				if strings.Contains(got, not) {
					t.Errorf("%q is in\n%s", not, got)
				}
			}
			for _, c := range w.Calls("") {
				if !strings.HasPrefix(c.Route, "GET ") && test.name != "the command is of another version" {
					t.Errorf("it called %s", c.Route)
				}
			}
		})
	}
}

// TestCheckKey: a public key of another application is distinguished from everything else.
func TestCheckKey(t *testing.T) {
	w := build(t, "http", fakediscord.Config{}, discord.Options{})
	d, err := discord.New(discord.Config{
		Token: imapi.NewSecret(w.Config().Token), PublicKey: strings.Repeat("ab", 32), GuildID: guild, APIURL: w.URL(),
	}, w.opts)
	if err != nil {
		t.Fatal(err)
	}
	want := "\nFAIL Discord HTTP mode: DISCORD_PUBLIC_KEY is not the key of this application " +
		"[Copy the public key from the application's page \"General Information\".]\nOK "
	if got := bottest.Findings(d.Check(t.Context())); !strings.Contains(got, want) {
		t.Errorf("%q is missing in\n%s", want, got)
	}
}

// TestCheckSessions: too few sessions left for today are reported.
func TestCheckSessions(t *testing.T) {
	w := build(t, "gateway", fakediscord.Config{}, discord.Options{})
	few := serve(t, http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.URL.Path, "/gateway/bot") {
			w.ServeHTTP(out, r)
			return
		}
		out.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(out).Encode(map[string]any{"session_start_limit": map[string]any{"remaining": 3}})
	}))
	d, err := discord.New(discord.Config{Token: imapi.NewSecret(w.Config().Token), GuildID: guild, APIURL: few}, w.opts)
	if err != nil {
		t.Fatal(err)
	}
	want := "\nFAIL Discord gateway: only 3 new sessions can begin today [Look in the log why sessions end so often, and wait until tomorrow.]\n"
	if got := bottest.Findings(d.Check(t.Context())); !strings.Contains(got, want) {
		t.Errorf("%q is missing in\n%s", want, got)
	}
}

// TestInvitation: the documents have the same address as the check.
func TestInvitation(t *testing.T) {
	text, err := os.ReadFile("../../docs/discord.md")
	if err != nil {
		t.Fatal(err)
	}
	if want := strings.Replace(invite, "900000000000000001", "APPLICATION_ID", 1); !strings.Contains(string(text), want) {
		t.Errorf("docs/discord.md does not have %s", want)
	}
}

// TestCheckPeople: a warning names the roles that a request cannot notify, or that are no roles,
// and the accounts that are nobody's.
func TestCheckPeople(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name      string
		lacks     int64
		approvers []string
		accounts  []string
		want      []string
	}{
		{"nothing to look for", 0, nil, []string{"slack:user:U1"}, nil},
		{"all is there", 0, []string{hosts}, []string{alice}, []string{
			"OK Discord approvers: the bot can notify every role in an approval", "OK Discord people: the accounts of people that were looked for are there: 1",
		}},
		{"a role that nobody may mention", fakediscord.MentionEveryone, []string{hosts}, nil, []string{"OK Discord approvers: warning: requests do not notify these roles: 601 [Switch on"}},
		{"no role", 0, []string{hosts, "699"}, nil, []string{"OK Discord approvers: warning: no server of the bot has these roles: 699 [Correct the approval"}},
		{"no account", 0, nil, []string{alice, "80351110224678912"}, []string{"OK Discord people: warning: these accounts of people are nobody's: 80351110224678912 ["}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var accounts []string
			for _, id := range test.accounts {
				accounts = append(accounts, "discord:user:"+id)
			}
			w := build(t, "gateway", fakediscord.Config{}, discord.Options{Accounts: accounts})
			w.AddGuild(fakediscord.Guild{ID: guild, Name: "Ops", Roles: map[string]string{hosts: "hosts"}, Denied: test.lacks})
			rules := w.Rules.Get()
			for _, role := range test.approvers {
				rules.Policy.Rules = append(slices.Clone(rules.Policy.Rules), policy.Rule{Allow: []string{"discord:user:" + bob}, Approval: []string{"discord:role:" + role}})
			}
			w.Rules.Set(rules)
			got := bottest.Findings(w.platform().Check(t.Context()))
			for _, want := range test.want {
				if !strings.Contains(got, want) {
					t.Errorf("no %q in\n%s", want, got)
				}
			}
			if n := strings.Count(got, "Discord approvers") + strings.Count(got, "Discord people"); n != len(test.want) {
				t.Errorf("%d findings in\n%s", n, got)
			}
		})
	}
}
