package journal

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
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

func TestDivide(t *testing.T) {
	for _, test := range []struct {
		name        string
		limit, has  int
		others      []int
		fewer, long bool
		busy        bool
		want        int
	}{
		{name: "alone", want: 1},
		{name: "alone for long", has: 1, long: true, busy: true, want: 1},
		{name: "new, beside one that has everything", others: []int{1}, want: -1},
		{name: "new, beside one that has made room", others: []int{2}, want: 2},
		{name: "new, beside one that is new", others: []int{0}, want: 2},
		{name: "new, beside one that has made too little room", others: []int{3, 2}, want: -1},
		{name: "it waits for room", has: -1, others: []int{3, 2}, want: -1},
		{name: "another has come", has: 1, others: []int{0}, want: 2},
		{name: "two have come", has: 2, others: []int{2, -1, 0}, want: 4},
		{name: "one has left just now", has: 3, others: []int{3}, want: 3},
		{name: "one left a lease ago", has: 3, others: []int{3}, fewer: true, want: 2},
		{name: "one left a lease ago, and another took its part", has: 3, others: []int{2}, fewer: true, want: 2},
		{name: "one left a lease ago, and another has more than its part", has: 3, others: []int{1}, fewer: true, want: 3},
		{name: "all left a lease ago", has: 3, fewer: true, want: 1},
		{name: "as it was", has: 3, others: []int{3, 3}, long: true, busy: true, want: 3},

		{name: "two calls for three, a part is one call", limit: 2, has: 1, others: []int{0, 0}, busy: true, want: 2},
		{name: "two calls for three, nothing to send", limit: 2, others: []int{2, 0}, want: 0},
		{name: "two calls for three, one is free", limit: 2, others: []int{2, 0}, busy: true, want: 2},
		{name: "two calls for three, none is free", limit: 2, others: []int{2, 2}, busy: true, want: -1},
		{name: "one is free, and another waits for it", limit: 2, others: []int{2, -4}, busy: true, want: -5},
		{name: "one is free for the first that waits", limit: 2, has: -4, others: []int{2, -5}, busy: true, want: 2},
		{name: "one is free, not for the second that waits", limit: 2, has: -5, others: []int{2, -4}, busy: true, want: -5},
		{name: "who waits needs it no more", limit: 2, has: -5, others: []int{2, 2}, want: 0},
		{name: "nobody waits for what it does not need", limit: 2, has: 2, others: []int{2, 0}, long: true, want: 2},
		{name: "another waits for what it does not need", limit: 2, has: 2, others: []int{2, -1}, want: 0},
		{name: "another waits for what it needs", limit: 2, has: 2, others: []int{2, -1}, busy: true, want: 2},
		{name: "it was its turn for long", limit: 2, has: 2, others: []int{2, -1}, busy: true, long: true, want: 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := share{limit: cmp.Or(test.limit, 100), busy: func() bool { return test.busy }}
			if got := s.divide(test.has, test.others, test.fewer, test.long); got != test.want {
				t.Errorf("has %d, want %d", got, test.want)
			}
		})
	}
}

// member is an instance in a simulation: what divide decides, with rows and
// answers that come and go as on a network.
type member struct {
	uses   int  // in use
	row    int  // on record
	fewer  int  // since which step there have been fewer; 0: there are not
	taken  int  // the step at which it last had no part
	under  bool // a renewal is under way, and
	answer int  // what it will say
	left   int  // the step at which its row runs out; 0: it lives
	busy   bool
	served int // steps with a part
}

// TestSharesNeverExceedTheWhole plays instances that come, leave, crash, and whose
// renewals are answered late or never; with fewer calls a second than instances, too.
func TestSharesNeverExceedTheWhole(t *testing.T) {
	const lease = 6
	for seed := range uint64(600) {
		random := rand.New(rand.NewPCG(seed, 1))
		limit := []int{1, 2, 3, 5, 7, 100}[seed%6]
		var members []*member
		for step := 1; step < 400; step++ {
			for _, m := range members {
				m.busy = random.IntN(3) > 0
				if m.left == 0 && random.IntN(3) == 0 {
					m.renew(limit, members, step, lease)
				}
				if m.left == 0 && random.IntN(2) == 0 && m.under {
					m.use(step)
				}
			}
			switch random.IntN(20) {
			case 0:
				if len(members) < 8 {
					members = append(members, &member{})
				}
			case 1: // closed: its row goes at once
				if i := pick(random, members); i >= 0 && members[i].left == 0 {
					members = append(members[:i:i], members[i+1:]...)
				}
			case 2: // crashed, or cut off: it stops sooner than its row runs out
				if i := pick(random, members); i >= 0 && members[i].left == 0 {
					members[i].uses, members[i].left = 0, step+1+random.IntN(lease)
				}
			case 3: // an answer is lost
				if i := pick(random, members); i >= 0 {
					members[i].under = false
				}
			}
			members = living(members, step)
			if sum := calls(limit, members); sum > limit {
				t.Fatalf("seed %d, step %d: %d calls of %d", seed, step, sum, limit)
			}
		}
		for _, m := range members {
			m.busy = true
		}
		for step := 1000; step < 1000+20*lease; step++ { // now nothing happens but renewals
			if members = living(members, step); step == 1000+8*lease {
				for _, m := range members {
					m.served = 0
				}
			}
			for _, m := range members {
				m.renew(limit, members, step, lease)
				m.use(step)
				if m.uses > 0 {
					m.served++
				}
			}
		}
		for _, m := range members {
			if len(members) <= limit && m.uses != len(members) {
				t.Fatalf("seed %d: at rest one of %d uses 1/%d of %d", seed, len(members), m.uses, limit)
			}
			if fair := 12 * lease * min(limit, len(members)) / len(members); m.served < fair/2 {
				t.Fatalf("seed %d: one of %d had a part of %d for %d steps, want about %d", seed, len(members), limit, m.served, fair)
			}
		}
	}
}

// calls is how many calls a second the members may send together.
func calls(limit int, members []*member) (sum int) {
	for _, m := range members {
		if m.uses > 0 {
			sum += limit / m.uses
		}
	}
	return sum
}

func pick(random *rand.Rand, members []*member) int {
	if len(members) == 0 {
		return -1
	}
	return random.IntN(len(members))
}

func living(members []*member, step int) (alive []*member) {
	for _, m := range members {
		if m.left == 0 || m.left > step {
			alive = append(alive, m)
		}
	}
	return alive
}

// renew is what lease.renew does, with the answer still under way.
func (m *member) renew(limit int, members []*member, step, lease int) {
	var others []int
	for _, other := range members {
		if other != m {
			others = append(others, other.row)
		}
	}
	switch {
	case 1+len(others) >= m.uses:
		m.fewer = 0
	case m.fewer == 0:
		m.fewer = step
	}
	m.row = m.uses
	s := share{limit: limit, busy: func() bool { return m.busy }}
	m.answer = s.divide(m.uses, others, m.fewer != 0 && step-m.fewer >= lease, step-m.taken >= lease)
	if m.uses <= 0 || m.answer > 0 && m.answer < m.uses {
		m.row = m.answer
	}
	m.under = true
}

// use takes the answer of a renewal.
func (m *member) use(step int) {
	if m.uses <= 0 {
		m.taken = step
	}
	m.uses, m.under = m.answer, false
}

// parts adds up what instances were given.
type parts struct {
	mu    sync.Mutex
	given map[string]int
	most  float64
}

func (p *parts) of(name string) Option {
	return WithShares(100, func(instances int) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.given[name] = instances
		sum := 0.0
		for _, n := range p.given {
			if n > 0 {
				sum += 1 / float64(n)
			}
		}
		p.most = max(p.most, sum)
	}, func() bool { return false })
}

func (p *parts) gone(name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.given, name)
}

func (p *parts) are(want map[string]int) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return fmt.Sprint(p.given) == fmt.Sprint(want)
}

// TestShares: instances on one database come, leave and are cut off; before Open
// returns, each knows its part.
func TestShares(t *testing.T) {
	t.Parallel()
	direct := journaltest.Postgres(t)
	p, proxied := journaltest.Through(t, direct)
	shares := &parts{given: make(map[string]int)}
	a := reopen(t, direct, withLease(testLease), shares.of("a"))
	if !shares.are(map[string]int{"a": 1}) {
		t.Errorf("alone: %v", shares.given)
	}
	reopen(t, proxied, withLease(testLease), shares.of("b"))
	c := reopen(t, direct, withLease(testLease), shares.of("c"))
	if n := len(shares.given); n != 3 {
		t.Errorf("%d know their parts before Open returns, want 3", n)
	}
	eventually(t, "three share", func() bool { return shares.are(map[string]int{"a": 3, "b": 3, "c": 3}) })
	p.Freeze()
	eventually(t, "the one that is cut off sends nothing, and two share", func() bool {
		return shares.are(map[string]int{"a": 2, "b": 0, "c": 2})
	})
	p.Thaw()
	eventually(t, "three share again", func() bool { return shares.are(map[string]int{"a": 3, "b": 3, "c": 3}) })
	for name, j := range map[string]*Journal{"a": a, "c": c} {
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
		shares.gone(name)
	}
	eventually(t, "one has everything", func() bool { return shares.are(map[string]int{"b": 1}) })
	if shares.most > 1+1e-9 {
		t.Errorf("the parts were %.3f of the whole", shares.most)
	}
}

func TestSharesOfAFile(t *testing.T) {
	url, _ := newURL(t)
	var given []int
	reopen(t, url, WithShares(100, func(instances int) { given = append(given, instances) }, func() bool { return false }))
	if fmt.Sprint(given) != "[1]" {
		t.Errorf("given %v", given)
	}
}

// TestShareAfterARestart: the only instance need not wait for the one before it that
// was closed.
func TestShareAfterARestart(t *testing.T) {
	url := journaltest.Postgres(t)
	if err := reopen(t, url).Close(); err != nil {
		t.Fatal(err)
	}
	given := make(chan int, 9)
	reopen(t, url, WithShares(100, func(instances int) { given <- instances }, func() bool { return false }))
	select {
	case n := <-given:
		if n != 1 {
			t.Errorf("given %d, want 1", n)
		}
	case <-time.After(time.Minute):
		t.Error("given nothing")
	}
}

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

// fullest is the largest number of calls that came within such a time.
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
	instances := 2
	if pace.Length() > 0 {
		instances = 3
	}
	for i := range instances {
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
