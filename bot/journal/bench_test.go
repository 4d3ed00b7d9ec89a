package journal

import (
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"liveadmin/bot/journal/journaltest"
	"liveadmin/imapi"
)

// durable runs a benchmark on both databases as they are in use: on a real file with
// synchronous=FULL, on a server with fsync.
func durable(b *testing.B, run func(*testing.B, *Journal)) {
	b.Run("SQLite", func(b *testing.B) {
		url, _ := newURL(b)
		run(b, reopen(b, url))
	})
	server := journaltest.NewServer(b)
	b.Run("PostgreSQL", func(b *testing.B) {
		run(b, reopen(b, server.Database(b)))
	})
}

// BenchmarkAccept accepts one after the other.
func BenchmarkAccept(b *testing.B) {
	durable(b, func(b *testing.B, j *Journal) {
		report(b, acceptMany(b, j, "k"))
	})
}

// BenchmarkAcceptAtOnce accepts on many groups from many callers.
func BenchmarkAcceptAtOnce(b *testing.B) {
	durable(b, func(b *testing.B, j *Journal) {
		var n atomic.Int64
		b.SetParallelism(16)
		b.ResetTimer()
		start := time.Now()
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				i := n.Add(1)
				e := entry(fmt.Sprint(i), imapi.GroupID(fmt.Sprint("group", i%100)))
				if _, _, err := j.Accept(b.Context(), e, accepted(), nil); err != nil {
					b.Error(err)
				}
			}
		})
		b.ReportMetric(float64(b.N)/time.Since(start).Seconds(), "accepts/s")
	})
}

// BenchmarkAcceptAfterAMillion compares accepting on a trail of a million rows with
// accepting on an empty one.
func BenchmarkAcceptAfterAMillion(b *testing.B) {
	durable(b, func(b *testing.B, j *Journal) {
		const warm, some = 200, 1000
		for i := range warm {
			mustAccept(b, j, entry(fmt.Sprint("warm", i)))
		}
		empty := acceptSome(b, j, "empty", some)
		fillTrail(b, j, 1_000_000)
		full := acceptSome(b, j, "full", some)
		for b.Loop() { // what was to be measured is
		}
		b.ReportMetric(float64(full)/float64(empty), "full/empty")
	})
}

func acceptMany(b *testing.B, j *Journal, key string) (took []time.Duration) {
	for i := 0; b.Loop(); i++ {
		start := time.Now()
		mustAccept(b, j, entry(fmt.Sprint(key, i)))
		took = append(took, time.Since(start))
	}
	return took
}

// acceptSome returns the median of accepting that often.
func acceptSome(b *testing.B, j *Journal, key string, times int) time.Duration {
	var took []time.Duration
	for i := range times {
		start := time.Now()
		mustAccept(b, j, entry(fmt.Sprint(key, i)))
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	return took[len(took)/2]
}

// fillTrail writes audit rows of refused commands.
func fillTrail(b *testing.B, j *Journal, rows int) {
	b.Helper()
	for _, statement := range []string{
		`INSERT INTO audit (number, key, at, what, caller, platform, channel, thread, verb, group_id, users, asked, outcome, detail)
			WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1)
			SELECT -i, 'key' || i, i, 'refused', 'slack:user:U' || (i % 1000), 'slack', 'slack:C1', '', 'add', '', '[]', 'add x y', 'refused', '' FROM n`,
		`INSERT INTO audit_about (about, number)
			WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1)
			SELECT 'slack:user:U' || (i % 1000), -i FROM n`,
	} {
		if _, err := j.writer.Exec(statement, rows); err != nil {
			b.Fatal(err)
		}
	}
}

func report(b *testing.B, took []time.Duration) {
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
}
