package crash

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"time"

	"liveadmin/bot"
	"liveadmin/commands"
	"liveadmin/imapi"
)

// groupState is the model of one group: what is true between two operations. It shares no
// code with the planning, and no method changes it in place.
type groupState struct {
	admins  []string         // sorted, before the calls below
	limits  map[string]limit // of the temporary administrators
	calls   []call           // of the entry that is being carried out, and restarts
	done    map[int64]bool   // entries that were carried out
	named   map[string]int64 // the last entry about somebody
	changed map[string]int64 // the last entry that changed somebody's right or limit
	unsure  map[string]bool  // a call about somebody had no known outcome
	effects map[int64]effect // what an entry changed
}

// limit is when a right ends, in the record's microseconds, and the entry that gave it.
type limit struct{ until, entry int64 }

// effect is what an entry changed, with the limits from before.
type effect struct {
	added, removed []string
	limits         map[string]limit
}

// call is a changing call that Tencent carried out; without users it is a restart.
type call struct {
	cancel bool
	users  []string
	out    int64 // when it was answered
	lost   bool  // the answer was
	text   string
}

func (c call) String() string {
	if c.users == nil {
		return "restart"
	}
	return c.text
}

// carried is what became of an entry on one group, and what was seen of that.
type carried struct {
	settledChange
	asked, answered    bool
	from, acked, until int64   // when it was asked, acknowledged, and its result posted
	after              []int64 // the entries that were acknowledged before it was asked
}

// violations are the reasons why an operation cannot happen in a state.
type violations struct{ error }

func (v *violations) unless(ok bool, format string, args ...any) {
	if !ok {
		v.error = errors.Join(v.error, fmt.Errorf(format, args...))
	}
}

func newGroupState() groupState {
	return groupState{
		admins: []string{"host"}, limits: map[string]limit{}, done: map[int64]bool{},
		named: map[string]int64{}, changed: map[string]int64{}, unsure: map[string]bool{}, effects: map[int64]effect{},
	}
}

// clone returns a copy that can be changed. Its calls are shared: they are only replaced.
func (s groupState) clone() groupState {
	s.limits, s.done, s.named, s.changed = maps.Clone(s.limits), maps.Clone(s.done), maps.Clone(s.named), maps.Clone(s.changed)
	s.unsure, s.effects = maps.Clone(s.unsure), maps.Clone(s.effects)
	return s
}

func (s groupState) equal(o groupState) bool { return reflect.DeepEqual(s, o) }

func (s groupState) String() string {
	return fmt.Sprintf("administrators %v, limits %v, calls %v", s.admins, s.limits, s.calls)
}

// now is who the administrators are after the calls.
func (s groupState) now() []string {
	admins := s.admins
	for _, c := range s.calls {
		if c.cancel {
			admins = minus(admins, c.users)
		} else {
			admins = plus(admins, c.users)
		}
	}
	return admins
}

// call is the operation that Tencent carries out a call.
func (s groupState) call(c call) (groupState, error) {
	s.calls = append(slices.Clone(s.calls), c)
	var v violations
	v.unless(len(s.now()) <= imapi.Seats, "%d administrators", len(s.now()))
	return s, v.error
}

// restart is the operation that a process ends. What it has not finished begins anew.
func (s groupState) restart() (groupState, error) {
	if len(s.calls) == 0 {
		return s, nil
	}
	return s.call(call{})
}

// read is the operation that Tencent returns the administrators.
func (s groupState) read(admins []string) (groupState, error) {
	var v violations
	v.unless(slices.Equal(admins, s.now()), "Tencent returned %v, but the administrators are %v", admins, s.now())
	return s, v.error
}

// end is what Tencent and the record hold when nothing is left to do.
func (s groupState) end(admins []string, limits map[string]limit) (groupState, error) {
	var v violations
	v.unless(len(made(s.calls)) == 0, "calls of no entry: %v", s.calls)
	v.unless(slices.Equal(admins, s.admins), "Tencent has %v, want %v", admins, s.admins)
	v.unless(maps.Equal(limits, s.limits), "on record are limits of %v, want %v", limits, s.limits)
	return s, v.error
}

// carry is the operation that an entry is carried out. The first calls may be those of an
// end that rests.
func (s groupState) carry(c carried) (groupState, error) {
	next, err := s.settle(c)
	for rest := s; err != nil && rest.rests(); {
		rest.admins, rest.calls = groupState{admins: rest.admins, calls: rest.calls[:1]}.now(), rest.calls[1:]
		if late, lateErr := rest.settle(c); lateErr == nil {
			return late, nil
		}
	}
	return next, err
}

// rests reports whether the first call may be that of an end that rests, because nobody
// knows whether the call was carried out, while others go on.
func (s groupState) rests() bool {
	if len(s.calls) == 0 {
		return false
	}
	first := s.calls[0]
	return first.users == nil || first.cancel && first.lost && !slices.ContainsFunc(first.users, func(u string) bool {
		l, limited := s.limits[u]
		return !limited || l.until*1000 > first.out
	})
}

// settle takes the calls as those of one entry, which answers what was true before and is
// true after them.
func (s groupState) settle(c carried) (groupState, error) {
	number := c.entry.Number
	var v violations
	v.unless(c.asked, "nobody asked for it")
	v.unless(c.answered && c.State == bot.Settled && c.Outcome != nil, "it was not answered")
	v.unless(!s.done[number], "it was carried out before")
	for _, n := range c.after {
		v.unless(s.done[n], "#%d was acknowledged before it was asked", n)
	}
	for _, call := range made(s.calls) {
		v.unless(call.out >= c.from, "the call %s came before it was asked", call)
	}
	if v.error != nil {
		return s, v.error
	}
	next := s.clone()
	next.done[number], next.admins, next.calls = true, s.now(), nil
	s.checkBefore(&v, c)
	unknown := c.Outcome.Status == commands.Unknown
	if c.Outcome.Status == commands.Failed && c.Plan.Refusal == "" {
		v.unless(slices.Equal(next.admins, s.admins), "it failed, but there were %v and are %v", s.admins, next.admins)
	} else if v.unless(repeats(s.calls, c.sent(), unknown), "it sends %q, but the calls are %v", c.sent(), s.calls); unknown {
		next.blur(c)
	} else {
		s.checkDone(&v, c, &next)
	}
	if c.Outcome.NowKnown {
		v.unless(slices.Equal(names(c.Outcome.Now), next.admins), "it answers that there are %v, but there are %v", names(c.Outcome.Now), next.admins)
	}
	return next, v.error
}

// checkBefore compares what was before with what the answer says of it.
func (s groupState) checkBefore(v *violations, c carried) {
	if c.Plan.Refusal == commands.Superseded {
		return // nothing was read
	}
	v.unless(c.Plan.Known && slices.Equal(names(c.Plan.Before), s.admins), "it answers that there were %v, but there were %v", names(c.Plan.Before), s.admins)
	for _, p := range slices.Concat(c.Plan.Users, c.Plan.Old) {
		user, was := string(p.ID), commands.WasNot
		if slices.Contains(s.admins, user) {
			was = commands.WasAdmin
		}
		v.unless(p.Prior == was || p.Prior == commands.WasUnknown && s.unsure[user], "it answers that %s was %q, but that was %q", user, p.Prior, was)
		v.unless(micro(p.Had) == s.limits[user].until, "it answers that %s had until %v, but that was %v", user, p.Had, s.limits[user])
	}
}

// repeats reports whether calls are what an entry sends: all of it, once; after a restart
// again from the beginning, and after a lost answer the same again. If the outcome is
// unknown, each may be missing or repeated.
func repeats(calls []call, sends []string, unknown bool) bool {
	if unknown {
		return !slices.ContainsFunc(made(calls), func(c call) bool { return !slices.Contains(sends, c.text) })
	}
	complete, lost := len(sends) == 0, false
	sent := map[int]bool{0: true} // how much may have been sent since the beginning
	for _, c := range calls {
		if c.users == nil { // perhaps of another instance
			sent[0] = true
			continue
		}
		next := make(map[int]bool)
		for n := range sent {
			if n < len(sends) && c.text == sends[n] {
				next[n+1] = true
			}
			if n > 0 && lost && c.text == sends[n-1] {
				next[n] = true
			}
		}
		sent, lost = next, c.lost
		complete = complete || sent[len(sends)]
	}
	return complete && len(sent) > 0
}

// made returns the calls without the restarts.
func made(calls []call) []call {
	return slices.DeleteFunc(slices.Clone(calls), func(c call) bool { return c.users == nil })
}

// blur notes an outcome that is unknown: the calls show what became of the rights, and
// the limits are what the answer says.
func (s *groupState) blur(c carried) {
	for _, p := range slices.Concat(c.Plan.Users, c.Plan.Old) {
		s.unsure[string(p.ID)] = true
		s.touch(c.entry.Number, string(p.ID), true)
	}
	for _, g := range c.Outcome.Grants {
		s.limits[string(g.User)] = limit{micro(g.Until), g.Entry}
	}
	for _, u := range c.Outcome.Ungrant {
		delete(s.limits, string(u))
	}
}

// touch notes that an entry was about somebody.
func (s *groupState) touch(number int64, user string, changed bool) {
	s.named[user] = number
	if changed {
		s.changed[user] = number
	}
}

func micro(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func sorted(all []string) []string { return slices.Sorted(slices.Values(all)) }

func plus(all, more []string) []string { return slices.Compact(sorted(slices.Concat(all, more))) }

func minus(all, less []string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(u string) bool { return slices.Contains(less, u) })
}

func names(admins []imapi.Admin) []string {
	var all []string
	for _, a := range admins {
		all = append(all, string(a.User))
	}
	return sorted(all)
}

func persons(all []commands.Person) []string {
	var ids []string
	for _, p := range all {
		ids = append(ids, string(p.ID))
	}
	return ids
}

func sent(steps []commands.Step) []string {
	var ids []string
	for _, u := range commands.UsersToSend(steps) {
		ids = append(ids, string(u))
	}
	return ids
}
