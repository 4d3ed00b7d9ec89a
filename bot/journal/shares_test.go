package journal

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"liveadmin/bot/journal/journaltest"
)

func TestDivide(t *testing.T) {
	for _, test := range []struct {
		name   string
		uses   int
		others []int64
		fewer  bool
		want   int
	}{
		{"alone", 0, nil, false, 1},
		{"alone for long", 1, nil, false, 1},
		{"new, beside one that has everything", 0, []int64{1}, false, 0},
		{"new, beside one that has made room", 0, []int64{2}, false, 2},
		{"new, beside one that is new", 0, []int64{0}, false, 2},
		{"new, beside one that has made too little room", 0, []int64{3, 2}, false, 0},
		{"another has come", 1, []int64{0}, false, 2},
		{"two have come", 2, []int64{2, 0, 0}, false, 4},
		{"one has left just now", 3, []int64{3}, false, 3},
		{"one left a lease ago", 3, []int64{3}, true, 2},
		{"one left a lease ago, and another took its part", 3, []int64{2}, true, 2},
		{"all left a lease ago", 3, nil, true, 1},
		{"as it was", 3, []int64{3, 3}, false, 3},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := divide(test.uses, test.others, test.fewer); got != test.want {
				t.Errorf("uses %d, want %d", got, test.want)
			}
		})
	}
}

// member is an instance in a simulation: what divide decides, with rows and
// answers that come and go as on a network.
type member struct {
	uses   int   // in use
	row    int64 // on record
	fewer  int   // since which step there have been fewer; 0: there are not
	answer int   // of a renewal, not received yet; -1: none
	left   int   // the step at which its row runs out; 0: it lives
}

// TestSharesNeverExceedTheWhole plays instances that come, leave, crash, and whose
// renewals are answered late or never.
func TestSharesNeverExceedTheWhole(t *testing.T) {
	const lease = 6
	for seed := range uint64(300) {
		random := rand.New(rand.NewPCG(seed, 1))
		var members []*member
		for step := 1; step < 400; step++ {
			for _, m := range members {
				if m.left == 0 && random.IntN(3) == 0 {
					m.renew(members, step, lease)
				}
				if m.left == 0 && random.IntN(2) == 0 && m.answer >= 0 {
					m.uses, m.answer = m.answer, -1
				}
			}
			switch random.IntN(20) {
			case 0:
				if len(members) < 6 {
					members = append(members, &member{answer: -1})
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
					members[i].answer = -1
				}
			}
			members = living(members, step)
			sum := 0.0
			for _, m := range members {
				if m.uses > 0 {
					sum += 1 / float64(m.uses)
				}
			}
			if sum > 1+1e-9 {
				t.Fatalf("seed %d, step %d: the parts are %.3f of the whole", seed, step, sum)
			}
		}
		for step := 1000; step < 1000+8*lease; step++ { // now nothing happens but renewals
			members = living(members, step)
			for _, m := range members {
				m.renew(members, step, lease)
				m.uses, m.answer = m.answer, -1
			}
		}
		for _, m := range members {
			if m.uses != len(members) {
				t.Fatalf("seed %d: at rest one of %d uses 1/%d", seed, len(members), m.uses)
			}
		}
	}
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
func (m *member) renew(members []*member, step, lease int) {
	var others []int64
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
	m.row = int64(m.uses)
	m.answer = divide(m.uses, others, m.fewer != 0 && step-m.fewer >= lease)
	if m.uses == 0 || m.answer < m.uses {
		m.row = int64(m.answer)
	}
}

// parts adds up what instances were told.
type parts struct {
	mu   sync.Mutex
	told map[string]int
	most float64
}

func (p *parts) of(name string) Option {
	return WithShares(func(instances int) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.told[name] = instances
		sum := 0.0
		for _, n := range p.told {
			if n > 0 {
				sum += 1 / float64(n)
			}
		}
		p.most = max(p.most, sum)
	})
}

func (p *parts) gone(name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.told, name)
}

func (p *parts) are(want map[string]int) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return fmt.Sprint(p.told) == fmt.Sprint(want)
}

// TestShares: instances on one database come, leave and are cut off; before Open
// returns, each knows its part.
func TestShares(t *testing.T) {
	t.Parallel()
	direct := journaltest.Postgres(t)
	p, proxied := through(t, direct)
	shares := &parts{told: make(map[string]int)}
	a := reopen(t, direct, withLease(testLease), shares.of("a"))
	if !shares.are(map[string]int{"a": 1}) {
		t.Errorf("alone: %v", shares.told)
	}
	reopen(t, proxied, withLease(testLease), shares.of("b"))
	c := reopen(t, direct, withLease(testLease), shares.of("c"))
	if n := len(shares.told); n != 3 {
		t.Errorf("%d know their parts before Open returns, want 3", n)
	}
	eventually(t, "three share", func() bool { return shares.are(map[string]int{"a": 3, "b": 3, "c": 3}) })
	p.freeze()
	eventually(t, "the one that is cut off sends nothing, and two share", func() bool {
		return shares.are(map[string]int{"a": 2, "b": 0, "c": 2})
	})
	p.thaw()
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
	var told []int
	reopen(t, url, WithShares(func(instances int) { told = append(told, instances) }))
	if fmt.Sprint(told) != "[1]" {
		t.Errorf("told %v", told)
	}
}

// TestShareAfterARestart: the only instance need not wait for the one before it that
// was closed.
func TestShareAfterARestart(t *testing.T) {
	url := journaltest.Postgres(t)
	if err := reopen(t, url).Close(); err != nil {
		t.Fatal(err)
	}
	told := make(chan int, 9)
	reopen(t, url, WithShares(func(instances int) { told <- instances }))
	select {
	case n := <-told:
		if n != 1 {
			t.Errorf("told %d, want 1", n)
		}
	case <-time.After(time.Minute):
		t.Error("told nothing")
	}
}
