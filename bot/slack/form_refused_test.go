package slack_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"liveadmin/bot/bottest/fakeslack"
)

// TestFormRefused: who may not use a command gets no form of it: of a shortcut a modal with the
// answer alone, of a command the answer as always.
func TestFormRefused(t *testing.T) {
	t.Parallel()
	w := forms(t, "sockets")
	w.acked(w.Shortcut(mallory, "liveadmin_add"))
	if v := w.opened(mallory); v.Callback != "" || len(fields(v)) > 0 || !strings.Contains(string(v.Blocks), "You are not allowed to use `add`.") || !strings.Contains(string(v.Blocks), "Sam") {
		t.Errorf("mallory sees %s", v.Blocks)
	}
	w.acked(w.slash(bob, "remove"))
	if got := w.Plain(w.private(bob, 1)); !strings.Contains(got, "You are not allowed to use remove.") {
		t.Errorf("bob is answered %q", got)
	}
	w.acked(w.slash(mallory, "add"))
	if got := w.Plain(w.private(mallory, 1)); !strings.Contains(got, "You are not allowed to use add.") {
		t.Errorf("mallory is answered %q", got)
	}
	w.AddUser(fakeslack.User{ID: "U0GUEST", Team: "T0OTHER"})
	w.acked(w.Shortcut("U0GUEST", "liveadmin_add"))
	if v := w.opened("U0GUEST"); len(fields(v)) > 0 || !strings.Contains(string(v.Blocks), "another organization") {
		t.Errorf("the guest sees %s", v.Blocks)
	}
	if len(w.Views(bob)) > 0 || len(w.Views(mallory)) != 1 {
		t.Error("a form was opened")
	}
}

// TestFormUnopened: where a form cannot be opened, or not in time, the usual text is there.
func TestFormUnopened(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		fault fakeslack.Fault
	}{
		{"refused", fakeslack.Fault{Kind: fakeslack.Refuse, Method: "views.open", Code: "expired_trigger_id"}},
		{"no answer", fakeslack.Fault{Kind: fakeslack.Hang, Method: "views.open"}},
		{"broken", fakeslack.Fault{Kind: fakeslack.Status, Method: "views.open"}},
		{"ok:false without an error", fakeslack.Fault{Kind: fakeslack.NoError, Method: "views.open"}},
	} {
		for _, mode := range modes {
			t.Run(mode+"/"+tt.name, func(t *testing.T) {
				t.Parallel()
				w := forms(t, mode)
				w.Inject(tt.fault)
				w.acked(w.slash(alice, "add friday-show"))
				if got := w.Plain(w.private(alice, 1)); !strings.Contains(got, "The user is missing") || !strings.Contains(got, "Example:") {
					t.Errorf("answered %q", got)
				}
				w.Inject(tt.fault)
				w.acked(w.Shortcut(mallory, "liveadmin_add"))
				w.Until("mallory is answered directly", func() bool { return len(w.Direct(mallory)) > 0 })
			})
		}
	}
}

// TestFormElsewhere: the result of a form whose channel the bot cannot post in is a direct
// message.
func TestFormElsewhere(t *testing.T) {
	t.Parallel()
	w := forms(t, "sockets")
	w.AddChannel(fakeslack.Channel{ID: "C0AWAY", Members: []string{alice}})
	w.acked(w.Slash(alice, "C0AWAY", "add friday-show"))
	v := w.opened(alice)
	if v = w.sent(fakeslack.Sending{View: v, Values: map[string][]string{"users": {"minho"}}}); v.Open {
		t.Fatalf("answered %v", v.Errors)
	}
	w.Closed()
	direct := w.Direct(alice)
	if len(direct) != 1 || !strings.Contains(w.Plain(direct[0]), "minho (u_8821): added") {
		t.Errorf("alice reads %v", direct)
	}
}

// TestForgedForms: what a form brings back can do no more than its sender could type.
func TestForgedForms(t *testing.T) {
	t.Parallel()
	w := forms(t, "sockets")
	w.acked(w.Slash(alice, studio, "add"))
	alices := w.opened(alice)
	w.acked(w.Slash(bob, studio, "add"))
	bobs := w.opened(bob)
	w.acked(w.slash(bob, "add"))
	here, err := w.WaitView(w.Soon(), bob, func(v fakeslack.View) bool { return v.ID != bobs.ID })
	if err != nil {
		t.Fatal(err)
	}
	everything := map[string][]string{"group": nil, "group_id": {group}, "user_ids": {"u_8821"}}
	for _, tt := range []struct {
		name  string
		user  string
		view  fakeslack.View
		forge map[string]any
		says  string
	}{
		{"the seal of another channel's form by another person", bob, here, map[string]any{"private_metadata": alices.Metadata}, "has expired"},
		{"no seal", bob, here, map[string]any{"private_metadata": ""}, "has expired"},
		{"an altered seal", bob, here, map[string]any{"private_metadata": "x" + bobs.Metadata}, "has expired"},
		{"JSON in place of a seal", bob, here, map[string]any{"private_metadata": `{"channel":"C0STUDIO","user":"UBOB","at":1}`}, "has expired"},
		{"another person's form", mallory, alices, nil, "not allowed"},
		{"another command", bob, bobs, map[string]any{"callback_id": "liveadmin_remove"}, "The command remove has no option"},
		{"another channel", bob, here, nil, "not allowed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v := w.sent(fakeslack.Sending{User: tt.user, View: tt.view, Values: everything, Forge: tt.forge, Forged: true})
			said := strings.Join(slices.Collect(maps.Values(v.Errors)), "")
			if !v.Open || !strings.Contains(said, tt.says) {
				t.Errorf("answered %v", v.Errors)
			}
		})
	}
	if got := w.API.Admins(group); len(got) > 0 {
		t.Errorf("administrators are %q", got)
	}
	if v := w.sent(fakeslack.Sending{View: bobs, Values: everything}); v.Open { // what he could type there
		t.Errorf("answered %v", v.Errors)
	}
}

// TestHostileForms: whatever comes in place of a form is acknowledged, changes nothing, and is no
// error of the bot.
func TestHostileForms(t *testing.T) {
	t.Parallel()
	w := forms(t, "sockets")
	w.acked(w.slash(alice, "add"))
	seal := w.opened(alice).Metadata
	person := `"team":{"id":"` + w.Config().Team + `"},"user":{"id":"` + alice + `","team_id":"` + w.Config().Team + `"},"trigger_id":"1.2.` + strings.Repeat("x", 10)
	view := func(rest string) string {
		return `{"type":"view_submission",` + person + `","view":{"id":"V1","type":"modal","callback_id":"liveadmin_add","private_metadata":"` + seal + `"` + rest + `}}`
	}
	values := func(blocks string) string { return view(`,"state":{"values":{` + blocks + `}}`) }
	many := strings.Repeat(`{"value":"u"},`, 5000)
	for i, payload := range []string{
		`{"type":"shortcut"}`, `{"type":"shortcut","callback_id":"liveadmin_undo",` + person + `"}`, `{"type":"shortcut","callback_id":["liveadmin_add"],` + person + `"}`,
		`{"type":"view_submission"}`, `{"type":"view_submission","view":null}`, `{"type":"view_submission","view":[]}`, `{"type":"view_closed",` + person + `"}`,
		view(``), view(`,"state":null`), view(`,"state":{"values":[]}`), view(`,"state":{"values":{"group":7}}`), view(`,"blocks":{}`), view(`,"blocks":[null,7]`),
		values(`"group":{"group":{"selected_option":[]}}`), values(`"group":{"group":null},"users":{"users":{"selected_options":null}}`),
		values(`"users":{"users":{"selected_options":[` + many + `{"value":"x"}]}},"group_id":{"group_id":{"value":"@TGS#aFRIDAY"}}`),
		values(`"user_ids":{"user_ids":{"value":"` + strings.Repeat("a ", 20_000) + `"}},"group_id":{"group_id":{"value":"@TGS#aFRIDAY"}}`),
		values(`"user_ids":{"user_ids":{"value":"u1 --new --replace host"}},"group_id":{"group_id":{"value":"@TGS#aFRIDAY"}}`),
		values(`"user_ids":{"user_ids":{"value":"<!channel> <@UBOB>"}},"group_id":{"group_id":{"value":"<!here>"}}`),
		values(`"user_ids":{"user_ids":{"value":"u1"}},"group_id":{"group_id":{"value":"@TGS#aFRIDAY\u0000"}}`),
		values(`"user_ids":{"user_ids":{"value":"u_8821"}},"group_id":{"group_id":{"value":"@TGS#aFRIDAY"}},"for":{"for":{"selected_option":{"value":"-1h"}}}`),
		values(`"user_ids":{"user_ids":{"value":"u_8821"}},"group_id":{"group_id":{"value":"@TGS#aFRIDAY"}},"for":{"for":{"selected_option":{"value":"99999999999999999999h"}}}`),
		values(`"user_ids":{"user_ids":{"value":"u_8821"}},"group_id":{"group_id":{"value":"@TGS#aFRIDAY"}},"reason":{"reason":{"value":"` + strings.Repeat("r", 3000) + `"}}`),
		`{"type":"block_suggestion","action_id":"users","value":{},` + person + `"}`, `{"type":"block_suggestion","action_id":"group","value":"` + strings.Repeat("g", 10_000) + `",` + person + `","view":{"callback_id":"liveadmin_add"}}`,
		`{"type":"block_actions",` + person + `","view":{"type":"modal","callback_id":"liveadmin_add","private_metadata":"` + seal + `"},"actions":[]}`,
		`{"type":"block_actions",` + person + `","container":{"type":"view"},"view":{"type":"modal","id":"V9"},"actions":[{"action_id":"group"}]}`,
		`{"type":"block_actions",` + person + `","container":{"type":"view"},"view":{"type":7},"actions":[{"action_id":"group"}]}`,
	} {
		d := w.SendRaw("interactive", []byte(strings.Replace(payload, "1.2.", fmt.Sprintf("1.%d.", i), 1)))
		if _, err := d.Wait(w.Soon()); err != nil {
			t.Errorf("%.200s: %v", payload, err)
		}
	}
	if got := w.API.Admins("@TGS#aFRIDAY"); !slices.Equal(got, []string{"host"}) {
		t.Errorf("administrators are %q", got)
	}
	if log := w.Log.String(); strings.Contains(log, "level=ERROR") {
		t.Error(log)
	}
}
