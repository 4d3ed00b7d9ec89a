package intake

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"liveadmin/commands"
	"liveadmin/commands/change"
	"liveadmin/imapi"
)

// How long the administrators of a group count as they were read: for suggestions, which ask
// for them again with every letter, and for boards, which many people open at once.
const (
	suggestAge  = 10 * time.Second
	boardAge    = 30 * time.Second
	readingTime = 5 * time.Second // of one read
	mostRead    = 1000            // groups that are remembered
)

// readings are the administrators of groups as they were read last, for everybody: who asks
// while a group is read waits for that read. It can be used by several goroutines.
type readings struct {
	api   Admins
	log   *slog.Logger
	clock func() time.Time

	mu     sync.Mutex
	groups map[imapi.GroupID]*reading
}

// reading is what is known of the administrators of a group.
type reading struct {
	admins  []imapi.Admin
	at      time.Time         // when they were these; zero: that is not known
	failure *commands.Failure // why the newest read failed; nil: it did not
	learned time.Time         // when the newest read began, or a change was made
	until   time.Time         // boards do not read it again before
	stale   bool              // a change was made since, and what is true now is not known
	done    chan struct{}     // closed when the newest read has ended
}

func newReadings(api Admins, log *slog.Logger, clock func() time.Time) *readings {
	return &readings{api: api, log: log, clock: clock, groups: make(map[imapi.GroupID]*reading)}
}

// suggested returns a group's administrators, read within the last ten seconds, or none if
// they cannot be read before the context ends.
func (r *readings) suggested(ctx context.Context, g imapi.GroupID) []imapi.Admin {
	seen := r.read(ctx, g, func(have reading) bool { return have.stale || r.clock().Sub(have.learned) >= suggestAge })
	if seen.failure != nil || seen.stale {
		return nil
	}
	return seen.admins
}

// forBoard returns what is known of a group's administrators, read again unless that was
// done in the last thirty seconds.
func (r *readings) forBoard(ctx context.Context, g imapi.GroupID) reading {
	return r.read(ctx, g, func(have reading) bool { return !r.clock().Before(have.until) })
}

// known returns what is known of a group's administrators without reading them.
func (r *readings) known(g imapi.GroupID) reading {
	r.mu.Lock()
	defer r.mu.Unlock()
	if have := r.groups[g]; have != nil {
		return *have
	}
	return reading{}
}

// read returns what is known of a group's administrators, after a read if that is due. When
// the context ends it does not wait any more; the read goes on, for the next who asks.
func (r *readings) read(ctx context.Context, g imapi.GroupID, due func(reading) bool) reading {
	r.mu.Lock()
	have := r.groups[g]
	if have == nil || due(*have) {
		have = r.begin(g)
		go r.finish(context.WithoutCancel(ctx), g, have)
	}
	r.mu.Unlock()
	var gaveUp error
	select {
	case <-have.done:
	case <-ctx.Done():
		gaveUp = ctx.Err()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	now := *have
	if gaveUp != nil {
		now.failure = change.Failure(gaveUp)
	}
	return now
}

// begin notes that a group is being read. The lock is held.
func (r *readings) begin(g imapi.GroupID) *reading {
	next := reading{}
	if have := r.groups[g]; have != nil {
		next = *have
	}
	next.learned, next.stale = r.clock(), false
	next.until, next.done = next.learned.Add(boardAge), make(chan struct{})
	r.keep(g, &next)
	return &next
}

// keep notes what is known of a group. The lock is held.
func (r *readings) keep(g imapi.GroupID, is *reading) {
	if len(r.groups) >= mostRead {
		clear(r.groups)
	}
	r.groups[g] = is
}

// finish reads a group and notes what is known then.
func (r *readings) finish(ctx context.Context, g imapi.GroupID, into *reading) {
	defer close(into.done)
	ctx, cancel := context.WithTimeout(ctx, readingTime)
	defer cancel()
	admins, err := r.api.Admins(ctx, g)
	r.mu.Lock()
	defer r.mu.Unlock()
	if err != nil {
		r.log.Debug("administrators not read", "group", g, "err", err)
		into.failure = change.Failure(err)
		return
	}
	into.admins, into.at, into.failure = admins, r.clock(), nil
}

// settled notes what became of a group by a change of the bot: its administrators now, if
// that is known. A reading may lag behind it for a while, so boards do not read it meanwhile.
func (r *readings) settled(g imapi.GroupID, o commands.Outcome) {
	r.mu.Lock()
	defer r.mu.Unlock()
	next := reading{}
	if have := r.groups[g]; have != nil {
		next = *have
	}
	next.stale, next.done = true, make(chan struct{})
	close(next.done)
	if o.NowKnown {
		now := r.clock()
		next = reading{admins: o.Now, at: now, learned: now, until: now.Add(imapi.MayLag), done: next.done}
	}
	r.keep(g, &next)
}

// Changed notes what became of a group by a change of the bot.
func (in *Intake) Changed(g imapi.GroupID, o commands.Outcome) { in.readings.settled(g, o) }
