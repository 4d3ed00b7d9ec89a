package intake

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"sync"
	"testing"
	"time"

	"liveadmin/commands"
)

const knocker = "slack:user:UKNOCK"

func hall() commands.Place { return commands.Place{Platform: "slack", Channel: "slack:CHALL"} }

// knock sends one delivery after another and returns how many are answered.
func knock(c *caps, ref string, times int, at time.Time) (answered int) {
	for range times {
		if c.allow(ref, hall(), at, cappedAnswers) {
			answered++
		}
	}
	return answered
}

func TestCaps(t *testing.T) {
	start := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	after := func(seconds int) time.Time { return start.Add(time.Duration(seconds) * time.Second) }
	type step struct {
		second   int
		sent     int
		answered int
		due      []capped // what is overdue then
	}
	due := func(count, second int) []capped {
		return []capped{{Ref: knocker, Place: hall(), Count: count, Since: after(second)}}
	}
	for _, tt := range []struct {
		name  string
		steps []step
	}{
		{"as many as can be", []step{{0, 30, 30, nil}, {60, 30, 30, nil}, {120, 0, 0, nil}}},
		{"more are not answered, and counted once", []step{{0, 40, 30, nil}, {30, 5, 0, nil}, {59, 0, 0, nil}, {60, 0, 0, due(15, 0)}, {61, 0, 0, nil}}},
		{"answers come back one by one, a minute after", []step{{0, 10, 10, nil}, {30, 25, 20, nil}, {59, 1, 0, nil}, {60, 11, 10, nil}, {89, 1, 0, nil}, {90, 21, 20, due(9, 30)}}},
		{"two bursts around a full minute", []step{{59, 30, 30, nil}, {61, 30, 0, nil}, {121, 0, 0, due(30, 61)}}},
		{"who goes on gets a row a minute", []step{{0, 31, 30, nil}, {60, 0, 0, due(1, 0)}, {60, 32, 30, nil}, {90, 5, 0, nil}, {120, 0, 0, due(7, 60)}}},
		{"nothing is due of who was answered", []step{{0, 1, 1, nil}, {3600, 0, 0, nil}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newCaps()
			for _, s := range tt.steps {
				if got := knock(c, knocker, s.sent, after(s.second)); got != s.answered {
					t.Errorf("at %ds: answered %d of %d, want %d", s.second, got, s.sent, s.answered)
				}
				if got := c.overdue(after(s.second)); !reflect.DeepEqual(got, s.due) {
					t.Errorf("at %ds: due %+v, want %+v", s.second, got, s.due)
				}
			}
		})
	}
}

func TestCapsOfOneCallerAreNotAnothers(t *testing.T) {
	c, now := newCaps(), time.Now()
	knock(c, knocker, 100, now)
	if got := knock(c, "slack:user:UOTHER", 30, now); got != 30 {
		t.Errorf("answered %d, want 30", got)
	}
	knock(c, "slack:user:UOTHER", 2, now.Add(time.Second))
	due := c.overdue(now.Add(time.Hour))
	if len(due) != 2 || due[0].Ref != knocker || due[0].Count != 70 || due[1].Count != 2 {
		t.Errorf("due %+v", due)
	}
}

// TestCapsAreBounded: callers beyond so many share one budget, until there is room
// again.
func TestCapsAreBounded(t *testing.T) {
	c, now := newCaps(), time.Now()
	for i := range cappedCallers + 31 {
		if answer := c.allow(fmt.Sprint("caller", i), hall(), now, cappedAnswers); answer != (i < cappedCallers+30) {
			t.Fatalf("caller %d: answered %v", i, answer)
		}
	}
	if got := knock(c, "caller0", 29, now); got != 29 {
		t.Errorf("a caller from before is answered %d times more, want 29", got)
	}
	if len(c.callers) != cappedCallers+1 { // and all others together
		t.Errorf("%d callers are counted", len(c.callers))
	}
	later := now.Add(cappedMinute)
	if due := c.overdue(later); !reflect.DeepEqual(due, []capped{{Place: hall(), Count: 1, Since: now}}) {
		t.Errorf("due %+v", due)
	}
	if len(c.callers) != 0 {
		t.Errorf("%d callers are remembered", len(c.callers))
	}
	if got := knock(c, "one more", 30, later); got != 30 {
		t.Errorf("answered %d, want 30", got)
	}
}

// TestCapsHoldInAnyMinute: whatever the rhythm, no minute has more answers, and
// every delivery is either answered or counted.
func TestCapsHoldInAnyMinute(t *testing.T) {
	for seed := range uint64(200) {
		r, c, now := rand.New(rand.NewPCG(1, seed)), newCaps(), time.Unix(0, 0)
		var answers []time.Time
		counted, sent := 0, r.IntN(500)
		for range sent {
			now = now.Add(time.Duration(r.ExpFloat64() * float64(time.Second)))
			if c.allow(knocker, hall(), now, cappedAnswers) {
				answers = append(answers, now)
			}
			if r.IntN(5) == 0 {
				for _, d := range c.overdue(now) {
					counted += d.Count
				}
			}
		}
		for _, d := range c.overdue(now.Add(cappedMinute)) {
			counted += d.Count
		}
		if len(answers)+counted != sent {
			t.Fatalf("seed %d: %d answered and %d counted of %d", seed, len(answers), counted, sent)
		}
		for i := cappedAnswers; i < len(answers); i++ {
			if answers[i].Sub(answers[i-cappedAnswers]) < cappedMinute {
				t.Fatalf("seed %d: 31 answers within %v", seed, answers[i].Sub(answers[i-cappedAnswers]))
			}
		}
	}
}

func TestCapsFromManyGoroutines(t *testing.T) {
	c, now := newCaps(), time.Now()
	var knocking sync.WaitGroup
	var mu sync.Mutex
	answered := 0
	for range 8 {
		knocking.Go(func() {
			got := knock(c, knocker, 100, now)
			c.overdue(now)
			mu.Lock()
			defer mu.Unlock()
			answered += got
		})
	}
	knocking.Wait()
	if due := c.overdue(now.Add(cappedMinute)); answered != 30 || len(due) != 1 || due[0].Count != 770 {
		t.Errorf("answered %d, due %+v", answered, due)
	}
}
