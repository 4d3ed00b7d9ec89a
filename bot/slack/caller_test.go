package slack_test

import (
	"strings"
	"testing"
	"time"

	"liveadmin/bot/bottest"
	"liveadmin/bot/bottest/fakeslack"
	"liveadmin/bot/slack"
)

// answers says something as someone and returns the private answer.
func (w *world) answers(user, text string) string {
	w.T.Helper()
	before := len(w.Ephemerals(user))
	w.acked(w.slash(user, text))
	return w.Plain(w.private(user, before+1))
}

const mods = "slack:usergroup:S0MODS"

// TestUsergroups: the members are known before the bot is ready, and read again;
// the last list counts for five minutes, then no one is a member.
func TestUsergroups(t *testing.T) {
	t.Parallel()
	for _, mode := range modes {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			clock := &bottest.Ahead{}
			w := build(t, mode, fakeslack.Config{
				Scopes: []string{"commands", "chat:write", "usergroups:read"},
			}, slack.Options{Now: clock.Now, Refresh: 50 * time.Millisecond})
			w.SetUserGroup("S0MODS", bob)
			w.allow(mods)
			w.start()
			w.groupsRead()
			if got := w.answers(bob, "whoami"); !strings.Contains(got, "• all commands on all groups (") {
				t.Errorf("a member gets %q", got)
			}
			w.SetUserGroup("S0MODS", mallory)
			w.Until("the list is read again", func() bool { return strings.Contains(w.answers(mallory, "whoami"), "• all commands on all groups (") })
			if got := w.answers(bob, "list "+group); !strings.Contains(got, "not allowed") {
				t.Errorf("who has left gets %q", got)
			}
			w.Inject(fakeslack.Fault{Kind: fakeslack.Status, Method: "usergroups.users.list", Times: -1})
			w.Until("the reading fails", func() bool { return strings.Contains(w.Log.String(), "could not read the members of a user group") })
			clock.Advance(4 * time.Minute)
			if got := w.answers(mallory, "whoami"); !strings.Contains(got, "• all commands on all groups (") {
				t.Errorf("after 4 minutes a member gets %q", got)
			}
			clock.Advance(2 * time.Minute)
			if got := w.answers(mallory, "list "+group); !strings.Contains(got, "I cannot check the members of "+mods+" right now") {
				t.Errorf("after 6 minutes a member gets %q", got)
			}
			w.ClearFaults()
			w.Until("the list counts again", func() bool { return strings.Contains(w.answers(mallory, "whoami"), "• all commands on all groups (") })
		})
	}
}

// TestUsergroupsUnreadable: without a list no one is a member, and the answer says so.
func TestUsergroupsUnreadable(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		scopes []string
		set    func(*world)
		want   string
	}{
		{"no scope", []string{"commands", "chat:write"}, func(w *world) {}, "I cannot check the members of " + mods + " right now"},
		{"no such group", []string{"commands", "usergroups:read"}, func(w *world) { w.allow("slack:usergroup:S0GONE") }, "You are not allowed"},
		{"another plan", []string{"commands", "usergroups:read"}, func(w *world) {
			w.Inject(fakeslack.Fault{Kind: fakeslack.Refuse, Method: "usergroups.users.list", Code: "plan_upgrade_required", Times: -1})
		}, "I cannot check the members of " + mods + " right now"},
		{"limited twice", []string{"commands", "usergroups:read"}, func(w *world) {
			w.Inject(fakeslack.Fault{Kind: fakeslack.RateLimit, Method: "usergroups.users.list", Times: 2})
		}, "I cannot check the members of " + mods + " right now"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := build(t, "sockets", fakeslack.Config{Scopes: tc.scopes}, slack.Options{})
			w.SetUserGroup("S0MODS", bob)
			w.allow(mods)
			tc.set(w)
			w.start()
			if tc.name == "no such group" {
				w.groupsRead()
			}
			if got := w.answers(bob, "list "+group); !strings.Contains(got, tc.want) {
				t.Errorf("the answer is %q", got)
			}
		})
	}
}

// TestUsergroupsLimitedOnce: what Slack asks to wait for is waited for.
func TestUsergroupsLimitedOnce(t *testing.T) {
	t.Parallel()
	w := build(t, "sockets", fakeslack.Config{Scopes: []string{"commands", "usergroups:read"}}, slack.Options{})
	w.SetUserGroup("S0MODS", bob)
	w.allow(mods)
	w.Inject(fakeslack.Fault{Kind: fakeslack.RateLimit, Method: "usergroups.users.list"})
	w.start()
	w.groupsRead()
	if got := w.answers(bob, "whoami"); !strings.Contains(got, "• all commands on all groups (") {
		t.Errorf("the answer is %q", got)
	}
}

// TestUsergroupsSlow: no one whom an ID allows waits for the user groups, however long Slack
// wants to be left alone.
func TestUsergroupsSlow(t *testing.T) {
	t.Parallel()
	w := build(t, "sockets", fakeslack.Config{Scopes: []string{"commands", "chat:write", "usergroups:read"}}, slack.Options{})
	w.SetUserGroup("S0MODS", bob)
	w.allow("slack:user:"+alice, mods)
	w.Inject(fakeslack.Fault{Kind: fakeslack.RateLimit, Method: "usergroups.users.list", RetryAfter: 1e9 * time.Second, Times: -1})
	w.start()
	w.acked(w.slash(alice, "list "+group))
	w.final(channel)
	if got := w.answers(bob, "list "+group); !strings.Contains(got, "I cannot check the members of "+mods+" right now") {
		t.Errorf("a member gets %q", got)
	}
}

// groupsRead waits until the members of every user group are known.
func (w *world) groupsRead() {
	w.T.Helper()
	w.Until("the user groups are read", func() bool { return len(w.slack.UnreadGroups()) == 0 })
}

// TestOrganization: in an organization, the lists are asked for by workspace.
func TestOrganization(t *testing.T) {
	w := build(t, "sockets", fakeslack.Config{Enterprise: "E0ORG", Scopes: []string{"commands", "usergroups:read"}}, slack.Options{})
	w.SetUserGroup("S0MODS", bob)
	w.allow(mods)
	w.start()
	w.groupsRead()
	calls := w.Calls("usergroups.users.list")
	if len(calls) == 0 || calls[0].Args.Get("team_id") != w.Config().Team {
		t.Errorf("asked with %v", calls)
	}
	if got := w.answers(bob, "whoami"); !strings.Contains(got, "• all commands on all groups (") {
		t.Errorf("a member gets %q", got)
	}
}
