package load

import (
	"os"
	"slices"
	"testing"
	"time"
)

// What the program costs, as it is shipped. bot/e2e/bench.sh compares it with the goals.

// BenchmarkSize is the size of the binary. The goal is 25 MB at most.
func BenchmarkSize(b *testing.B) {
	info, err := os.Stat(newShipped(b).binary)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() { // what was to be measured is
	}
	b.ReportMetric(float64(info.Size())/1e6, "MB")
}

// BenchmarkStart is from the start of the process to /readyz, with both platforms
// connected and an existing database. The goal is 300 ms at most at the median.
func BenchmarkStart(b *testing.B) {
	s := newShipped(b)
	s.launch()
	s.Stop()
	var took []time.Duration
	for b.Loop() {
		took = append(took, s.launch())
		s.Stop()
	}
	slices.Sort(took)
	b.ReportMetric(took[len(took)/2].Seconds()*1000, "p50-ms")
	b.ReportMetric(took[len(took)-1].Seconds()*1000, "max-ms")
}

// BenchmarkIdle is what the program takes when nobody types, with both platforms
// connected: memory after 20 s, at most 30 MiB, and then the part of a core over 20 s,
// less than 0.5 %. Both platforms make it answer something each second, which is more
// often than the real ones do.
func BenchmarkIdle(b *testing.B) {
	const span = 20 * time.Second
	s := newShipped(b)
	s.launch()
	s.warm()
	var memory, load float64
	for b.Loop() {
		time.Sleep(span)
		memory = float64(s.resident()) / (1 << 20)
		before := s.busy()
		time.Sleep(span)
		load = 100 * float64(s.busy()-before) / float64(span)
	}
	s.Stop()
	b.ReportMetric(memory, "MiB")
	b.ReportMetric(load, "%-of-a-core")
}
