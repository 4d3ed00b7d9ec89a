package journal

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// BenchmarkAccept accepts on a real file with synchronous=FULL.
func BenchmarkAccept(b *testing.B) {
	url, _ := newURL(b)
	j := reopen(b, url)
	var took []time.Duration
	for i := 0; b.Loop(); i++ {
		start := time.Now()
		if _, _, err := j.Accept(b.Context(), entry(fmt.Sprint(i)), accepted()); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
}
