package journal

import (
	"cmp"
	"maps"
	"reflect"
	"slices"
	"time"

	"liveadmin/bot"
	"liveadmin/commands"
	"liveadmin/commands/change"
	"liveadmin/imapi"
)

// oracle is what a journal must be, in memory and as simple as it can be: the same
// operations on it and on each database have the same results. Numbers and IDs are
// its own; those of a database may have gaps.
type oracle struct {
	now     time.Time
	numbers int64
	grantID int64
	keys    map[string]int64 // of deliveries
	once    map[string]int64
	entries map[int64]*oracleEntry
	grants  []oracleGrant
	orders  map[imapi.GroupID][]decision // of the decisions on a group
	trail   []bot.Record                 // in the order in which they were written
	process int                          // how many there were before the one that runs
}

type oracleEntry struct {
	bot.Entry
	owner  int       // the process that accepted or claimed it
	closed time.Time // zero: open
	purged bool
}

type oracleGrant struct {
	commands.Grant
	ending   int64
	reminded bool
}

type decision struct {
	entry int64
	at    time.Time
}

func newOracle(now time.Time) *oracle {
	return &oracle{
		now: now, keys: make(map[string]int64), once: make(map[string]int64),
		entries: make(map[int64]*oracleEntry), orders: make(map[imapi.GroupID][]decision),
	}
}

func (o *oracle) accept(e bot.Entry, r bot.Record) (bot.Entry, bool) {
	for key, known := range map[string]map[string]int64{e.Key: o.keys, e.Once: o.once} {
		number, found := known[key]
		if !found || key == "" {
			continue
		}
		got := bot.Entry{Number: number}
		if on := o.entries[number]; on != nil {
			got = on.copy()
		}
		if _, delivered := o.keys[e.Key]; delivered {
			got.Key = e.Key
			if number != o.keys[e.Key] {
				continue // the delivery itself is on record, too
			}
		} else {
			got.Once = e.Once
		}
		return got, false
	}
	o.numbers++
	e.Number, e.State, e.Attempt, e.Accepted, e.Begun = o.numbers, bot.Accepted, 1, o.now, o.now
	if e.Request != nil {
		e.State, e.Changes = bot.Asked, nil
	}
	for i := range e.Changes {
		e.Changes[i].Entry, e.Changes[i].State = e.Number, bot.Waiting
	}
	o.keys[e.Key] = e.Number
	if e.Once != "" {
		o.once[e.Once] = e.Number
	}
	for _, limit := range e.Command.Grants {
		for i := range o.grants {
			switch g := &o.grants[i]; {
			case g.ID != limit.ID:
			case e.Command.Verb == commands.End:
				g.ending = e.Number
			default:
				g.reminded = true
			}
		}
	}
	o.entries[e.Number] = &oracleEntry{Entry: e, owner: o.process}
	o.write(e.Number, r)
	kept := o.entries[e.Number]
	got := kept.copy()
	got.Key, got.Once = e.Key, e.Once
	kept.Key, kept.Once = "", "" // on record as hashes only
	return got, true
}

func (o *oracle) note(key string, r bot.Record) (int64, bool) {
	if number, found := o.keys[key]; found {
		return number, false
	}
	o.numbers++
	o.keys[key] = o.numbers
	o.write(o.numbers, r)
	return o.numbers, true
}

// write appends an audit row.
func (o *oracle) write(number int64, r bot.Record) {
	r.Number, r.At = number, o.now
	o.trail = append(o.trail, r)
}

// mine returns an entry if it is at this attempt, and whether it is open.
func (o *oracle) mine(e bot.Entry) (on *oracleEntry, open bool) {
	on = o.entries[e.Number]
	if on.Attempt != e.Attempt || on.owner != o.process {
		return &oracleEntry{}, false
	}
	return on, on.closed.IsZero()
}

func (o *oracle) answer(e bot.Entry) error {
	on, _ := o.mine(e)
	if on.State != bot.Accepted && on.State != bot.Asked && !on.Answered {
		return bot.ErrLost
	}
	on.Answered = true
	return nil
}

func (o *oracle) announce(e bot.Entry, root, result bot.Post) error {
	on, open := o.mine(e)
	if !open && (on.Number == 0 || on.Root != root) {
		return bot.ErrLost
	}
	if on.Root = root; open && result != "" {
		on.Result = result
	}
	return nil
}

func (o *oracle) post(e bot.Entry, result bot.Post) error {
	on, _ := o.mine(e)
	switch {
	case on.State == bot.Done:
		on.Result = result
		o.close(on, bot.Posted)
	case on.State != bot.Posted || on.Result != result:
		return bot.ErrLost
	}
	return nil
}

func (o *oracle) drop(e bot.Entry, s bot.State, r bot.Record) error {
	from := map[bot.State]bot.State{bot.Unanswered: bot.Accepted, bot.Unposted: bot.Done}[s]
	on, _ := o.mine(e)
	switch on.State {
	case from, bot.Asked:
		o.close(on, s)
		o.write(e.Number, r)
	case s:
	default:
		return bot.ErrLost
	}
	return nil
}

func (o *oracle) close(on *oracleEntry, s bot.State) {
	on.State, on.closed, on.Reply = s, o.now, ""
}

// change returns a change of an open entry at this attempt.
func (o *oracle) change(e bot.Entry, group imapi.GroupID) *bot.Change {
	on, open := o.mine(e)
	i := slices.IndexFunc(on.Changes, func(c bot.Change) bool { return c.Group == group })
	if !open || i < 0 {
		return &bot.Change{}
	}
	return &on.Changes[i]
}

func (o *oracle) plan(e bot.Entry, c bot.Change) error {
	on := o.change(e, c.Group)
	switch {
	case on.State == bot.Waiting:
		on.State, on.Plan = bot.Planned, c.Plan
		o.put(e.Number, c.Group, c.Plan.Grants)
	case on.State != bot.Planned || !reflect.DeepEqual(on.Plan, c.Plan):
		return bot.ErrLost
	}
	return nil
}

func (o *oracle) settle(e bot.Entry, c bot.Change, r bot.Record) (last bool, err error) {
	on := o.change(e, c.Group)
	switch {
	case on.State == bot.Planned:
		on.State, on.Outcome = bot.Settled, c.Outcome
		o.orders[c.Group] = append(o.orders[c.Group], decision{e.Number, o.now})
		o.put(e.Number, c.Group, c.Outcome.Grants)
		o.grants = slices.DeleteFunc(o.grants, func(g oracleGrant) bool {
			return g.Group == c.Group && slices.Contains(c.Outcome.Ungrant, g.User)
		})
		r.Group = c.Group
		o.write(e.Number, r)
	case on.State != bot.Settled || !reflect.DeepEqual(on.Outcome, c.Outcome):
		return false, bot.ErrLost
	}
	entry := o.entries[e.Number]
	for _, c := range entry.Changes {
		if c.State != bot.Settled {
			return false, nil
		}
	}
	entry.State = bot.Done
	return true, nil
}

func (o *oracle) rest(e bot.Entry, group imapi.GroupID) error {
	on := o.change(e, group)
	switch on.State {
	case bot.Waiting, bot.Planned:
		on.State, on.Plan = bot.Resting, nil
	case bot.Resting:
	default:
		return bot.ErrLost
	}
	return nil
}

func (o *oracle) wake(e bot.Entry, group imapi.GroupID) error {
	on := o.change(e, group)
	switch on.State {
	case bot.Resting:
		on.State = bot.Waiting
	case bot.Waiting:
	default:
		return bot.ErrLost
	}
	return nil
}

// put makes these the grants of their users: one that is the same keeps its ID.
func (o *oracle) put(entry int64, group imapi.GroupID, grants []commands.Grant) {
	for _, g := range grants {
		g.Group, g.Entry = group, cmp.Or(g.Entry, entry)
		i := slices.IndexFunc(o.grants, func(on oracleGrant) bool { return on.Group == group && on.User == g.User })
		if i >= 0 && o.grants[i].Until.Equal(g.Until) && o.grants[i].Length == g.Length && o.grants[i].Entry == g.Entry {
			o.grants[i].Due, o.grants[i].Tries, o.grants[i].ending = g.Due, g.Tries, 0
			continue
		}
		if i >= 0 {
			o.grants = slices.Delete(o.grants, i, i+1)
		}
		o.grantID++
		g.ID = o.grantID
		o.grants = append(o.grants, oracleGrant{Grant: g})
	}
}

// sorted returns the grants in the order of Grants, or those that a condition chooses.
func (o *oracle) sorted(chosen func(oracleGrant) bool) (all []commands.Grant) {
	for _, g := range o.grants {
		if chosen(g) {
			all = append(all, g.Grant)
		}
	}
	slices.SortFunc(all, func(a, b commands.Grant) int { return cmp.Or(a.Until.Compare(b.Until), cmp.Compare(a.ID, b.ID)) })
	return all
}

func dueOf(g commands.Grant) time.Time {
	if g.Due.IsZero() {
		return g.Until
	}
	return g.Due
}

func (o *oracle) due() (due bot.Due) {
	due.Over = o.sorted(func(g oracleGrant) bool { return g.ending == 0 && !dueOf(g.Grant).After(o.now) })
	slices.SortFunc(due.Over, func(a, b commands.Grant) int {
		return cmp.Or(dueOf(a).Compare(dueOf(b)), cmp.Compare(a.ID, b.ID))
	})
	unreminded := func(g oracleGrant) bool {
		return g.ending == 0 && !g.reminded && g.Due.IsZero() && g.Length >= commands.RemindFrom && g.Until.After(o.now)
	}
	soon := o.now.Add(commands.RemindBefore)
	due.Near = o.sorted(func(g oracleGrant) bool { return unreminded(g) && !g.Until.After(soon) })
	next := func(at time.Time) {
		if at.After(o.now) && (due.Next.IsZero() || at.Before(due.Next)) {
			due.Next = at
		}
	}
	for _, g := range o.grants {
		if g.ending == 0 {
			next(dueOf(g.Grant))
		}
		if unreminded(g) && g.Until.After(soon) {
			next(g.Until.Add(-commands.RemindBefore))
		}
	}
	return due
}

func (o *oracle) purge(before time.Time) (n int) {
	for _, e := range o.entries {
		gave := func(g oracleGrant) bool { return g.Entry == e.Number }
		if e.closed.IsZero() || !e.closed.Before(before) || e.purged || slices.ContainsFunc(o.grants, gave) {
			continue
		}
		e.purged, e.Command, e.Root, e.Result = true, commands.Command{}, "", ""
		for i := range e.Changes {
			e.Changes[i].Plan, e.Changes[i].Outcome = nil, nil
		}
		n++
	}
	return n
}

// open returns what is not closed, in the order of the numbers.
func (o *oracle) open() (all []bot.Entry) {
	for _, n := range slices.Sorted(maps.Keys(o.entries)) {
		if e := o.entries[n]; e.closed.IsZero() {
			all = append(all, e.copy())
		}
	}
	return all
}

// restart is what a new process claims, without what has settled.
func (o *oracle) restart() []bot.Entry {
	o.process++
	for _, e := range o.entries {
		if e.closed.IsZero() && !o.rests(e) {
			e.Attempt++
			e.owner = o.process
		}
	}
	open := slices.DeleteFunc(o.open(), func(e bot.Entry) bool { return o.entries[e.Number].owner != o.process })
	if len(open) == 0 {
		return nil
	}
	for _, e := range open {
		for i := range e.Changes {
			if e.Changes[i].State == bot.Settled {
				e.Changes[i].Plan, e.Changes[i].Outcome = nil, nil
			}
		}
	}
	return open
}

func (o *oracle) decidedSince(group imapi.GroupID, entry int64) (decided []commands.Recent, forgotten bool) {
	order := o.orders[group]
	after := slices.IndexFunc(order, func(d decision) bool { return d.entry == entry }) + 1
	seen := make(map[imapi.UserID]bool)
	for _, d := range slices.Backward(order[after:]) {
		if out := o.outcome(d, group); out == nil {
			forgotten = true
		} else {
			decided = appendUnseen(decided, d.entry, change.Decided(*out), seen)
		}
	}
	return decided, forgotten
}

func (o *oracle) recent(group imapi.GroupID, since time.Time) (recent []commands.Recent) {
	seen := make(map[imapi.UserID]bool)
	for _, d := range slices.Backward(o.orders[group]) {
		if d.at.Before(since) {
			break
		}
		if out := o.outcome(d, group); out != nil {
			recent = appendUnseen(recent, d.entry, out.Made, seen)
		}
	}
	return recent
}

// appendUnseen adds what an entry made of users not seen yet; within one outcome
// the last word about a user counts.
func appendUnseen(recent []commands.Recent, entry int64, made []commands.Recent, seen map[imapi.UserID]bool) []commands.Recent {
	for i := len(made) - 1; i >= 0; i-- {
		if m := made[i]; !seen[m.User] {
			seen[m.User] = true
			m.Entry = cmp.Or(m.Entry, entry)
			recent = append(recent, m)
		}
	}
	return recent
}

func (o *oracle) outcome(d decision, group imapi.GroupID) *commands.Outcome {
	for _, c := range o.entries[d.entry].Changes {
		if c.Group == group {
			return c.Outcome
		}
	}
	return nil
}

func (e *oracleEntry) copy() bot.Entry {
	got := e.Entry
	got.Changes = slices.Clone(got.Changes)
	if got.Request != nil {
		request := *got.Request
		got.Request = &request
	}
	return got
}
