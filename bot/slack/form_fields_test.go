package slack_test

import (
	"slices"
	"strings"
	"testing"

	"liveadmin/bot/bottest/fakeslack"
	"liveadmin/commands"
	"liveadmin/imapi"
	"liveadmin/imapi/simulator"
)

// TestFormFollowsGroup: the people who are offered for remove, and how long an add can be, are
// those of the group that is chosen.
func TestFormFollowsGroup(t *testing.T) {
	t.Parallel()
	for _, mode := range modes {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			w := forms(t, mode)
			w.acked(w.slash(alice, "remove"))
			v := w.opened(alice)
			options := func(v fakeslack.View, block, typed string) []string {
				t.Helper()
				all, err := w.Options(w.Soon(), v, block, typed)
				if err != nil {
					t.Fatal(err)
				}
				return all
			}
			if got := options(v, "users", ""); slices.Contains(got, "host") || !slices.Contains(got, "minho") {
				t.Errorf("without a group %q are offered", got)
			}
			w.acked(w.Choose(v, "group", "friday-show"))
			v, err := w.WaitView(w.Soon(), alice, func(now fakeslack.View) bool { return now.Hash != v.Hash })
			if err != nil {
				t.Fatal(err)
			}
			if got := options(v, "users", ""); !slices.Equal(got, []string{"host", "minho", "night"}) {
				t.Errorf("%q are offered", got)
			}
			if got := options(v, "users", "mi"); !slices.Equal(got, []string{"minho"}) {
				t.Errorf("%q are offered", got)
			}
			for _, block := range []string{"reason", "nothing"} {
				if got := options(v, block, ""); len(got) > 0 {
					t.Errorf("%s: %q are offered", block, got)
				}
			}
			if v = w.sent(fakeslack.Sending{View: v, Values: map[string][]string{"users": {"host"}}}); v.Open {
				t.Fatalf("answered %v", v.Errors)
			}
			w.final(channel)

			w.acked(w.Slash(bob, studio, "add"))
			v = w.opened(bob)
			if !strings.Contains(string(v.Blocks), `"No end time"`) {
				t.Errorf("no end time is not offered: %s", v.Blocks)
			}
		})
	}
}

// TestFormOfQuotedGroup: a group ID that has to be in quotes is in quotes in the form, too.
func TestFormOfQuotedGroup(t *testing.T) {
	t.Parallel()
	w := forms(t, "sockets")
	w.API.AddGroup("friday-shov", simulator.Group{})
	w.acked(w.slash(alice, `add "friday-shov"`))
	if v := w.sent(fakeslack.Sending{View: w.opened(alice), Values: map[string][]string{"users": {"minho"}}}); v.Open {
		t.Fatalf("answered %v", v.Errors)
	}
	if root, _ := w.final(channel); !strings.Contains(root.Text, "friday-shov: added") {
		t.Errorf("the root is %q", root.Text)
	}
}

// TestFormOfSeveralGroups: who administers several groups of an alias is offered once.
func TestFormOfSeveralGroups(t *testing.T) {
	t.Parallel()
	w := forms(t, "sockets")
	rules := w.Stage.Rules.Get()
	rules.Names = commands.NewNames(map[string][]imapi.GroupID{"weekend": {"@TGS#aFRIDAY", "@TGS#aSUN"}}, nil)
	w.Stage.Rules.Set(rules)
	w.API.AddGroup("@TGS#aSUN", simulator.Group{Admins: []string{"guest", "host"}})
	w.acked(w.slash(alice, "remove weekend"))
	if got, err := w.Options(w.Soon(), w.opened(alice), "users", ""); err != nil || !slices.Equal(got, []string{"host", "guest"}) {
		t.Errorf("%q are offered, %v", got, err)
	}
}

// TestFormChosenTwice: of two groups that are chosen in a moment the later one counts, whichever
// of them Slack shows first.
func TestFormChosenTwice(t *testing.T) {
	t.Parallel()
	for _, mode := range modes {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			w := forms(t, mode)
			w.acked(w.slash(alice, "remove"))
			v := w.opened(alice)
			updates := func(fits func([]fakeslack.Call) bool) {
				t.Helper()
				if err := w.Wait(w.Soon(), func() bool { return fits(w.Calls("views.update")) }); err != nil {
					t.Fatalf("%v: %+v", err, w.Calls("views.update"))
				}
			}
			w.Inject(fakeslack.Fault{Kind: fakeslack.Late, Method: "views.update"})
			earlier := w.Choose(v, "group", "other")
			w.acked(earlier)
			updates(func(all []fakeslack.Call) bool { return len(all) == 1 })
			later := w.Choose(v, "group", "friday-show")
			w.acked(later)
			updates(func(all []fakeslack.Call) bool { return len(all) == 2 && all[0].Fault == fakeslack.Late })
			offersHost := func() {
				t.Helper()
				all, err := w.Options(w.Soon(), v, "users", "")
				if err != nil || !slices.Contains(all, "host") {
					t.Errorf("%q are offered, %v", all, err)
				}
			}
			offersHost()

			w.Redeliver(earlier) // is not shown again; what comes after it is, whatever was shown meanwhile
			w.acked(earlier)
			w.Redeliver(later)
			w.acked(later)
			updates(func(all []fakeslack.Call) bool { return len(all) == 4 && all[2].Error == "hash_conflict" })
			offersHost()
		})
	}
}

// TestFormPeople: people who are offered for remove are found by their names and their UserIDs,
// each once, and a name with a space is one.
func TestFormPeople(t *testing.T) {
	t.Parallel()
	w := forms(t, "sockets")
	rules := w.Stage.Rules.Get()
	rules.Names = commands.NewNames(map[string][]imapi.GroupID{"friday-show": {"@TGS#aFRIDAY"}, "other": {imapi.GroupID(group)}},
		map[string][]imapi.UserID{"Max Power": {"host"}, "Min Ho": {"u_8821"}})
	w.Stage.Rules.Set(rules)
	w.acked(w.slash(alice, "remove friday-show"))
	v := w.opened(alice)
	for typed, want := range map[string][]string{
		"": {"host", `"Min Ho"`}, "max p": {"host"}, "HOST": {"host"}, "min ": {`"Min Ho"`}, "u_8821": {`"Min Ho"`}, "nobody": nil,
	} {
		if got, err := w.Options(w.Soon(), v, "users", typed); err != nil || !slices.Equal(got, want) {
			t.Errorf("for %q are offered %q, %v", typed, got, err)
		}
	}
	if v = w.sent(fakeslack.Sending{View: v, Values: map[string][]string{"users": {`"Min Ho"`, "host"}}}); v.Open {
		t.Fatalf("answered %v", v.Errors)
	}
	if root, _ := w.final(channel); !strings.Contains(root.Text, "friday-show: removed Max Power") {
		t.Errorf("the root is %q", root.Text)
	}
}
