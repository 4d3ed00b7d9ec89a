package engine

import (
	"hash/fnv"
	"sync"
)

// asking lets each caller ask for one approval at a time, so that an equal request is found that
// they made at the same moment by a command, a form or a button. Some callers share a place.
type asking [64]sync.Mutex

// lock waits for the caller's turn, which lasts until unlock is called.
func (a *asking) lock(caller string) (unlock func()) {
	h := fnv.New32a()
	_, _ = h.Write([]byte(caller)) // a hash takes everything
	turn := &a[h.Sum32()%uint32(len(a))]
	turn.Lock()
	return turn.Unlock
}
