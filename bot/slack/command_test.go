package slack_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/bottest/fakeslack"
	"liveadmin/bot/slack"
	"liveadmin/commands/policy"
)

// TestCommand: the acknowledgement shows nothing, one root message names the
// caller and the command, the result is under it, the root gets its outcome.
func TestCommand(t *testing.T) {
	t.Parallel()
	for _, mode := range modes {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			w := open(t, mode, fakeslack.Config{}, slack.Options{})
			a := w.acked(w.slash(alice, "add "+group+" user1 --for 1h"))
			if len(a.Payload) > 0 || len(strings.TrimSpace(string(a.Body))) > 0 {
				t.Errorf("the acknowledgement shows %s%s", a.Payload, a.Body)
			}
			root, replies := w.final(channel)
			if len(replies) != 1 || len(w.Messages(channel)) != 2 {
				t.Fatalf("there are %+v", w.Messages(channel))
			}
			if !strings.HasPrefix(root.Text, "✅ Done · <@UALICE> · "+group+": added user1 (until <!date^") || len(root.Edited) == 0 {
				t.Errorf("the root is %q, edited %v", root.Text, root.Edited)
			}
			result := replies[0]
			for _, want := range []string{"Added 1 of 1 administrator to", "user1: added, until 2026-11-20 16:30 UTC", "Administrators now (1 of 5): user1", "#1"} {
				if !strings.Contains(w.Plain(result), want) {
					t.Errorf("the result lacks %q:\n%s", want, w.Plain(result))
				}
			}
			if got := w.Pings(result); len(got) != 0 {
				t.Errorf("the result mentions %v", got)
			}
			if got := w.Pings(root); !slices.Equal(got, []string{alice}) {
				t.Errorf("the root mentions %v", got)
			}
			for _, m := range []fakeslack.Message{root, result} {
				if m.LinkNames || m.Unfurl || m.Metadata == nil {
					t.Errorf("posted with %+v", m)
				}
			}
			if strings.TrimSpace(result.Text) == "" || strings.Contains(string(result.Metadata.EventPayload), w.said[0]) {
				t.Errorf("fallback %q, metadata %s", result.Text, result.Metadata.EventPayload)
			}
		})
	}
}

// TestPrivate: what calls no API is answered to the caller alone, with the
// acknowledgement, and nothing is in the channel.
func TestPrivate(t *testing.T) {
	t.Parallel()
	for _, mode := range modes {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			w := open(t, mode, fakeslack.Config{}, slack.Options{})
			for _, tc := range []struct{ name, user, text, want string }{
				{"bare", alice, "", "You can use add, remove, list."},
				{"spaces", alice, " \u00a0 ", "You can use add, remove, list."},
				{"help", bob, "help", "Add and remove administrators of live streaming groups:"},
				{"whoami", mallory, "whoami", "slack:user:UMALLORY"},
				{"groups", alice, "groups", "#"},
				{"history", alice, "history", "The newest"},
				{"a mistake", alice, "ad " + group + " user1", "Did you mean add?"},
				{"a refusal", mallory, "add " + group + " user1", "Ask Sam, #stream-ops, to allow: slack:user:UMALLORY"},
			} {
				t.Run(tc.name, func(t *testing.T) {
					before := len(w.Ephemerals(tc.user))
					w.acked(w.slash(tc.user, tc.text))
					if got := w.Plain(w.private(tc.user, before+1)); !strings.Contains(got, tc.want) {
						t.Errorf("answered %q, want %q", got, tc.want)
					}
				})
			}
			if posted := w.Messages(channel); len(posted) > 0 {
				t.Errorf("in the channel is %q", posted[0].Text)
			}
			if calls := w.Calls("response_url"); len(calls) > 0 {
				t.Errorf("%d answers did not come with the acknowledgement", len(calls))
			}
		})
	}
}

// TestLongPrivate: an answer that is too long for an acknowledgement comes through
// the response_url, in several messages.
func TestLongPrivate(t *testing.T) {
	t.Parallel()
	for _, mode := range modes {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			w := open(t, mode, fakeslack.Config{}, slack.Options{})
			for range 20 {
				w.acked(w.slash(bob, "whoami "+strings.Repeat("&", 900)))
			}
			d := w.slash(bob, "history")
			if a := w.acked(d); len(a.Payload) > 0 || len(strings.TrimSpace(string(a.Body))) > 0 {
				t.Errorf("the acknowledgement carries %d bytes", a.Bytes)
			}
			w.message(func(m fakeslack.Message) bool { return m.To == bob && strings.Contains(w.Plain(m), "too long to show") })
			if n := len(w.Responses(d.ResponseURL)); n != 5 {
				t.Errorf("%d messages came through the response_url", n)
			}
		})
	}
}

// TestPrivateAgain: an answer to the caller alone outlives a passing fault, and none of
// its messages comes twice. What Slack refuses for good is left.
func TestPrivateAgain(t *testing.T) {
	t.Parallel()
	long := func(w *world) *fakeslack.Delivery {
		for i := range 20 {
			w.acked(w.slash(bob, "whoami "+strconv.Itoa(i)+strings.Repeat("&", 900)))
		}
		return w.slash(bob, "history")
	}
	mention := func(w *world) *fakeslack.Delivery { return w.Mention(bob, channel, "", "help") }
	for _, tc := range []struct {
		name  string
		say   func(*world) *fakeslack.Delivery
		fault fakeslack.Fault
		last  string // of the answer; empty: it does not come
	}{
		{"a fault in the middle of a long one", long, fakeslack.Fault{Kind: fakeslack.Status, Method: "response_url", After: 2, Times: 2}, "too long to show"},
		{"too fast in the middle of a long one", long, fakeslack.Fault{Kind: fakeslack.Status, Status: 429, Method: "response_url", After: 2}, "too long to show"},
		{"the address is spent", long, fakeslack.Fault{Kind: fakeslack.Status, Status: 404, Method: "response_url"}, ""},
		{"after a mention", mention, fakeslack.Fault{Kind: fakeslack.Status, Method: "chat.postEphemeral", Times: 2}, "add GROUP"},
		{"after a mention, for good", mention, fakeslack.Fault{Kind: fakeslack.Refuse, Code: "user_not_in_channel", Method: "chat.postEphemeral"}, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := open(t, "sockets", fakeslack.Config{}, slack.Options{})
			w.Inject(tc.fault)
			d := tc.say(w)
			w.acked(d)
			if tc.last == "" {
				w.Until("it is left", func() bool { return strings.Contains(w.Log.String(), "caller not answered") })
				return
			}
			w.message(func(m fakeslack.Message) bool { return m.To == bob && strings.Contains(w.Plain(m), tc.last) })
			var seen []string
			for _, m := range w.Responses(d.ResponseURL) {
				if slices.Contains(seen, m.Text) {
					t.Errorf("twice came %.99q", m.Text)
				}
				seen = append(seen, m.Text)
			}
			if d.ResponseURL != "" && len(seen) != 5 {
				t.Errorf("%d messages came", len(seen))
			}
		})
	}
}

// TestDeliveredTwice: the same command again runs once, and is acknowledged again.
func TestDeliveredTwice(t *testing.T) {
	t.Parallel()
	for _, mode := range modes {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			w := open(t, mode, fakeslack.Config{}, slack.Options{})
			d := w.slash(alice, "add "+group+" user1")
			w.acked(d)
			w.final(channel)
			w.Redeliver(d)
			if _, err := d.WaitAcks(w.Soon(), 2); err != nil {
				t.Fatal(err)
			}
			m := w.Mention(alice, channel, "", "add "+group+" user2")
			w.Redeliver(m)
			if _, err := m.WaitAcks(w.Soon(), 2); err != nil {
				t.Fatal(err)
			}
			w.message(func(r fakeslack.Message) bool { return r.ThreadTS == m.TS })
			w.acked(w.slash(bob, "whoami"))
			rows, err := w.Stage.Journal.Trail(w.Soon(), bot.Filter{})
			if err != nil {
				t.Fatal(err)
			}
			accepted := 0
			for _, r := range rows {
				if r.Event == bot.WasAccepted {
					accepted++
				}
			}
			if accepted != 2 || len(w.Messages(channel)) != 4 {
				t.Errorf("%d entries, %d messages", accepted, len(w.Messages(channel)))
			}
		})
	}
}

// TestRecordBeforeAck: nothing is acknowledged that is not on record.
func TestRecordBeforeAck(t *testing.T) {
	t.Parallel()
	for _, mode := range modes {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			w := open(t, mode, fakeslack.Config{}, slack.Options{})
			if err := w.Stage.Journal.Close(); err != nil {
				t.Fatal(err)
			}
			w.acked(w.slash(alice, "add "+group+" user1"))
			if got := w.Plain(w.private(alice, 1)); !strings.Contains(got, "I could not record the command, so I did not run it.") {
				t.Errorf("answered %q", got)
			}
			w.acked(w.slash(bob, "whoami"))
			if got := w.Plain(w.private(bob, 1)); !strings.Contains(got, "slack:user:UBOB") {
				t.Errorf("answered %q", got)
			}
			if got := w.Stage.API.Admins(group); len(got) > 0 || len(w.Messages(channel)) > 0 {
				t.Errorf("it was run: %v %v", got, w.Messages(channel))
			}
		})
	}
}

// TestSeveralGroups: the root shows how far it is; after a mention, which has no
// root, one reply does.
func TestSeveralGroups(t *testing.T) {
	w := open(t, "sockets", fakeslack.Config{}, slack.Options{})
	w.Several(3)
	w.acked(w.slash(alice, "add weekend user1"))
	root, replies := w.final(channel)
	if len(replies) != 1 || !strings.Contains(root.Text, "3 of 3 groups") {
		t.Errorf("root %q with %d replies", root.Text, len(replies))
	}
	if got := w.Plain(replies[0]); !strings.Contains(got, "Group | Result | Details | Seats\n") || !strings.Contains(got, " | ✅ Done | user1: added | 1/5\n") {
		t.Errorf("the result is %q", got)
	}
	m := w.Mention(alice, channel, "", "remove weekend user1")
	w.message(func(r fakeslack.Message) bool { return r.ThreadTS == m.TS && strings.Contains(r.Text, "Done") })
	thread := w.Thread(channel, m.TS)
	if len(thread) != 3 || len(thread[1].Edited) == 0 || !strings.Contains(thread[1].Text, "✅ Done · <@UALICE>") {
		t.Fatalf("in the thread are %+v", thread)
	}
	if got := w.Plain(thread[2]); !strings.HasPrefix(got, "weekend: done in 3 of 3 groups") {
		t.Errorf("the result is %q", got)
	}
}

// TestSeveralGroupsAlone: the caller alone reads the result of several groups as a list, in a direct
// message, too.
func TestSeveralGroupsAlone(t *testing.T) {
	t.Parallel()
	w := open(t, "sockets", fakeslack.Config{}, slack.Options{})
	w.Several(3)
	w.EditChannel(channel, func(c *fakeslack.Channel) { c.Members = []string{alice} })
	w.acked(w.slash(alice, "add weekend user1"))
	if m := w.private(alice, 1); strings.Contains(string(m.Blocks), `"table"`) || !strings.Contains(string(m.Blocks), `"rich_text_list"`) {
		t.Errorf("the blocks are %s", m.Blocks)
	}
	w.opens(alice) // so that there are direct messages
	w.acked(w.Slash(alice, "D"+alice, "list weekend"))
	if _, replies := w.final("D" + alice); strings.Contains(string(replies[0].Blocks), `"table"`) {
		t.Errorf("the blocks are %s", replies[0].Blocks)
	}
}

// TestProgress: while the work goes on, the root shows how far it is, at most once a
// second.
func TestProgress(t *testing.T) {
	t.Parallel()
	w := open(t, "sockets", fakeslack.Config{}, slack.Options{})
	w.Several(12)
	w.API.SetLatency(600 * time.Millisecond)
	began := time.Now()
	w.acked(w.slash(alice, "add weekend user1"))
	far := w.message(func(m fakeslack.Message) bool {
		return strings.Contains(m.Text, " of 12 groups") && strings.Contains(m.Text, "Working")
	})
	if len(far.Edited) == 0 || far.ThreadTS != "" {
		t.Errorf("progress is in %+v", far)
	}
	w.final(channel)
	if n, most := len(w.Calls("chat.update")), int(time.Since(began)/time.Second)+2; n > most {
		t.Errorf("%d updates, want %d at most", n, most)
	}
}

// TestFailedMentionsCaller: who asked is mentioned by what failed, in the thread.
func TestFailedMentionsCaller(t *testing.T) {
	w := open(t, "sockets", fakeslack.Config{}, slack.Options{})
	w.acked(w.slash(alice, "add @TGS#aNOTTHERE user1"))
	root, replies := w.final(channel)
	if !strings.HasPrefix(root.Text, "❌ Failed · <@UALICE>") || len(replies) != 1 {
		t.Fatalf("root %q, %d replies", root.Text, len(replies))
	}
	if got := w.Pings(replies[0]); !slices.Equal(got, []string{alice}) {
		t.Errorf("the failure mentions %v", got)
	}
}

// TestUsergroups: see who_test.go for the lists; here, that a membership decides.
func TestUsergroupDecides(t *testing.T) {
	w := build(t, "sockets", fakeslack.Config{Scopes: []string{"commands", "chat:write", "usergroups:read"}}, slack.Options{})
	w.SetUserGroup("S0MODS", bob)
	w.allow("slack:usergroup:S0MODS")
	w.start()
	w.groupsRead()
	w.acked(w.slash(bob, "list "+group))
	w.final(channel)
	w.acked(w.slash(mallory, "list "+group))
	if got := w.Plain(w.private(mallory, 1)); !strings.Contains(got, "not allowed") {
		t.Errorf("who is not in the group is answered %q", got)
	}
}

// allow lets callers and memberships do everything, and no one else.
func (w *world) allow(refs ...string) {
	rules := w.Stage.Rules.Get()
	rules.Policy.Rules = []policy.Rule{{Name: "ALLOWLIST", Allow: refs}}
	w.Stage.Rules.Set(rules)
}
