package slack_test

import (
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
