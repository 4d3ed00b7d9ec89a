package slack_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/bottest/fakeslack"
	"liveadmin/bot/slack"
	"liveadmin/commands"
	"liveadmin/commands/grammar"
	"liveadmin/commands/policy"
	"liveadmin/commands/words"
	"liveadmin/imapi"
	"liveadmin/imapi/simulator"
)

const studio = "C0STUDIO"

// forms makes a world with names and rules: alice may do everything, and bob may add on one
// alias for eight hours, and in the studio on everything.
func forms(t *testing.T, mode string) *world {
	t.Helper()
	w := build(t, mode, fakeslack.Config{}, slack.Options{})
	w.AddChannel(fakeslack.Channel{ID: studio, Name: "studio", Members: []string{alice, bob, w.Config().BotUser}})
	w.API.AddGroup("@TGS#aFRIDAY", simulator.Group{Admins: []string{"host"}})
	w.API.AddAccount("u_8821", "")
	w.API.AddAccount("u_9902", "")
	rules := w.Stage.Rules.Get()
	rules.Names = commands.NewNames(
		map[string][]imapi.GroupID{"friday-show": {"@TGS#aFRIDAY"}, "other": {imapi.GroupID(group)}},
		map[string][]imapi.UserID{"minho": {"u_8821"}, "night": {"u_8821", "u_9902"}})
	rules.Policy.Contact = "Sam"
	rules.Policy.Rules = append(rules.Policy.Rules,
		policy.Rule{Name: "rule 1", Allow: []string{"slack:user:" + bob}, Commands: []commands.Verb{commands.Add}, Groups: []string{"@TGS#aFRIDAY"}, For: 8 * time.Hour},
		policy.Rule{Name: "rule 2", Allow: []string{"slack:user:" + bob}, Commands: []commands.Verb{commands.Add}, Channels: []string{"slack:" + studio}},
	)
	w.Stage.Rules.Set(rules)
	w.start()
	return w
}

// opened waits for a form that somebody has in front of them.
func (w *world) opened(user string) fakeslack.View {
	w.T.Helper()
	v, err := w.WaitView(w.Soon(), user, func(v fakeslack.View) bool { return v.Open })
	if err != nil {
		w.T.Fatalf("%v\n%s", err, w.Log)
	}
	return v
}

// sent sends a form and returns it as it is then, acknowledged.
func (w *world) sent(f fakeslack.Sending) fakeslack.View {
	w.T.Helper()
	d := w.SendForm(f)
	w.said = append(w.said, d.TriggerID)
	w.acked(d)
	v, err := w.WaitView(w.Soon(), f.View.User, func(v fakeslack.View) bool { return v.ID == f.View.ID })
	if err != nil {
		w.T.Fatal(err)
	}
	return v
}

// fields are the names of a form's fields, in their order.
func fields(v fakeslack.View) (names []string) {
	var blocks []struct {
		Type string `json:"type"`
		ID   string `json:"block_id"`
	}
	_ = json.Unmarshal(v.Blocks, &blocks) // the fake has made it
	for _, b := range blocks {
		if b.Type == "input" {
			names = append(names, b.ID)
		}
	}
	return names
}

// rows are what and how often the audit trail has, in order.
func (w *world) rows() (all []string) {
	w.T.Helper()
	rows, err := w.Stage.Journal.Asked(w.Soon(), bot.Filter{}, nil)
	if err != nil {
		w.T.Fatal(err)
	}
	for _, r := range slices.Backward(rows) {
		all = append(all, string(r.Event)+" "+r.Text)
	}
	return all
}

var addFields = []string{"group", "group_id", "users", "user_ids", "for", "reason"}

// TestForm: a command without its users opens a form, which does what the command would; the
// result is where the form was opened.
func TestForm(t *testing.T) {
	t.Parallel()
	for _, mode := range modes {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			w := forms(t, mode)
			if a := w.acked(w.slash(alice, "add friday-show --reason cover")); len(a.Payload) > 0 && string(a.Payload) != "null" {
				t.Errorf("something is said beside the form: %s", a.Payload)
			}
			if n := len(w.Calls("views.open")); n != 1 {
				t.Errorf("before the acknowledgement views.open was called %d times", n)
			}
			v := w.opened(alice)
			if v.Callback != "liveadmin_add" || !slices.Equal(fields(v), addFields) {
				t.Errorf("the form %s has %q", v.Callback, fields(v))
			}
			if v = w.sent(fakeslack.Sending{View: v, Values: map[string][]string{"users": {"minho"}}}); v.Open {
				t.Fatalf("the form is still there: %v", v.Errors)
			}
			root, replies := w.final(channel)
			if !strings.Contains(root.Text, "friday-show: added") || !strings.Contains(w.Plain(replies[0]), "minho (u_8821): added, until") || !strings.Contains(w.Plain(replies[0]), "cover") {
				t.Errorf("root %q, result %q", root.Text, w.Plain(replies[0]))
			}
			if got := w.API.Admins("@TGS#aFRIDAY"); !slices.Equal(got, []string{"host", "u_8821"}) {
				t.Errorf("administrators are %q", got)
			}
			if want := []string{"answered add friday-show --reason cover", "accepted add friday-show minho --for 2h --reason \"cover\""}; !slices.Equal(w.rows(), want) {
				t.Errorf("on record is %q", w.rows())
			}
			if len(w.Ephemerals(alice)) > 0 {
				t.Errorf("alice was answered privately")
			}
		})
	}
}

// TestFormMistakes: a mistake or a refusal is shown at its field, and leaves one row; the form
// can be sent again, and what was accepted runs once.
func TestFormMistakes(t *testing.T) {
	t.Parallel()
	for _, mode := range modes {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			w := forms(t, mode)
			w.acked(w.slash(bob, "add"))
			v := w.opened(bob)
			for _, tt := range []struct {
				values map[string][]string
				field  string
				says   string
			}{
				{map[string][]string{"user_ids": {"@minhoo"}}, "user_ids", "I do not know the UserID of"},
				{map[string][]string{"user_ids": nil}, "users", "The user is missing"},
				{map[string][]string{"users": {"minho"}, "group_id": {"@TGS#aFRIDAY"}}, "group_id", "Two groups are given"},
				{map[string][]string{"group": nil, "group_id": {group}}, "group_id", "You are not allowed to use add"},
				{map[string][]string{"group_id": nil}, "group", "The group is missing"},
				{map[string][]string{"group": {"friday-show"}, "reason": {"a\u0007b"}}, "reason", "invisible character"},
			} {
				v = w.sent(fakeslack.Sending{View: v, Values: tt.values})
				if !v.Open || len(v.Errors) != 1 || !strings.Contains(v.Errors[tt.field], tt.says) || !strings.Contains(v.Errors[tt.field], "#") {
					t.Fatalf("%v is answered %v", tt.values, v.Errors)
				}
			}
			mistakes := len(w.rows())
			d := w.SendForm(fakeslack.Sending{View: v, Values: map[string][]string{"reason": nil}})
			w.acked(d)
			w.acked(w.SendForm(fakeslack.Sending{View: v}))
			w.Redeliver(d)
			if _, err := d.WaitAcks(w.Soon(), 2); err != nil {
				t.Fatal(err)
			}
			w.final(channel)
			w.Closed()
			if all := w.rows(); mistakes != 7 || len(all) != 8 || all[7] != "accepted add friday-show minho --for 2h" {
				t.Errorf("on record is %q", all)
			}
		})
	}
}

// TestShortcut: a form that was opened in no channel asks for one. It gives no right there.
func TestShortcut(t *testing.T) {
	t.Parallel()
	for _, mode := range modes {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			w := forms(t, mode)
			w.acked(w.Shortcut(bob, "liveadmin_add"))
			v := w.opened(bob)
			if !slices.Equal(fields(v), append(slices.Clone(addFields), "channel")) {
				t.Fatalf("the form has %q", fields(v))
			}
			v = w.sent(fakeslack.Sending{View: v, Values: map[string][]string{"channel": {studio}, "group": nil, "group_id": {group}, "users": {"minho"}}})
			if !strings.Contains(v.Errors["channel"], "Open the form there: /liveadmin add") {
				t.Fatalf("answered %v", v.Errors)
			}
			v = w.sent(fakeslack.Sending{View: v, Forged: true, Values: map[string][]string{"channel": nil}})
			if !strings.Contains(v.Errors["channel"], "Choose the channel") {
				t.Fatalf("answered %v", v.Errors)
			}
			v = w.sent(fakeslack.Sending{View: v, Values: map[string][]string{"channel": {studio}, "group": {"friday-show"}, "group_id": nil}})
			if v.Open {
				t.Fatalf("answered %v", v.Errors)
			}
			if root, _ := w.final(studio); !strings.Contains(root.Text, "friday-show: added") {
				t.Errorf("the root is %q", root.Text)
			}
		})
	}
}

// TestWelcomeButtons: a bare command has the buttons of the forms that its caller may use.
func TestWelcomeButtons(t *testing.T) {
	t.Parallel()
	for _, mode := range modes {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			w := forms(t, mode)
			w.acked(w.slash(alice, ""))
			m := w.private(alice, 1)
			if got := w.Plain(m); !strings.Contains(got, "[Add…] [Remove…]") {
				t.Fatalf("alice sees %s", got)
			}
			w.acked(w.Click(alice, m, "form_remove.1"))
			v := w.opened(alice)
			if v.Callback != "liveadmin_remove" || !slices.Equal(fields(v), []string{"group", "group_id", "users", "user_ids", "reason"}) {
				t.Errorf("the form %s has %q", v.Callback, fields(v))
			}
			if v = w.sent(fakeslack.Sending{View: v, Values: map[string][]string{"group": {"friday-show"}, "user_ids": {"host"}}}); v.Open {
				t.Fatalf("answered %v", v.Errors)
			}
			if root, _ := w.final(channel); !strings.Contains(root.Text, "friday-show: removed") {
				t.Errorf("the root is %q", root.Text)
			}
			w.acked(w.slash(bob, ""))
			if got := w.Plain(w.private(bob, 1)); !strings.Contains(got, "[Add…]") || strings.Contains(got, "[Remove…]") {
				t.Errorf("bob sees %s", got)
			}
			w.acked(w.slash(mallory, ""))
			if got := w.Plain(w.private(mallory, 1)); strings.Contains(got, "[") {
				t.Errorf("mallory sees %s", got)
			}
		})
	}
}

// TestFormWaits: a form whose command waits for approval says so, and for whom.
func TestFormWaits(t *testing.T) {
	t.Parallel()
	w := forms(t, "sockets")
	rules := w.Stage.Rules.Get()
	rules.Policy.Rules = []policy.Rule{{Name: "rule 1", Allow: []string{"slack:user:" + bob}, Commands: []commands.Verb{commands.Add}, Approval: []string{"slack:usergroup:S0LEADS", "slack:user:" + alice}}}
	rules.Names = commands.NewNames(map[string][]imapi.GroupID{"friday-show": {"@TGS#aFRIDAY"}}, map[string][]imapi.UserID{"minho": {"u_8821"}, "ally": {"u_9902"}}).
		WithAccounts(map[string]string{"slack:user:" + alice: "ally"})
	w.Stage.Rules.Set(rules)
	w.acked(w.slash(bob, "add friday-show"))
	v := w.opened(bob)
	if text := string(v.Blocks); !strings.Contains(text, "This waits for approval. Can approve: ") || !strings.Contains(text, alice) || !strings.Contains(text, "S0LEADS") {
		t.Errorf("the form says %s", text)
	}
	if v = w.sent(fakeslack.Sending{View: v, Values: map[string][]string{"users": {"minho"}}}); v.Open {
		t.Fatalf("answered %v", v.Errors)
	}
	w.says("Waiting for approval")
	if v = w.sent(fakeslack.Sending{View: v}); len(v.Errors) > 0 {
		t.Errorf("the same form again is answered %v", v.Errors)
	}
	w.acked(w.slash(bob, "add friday-show"))
	v = w.opened(bob)
	if v = w.sent(fakeslack.Sending{View: v, Values: map[string][]string{"users": {"minho"}}}); !strings.Contains(v.Errors["group"], "already asked for") || !strings.Contains(v.Errors["group"], "Can approve: @S0LEADS, ally (@"+alice+")") {
		t.Errorf("the same again is answered %v", v.Errors)
	}
}

// TestFormsAskOnce: what is asked by two forms and a command at the same moment is one request.
func TestFormsAskOnce(t *testing.T) {
	t.Parallel()
	for _, mode := range modes {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			w := forms(t, mode)
			rules := w.Stage.Rules.Get()
			rules.Policy.Rules = []policy.Rule{{Name: "rule 1", Allow: []string{"slack:user:" + bob}, Commands: []commands.Verb{commands.Add}, Approval: []string{"slack:user:" + alice}}}
			w.Stage.Rules.Set(rules)
			w.acked(w.slash(bob, "add friday-show"))
			one := w.opened(bob)
			w.acked(w.slash(bob, "add friday-show"))
			two, err := w.WaitView(w.Soon(), bob, func(v fakeslack.View) bool { return v.ID != one.ID })
			if err != nil {
				t.Fatal(err)
			}
			filled := map[string][]string{"users": {"minho"}}
			for _, d := range []*fakeslack.Delivery{
				w.SendForm(fakeslack.Sending{View: one, Values: filled}), w.SendForm(fakeslack.Sending{View: two, Values: filled}),
				w.slash(bob, "add friday-show minho --for 2h"),
			} {
				w.acked(d)
			}
			rows := w.rows()
			if asked := slices.DeleteFunc(slices.Clone(rows), func(row string) bool { return !strings.HasPrefix(row, "asked") }); len(asked) != 1 {
				t.Errorf("on record is %q", rows)
			}
		})
	}
}

// TestFormOnHome: the buttons of the Home tab open forms, and it shows what came of them. Who may
// not use the command any more gets a modal with the answer.
func TestFormOnHome(t *testing.T) {
	t.Parallel()
	for _, mode := range modes {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			w := forms(t, mode)
			if says := w.opens(alice); !strings.Contains(says, "[Add…] [Remove…] [Refresh]") {
				t.Fatalf("the Home tab says %s", says)
			}
			w.acked(w.ClickHome(alice, "form_add.0", ""))
			v := w.opened(alice)
			if !slices.Equal(fields(v), append(slices.Clone(addFields), "channel")) {
				t.Errorf("the form has %q", fields(v))
			}
			if v = w.sent(fakeslack.Sending{View: v, Values: map[string][]string{"group": {"friday-show"}, "users": {"minho"}, "channel": {channel}}}); v.Open {
				t.Fatalf("answered %v", v.Errors)
			}
			w.final(channel)
			w.home(alice, func(says string) bool { return strings.Contains(says, "minho (u_8821) (until") })

			rules := w.Stage.Rules.Get()
			rules.Policy.Rules = rules.Policy.Rules[1:]
			w.Stage.Rules.Set(rules)
			w.acked(w.ClickHome(alice, "form_add.0", ""))
			if v := w.opened(alice); len(fields(v)) > 0 || !strings.Contains(string(v.Blocks), "You are not allowed to use `add`.") {
				t.Errorf("alice sees %s", v.Blocks)
			}
		})
	}
}

// TestFormLanguages: a form and its mistakes are in the language of the one who fills it in.
func TestFormLanguages(t *testing.T) {
	t.Parallel()
	for i, l := range commands.Languages {
		t.Run(string(l), func(t *testing.T) {
			t.Parallel()
			w := build(t, modes[i%2], readsLanguages(), slack.Options{})
			w.AddUser(fakeslack.User{ID: alice, Locale: string(l)})
			w.start()
			says := words.In(l)
			var v fakeslack.View
			w.Until("the language is known", func() bool {
				w.acked(w.slash(alice, "remove "+group))
				for _, v = range w.Views(alice) {
					if v.Title == says.Forms.RemoveTitle {
						return true
					}
				}
				return false
			})
			for _, label := range []string{says.Forms.TypedGroup, says.Forms.TypedUsers, says.Forms.TypedUsersHint, says.Forms.Reason} {
				if !strings.Contains(string(v.Blocks), string(quoted(label))) {
					t.Errorf("no %q in %s", label, v.Blocks)
				}
			}
			v = w.sent(fakeslack.Sending{View: v})
			if got := v.Errors["users"]; !strings.HasPrefix(got, says.Mistakes[grammar.UsersMissing]) {
				t.Errorf("answered %v", v.Errors)
			}
		})
	}
}

// TestFormAfterRestart: a form that was opened before a restart does what it would have done.
func TestFormAfterRestart(t *testing.T) {
	t.Parallel()
	w := forms(t, "sockets")
	w.acked(w.Slash(bob, studio, "add"))
	v := w.opened(bob)
	w.halt()
	w.Stage.Restart(t)
	w.start()
	if v = w.sent(fakeslack.Sending{View: v, Values: map[string][]string{"group": nil, "group_id": {group}, "users": {"minho"}, "for": {"none"}}}); v.Open {
		t.Fatalf("answered %v", v.Errors)
	}
	if root, _ := w.final(studio); !strings.Contains(root.Text, "added") {
		t.Errorf("the root is %q", root.Text)
	}
}

// quoted is a text as it is in JSON.
func quoted(text string) []byte {
	raw, _ := json.Marshal(text) // a text cannot fail
	return raw
}
