package load

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"liveadmin/bot/bottest/pace"
)

const (
	soakLeast   = 10 * time.Minute       // in less, warming up looks like growing
	soakPace    = 150 * time.Millisecond // between what people do
	soakTrouble = 15 * time.Second       // between what goes wrong
	soakLook    = 10 * time.Second       // between samples
)

// TestSoak runs the program under steady traffic of every command, with connections
// that break now and then, and looks whether what it holds stays flat.
func TestSoak(t *testing.T) {
	length := pace.Length()
	if length < soakLeast {
		t.Skipf("long: runs with %s=%.0fm", pace.Variable, soakLeast.Minutes())
	}
	if deadline, limited := t.Deadline(); limited && time.Until(deadline) < length+2*restTime+time.Minute {
		t.Fatalf("%s needs a longer -timeout", length)
	}
	c := newCrowd(t)
	c.launch()
	c.warm()
	before := c.rest(0)
	samples := c.use(length)
	c.settle()
	t.Logf("%d acknowledged, %d missed", c.acknowledged.Load(), c.missed.Load())
	if missed := c.missed.Load(); missed*10 > c.acknowledged.Load() {
		t.Errorf("%d were not acknowledged", missed)
	}
	after := c.rest(before)
	c.Stop()
	t.Logf("%d goroutines at rest before, %d after", before, after)
	if after > before {
		t.Error("goroutines are left behind")
	}
	for _, h := range holdings(samples) {
		t.Logf("%s by thirds: %d", h.name, h.thirds)
		if h.grows() {
			t.Errorf("%s grows: %d, then %d", h.name, h.thirds[1], h.thirds[2])
		}
	}
}

// use lets people use the program for a while and looks at it now and then.
func (c *crowd) use(length time.Duration) []sample {
	c.T.Helper()
	var samples []sample
	pace, trouble, look := time.NewTicker(soakPace), time.NewTicker(soakTrouble), time.NewTicker(soakLook)
	began := time.Now()
	for steps, troubles := 0, 0; time.Since(began) < length; {
		select {
		case <-pace.C:
			c.act(steps)
			steps++
		case <-trouble.C:
			c.goWrong(troubles)
			troubles++
		case <-look.C:
			now := c.sample(time.Since(began))
			c.T.Log(now)
			samples = append(samples, now)
		}
	}
	return samples
}

// settle waits until everything that was acknowledged is answered.
func (c *crowd) settle() {
	c.T.Helper()
	c.acting.Wait()
	c.slack.Slack.ClearFaults()
	c.discord.Discord.ClearFaults()
	c.API.ClearFaults()
	c.Until("done with all that was accepted", func() bool {
		return c.gauge(`liveadmin_open_entries{state="accepted"}`)+c.gauge(`liveadmin_open_entries{state="done"}`) == 0
	})
}

// restTime is how long it takes at most until the program is at rest: connections that
// nobody needs end after 90 s.
const restTime = 100 * time.Second

// rest is how few goroutines the program comes down to when nobody uses it: so few as
// are wanted, or the fewest until it is at rest. They show also what a reconnect leaves
// behind, which is too little for the medians.
func (s *shipped) rest(wanted int64) int64 {
	s.T.Helper()
	fewest := s.gauge("go_goroutines")
	for began := time.Now(); fewest > wanted && time.Since(began) < restTime; time.Sleep(time.Second) {
		fewest = min(fewest, s.gauge("go_goroutines"))
	}
	return fewest
}

// sample is what the program holds at a moment.
type sample struct {
	after               time.Duration
	goroutines, files   int64
	heap, resident, wal int64 // bytes
}

func (s *shipped) sample(after time.Duration) sample {
	s.T.Helper()
	return sample{
		after: after, goroutines: s.gauge("go_goroutines"), files: s.files(),
		heap: s.gauge("go_memstats_heap_alloc_bytes"), resident: s.resident(), wal: s.wal(),
	}
}

func (s sample) String() string {
	return fmt.Sprintf("%6s  %3d goroutines  %3d files  heap %4.1f  resident %5.1f  WAL %4.1f MiB",
		s.after.Round(time.Second), s.goroutines, s.files, mib(s.heap), mib(s.resident), mib(s.wal))
}

func mib(bytes int64) float64 { return float64(bytes) / (1 << 20) }

// holding is something that must stay flat.
type holding struct {
	name   string
	of     func(sample) int64
	room   int64 // how much higher it may be than before
	thirds [3]int64
}

// grows reports whether the last third is above the second. The first does not count:
// while the program warms up, SQLite fills the page caches of its connections, 2 MiB
// each, and Linux loads the code.
func (h holding) grows() bool { return h.thirds[2] > h.thirds[1]+h.room }

// holdings compares the medians of the thirds, which do not mind a burst that a sample
// happens to meet. In ten minutes the last two are 200 s apart, so that the room for the
// heap is 0.15 MiB a minute. That for goroutines is wide, since those at work come and
// go: what stays shows at rest.
func holdings(samples []sample) []holding {
	all := []holding{
		{name: "goroutines", of: func(s sample) int64 { return s.goroutines }, room: 10},
		{name: "files", of: func(s sample) int64 { return s.files }, room: 3},
		{name: "heap", of: func(s sample) int64 { return s.heap }, room: 1 << 19},
		{name: "resident memory", of: func(s sample) int64 { return s.resident }, room: 2 << 20},
		{name: "WAL", of: func(s sample) int64 { return s.wal }, room: 1 << 19},
	}
	third := len(samples) / 3
	for i := range all {
		for n := range all[i].thirds {
			all[i].thirds[n] = middle(samples[n*third:(n+1)*third], all[i].of)
		}
	}
	return all
}

func middle(samples []sample, of func(sample) int64) int64 {
	var all []int64
	for _, s := range samples {
		all = append(all, of(s))
	}
	slices.Sort(all)
	return all[len(all)/2]
}

// TestHoldings: what grows slowly is noticed, what comes and goes or was there early is
// not.
func TestHoldings(t *testing.T) {
	for _, tc := range []struct {
		name  string
		grow  func(s *sample, n int) // n: the number of the sample, of 60 in ten minutes
		grows string
	}{
		{"nothing", func(*sample, int) {}, ""},
		{"a goroutine in ten seconds", func(s *sample, n int) { s.goroutines += int64(n) }, "goroutines"},
		{"a file in forty seconds", func(s *sample, n int) { s.files += int64(n / 4) }, "files"},
		{"a quarter of a MiB of heap in a minute", func(s *sample, n int) { s.heap += int64(n) << 18 / 6 }, "heap"},
		{"a MiB of memory in a minute", func(s *sample, n int) { s.resident += int64(n) << 20 / 6 }, "resident memory"},
		{"a WAL that is not copied back", func(s *sample, n int) { s.wal += int64(n) << 16 }, "WAL"},
		{"bursts", func(s *sample, n int) {
			if n%3 == 0 {
				*s = sample{goroutines: 500, files: 500, heap: 1 << 30, resident: 1 << 30, wal: 1 << 30}
			}
		}, ""},
		{"warming up", func(s *sample, n int) { s.resident += int64(min(n, 20)) << 20 }, ""},
		{"less and less", func(s *sample, n int) { s.heap -= int64(n) << 16 }, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var samples []sample
			for n := range 60 {
				s := sample{goroutines: 50, files: 30, heap: 4 << 20, resident: 35 << 20, wal: 4 << 20}
				tc.grow(&s, n)
				samples = append(samples, s)
			}
			grows := ""
			for _, h := range holdings(samples) {
				if h.grows() {
					grows += h.name
				}
			}
			if grows != tc.grows {
				t.Errorf("%q grows, want %q", grows, tc.grows)
			}
		})
	}
}
