package crash

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/anishathalye/porcupine"

	"liveadmin/bot"
	"liveadmin/commands"
	"liveadmin/imapi/simulator"
)

// events collects the history of a town.
type events struct {
	tw  *town
	l   *ledger
	end int64 // when it was read
	all []porcupine.Operation

	carried []carried
}

// Rows of the picture.
const (
	rowResults = iota
	rowCalls
	rowReads
	rowRestarts
)

func (h *events) add(row int, group, what string, from, until int64, apply func(groupState) (groupState, error)) {
	h.all = append(h.all, porcupine.Operation{
		ClientId: row, Input: &event{group, what, apply}, Call: min(from, until), Return: until,
	})
}

// history returns everything that happened in a town in which nothing is left to do, and
// how many changes ended how.
func (tw *town) history() (all []porcupine.Operation, outcomes map[string]int) {
	tw.t.Helper()
	h := &events{tw: tw, l: tw.read(context.WithoutCancel(tw.t.Context()), tw.t), end: time.Now().UnixNano()}
	tw.seen.mu.Lock()
	defer tw.seen.mu.Unlock()
	groups := make(map[string]bool)
	for _, p := range slices.Concat(tw.places, tw.wild) {
		h.results(p)
		for _, g := range p.groups {
			groups[g] = true
		}
	}
	outcomes = make(map[string]int)
	for _, e := range h.l.entries {
		if e.Request != nil && e.Request.Decision != nil {
			outcomes[fmt.Sprint("requests ", e.Request.Decision.Event())]++
		}
	}
	for _, c := range h.carried {
		if c.Outcome != nil {
			outcomes[fmt.Sprint(c.entry.Command.Verb, " ", c.Outcome.Status)]++
		}
		c.after = h.before(c)
		h.add(rowResults, string(c.Group), c.String(), c.from, c.until, func(s groupState) (groupState, error) { return s.carry(c) })
	}
	h.calls(groups)
	for _, g := range yes(groups) {
		h.restarts(g)
		h.atEnd(g)
	}
	return h.all, outcomes
}

// restarts adds the ends of processes: what they left is begun anew.
func (h *events) restarts(group string) {
	for _, e := range h.tw.seen.ends {
		h.add(rowRestarts, group, "restart", e.in.UnixNano(), e.out.UnixNano(), groupState.restart)
	}
}

// atEnd adds what Tencent and the record hold at the end.
func (h *events) atEnd(group string) {
	admins, limits := sorted(h.tw.api.Admins(group)), make(map[string]limit)
	for _, g := range h.l.grantsOf(group) {
		limits[string(g.User)] = limit{micro(g.Until), g.Entry}
	}
	h.add(rowReads, group, fmt.Sprint("at the end ", admins), h.end+1, h.end+2, func(s groupState) (groupState, error) { return s.end(admins, limits) })
}

// calls adds the calls that Tencent carried out, and what it returned.
func (h *events) calls(groups map[string]bool) {
	nth := make(map[string]int)
	for _, c := range h.tw.api.Calls() {
		e := h.tw.seen.calls[c.Random][nth[c.Random]]
		nth[c.Random]++
		in, out := e.in.UnixNano(), e.out.UnixNano()
		carriedOut := c.Code == 0 && (c.Fault == "" || c.Fault == simulator.Truncate)
		switch {
		case !groups[c.Group] || !carriedOut:
		case c.CommandType != 0:
			made := call{c.CommandType == 2, c.Users, out, c.Fault != "", callText(c)}
			h.add(rowCalls, c.Group, made.text, in, out, func(s groupState) (groupState, error) { return s.call(made) })
		case c.Fault == "":
			admins, err := adminList(e.body)
			if err != nil {
				h.tw.t.Errorf("a read returned %q: %v", e.body, err)
			}
			h.add(rowReads, c.Group, fmt.Sprint("read ", admins), in, out, func(s groupState) (groupState, error) { return s.read(admins) })
		}
	}
}

// adminList returns the administrators in a response of get_admin_list.
func adminList(body []byte) ([]string, error) {
	var response struct {
		List []struct {
			User string `json:"Admin_Account"`
		} `json:"Admin_List"`
	}
	err := json.Unmarshal(body, &response)
	var admins []string
	for _, a := range response.List {
		admins = append(admins, a.User)
	}
	return sorted(admins), err
}

// results adds each result that was posted in a place, the entries that should have one,
// and the commands that are not on record although they were acknowledged.
func (h *events) results(p *place) {
	posted, entries := h.posted(p), h.l.in(p.chat.place(p.channel))
	entries = slices.DeleteFunc(entries, func(e bot.Entry) bool { return e.State == bot.Unanswered })
	by, requested := make(map[int64]asked), make(map[int64]bool) // by the number of the entry
	for _, a := range p.asked {
		i := slices.IndexFunc(entries, func(e bot.Entry) bool {
			known := !by[e.Number].at.IsZero()
			if a.asks() {
				known = requested[e.Number]
			}
			return !known && a.means(e)
		})
		switch {
		case i < 0:
			h.lost(p, a)
		case a.asks():
			requested[entries[i].Number] = true
		default:
			by[entries[i].Number] = a
		}
	}
	for _, e := range entries {
		r := carried{acked: h.end}
		if a, found := by[e.Number]; found && (e.Request == nil || requested[e.Number]) {
			r.asked, r.from, r.acked = true, a.at.UnixNano(), a.acked.UnixNano()
		} else if e.Command.Verb == commands.End {
			r.asked, r.from = true, over(e)
		}
		h.result(e, r, posted[e.Number])
	}
}

// posted returns when the results in a place were posted, by their entries.
func (h *events) posted(p *place) map[int64][]int64 {
	all := make(map[int64][]int64)
	for _, m := range p.chat.posted(p.channel) {
		key, at := m.id, h.end
		if m.slack.TS != "" {
			key = p.channel + m.id
		}
		if arrived, found := h.tw.seen.posts[key]; found {
			at = arrived.UnixNano()
		}
		all[m.entry] = append(all[m.entry], at)
	}
	return all
}

// result notes an entry, on each of its groups, once for each time that its result was
// posted.
func (h *events) result(e bot.Entry, r carried, posted []int64) {
	r.answered = len(posted) > 0 || silent(e)
	if len(posted) == 0 {
		posted = []int64{h.end}
	}
	for _, c := range e.Changes {
		for _, at := range posted {
			r.settledChange, r.until = settledChange{e, c}, at
			h.carried = append(h.carried, r)
		}
	}
}

// before returns the entries that were acknowledged before another was asked on the same
// group; of a request its approval counts. An end that has failed waits until the others are
// carried out, and is in no order; neither is a list, which lets others go first while it is
// unclear whether it runs.
func (h *events) before(c carried) []int64 {
	var all []int64
	for _, o := range h.carried {
		if o.Group == c.Group && o.acked < c.from && !c.entry.Command.Repeated() && o.entry.Command.Verb != commands.List {
			all = append(all, o.entry.Number)
		}
	}
	return all
}

func (c carried) String() string {
	return fmt.Sprintf("#%d %s %v", c.entry.Number, c.entry.Command.Verb, persons(c.entry.Command.Users))
}

// decidedBy is what becomes of a request by a press on its buttons.
var decidedBy = map[string]bot.State{"approve": bot.Accepted, "deny": bot.Denied, "withdraw": bot.Withdrawn}

// lost adds a command that was acknowledged and is not on record. A click may do nothing.
func (h *events) lost(p *place, a asked) {
	if a.verb == "" {
		return
	}
	h.add(rowResults, p.groups[0], a.typed(p.group), a.at.UnixNano(), h.end, func(s groupState) (groupState, error) {
		return s, errors.New("it was acknowledged, and is not on record")
	})
}

// over is when the limits have expired that an entry ends.
func over(e bot.Entry) int64 {
	last := slices.MaxFunc(e.Command.Grants, func(a, b commands.Grant) int { return a.Until.Compare(b.Until) })
	return last.Until.UnixNano()
}

// means reports whether an entry is what was asked: the same command, accepted between the
// asking and the acknowledgement; or, of a press on a button of a request, whether that was
// decided so in that time.
func (a asked) means(e bot.Entry) bool {
	at := e.Accepted
	if a.press != "" {
		if e.Number != a.on.about || e.Request.Decision == nil || e.Request.Decision.State != decidedBy[a.press] {
			return false
		}
		at = e.Request.Decision.At
	} else if a.asks() != (e.Request != nil) {
		return false
	}
	if at.Before(a.at.Add(-clockSlack)) || at.After(a.acked.Add(clockSlack)) {
		return false
	}
	c := e.Command
	switch {
	case a.press != "":
		return true
	case a.verb == string(commands.GiveBack):
		return c.Verb == commands.GiveBack
	case a.verb == "":
		return c.Verb == commands.Undo
	}
	length, _ := time.ParseDuration("0" + a.limit)
	return string(c.Verb) == a.verb && c.For == length &&
		slices.Equal(persons(c.Users), strings.Fields(a.users)) && slices.Equal(persons(c.Replace), strings.Fields(a.replace))
}
