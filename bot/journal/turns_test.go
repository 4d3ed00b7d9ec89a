package journal

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"liveadmin/bot/bottest/pace"
	"liveadmin/bot/journal/journaltest"
	"liveadmin/imapi"
	"liveadmin/imapi/simulator"
)

// shortLease makes turns short where nothing waits for a lease's end.
const shortLease = 3 * time.Second

// fleet is a number of instances on one database: each with its journal and its client,
// and all with one API.
type fleet struct {
	t       *testing.T
	api     *simulator.Server
	clients []*imapi.Client
}

func newFleet(t *testing.T, limit, instances int) *fleet {
	t.Helper()
	const key = "key-of-the-fleet"
	api, err := simulator.New(simulator.App{SDKAppID: app, Key: key, Admins: []string{"administrator"}})
	if err == nil {
		err = api.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(api.Close)
	f, url := &fleet{t: t, api: api}, journaltest.Postgres(t)
	for i := range instances {
		api.AddGroup(fmt.Sprint("show", i), simulator.Group{})
		c, err := imapi.New(imapi.App{SDKAppID: app, Key: imapi.NewSecret(key), Identifier: "administrator"},
			imapi.WithBaseURL(api.URL()), imapi.WithRateLimit(limit))
		if err != nil {
			t.Fatal(err)
		}
		f.clients = append(f.clients, c)
		reopen(t, url, withLease(shortLease), WithShares(limit, c.SetShare, c.Busy))
	}
	return f
}

// call makes one call through an instance.
func (f *fleet) call(ctx context.Context, i int) error {
	_, err := f.clients[i].Admins(ctx, imapi.GroupID(fmt.Sprint("show", i)))
	return err
}

// fullest is the largest number of calls that came within so long.
func (f *fleet) fullest(window time.Duration) (most int) {
	calls := f.api.Calls()
	slices.SortFunc(calls, func(a, b simulator.Call) int { return a.At.Compare(b.At) })
	for i, first := range calls {
		n := 0
		for n < len(calls)-i && calls[i+n].At.Sub(first.At) < window {
			n++
		}
		most = max(most, n)
	}
	return most
}

// TestMoreInstancesThanCalls: more instances than calls a second, all with more to send
// than they may, never pass the limit together; and each of them gets on.
func TestMoreInstancesThanCalls(t *testing.T) {
	pace.Long(t)
	t.Parallel()
	var all sync.WaitGroup
	for _, row := range []struct{ limit, instances int }{{1, 6}, {2, 8}, {3, 6}, {5, 8}} {
		f := newFleet(t, row.limit, row.instances)
		all.Go(func() {
			f.race(row.limit + 1)
			// A twentieth is for a busy machine, on which a call can take longer to arrive
			// than the next one.
			if most := f.fullest(time.Second * 19 / 20); most > row.limit {
				t.Errorf("%d among %d: %d calls in a second", row.limit, row.instances, most)
			}
		})
	}
	all.Wait()
}

// race has each instance call side by side until each of them has sent two calls.
func (f *fleet) race(abreast int) {
	ctx, stop := context.WithTimeout(f.t.Context(), time.Minute)
	defer stop()
	var all, two sync.WaitGroup
	for i := range f.clients {
		two.Add(2)
		var sent atomic.Int64
		for range abreast {
			all.Go(func() {
				for f.call(ctx, i) == nil {
					if sent.Add(1) <= 2 {
						two.Done()
					}
				}
				for sent.Add(1) <= 2 { // it is given up
					f.t.Errorf("instance %d did not send two calls", i)
					two.Done()
				}
			})
		}
	}
	two.Wait()
	stop()
	all.Wait()
}

// TestALoneCallOfMany: beside instances without work, one that has some soon gets a
// part, though another had it before.
func TestALoneCallOfMany(t *testing.T) {
	t.Parallel()
	f := newFleet(t, 1, 6)
	for i := range 3 {
		began := time.Now()
		for range 2 {
			if err := f.call(t.Context(), i); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(began); took > 6*time.Second { // it takes 3 when nothing else runs
			t.Errorf("two calls of instance %d took %s", i, took)
		}
	}
}
