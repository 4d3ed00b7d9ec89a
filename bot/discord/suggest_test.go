package discord_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/bottest/fakediscord"
	"liveadmin/bot/discord"
	"liveadmin/commands"
	"liveadmin/commands/policy"
	"liveadmin/imapi"
	"liveadmin/imapi/simulator"
)

// choices are what is suggested.
func (w *world) choices(i *fakediscord.Interaction) []string {
	w.T.Helper()
	c := w.answered(w.kept(i))
	if c.Type != 8 {
		w.T.Fatalf("the answer is %+v", c)
	}
	all := []string{}
	for _, choice := range c.Choices {
		value, _ := choice.Value.(string)
		if value != choice.Name {
			w.T.Errorf("%q stands for %q", choice.Name, value)
		}
		all = append(all, value)
	}
	return all
}

// TestSuggest: what may be seen is suggested, and keeps what is typed.
func TestSuggest(t *testing.T) {
	t.Parallel()
	for _, mode := range modes {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			w := build(t, mode, fakediscord.Config{}, discord.Options{})
			w.Stage.API.AddGroup("@TGS#aFRI", simulator.Group{Admins: []string{"host1", "host2", "other"}})
			w.Stage.Rules.Set(bot.Rules{
				Names: commands.NewNames(map[string][]imapi.GroupID{"friday-show": {"@TGS#aFRI"}, "secret-show": {"@TGS#aSEC"}}, nil),
				Policy: policy.Policy{Rules: []policy.Rule{
					{Allow: []string{"discord:user:" + alice}},
					{Allow: []string{"discord:user:" + bob}, Groups: []string{"@TGS#aFRI"}, Commands: []commands.Verb{commands.Remove}},
				}},
			})
			w.start()
			w.result(w.says(alice, general, "add", adding("user1")))
			remove := fakediscord.Options{"group": "friday-show"}
			for _, tc := range []struct {
				name, user, sub, field, typed string
				others                        fakediscord.Options
				want                          []string
			}{
				{"all groups", alice, "list", "group", "", nil, []string{"friday-show", "secret-show", group}},
				{"an alias", alice, "add", "group", "fri", nil, []string{"friday-show"}},
				{"an alias in any case", alice, "add", "group", "FRI", nil, []string{"friday-show"}},
				{"a recent group", alice, "add", "group", "@TGS#aG", nil, []string{group}},
				{"nothing of the kind", alice, "add", "group", "x", nil, []string{}},
				{"only what may be seen", bob, "remove", "group", "", nil, []string{"friday-show"}},
				{"nobody sees nothing", mallory, "list", "group", "", nil, []string{}},
				{"administrators", alice, "remove", "users", "", remove, []string{"host1", "host2", "other"}},
				{"one that is begun", alice, "remove", "users", "ho", remove, []string{"host1", "host2"}},
				{"a second one", alice, "remove", "users", "host1, h", remove, []string{"host1, host2"}},
				{"behind a name", alice, "remove", "users", "ghost ", remove, []string{"ghost host1", "ghost host2", "ghost other"}},
				{"of an ID", alice, "remove", "users", "h", fakediscord.Options{"group": "@TGS#aFRI"}, []string{"host1", "host2"}},
				{"of no group", alice, "remove", "users", "", nil, []string{}},
				{"of a group that is not there", alice, "remove", "users", "", fakediscord.Options{"group": "@TGS#aNONE"}, []string{}},
				{"of one that may not be listed", bob, "remove", "users", "", remove, []string{}},
				{"too long to be a choice", alice, "remove", "users", strings.Repeat("x", 96) + " h", remove, []string{}},
			} {
				t.Run(tc.name, func(t *testing.T) {
					if got := w.choices(w.Autocomplete(tc.user, general, tc.sub, tc.field, tc.typed, tc.others)); !slices.Equal(got, tc.want) {
						t.Errorf("suggested %q, want %q", got, tc.want)
					}
				})
			}
			if n := len(w.Rows(bot.WasMistaken)) + len(w.Rows(bot.WasRefused)); n > 0 {
				t.Errorf("%d rows in the audit trail", n)
			}
		})
	}
}

// TestSuggestWithoutRecord: while the database is down, there are aliases and no error.
func TestSuggestWithoutRecord(t *testing.T) {
	t.Parallel()
	w := open(t, "gateway", fakediscord.Config{}, discord.Options{})
	w.Several(2)
	if err := w.Journal.Close(); err != nil {
		t.Fatal(err)
	}
	if got := w.choices(w.Autocomplete(alice, general, "add", "group", "week", nil)); !slices.Equal(got, []string{"weekend"}) {
		t.Errorf("suggested %q", got)
	}
	if got := w.choices(w.Autocomplete(alice, general, "remove", "users", "", fakediscord.Options{"group": "@TGS#aNONE"})); len(got) > 0 {
		t.Errorf("suggested %q", got)
	}
}

// TestSuggestInTime: while Tencent does not answer, there are no suggestions rather
// than late ones; what it answers later is there for who asks next.
func TestSuggestInTime(t *testing.T) {
	t.Parallel()
	w := build(t, "gateway", fakediscord.Config{AckWithin: 1500 * time.Millisecond}, discord.Options{})
	w.Stage.API.AddGroup("@TGS#aSLOW", simulator.Group{Admins: []string{"host"}})
	w.start()
	w.Stage.API.SetLatency(1200 * time.Millisecond)
	ask := func() []string {
		return w.choices(w.Autocomplete(alice, general, "remove", "users", "", fakediscord.Options{"group": "@TGS#aSLOW"}))
	}
	if got := ask(); len(got) > 0 {
		t.Errorf("at first %q", got)
	}
	w.Until("the answer is there", func() bool { return slices.Equal(ask(), []string{"host"}) })
	if calls := w.Stage.API.Calls(); len(calls) != 1 {
		t.Errorf("%d calls", len(calls))
	}
}
