package demo

import (
	"context"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/journal"
	"liveadmin/imapi"
	"liveadmin/imapi/simulator"
)

// stage is the terminal.Stage of the demo.
type stage struct {
	tencent *simulator.Server
	record  *journal.Journal
	ahead   atomic.Int64 // how far the clock is ahead, in nanoseconds
}

// now is the time on the clock of the demo.
func (s *stage) now() time.Time { return time.Now().Add(time.Duration(s.ahead.Load())) }

// noFault is the fault that ends the others.
const noFault = "none"

// Faults returns the kinds of faults. A code of Tencent Chat is one, too.
func (s *stage) Faults() []string {
	return []string{string(simulator.Hang), string(simulator.Reset), string(simulator.HTML), string(simulator.Empty), "10002", noFault}
}

// Fault has the calls that add and remove administrators fail from now on: by an answer with a
// code, or by none that can be read.
func (s *stage) Fault(kind string) (found bool) {
	fault := simulator.Fault{Command: imapi.OpChange, Kind: simulator.FaultKind(kind), Times: -1}
	if code, err := strconv.Atoi(kind); err == nil && code > 0 {
		fault.Kind, fault.Code = simulator.Refuse, code
	} else if !slices.Contains(s.Faults(), kind) {
		return false
	}
	s.tencent.ClearFaults()
	return kind == noFault || s.tencent.Inject(fault) == nil
}

// How often the demo looks for what falls due, how long it waits for it, and how long what has
// failed and is tried again may take until it is.
const (
	lookGap    = 20 * time.Millisecond
	settleTime = time.Minute
	againTime  = 3 * time.Second
)

// Wait moves the clock forward, from one reminder or expiration to the next, and waits each
// time until what fell due is done.
func (s *stage) Wait(ctx context.Context, d time.Duration) error {
	for end := s.now().Add(d); ; {
		next, err := s.next(ctx)
		if err != nil {
			return err
		}
		if next.IsZero() || next.After(end) {
			next = end
		}
		s.ahead.Add(int64(max(next.Sub(s.now()), 0)))
		if err := s.settle(ctx); err != nil || !next.Before(end) {
			return err
		}
	}
}

// next is when the next reminder, expiration, or end of a request is; zero: none is on record.
func (s *stage) next(ctx context.Context) (next time.Time, err error) {
	due, err := s.record.Due(ctx, s.now())
	if err != nil {
		return time.Time{}, err
	}
	requests, err := s.record.Requests(ctx)
	if err != nil {
		return time.Time{}, err
	}
	all := []time.Time{due.Next}
	for _, e := range requests {
		all = append(all, e.Request.Remind, e.Request.Expires)
	}
	all = slices.DeleteFunc(all, time.Time.IsZero)
	if len(all) == 0 {
		return time.Time{}, nil
	}
	return slices.MinFunc(all, time.Time.Compare), nil
}

// settle waits until nothing is due and nothing is being carried out, for a limited time.
func (s *stage) settle(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, settleTime)
	defer cancel()
	err := s.rest(ctx, time.Now().Add(againTime))
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// rest waits until nothing is due and nothing is being carried out. An expiration that has failed
// counts as that until a time: it is tried again for a day.
func (s *stage) rest(ctx context.Context, until time.Time) error {
	for {
		busy, err := s.busy(ctx, time.Now().Before(until))
		if err != nil || !busy {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(lookGap):
		}
	}
}

// busy reports whether something is due or being carried out or, if they count, rests after it
// has failed.
func (s *stage) busy(ctx context.Context, counts bool) (bool, error) {
	now := s.now()
	due, err := s.record.Due(ctx, now)
	if err != nil || len(due.Over)+len(due.Near) > 0 {
		return true, err
	}
	open, err := s.record.Unclosed(ctx)
	return slices.ContainsFunc(open, func(e bot.Entry) bool {
		if r := e.Request; e.State == bot.Asked {
			return r.Post == "" || !now.Before(r.Expires) || !r.Remind.IsZero() && !now.Before(r.Remind)
		}
		return counts || !slices.ContainsFunc(e.Changes, func(c bot.Change) bool { return c.State == bot.Resting })
	}), err
}
