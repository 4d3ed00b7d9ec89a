package discord_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/bottest/fakediscord"
	"liveadmin/bot/discord"
	"liveadmin/commands"
	"liveadmin/commands/policy"
	"liveadmin/commands/words"
	"liveadmin/imapi"
	"liveadmin/imapi/simulator"
)

// unrecorded is a door that puts nothing on record.
type unrecorded struct{}

func (unrecorded) Receive(ctx context.Context, _ bot.Delivery, ack bot.Ack) error {
	m := words.In(commands.English).Trouble(words.In(commands.English).Notices.NotRecorded)
	return ack.Answer(ctx, bot.Answer{Private: &m, Late: true})
}

// TestUnrecorded: that nothing is on record is said after two seconds, in time for Discord, so
// that another instance goes first.
func TestUnrecorded(t *testing.T) {
	t.Parallel()
	for _, mode := range modes {
		for _, alone := range []bool{true, false} {
			w := build(t, mode, fakediscord.Config{}, discord.Options{})
			if !alone && mode == "gateway" {
				w.start()
			} else if !alone {
				continue // Discord has one address
			}
			other := w.platform()
			if mode == "http" {
				app, _ := w.Serve("discord", other.State, other.Mount)
				w.UseHTTP(app + "/discord/interactions")
			}
			ctx, cancel := context.WithCancel(t.Context())
			ended := make(chan error, 1)
			go func() { ended <- other.Run(ctx, unrecorded{}) }()
			w.Ready(other.State)
			w.Until("the command is registered", func() bool { return w.commands(guild) == "liveadmin "+menu })
			began := time.Now()
			i := w.says(alice, general, "remove", adding("user1"))
			if alone {
				w.private(i)
				if took := time.Since(began); took < 2*time.Second { // and in Discord's three seconds, or it would not be there
					t.Errorf("%s: answered after %v", mode, took)
				}
			} else {
				w.result(i)
			}
			cancel()
			if err := <-ended; err != nil {
				t.Error(err)
			}
		}
	}
}

// TestMuted: who asks too often without any right is acknowledged, and sees nothing of it:
// no answer, no "is thinking…", no error.
func TestMuted(t *testing.T) {
	t.Parallel()
	for _, mode := range modes {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			w := open(t, mode, fakediscord.Config{}, discord.Options{})
			_, replies := w.result(w.says(alice, general, "add", adding("user1")))
			for range 30 {
				w.private(w.says(mallory, general, "whoami", nil))
			}
			noted := len(w.Rows(bot.WasAnswered))
			i := w.says(mallory, general, "add", adding("user1"))
			if c := w.answered(i); c.Type != 5 || !c.Ephemeral {
				t.Errorf("the first response is %+v", c)
			}
			w.Until("the response is deleted", func() bool { return len(w.Ephemerals(mallory)) == 30 })
			if _, there := i.Original(); there {
				t.Error("the response is still there")
			}

			click := w.kept(w.Click(mallory, replies[0], button(t, replies[0], "Undo")))
			if c := w.answered(click); c.Type != 6 {
				t.Errorf("a click is answered with %+v", c)
			}
			look := w.Autocomplete(mallory, general, "add", "group", "@", nil)
			if got := w.choices(look); len(got) > 0 {
				t.Errorf("suggested are %q", got)
			}
			if shown, there := w.Message(replies[0].Channel, replies[0].ID); !there || len(shown.Edited) > 0 {
				t.Errorf("the message with the button is %+v, %v", shown, there)
			}
			if n := len(w.Calls(fakediscord.DeleteOriginal)); n != 1 {
				t.Errorf("%d responses were deleted", n)
			}
			if n := len(w.Ephemerals(mallory)); n != 30 || len(w.Rows(bot.WasAnswered)) != noted || len(w.Rows(bot.WasRefused)) > 0 {
				t.Errorf("%d answers, %d rows, then %d; refused %+v", n, noted, len(w.Rows(bot.WasAnswered)), w.Rows(bot.WasRefused))
			}
			w.private(w.says(bob, general, "whoami", nil))
		})
	}
}

// TestMutedOnce: of two sessions of one token, one acknowledges, and nothing is left to see
// of it.
func TestMutedOnce(t *testing.T) {
	t.Parallel()
	w := open(t, "gateway", fakediscord.Config{}, discord.Options{})
	w.join()
	for range 30 {
		w.answered(w.says(mallory, general, "whoami", nil))
	}
	answers := len(w.Ephemerals(mallory))
	warned := strings.Count(w.Log.String(), "level=WARN")
	for range 5 {
		i := w.says(mallory, general, "whoami", nil)
		w.Until("both have tried", func() bool { return len(i.Callbacks()) == 2 })
		w.Until("the response is deleted", func() bool { return len(w.Ephemerals(mallory)) <= answers })
		if a, b := i.Callbacks()[0], i.Callbacks()[1]; a.Accepted() == b.Accepted() {
			t.Errorf("the callbacks are %+v, %+v", a, b)
		}
	}
	if n := strings.Count(w.Log.String(), "level=WARN"); n != warned {
		t.Errorf("the log warns\n%s", w.Log)
	}
}

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
			w.T.Errorf("%q means %q", choice.Name, value)
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

// TestSuggestQuoted: a recent group whose ID has to be in quotes is suggested in quotes, and is what
// was meant then.
func TestSuggestQuoted(t *testing.T) {
	t.Parallel()
	w := open(t, "gateway", fakediscord.Config{}, discord.Options{})
	rules := w.Stage.Rules.Get()
	rules.Names = commands.NewNames(map[string][]imapi.GroupID{"friday-show": {group}}, nil)
	w.Stage.Rules.Set(rules)
	w.API.AddGroup("friday-shov", simulator.Group{})
	w.final(w.says(alice, general, "list", fakediscord.Options{"group": `"friday-shov"`}))
	got := w.choices(w.Autocomplete(alice, general, "list", "group", "fri", nil))
	if !slices.Equal(got, []string{"friday-show", `"friday-shov"`}) {
		t.Fatalf("suggested %q", got)
	}
	w.final(w.says(alice, general, "list", fakediscord.Options{"group": got[1]}))
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
	w := build(t, "gateway", fakediscord.Config{AckWithin: 3 * time.Second}, discord.Options{})
	w.Stage.API.AddGroup("@TGS#aSLOW", simulator.Group{Admins: []string{"host"}})
	w.start()
	w.Stage.API.SetLatency(4 * time.Second)
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
