package crash

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"liveadmin/bot"
	"liveadmin/bot/bottest/fakediscord"
	"liveadmin/commands"
	"liveadmin/imapi"
)

// checkPosts compares what is on record of a place with what is in it: each entry
// has one result and, unless it speaks in another's thread, one root over it.
func (p *place) checkPosts(t *testing.T, l *ledger) {
	t.Helper()
	posted := p.chat.posted(p.channel)
	count, ends := make(map[int64]int), make(map[int64]int)
	for _, m := range posted {
		count[m.entry]++
		if m.notice == "end" {
			ends[m.about]++
		}
		if m.discord.Flags&fakediscord.Loading != 0 {
			t.Errorf("%s: a message is still to come:\n%s", p.channel, m.text)
		}
	}
	delete(count, 0)
	own := make(map[int64]bool) // entries with a root of their own
	heard := 0
	for _, e := range l.in(p.chat.place(p.channel)) {
		want := 1
		if e.State == bot.Unanswered || e.State.Ended() || silent(e) {
			want = 0
		} else if e.State != bot.Posted {
			t.Errorf("#%d is %s", e.Number, e.State)
		}
		p.checkRequest(t, e, posted, ends[e.Number])
		if count[e.Number] != want {
			t.Errorf("%s: %d results of #%d (%s, %s), want %d", p.channel, count[e.Number], e.Number, e.Command.Verb, e.State, want)
		}
		delete(count, e.Number)
		own[e.Number] = (want == 1 || e.State.Ended()) && e.Under == 0 && e.Place.Thread == ""
		if e.State != bot.Unanswered && slices.Contains([]commands.Verb{commands.Add, commands.Remove, commands.GiveBack, commands.List}, e.Command.Verb) {
			heard++
		}
	}
	if len(count) > 0 {
		t.Errorf("%s: results of %v, which are not on record", p.channel, slices.Sorted(maps.Keys(count)))
	}
	if heard != p.heard {
		t.Errorf("%s: %d commands were acknowledged, %d were carried out", p.channel, p.heard, heard)
	}
	p.checkRoots(t, posted, own)
}

// checkRequest: an entry that was asked has one request, which has no buttons any more; one that
// was denied or not answered has one message that says so.
func (p *place) checkRequest(t *testing.T, e bot.Entry, posted []message, ends int) {
	t.Helper()
	requests := slices.DeleteFunc(notices(posted, "request"), func(m message) bool { return m.about != e.Number })
	want, wantEnds := 0, 0
	if e.Request != nil && e.State != bot.Unanswered {
		want = 1
	}
	if e.State == bot.Denied || e.State == bot.Expired && len(requests) > 0 {
		wantEnds = 1
	}
	if e.State == bot.Expired && len(requests) == 0 && e.Request.Post == "" {
		want, wantEnds = 0, ends // its time was over before it was posted
	}
	if len(requests) != want || ends != wantEnds {
		t.Errorf("%s: of #%d (%s) there are %d requests and %d ends, want %d and %d", p.channel, e.Number, e.State, len(requests), ends, want, wantEnds)
	}
	for _, m := range requests {
		if strings.Contains(m.text, "[") {
			t.Errorf("%s: a request that is decided has buttons:\n%s", p.channel, m.text)
		}
	}
}

func (p *place) checkRoots(t *testing.T, posted []message, own map[int64]bool) {
	t.Helper()
	answered := make(map[int64]bool)
	for _, m := range posted {
		answered[m.entry] = true
	}
	under := make(map[string][]int64) // results, or else messages of requests, of entries with a root of their own, by root
	for _, m := range posted {
		if root := m.root(); m.entry != 0 && own[m.entry] {
			under[root] = append(under[root], m.entry)
		} else if own[m.about] && !answered[m.about] && m.root() != m.id {
			under[root], answered[m.about] = append(under[root], m.about), true
		}
	}
	for _, m := range posted {
		results := under[m.id]
		early := len(results) == 0 && (m.notice == "end" || strings.HasPrefix(m.text, "⌛")) // a request whose time was over before it had a thread
		if m.thread == "" && len(results) != 1 && !early {
			t.Errorf("%s: under a root are the results of %v:\n%s", p.channel, results, m.text)
		}
		if m.thread == "" {
			delete(under, m.id)
		}
	}
	if len(under) > 0 {
		t.Errorf("%s: results without a root: %v", p.channel, under)
	}
}

// root is the root under which a message is; a root with the result in it is its
// own.
func (m message) root() string {
	if m.thread == "" {
		return m.id
	}
	return m.thread
}

// silent reports whether an entry was to be answered with nothing.
func silent(e bot.Entry) bool {
	return !slices.ContainsFunc(e.Changes, func(c bot.Change) bool { return c.Plan == nil || c.Plan.Refusal != commands.Superseded })
}

// checkTrail looks whether each entry was audited once, and each of its groups; and of a request
// one decision, by somebody who may make it.
func (l *ledger) checkTrail(t *testing.T) {
	t.Helper()
	rows := make(map[string]int)
	for _, r := range l.records {
		rows[fmt.Sprint(r.Number, r.Event, r.Group)]++
	}
	for _, e := range l.entries {
		want := map[string]int{fmt.Sprint(e.Number, bot.WasAccepted): 1}
		if e.Request != nil {
			want = map[string]int{fmt.Sprint(e.Number, bot.WasAsked): 1, fmt.Sprint(e.Number, bot.WasAccepted): 0}
			for _, event := range []bot.Event{bot.WasApproved, bot.WasDenied, bot.WasWithdrawn, bot.WasExpired} {
				want[fmt.Sprint(e.Number, event)] = 0
			}
			if d := e.Request.Decision; d != nil {
				want[fmt.Sprint(e.Number, d.Event())] = 1
				by := map[bot.State]string{bot.Withdrawn: e.Caller.Ref, bot.Expired: ""}
				if ref, fixed := by[d.State]; fixed && d.By != ref || !fixed && d.By != "slack:user:U0ALICE" && d.By != "discord:user:501" {
					t.Errorf("#%d was decided (%s) by %q", e.Number, d.State, d.By)
				}
			}
		}
		if e.State == bot.Unanswered {
			want[fmt.Sprint(e.Number, bot.WasUnanswered)] = 1
		}
		for _, c := range e.Changes {
			settled := fmt.Sprint(e.Number, bot.WasSettled, c.Group)
			if want[settled] = 1; e.State == bot.Unanswered {
				want[settled] = 0
			}
		}
		for row, n := range want {
			if rows[row] != n {
				t.Errorf("%d audit rows %q, want %d", rows[row], row, n)
			}
		}
	}
}

// checkGroup compares what is on record of a group with what Tencent holds and was
// sent.
func (tw *town) checkGroup(t *testing.T, l *ledger, group string) {
	t.Helper()
	admins, limits := map[string]bool{"host": true}, make(map[string]bool)
	var sent [][]string
	unsure, rested := false, false
	for _, c := range l.changesOf(group) {
		sent = append(sent, c.sent())
		rested = rested || c.entry.Command.Repeated()
		for _, m := range c.Outcome.Made {
			admins[string(m.User)] = m.Admin
			unsure = unsure || m.Unsure
		}
		for _, g := range c.Outcome.Grants {
			limits[string(g.User)] = true
		}
		for _, u := range c.Outcome.Ungrant {
			limits[string(u)] = false
		}
	}
	holds := slices.Sorted(slices.Values(tw.api.Admins(group)))
	if want := yes(admins); !unsure && !slices.Equal(holds, want) {
		t.Errorf("%s has %v, on record are %v", group, holds, want)
	}
	var granted []string
	for _, g := range l.grantsOf(group) {
		granted = append(granted, string(g.User))
	}
	if want := yes(limits); !slices.Equal(slices.Sorted(slices.Values(granted)), want) {
		t.Errorf("%s: limits of %v are on record, want %v", group, granted, want)
	}
	if calls := changing(tw.api, group); !rested && !inOrder(sent, calls) {
		t.Errorf("%s got %q, on record is, in this order, %q", group, calls, sent)
	}
	for _, user := range holds {
		if until := l.limitOf(group, user); until && !slices.Contains(granted, user) {
			t.Errorf("%s: %s was made an administrator for a time, and will never be ended", group, user)
		}
	}
}

// yes returns the keys that are true, sorted.
func yes(all map[string]bool) []string {
	var keys []string
	for k, v := range all {
		if v {
			keys = append(keys, k)
		}
	}
	return slices.Sorted(slices.Values(keys))
}

// limitOf reports whether the last right that somebody was given in a group was
// limited, by what was asked.
func (l *ledger) limitOf(group, user string) bool {
	limited := false
	for _, c := range l.changesOf(group) {
		status := c.Outcome.Status
		if c.Plan.Refusal != "" || status != commands.Done && status != commands.Warned && status != commands.Partly {
			continue
		}
		for _, s := range c.Plan.Users {
			switch forever := c.entry.Command.For == 0 && (s.Send || c.entry.Command.Verb == commands.Add) && !s.NoAccount; {
			case s.ID != imapi.UserID(user):
			case !s.Until.IsZero():
				limited = true
			case forever:
				limited = false
			}
		}
	}
	return limited
}

var (
	aTime   = regexp.MustCompile(`(\d{4}-\d\d-\d\d \d\d:\d\d UTC|\d{1,2} \w+ \d{4} \d\d:\d\d|\d\d:\d\d)(, (in )?\d+ \w+( ago)?)?`)
	aNumber = regexp.MustCompile(`#\d+`)

	// The first requests of somebody in an hour mention who can approve. Which they are depends on
	// who is faster.
	mentioned = regexp.MustCompile(`(?m)^(?:<?@\w+>? ?)+\n`)
)

// story is what was answered in a place, in the order of the entries, without times
// and numbers: what must be the same whatever happens to the bot.
func (p *place) story() []string {
	roots := make(map[string]string)
	posted := p.chat.posted(p.channel)
	for _, m := range posted {
		if m.thread == "" {
			roots[m.id] = m.text
		}
	}
	var all []string
	told := slices.Concat(results(posted), notices(posted, "request"), notices(posted, "end"))
	slices.SortStableFunc(told, func(a, b message) int { return cmp.Compare(a.entry+a.about, b.entry+b.about) })
	for _, m := range told {
		text := m.text
		if m.notice == "request" {
			text = mentioned.ReplaceAllString(text, "")
		}
		if root := roots[m.root()]; root != text {
			text = root + "\n" + text
		}
		all = append(all, aNumber.ReplaceAllString(aTime.ReplaceAllString(text, "TIME"), "#N"))
	}
	return all
}

// checkStory compares what was answered with what a bot answers that nobody disturbs.
func (p *place) checkStory(t *testing.T, want []string) {
	t.Helper()
	got := p.story()
	for i := range max(len(got), len(want)) {
		switch {
		case i >= len(got):
			t.Errorf("%s: there is no answer %d, want:\n%s", p.channel, i+1, want[i])
		case i >= len(want):
			t.Errorf("%s: answer %d should not be there:\n%s", p.channel, i+1, got[i])
		case strings.Contains(got[i], "late, because the bot was not running"): // it was killed for longer than a minute
		case got[i] != want[i]:
			t.Errorf("%s: answer %d is\n%s\nwant\n%s", p.channel, i+1, got[i], want[i])
		}
	}
}
