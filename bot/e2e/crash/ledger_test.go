package crash

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/bottest"
	"liveadmin/bot/journal"
	"liveadmin/commands"
	"liveadmin/imapi"
	"liveadmin/imapi/simulator"
)

// ledger is the record of the bot as it is.
type ledger struct {
	entries []bot.Entry // by number
	records []bot.Record
	grants  []commands.Grant
}

// open reads what is not closed yet, and the limits.
func (tw *town) open(ctx context.Context) (*ledger, error) {
	r, err := journal.OpenReader(ctx, tw.database, bottest.AppID)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	entries, err1 := r.Unclosed(ctx)
	grants, err2 := r.Grants(ctx, "")
	return &ledger{entries: entries, grants: grants}, errors.Join(err1, err2)
}

// until waits for a condition on what is open. A database that cannot be read just
// now is asked again.
func (tw *town) until(ctx context.Context, what string, check func(*ledger) bool) error {
	for {
		l, err := tw.open(ctx)
		if err == nil && check(l) {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waiting until %s: %w; %+v", what, errors.Join(ctx.Err(), err), l)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// settled reports whether nothing is left to do for an hour.
func (l *ledger) settled() bool {
	return len(l.entries) == 0 && !slices.ContainsFunc(l.grants, func(g commands.Grant) bool {
		return g.Until.Before(time.Now().Add(time.Hour))
	})
}

// read reads everything.
func (tw *town) read(ctx context.Context, t *testing.T) *ledger {
	t.Helper()
	r, err := journal.OpenReader(ctx, tw.database, bottest.AppID)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	l := &ledger{}
	if l.records, err = r.Trail(ctx, bot.Filter{Limit: 1 << 20}); err != nil {
		t.Fatal(err)
	}
	if l.grants, err = r.Grants(ctx, ""); err != nil {
		t.Fatal(err)
	}
	for _, record := range l.records {
		e, found, err := r.Entry(ctx, record.Number)
		if err != nil {
			t.Fatal(err)
		}
		if found && (record.Event == bot.WasAccepted || record.Event == bot.WasAsked) {
			l.entries = append(l.entries, e)
		}
	}
	slices.SortFunc(l.entries, func(a, b bot.Entry) int { return cmp.Compare(a.Number, b.Number) })
	return l
}

// in returns the entries of a channel.
func (l *ledger) in(channel string) []bot.Entry {
	return slices.DeleteFunc(slices.Clone(l.entries), func(e bot.Entry) bool { return e.Place.Channel != channel })
}

// openIn returns the entries of a group that are not closed.
func (l *ledger) openIn(group string) []bot.Entry {
	return slices.DeleteFunc(slices.Clone(l.entries), func(e bot.Entry) bool {
		return e.State.Closed() || !slices.Contains(e.Command.Target.Groups, imapi.GroupID(group))
	})
}

// grantsOf returns the limits of a group.
func (l *ledger) grantsOf(group string) []commands.Grant {
	return slices.DeleteFunc(slices.Clone(l.grants), func(g commands.Grant) bool { return string(g.Group) != group })
}

// changesOf returns what was settled on a group, in the order in which the entries were accepted
// or approved.
func (l *ledger) changesOf(group string) []settledChange {
	var all []settledChange
	inOrder := slices.SortedFunc(slices.Values(l.entries), func(a, b bot.Entry) int { return cmp.Compare(a.Order(), b.Order()) })
	for _, e := range inOrder {
		for _, c := range e.Changes {
			if string(c.Group) == group && c.State == bot.Settled {
				all = append(all, settledChange{e, c})
			}
		}
	}
	return all
}

type settledChange struct {
	entry bot.Entry
	bot.Change
}

// sent is what a change sends, as the API gets it.
func (c settledChange) sent() []string {
	if c.Plan.Refusal != "" {
		return nil
	}
	var all []string
	set, cancel := commands.UsersToSend(c.Plan.Users), commands.UsersToSend(c.Plan.Old)
	if c.entry.Command.Verb.Cancels() {
		set, cancel = nil, set
	}
	if len(cancel) > 0 {
		all = append(all, fmt.Sprint("cancel ", cancel))
	}
	if len(set) > 0 {
		all = append(all, fmt.Sprint("set ", set))
	}
	return all
}

// changing are the changing calls of a group, as the API got them.
func changing(api *simulator.Server, group string) []string {
	var all []string
	for _, c := range api.Calls() {
		if c.Group == group && c.CommandType != 0 {
			all = append(all, callText(c))
		}
	}
	return all
}

// callText is a changing call in the words of settledChange.sent.
func callText(c simulator.Call) string {
	return fmt.Sprint(map[int]string{1: "set ", 2: "cancel "}[c.CommandType], c.Users)
}

// inOrder reports whether calls are what changes send, one change after the other. A
// change that was interrupted begins anew, and a call may come twice.
func inOrder(changes [][]string, calls []string) bool {
	changes = slices.DeleteFunc(slices.Clone(changes), func(sent []string) bool { return len(sent) == 0 })
	type state struct{ change, sent int } // so many changes are complete, and so much of the next is sent
	states := map[state]bool{{}: true}
	for _, call := range calls {
		next := make(map[state]bool)
		for s := range states {
			at := []state{s}
			if s.sent > 0 {
				at = append(at, state{s.change, 0}, state{s.change, s.sent - 1})
			} else if s.change > 0 {
				at = append(at, state{s.change - 1, 0}, state{s.change - 1, len(changes[s.change-1]) - 1})
			}
			for _, s := range at {
				if s.change == len(changes) || changes[s.change][s.sent] != call {
					continue
				}
				if s.sent++; s.sent == len(changes[s.change]) {
					s = state{s.change + 1, 0}
				}
				next[s] = true
			}
		}
		states = next
	}
	return states[state{len(changes), 0}]
}
