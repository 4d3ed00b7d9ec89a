package intake

import (
	"context"
	"sync"
	"time"

	"liveadmin/imapi"
)

// A list of a group's administrators is kept for a while: suggestions ask for it again with
// every letter.
const (
	adminsAge  = 10 * time.Second
	adminsTime = 5 * time.Second
	adminsMost = 1000 // remembered
)

// adminCache holds the administrators of groups as they were read a moment ago.
type adminCache struct {
	mu   sync.Mutex
	read map[imapi.GroupID]*cachedAdmins
}

type cachedAdmins struct {
	at     time.Time
	done   chan struct{} // closed when admins is there
	admins []imapi.Admin // none if they could not be read
}

// recentAdmins returns a group's administrators, read within the last ten seconds, or
// none if they cannot be read before the context ends. The read goes on then,
// for the next caller.
func (in *Intake) recentAdmins(ctx context.Context, g imapi.GroupID) []imapi.Admin {
	seen, fresh := in.admins.at(g, in.clock())
	if fresh {
		go func() {
			defer close(seen.done)
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), adminsTime)
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

// at returns what is cached for a group, or a fresh entry that the caller must fill.
func (l *adminCache) at(g imapi.GroupID, now time.Time) (_ *cachedAdmins, fresh bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if seen := l.read[g]; seen != nil && now.Sub(seen.at) < adminsAge {
		return seen, false
	}
	if l.read == nil || len(l.read) >= adminsMost {
		l.read = make(map[imapi.GroupID]*cachedAdmins)
	}
	l.read[g] = &cachedAdmins{at: now, done: make(chan struct{})}
	return l.read[g], true
}

// forget drops what was read of a group.
func (l *adminCache) forget(g imapi.GroupID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.read, g)
}

// Changed notes that a group has changed: what was read of it is forgotten.
func (in *Intake) Changed(g imapi.GroupID) { in.admins.forget(g) }
