package main

import (
	"flag"
	"fmt"
	"slices"
	"testing"
	"time"
)

var soak = flag.Duration("soak", 0, "how long TestSoak runs")

const (
	soakPace    = 150 * time.Millisecond // between what people do
	soakTrouble = 15 * time.Second       // between what goes wrong
	soakLook    = 10 * time.Second       // between samples
)

// TestSoak runs the program under steady traffic of every command, with connections
// that break now and then, and looks whether what it holds stays flat.
func TestSoak(t *testing.T) {
	if *soak == 0 {
		t.Skip("runs with -soak 10m -timeout 15m")
	}
	if deadline, limited := t.Deadline(); limited && time.Until(deadline) < *soak+time.Minute {
		t.Fatalf("-soak %s needs a longer -timeout", *soak)
	}
	if *soak < 6*soakLook {
		t.Fatalf("-soak %s is too short; %s is the least", *soak, 6*soakLook)
	}
	c := newCrowd(t)
	c.launch()
	c.warm()
	samples := c.use(*soak)
	c.settle()
	t.Logf("%d acknowledged, %d missed", c.acknowledged.Load(), c.missed.Load())
	if missed := c.missed.Load(); missed*10 > c.acknowledged.Load() {
		t.Errorf("%d were not acknowledged", missed)
	}
	c.stop()
	flat(t, samples)
}

// use lets people use the program for a while and looks at it now and then.
func (c *crowd) use(length time.Duration) []sample {
	c.t.Helper()
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
			c.t.Log(now)
			samples = append(samples, now)
		}
	}
	return samples
}

// settle waits until everything that was acknowledged is answered.
func (c *crowd) settle() {
	c.t.Helper()
	c.acting.Wait()
	c.slack.slack.ClearFaults()
	c.discord.discord.ClearFaults()
	c.api.ClearFaults()
	c.until("done with all that was accepted", func() bool {
		return c.gauge(`liveadmin_open_entries{state="accepted"}`)+c.gauge(`liveadmin_open_entries{state="done"}`) == 0
	})
}

// sample is what the program holds at a moment.
type sample struct {
	after             time.Duration
	goroutines, files int64
	resident, wal     int64 // bytes
}

func (s *shipped) sample(after time.Duration) sample {
	s.t.Helper()
	return sample{after: after, goroutines: s.gauge("go_goroutines"), files: s.files(), resident: s.resident(), wal: s.wal()}
}

func (s sample) String() string {
	return fmt.Sprintf("%6s  %3d goroutines  %3d files  %5.1f MiB  WAL %4.1f MiB", s.after.Round(time.Second), s.goroutines, s.files, mib(s.resident), mib(s.wal))
}

func mib(bytes int64) float64 { return float64(bytes) / (1 << 20) }

// flat compares the medians of the two halves, which do not mind a burst that a sample
// happens to meet. What comes before, a quarter of all samples, is left out: while the
// program warms up, SQLite fills the page caches of its connections, 2 MiB each, and
// Linux loads the code.
func flat(t *testing.T, samples []sample) {
	t.Helper()
	samples = samples[len(samples)/4:]
	half := len(samples) / 2
	for _, held := range []struct {
		name  string
		of    func(sample) int64
		grows float64 // the factor by which the second half may be above the first
		room  int64   // and what it may be above it beside
	}{
		{"goroutines", func(s sample) int64 { return s.goroutines }, 1, 5},
		{"files", func(s sample) int64 { return s.files }, 1, 3},
		{"resident memory", func(s sample) int64 { return s.resident }, 1.1, 1 << 20},
		{"WAL", func(s sample) int64 { return s.wal }, 1, 1 << 20},
	} {
		first, second := middle(samples[:half], held.of), middle(samples[half:], held.of)
		t.Logf("%s: %d, then %d", held.name, first, second)
		if second > int64(held.grows*float64(first))+held.room {
			t.Errorf("%s grows: %d in the first half, %d in the second", held.name, first, second)
		}
	}
}

func middle(samples []sample, of func(sample) int64) int64 {
	var all []int64
	for _, s := range samples {
		all = append(all, of(s))
	}
	slices.Sort(all)
	return all[len(all)/2]
}
