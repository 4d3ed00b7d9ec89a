package slack_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/bottest/fakeslack"
	"liveadmin/bot/slack"
	"liveadmin/commands"
	"liveadmin/commands/change"
	"liveadmin/commands/policy"
	"liveadmin/commands/words"
	"liveadmin/imapi"
	"liveadmin/imapi/simulator"
)

// home waits for somebody's Home tab that fits, and returns it as they see it.
func (w *world) home(user string, fits func(said string) bool) string {
	w.T.Helper()
	said := ""
	_, err := w.WaitHome(w.Soon(), func(h fakeslack.Home) bool {
		if h.User != user {
			return false
		}
		said = w.Plain(fakeslack.Message{Blocks: h.Blocks})
		return fits(said)
	})
	if err != nil {
		w.T.Fatalf("%v; it says\n%s\n%s", err, said, w.Log)
	}
	return said
}

// opens opens somebody's Home tab, and returns it as it is published then.
func (w *world) opens(user string) string {
	w.T.Helper()
	before := w.Home(user).Times
	w.acked(w.OpenHome(user))
	return w.home(user, func(string) bool { return w.Home(user).Times > before })
}

// reads counts how often Tencent was asked for the administrators of each group.
func (w *world) reads() map[string]int {
	all := make(map[string]int)
	for _, c := range w.API.Calls() {
		if c.Command == "get_admin_list" {
			all[c.Group]++
		}
	}
	return all
}

// named gives groups aliases of their own: show00, show01 and so on.
func (w *world) named(n int) (groups []string) {
	names := make(map[string][]imapi.GroupID)
	for i := range n {
		id := fmt.Sprintf("@TGS#aSHOW%04d", i)
		w.API.AddGroup(id, simulator.Group{Admins: []string{"user1"}})
		names[fmt.Sprintf("show%02d", i)] = []imapi.GroupID{imapi.GroupID(id)}
		groups = append(groups, id)
	}
	rules := w.Stage.Rules.Get()
	rules.Names = commands.NewNames(names, map[string][]imapi.UserID{"minho": {"user1"}})
	w.Stage.Rules.Set(rules)
	return groups
}

// TestHome: the Home tab has the groups that its viewer may list, with their administrators
// and until when, in the viewer's language, over both ways. It leaves no row in the audit trail.
func TestHome(t *testing.T) {
	t.Parallel()
	for i, l := range commands.Languages {
		t.Run(string(l), func(t *testing.T) {
			t.Parallel()
			w := build(t, modes[i%2], readsLanguages(), slack.Options{})
			w.AddUser(fakeslack.User{ID: alice, Locale: string(l)})
			w.named(2)
			w.start()
			w.acked(w.slash(alice, "add show01 user2 --for 2h"))
			w.Closed()
			says := ""
			w.Until("the language is known", func() bool {
				says = w.opens(alice)
				return strings.Contains(says, words.In(l).Buttons.Refresh)
			})
			for _, want := range []string{"minho (user1)", "user2", "show00 (@TGS#aSHOW0000)", "2026-11-20 17:30 UTC", "2026-11-20 15:30 UTC"} {
				if !strings.Contains(strings.ReplaceAll(strings.ReplaceAll(says, "（", " ("), "）", ")"), want) {
					t.Errorf("no %q in\n%s", want, says)
				}
			}
			if strings.Index(says, "show01") > strings.Index(says, "show00") {
				t.Errorf("temporary administrators are not first:\n%s", says)
			}
			rows, err := w.Stage.Journal.Trail(t.Context(), bot.Filter{Limit: 100})
			if err != nil || slices.ContainsFunc(rows, func(r bot.Record) bool { return r.Number > 1 }) {
				t.Errorf("rows %v, %v", rows, err)
			}
			if got := len(w.Pings(fakeslack.Message{Blocks: w.Home(alice).Blocks})); got > 0 {
				t.Errorf("%d are mentioned", got)
			}
		})
	}
}

// TestHomeInBothModes: opened, refreshed and shown over sockets and over HTTP.
func TestHomeInBothModes(t *testing.T) {
	t.Parallel()
	for _, mode := range modes {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			w := build(t, mode, fakeslack.Config{}, slack.Options{})
			groups := w.named(23)
			w.start()
			says := w.opens(alice)
			if got := len(w.reads()); got != 10 || strings.Count(says, "seats (checked") != 10 || strings.Count(says, "[Show]") != 10 || !strings.Contains(says, "3 more groups") {
				t.Errorf("%d groups were read:\n%s", got, says)
			}
			w.acked(w.ClickHome(alice, change.ShowOf(imapi.GroupID(groups[15]))+".0", "0"))
			w.home(alice, func(said string) bool {
				return strings.Contains(said, "show15 (@TGS#aSHOW0015): 1 of 5 seats (checked")
			})
			w.acked(w.ClickHome(alice, "refresh.2", "0"))
			w.Until("it is refreshed", func() bool { return w.Home(alice).Times == 3 })
			if got := w.reads(); len(got) != 11 || got[groups[15]] != 1 || got[groups[9]] != 1 {
				t.Errorf("read are %v", got)
			}
			if says := w.home(alice, func(string) bool { return true }); !strings.Contains(says, "show15 (@TGS#aSHOW0015): 1 of 5 seats (checked") {
				t.Errorf("what was shown is gone:\n%s", says)
			}
		})
	}
}

// TestHomeAtOnce: when twenty people open their Home tabs at once, each group is read once, and
// again after half a minute.
func TestHomeAtOnce(t *testing.T) {
	t.Parallel()
	const viewers = 20
	w := build(t, "sockets", fakeslack.Config{}, slack.Options{})
	groups := w.named(12)
	var allow []string
	for i := range viewers {
		allow = append(allow, fmt.Sprintf("slack:user:UVIEWER%d", i))
	}
	w.allow(allow...)
	w.start()
	w.API.SetLatency(200 * time.Millisecond)
	opened := 0
	everybody := func() {
		opened++
		for i := range viewers {
			w.OpenHome(fmt.Sprintf("UVIEWER%d", i))
		}
		w.Until("everybody sees their Home tab", func() bool {
			for i := range viewers {
				if w.Home(fmt.Sprintf("UVIEWER%d", i)).Times < opened {
					return false
				}
			}
			return true
		})
	}
	everybody()
	check := func(times int) {
		t.Helper()
		got := w.reads()
		if len(got) != 10 {
			t.Errorf("read are %v", got)
		}
		for _, g := range groups[:10] {
			if got[g] != times {
				t.Errorf("%s was read %d times, not %d", g, got[g], times)
			}
		}
	}
	check(1)
	w.Stage.Clock.Advance(29 * time.Second)
	everybody()
	check(1)
	w.Stage.Clock.Advance(time.Second)
	everybody()
	check(2)
}

// TestHomeRequests: what is decided on the Home tab is what a button in a message decides, and
// the tab shows what became of it as soon as it is done.
func TestHomeRequests(t *testing.T) {
	t.Parallel()
	for _, mode := range modes {
		for _, button := range []string{"approve.0", "deny.1"} {
			t.Run(mode+"/"+button, func(t *testing.T) {
				t.Parallel()
				w := build(t, mode, fakeslack.Config{}, slack.Options{})
				withApproval(w)
				w.start()
				w.opens(alice)
				w.acked(w.slash(bob, "add "+group+" user2 --for 2h --reason covering"))
				w.says("[Approve] [Deny] [Withdraw]")
				w.recordedRequest()
				w.opens(alice)
				says := w.home(alice, func(said string) bool { return strings.Contains(said, "[Approve #1] [Deny #1]") })
				if !strings.Contains(says, "wants to add user2 to "+group+" for 2 hours") {
					t.Fatalf("it says\n%s", says)
				}
				if strings.Contains(w.opens(bob), "[Approve #1]") {
					t.Error("bob may decide his own request")
				}
				seen := w.Home(alice)
				w.API.SetLatency(300 * time.Millisecond)
				w.acked(w.ClickHome(alice, button, "1"))
				w.acked(w.SendHomeClick(fakeslack.HomeClick{User: mallory, Home: seen, ActionID: button, Value: "1"})) // who may not, meanwhile
				w.API.SetLatency(0)
				w.Closed()
				if button == "approve.0" {
					says = w.home(alice, func(said string) bool { return strings.Contains(said, "• user2 (until 2026-11-20 17:30 UTC)") })
				} else {
					says = w.home(alice, func(said string) bool { return !strings.Contains(said, "#1") })
				}
				if strings.Contains(says, "[Approve") {
					t.Errorf("the request is still there:\n%s", says)
				}
				root := w.Messages(channel)[0]
				if want := map[string]string{"approve.0": "✅ Done", "deny.1": "⛔ Denied"}[button]; !strings.HasPrefix(root.Text, want) {
					t.Errorf("the root is %q", root.Text)
				}
				w.acked(w.SendHomeClick(fakeslack.HomeClick{User: alice, Home: seen, ActionID: button, Value: "1"})) // a client that is behind
				w.home(alice, func(said string) bool { return strings.HasPrefix(said, "This request is closed. #1") })
				if says = w.opens(alice); strings.Contains(says, "This request is closed") {
					t.Errorf("what was said alone is there after the next change:\n%s", says)
				}
				if button == "approve.0" && len(w.reads()) > 0 && w.reads()[group] != 1 { // the command's own
					t.Errorf("read are %v", w.reads())
				}
			})
		}
	}
}

// recordedRequest waits until the message of the request is on record.
func (w *world) recordedRequest() {
	w.T.Helper()
	w.Until("the request is on record", func() bool {
		all, err := w.Stage.Journal.Requests(w.T.Context())
		return err == nil && len(all) == 1 && all[0].Request.Post != ""
	})
}

// TestHomeOfOthers: who has no right reads how to get one, and nothing else; so do people of
// another workspace, who are blocked, and who only approves sees requests. What is opened
// counts against the thirty answers a minute.
func TestHomeOfOthers(t *testing.T) {
	t.Parallel()
	w := build(t, "sockets", fakeslack.Config{}, slack.Options{})
	w.named(2)
	w.AddUser(fakeslack.User{ID: "UFOREIGN", Team: "T9OTHER"})
	w.API.AddGroup("@TGS#aSUN", simulator.Group{})
	w.API.AddGroup("@TGS#aSAT", simulator.Group{})
	rules := w.Stage.Rules.Get()
	rules.Names = commands.NewNames(map[string][]imapi.GroupID{
		"show00": {"@TGS#aSHOW0000"}, "show01": {"@TGS#aSHOW0001"}, "weekend": {"@TGS#aSUN", "@TGS#aSAT"},
	}, nil)
	rules.Policy.Blocked = []string{"slack:user:UBLOCKED"}
	rules.Policy.Rules = append(slices.Clone(rules.Policy.Rules),
		policy.Rule{Name: "rule 1", Allow: []string{"slack:user:" + bob}, Commands: []commands.Verb{commands.Remove}, Groups: []string{"@TGS#aSHOW0001"}},
		policy.Rule{Name: "rule 2", Allow: []string{"slack:user:" + bob}, Commands: []commands.Verb{commands.List}, Groups: []string{"@TGS#aSHOW0000"}, Channels: []string{"slack:C9ELSE"}},
		policy.Rule{Name: "rule 4", Allow: []string{"slack:user:" + bob}, Commands: []commands.Verb{commands.Remove, commands.List}, Groups: []string{"@TGS#aSUN"}},
		policy.Rule{Name: "rule 3", Allow: []string{"slack:user:" + bob}, Commands: []commands.Verb{commands.Add}, Groups: []string{"x"}, Approval: []string{"slack:user:ULEAD"}})
	w.Stage.Rules.Set(rules)
	w.start()
	for user, want := range map[string]string{
		mallory:    "You are not allowed to change anything.\nAsk Sam, #stream-ops, to allow: slack:user:UMALLORY",
		"UBLOCKED": "You are blocked.",
		"UFOREIGN": "People of another organization or server are not allowed",
		"ULEAD":    "There is no group to show yet.",
	} {
		if says := w.opens(user); !strings.Contains(says, want) || strings.Contains(says, "show0") {
			t.Errorf("%s reads\n%s", user, says)
		}
	}
	says := w.opens(bob)
	if !strings.Contains(says, "show00 (@TGS#aSHOW0000): 1 of 5") || strings.Contains(says, "show01 (") || !strings.Contains(says, "You can also change these groups, but not list them: show01") {
		t.Errorf("bob reads\n%s", says)
	}
	if !strings.Contains(says, "@TGS#aSUN: 0 of 5") || strings.Contains(says, "weekend") || strings.Contains(says, "aSAT") {
		t.Errorf("of an alias of which he may list one group bob reads\n%s", says)
	}
	if says := w.opens(alice); !strings.Contains(says, "weekend (@TGS#aSUN): 0 of 5") || !strings.Contains(says, "weekend (@TGS#aSAT): 0 of 5") {
		t.Errorf("alice reads\n%s", says)
	}
	for range 29 {
		w.opens(mallory)
	}
	w.acked(w.OpenHome(mallory))
	w.acked(w.slash(mallory, "help"))
	if got := w.Ephemerals(mallory); len(got) > 0 {
		t.Errorf("mallory is answered %q", w.Plain(got[0]))
	}
	w.opens(bob)
	if n := w.Home(mallory).Times; n != 30 {
		t.Errorf("the Home tab was published %d times", n)
	}
}
