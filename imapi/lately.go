package imapi

import (
	"maps"
	"sync"
	"time"
)

// MayLag is how long a reading may not show a change. No document says; lists of
// members are said to be up to 40 s old (1047/60523).
const MayLag = time.Minute

// changes remembers when this client changed whom last.
type changes struct {
	mu   sync.Mutex
	made map[seat]time.Time
}

type seat struct {
	group GroupID
	user  UserID
}

// lately reports whether one of the users was changed so short ago that a reading
// may show what was before.
func (c *changes) lately(g GroupID, users []UserID) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, u := range users {
		if at, ok := c.made[seat{g, u}]; ok && time.Since(at) < MayLag {
			return true
		}
	}
	return false
}

// note remembers a change, whatever became of it, and forgets old ones.
func (c *changes) note(g GroupID, users []UserID) {
	const many = 10_000
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.made) >= many {
		maps.DeleteFunc(c.made, func(_ seat, at time.Time) bool { return time.Since(at) >= MayLag })
	}
	for _, u := range users {
		c.made[seat{g, u}] = time.Now()
	}
}
