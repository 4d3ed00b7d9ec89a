package intake

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"liveadmin/bot"
	"liveadmin/commands"
	"liveadmin/commands/policy"
	"liveadmin/commands/words"
)

// Callers whom no rule allows anything get this many answers in any minute. What they
// send beyond is not answered, and is one row a minute in the audit trail. While a
// membership cannot be read, a caller who may have it gets more: it can be a moderator at
// work.
const (
	cappedMinute  = time.Minute
	cappedAnswers = 30
	cappedMaybe   = 120
	cappedCallers = 10_000 // that are counted one by one; those beyond share one budget
)

// answersFor returns how many answers a minute a caller gets; 0: as many as they ask for.
func answersFor(s policy.Standing) int {
	switch s {
	case policy.Known:
		return 0
	case policy.Maybe:
		return cappedMaybe
	}
	return cappedAnswers
}

// caps counts the answers to such callers. It can be used by several goroutines.
type caps struct {
	mu      sync.Mutex
	callers map[string]*budget // by ref; those beyond cappedCallers together under ""
}

// budget is what a caller has had in the last minute, oldest first, and what of the rest is
// not in the audit trail yet.
type budget struct {
	answered []time.Time
	unsaid   capped
}

// capped is what a caller was not answered within a minute.
type capped struct {
	Ref   string         // empty: many callers together
	Place commands.Place // of the first one
	Count int
	Since time.Time
}

func newCaps() *caps { return &caps{callers: make(map[string]*budget)} }

// allow reports whether the caller, who gets at most this many answers a minute, is answered,
// and counts it.
func (c *caps) allow(ref string, place commands.Place, now time.Time, most int) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	b := c.callers[ref]
	if b == nil && len(c.callers) >= cappedCallers {
		ref = ""
		b = c.callers[ref]
	}
	if b == nil {
		b = &budget{unsaid: capped{Ref: ref}}
		c.callers[ref] = b
	}
	b.forget(now)
	if len(b.answered) < most {
		b.answered = append(b.answered, now)
		return true
	}
	if b.unsaid.Count == 0 {
		b.unsaid.Place, b.unsaid.Since = place, now
	}
	b.unsaid.Count++
	return false
}

// overdue returns what was not answered to callers whose minute is over, oldest first, each
// once. It also makes room for new callers, and so has to be called from time to time.
func (c *caps) overdue(now time.Time) (due []capped) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for ref, b := range c.callers {
		b.forget(now)
		if b.unsaid.Count > 0 && now.Sub(b.unsaid.Since) >= cappedMinute {
			due = append(due, b.unsaid)
			b.unsaid = capped{Ref: ref}
		}
		if len(b.answered) == 0 && b.unsaid.Count == 0 {
			delete(c.callers, ref)
		}
	}
	slices.SortFunc(due, func(a, b capped) int { return a.Since.Compare(b.Since) })
	return due
}

// forget drops the answers that are older than a minute.
func (b *budget) forget(now time.Time) {
	b.answered = slices.DeleteFunc(b.answered, func(t time.Time) bool { return now.Sub(t) >= cappedMinute })
}

// Unanswered returns the audit rows of what was not answered to callers whose minute is over,
// or all, each once.
func (in *Intake) Unanswered(all bool) (rows []bot.Record) {
	now := in.clock()
	if all {
		now = now.Add(cappedMinute)
	}
	for _, c := range in.caps.overdue(now) {
		rows = append(rows, bot.Record{
			Event: bot.WasCapped, Caller: c.Ref, Place: c.Place, Outcome: commands.Refused,
			Text: fmt.Sprintf("%d more since %s, not answered", c.Count, words.UTC(c.Since)),
		})
	}
	return rows
}
