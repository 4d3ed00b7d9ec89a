package intake

import (
	"context"
	"sync"
	"time"

	"liveadmin/imapi"
)

// A glance at a group's administrators counts for a while: who types asks again with
// every letter.
const (
	glanceAge  = 10 * time.Second
	glanceTime = 5 * time.Second
	glances    = 1000 // remembered
)

// glimpses are the administrators as they were read a moment ago.
type glimpses struct {
	mu   sync.Mutex
	read map[imapi.GroupID]*glimpse
}

type glimpse struct {
	at     time.Time
	done   chan struct{} // closed when admins is there
	admins []imapi.Admin // none if they could not be read
}

// glance returns a group's administrators, as they were seconds ago at most, or
// nobody when they cannot be read before the context ends. The reading goes on then,
// for who asks next.
func (in *Intake) glance(ctx context.Context, g imapi.GroupID) []imapi.Admin {
	seen, fresh := in.glimpses.at(g, in.clock())
	if fresh {
		go func() {
			defer close(seen.done)
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), glanceTime)
			defer cancel()
			var err error
			if seen.admins, err = in.api.Admins(ctx, g); err != nil {
				in.log.Debug("administrators not suggested", "group", g, "err", err)
			}
		}()
	}
	select {
	case <-seen.done:
		return seen.admins
	case <-ctx.Done():
		return nil
	}
}

// at finds a glimpse, or makes a fresh one, which is to be filled.
func (l *glimpses) at(g imapi.GroupID, now time.Time) (_ *glimpse, fresh bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if seen := l.read[g]; seen != nil && now.Sub(seen.at) < glanceAge {
		return seen, false
	}
	if l.read == nil || len(l.read) >= glances {
		l.read = make(map[imapi.GroupID]*glimpse)
	}
	l.read[g] = &glimpse{at: now, done: make(chan struct{})}
	return l.read[g], true
}

// forget drops what was read of a group, which has changed.
func (l *glimpses) forget(g imapi.GroupID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.read, g)
}

// Changed notes that a group has changed: what was read of it is forgotten.
func (in *Intake) Changed(g imapi.GroupID) { in.glimpses.forget(g) }
