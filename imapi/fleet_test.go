package imapi

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// fleet is a number of instances that keep to the order in which shares change:
// who gets less changes first.
type fleet struct {
	t      *testing.T
	all    []*limiter
	shares []int // 0: it sends nothing

	mu    sync.Mutex
	left  [][]time.Time // of each instance
	since [][]int       // the quotas since the beginning, and from when
	from  [][]time.Time
}

func newFleet(t *testing.T, limit, size int) *fleet {
	f := &fleet{t: t, shares: make([]int, size), left: make([][]time.Time, size),
		since: make([][]int, size), from: make([][]time.Time, size)}
	for i := range size {
		f.all = append(f.all, newLimiter(limit))
		f.set(i, 0)
	}
	return f
}

func (f *fleet) set(i, instances int) {
	f.all[i].divide(instances)
	f.shares[i] = instances
	f.since[i] = append(f.since[i], quotaOf(f.all[i].limit, instances))
	f.from[i] = append(f.from[i], time.Now())
}

// become makes n of the instances share the limit.
func (f *fleet) become(n int, r *rand.Rand) {
	among := r.Perm(len(f.all))
	for j, i := range among {
		switch {
		case j >= n && f.shares[i] != 0:
			f.set(i, 0)
		case j < n && f.shares[i] != 0 && f.shares[i] < n:
			f.set(i, n)
		}
	}
	for _, i := range among[:n] {
		if f.shares[i] == 0 || f.shares[i] > n {
			f.set(i, n)
		}
	}
}

// send has calls leave through an instance, each after a while of its own, until
// the context ends.
func (f *fleet) send(ctx context.Context, i, workers int, seed uint64) {
	var wg sync.WaitGroup
	for w := range workers {
		r := rand.New(rand.NewPCG(seed, uint64(1000*i+w)))
		wg.Go(func() {
			for {
				p, err := f.all[i].wait(ctx, line{}, time.Now())
				if err != nil {
					return
				}
				time.Sleep(time.Duration(r.IntN(4)/3) * time.Duration(r.IntN(400)) * time.Millisecond)
				if p.leave() {
					f.mu.Lock()
					f.left[i] = append(f.left[i], time.Now())
					f.mu.Unlock()
				}
				p.end()
			}
		})
	}
	wg.Wait()
}

// sent is when calls left, of all instances.
func (f *fleet) sent() []time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Concat(f.left...)
}

// keptQuota holds an instance to each of its quotas, while it had it.
func (f *fleet) keptQuota(i int) {
	for n, q := range f.since[i] {
		end := time.Now()
		if n+1 < len(f.since[i]) {
			end = f.from[i][n+1]
		}
		var during []time.Time
		for _, at := range f.left[i] {
			if at.After(f.from[i][n]) && at.Before(end) {
				during = append(during, at)
			}
		}
		if most := mostIn(window, during); most > q {
			f.t.Errorf("instance %d: %d calls left in a second, with a quota of %d", i, most, q)
		}
	}
}

func TestInstancesNeverPassTheLimitTogether(t *testing.T) {
	for seed := range uint64(12) {
		for _, limit := range []int{1, 2, 3, 5, 8, 50} {
			t.Run(fmt.Sprintf("%d a second, seed %d", limit, seed), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					r := rand.New(rand.NewPCG(seed, uint64(limit)))
					f := newFleet(t, limit, 6)
					ctx, stop := context.WithCancel(t.Context())
					var wg sync.WaitGroup
					for i := range f.all {
						wg.Go(func() { f.send(ctx, i, limit+3, seed) })
					}
					for range 15 {
						f.become(r.IntN(min(len(f.all), limit)+1), r)
						time.Sleep(time.Duration(r.IntN(2500)) * time.Millisecond)
					}
					f.become(1, r)
					time.Sleep(5 * time.Second)
					before := len(f.sent())
					time.Sleep(5 * time.Second)
					stop()
					wg.Wait()
					all := f.sent()
					if most := mostIn(time.Second, all); most > limit {
						t.Errorf("%d calls left in one second", most)
					}
					if used := len(all) - before; used < 3*limit {
						t.Errorf("who is alone sent %d calls in 5 s", used)
					}
					for i := range f.all {
						f.keptQuota(i)
					}
				})
			})
		}
	}
}
