package discord_test

import (
	"slices"
	"strings"
	"testing"

	"liveadmin/bot"
	"liveadmin/bot/bottest/fakediscord"
	"liveadmin/bot/discord"
	"liveadmin/commands/policy"
)

// Another server, with a channel and a role.
const (
	elsewhere = "101"
	lobby     = "210"
	guests    = "602"
	muted     = "603" // a role of the first server
)

// ruled is a world with two servers in which bob may do everything, as may who has the role
// hosts too, and no one who has the role muted may do anything.
func ruled(t *testing.T, guild string) *world {
	t.Helper()
	w := build(t, "gateway", fakediscord.Config{}, discord.Options{})
	w.guild = guild
	w.AddGuild(fakediscord.Guild{ID: "100", Name: "Ops", Roles: map[string]string{hosts: "hosts", muted: "muted"}})
	w.AddGuild(fakediscord.Guild{ID: elsewhere, Name: "Other", Roles: map[string]string{guests: "guests"}})
	w.AddChannel(fakediscord.Channel{ID: lobby, Guild: elsewhere})
	rules := w.Rules.Get()
	rules.Policy.Rules = []policy.Rule{{Name: "rule 1", Allow: []string{"discord:user:" + bob, "discord:role:" + hosts}}}
	rules.Policy.Blocked = []string{"discord:role:" + muted}
	w.Rules.Set(rules)
	w.start()
	return w
}

// asks is what list is answered to someone with roles in a room.
func (w *world) asks(user, room string, roles ...string) string {
	w.T.Helper()
	c, _ := w.Channel(room)
	if c.Guild != "" {
		w.AddMember(c.Guild, fakediscord.Member{User: user, Roles: roles})
	}
	i := w.kept(w.SendCommand(fakediscord.CommandInput{
		User: user, Channel: room, Subcommand: "list", Options: fakediscord.Options{"group": group}, Forged: true,
	}))
	if c := w.answered(i); c.Ephemeral {
		return w.Plain(w.private(i))
	}
	return w.Plain(w.final(i))
}

// TestRolesOfOthers: a role counts in its own server. Elsewhere, and in a direct message, it
// is not known who has it, and who would need to have it, or not to have it, is refused.
func TestRolesOfOthers(t *testing.T) {
	t.Parallel()
	const listed, unknown, refused = "has 0 of 5 administrators", "I cannot check here whether you have the role", "not allowed"
	w := ruled(t, "")
	for _, tc := range []struct {
		name, user, room string
		roles            []string
		want             string
	}{
		{"blocked by a role", bob, general, []string{muted}, refused},
		{"blocked by a role, in the other server", bob, lobby, nil, unknown},
		{"blocked by a role, in a direct message", bob, w.Direct(bob), nil, unknown},
		{"not blocked", bob, general, nil, listed},
		{"allowed by a role", mallory, general, []string{hosts}, listed},
		{"allowed by a role, in the other server", mallory, lobby, nil, unknown},
		{"allowed by a role, in a direct message", mallory, w.Direct(mallory), nil, unknown},
		{"without the role", mallory, general, nil, refused},
		{"with a role of the other server", mallory, lobby, []string{guests}, unknown},
	} {
		if got := w.asks(tc.user, tc.room, tc.roles...); !strings.Contains(got, tc.want) {
			t.Errorf("%s: answered %q, want %q", tc.name, got, tc.want)
		}
	}
	if n := len(w.Calls(fakediscord.GetGuild)); n != 1 {
		t.Errorf("the roles were read %d times", n)
	}
}

// TestRolesNotRead: while Discord does not say which roles a server has, no one is allowed
// what a role could forbid, and who has a role that is allowed something keeps it.
func TestRolesNotRead(t *testing.T) {
	t.Parallel()
	w := ruled(t, "")
	w.Inject(fakediscord.Fault{Kind: fakediscord.Hang, Route: fakediscord.GetGuild, Times: -1})
	if got := w.asks(bob, general); !strings.Contains(got, "I cannot check here whether you have the role discord:role:"+muted) { // in Discord's three seconds
		t.Errorf("answered %q", got)
	}
	rules := w.Rules.Get()
	rules.Policy.Blocked = nil
	w.Rules.Set(rules)
	if got := w.asks(mallory, general, hosts); !strings.Contains(got, "has 0 of 5") {
		t.Errorf("answered %q", got)
	}
}

// TestOtherServersAreRefused: if the bot is for one server, nothing of another is carried
// out, whatever rule fits; it is refused, and on record.
func TestOtherServersAreRefused(t *testing.T) {
	t.Parallel()
	for _, mode := range modes {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			w := build(t, mode, fakediscord.Config{}, discord.Options{})
			w.AddGuild(fakediscord.Guild{ID: elsewhere, Name: "Other"})
			w.AddChannel(fakediscord.Channel{ID: lobby, Guild: elsewhere})
			w.start()
			if got := w.asks(alice, lobby); !strings.Contains(got, "not allowed") {
				t.Errorf("answered %q", got)
			}
			if got := w.asks(alice, general); !strings.Contains(got, "has 0 of 5") {
				t.Errorf("answered %q", got)
			}
			_, replies := w.result(w.says(alice, general, "add", adding("user1")))
			copied := w.Say(alice, lobby, "a copy")
			i := w.kept(w.SendClick(fakediscord.ClickInput{User: alice, Message: copied, CustomID: button(t, replies[0], "Undo"), Forged: true}))
			if got := w.Plain(w.private(i)); !strings.Contains(got, "not allowed") {
				t.Errorf("a click is answered %q", got)
			}
			if got := w.API.Admins(group); !slices.Equal(got, []string{"user1"}) || len(w.Rows(bot.WasRefused)) != 2 {
				t.Errorf("administrators %v, refused %+v", got, w.Rows(bot.WasRefused))
			}
			if n := len(w.Calls(fakediscord.GetGuild)); n > 0 {
				t.Errorf("the roles were read %d times", n)
			}
		})
	}
}
