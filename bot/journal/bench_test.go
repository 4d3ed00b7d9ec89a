package journal

import (
	"encoding/json"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"liveadmin/bot"
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

// BenchmarkHistory reads the trail after 500 commands on an alias of 1,000 groups, half a
// million rows, as different callers and filters do, and reports the slowest of these reads.
func BenchmarkHistory(b *testing.B) {
	durable(b, func(b *testing.B, j *Journal) {
		groups := fillAlias(b, j, 500, 1000)
		if j.dialect.snapshot != 0 { // a server does so by itself within a minute
			if _, err := j.writer.Exec(`ANALYZE`); err != nil {
				b.Fatal(err)
			}
		}
		all := make([]string, len(groups))
		for i, g := range groups {
			all[i] = string(g)
		}
		everything := func(bot.Record) bool { return true }
		other := func(r bot.Record) bool { return slices.Contains(r.Groups, "another") }
		last := func(r bot.Record) bool { return slices.Contains(r.Groups, groups[len(groups)-1]) }
		var slowest time.Duration
		for _, read := range []struct {
			name   string
			filter bot.Filter
			sees   func(bot.Record) bool
		}{
			{"all", bot.Filter{Reader: alice}, everything},
			{"a group", bot.Filter{Reader: alice, About: all[500:501]}, everything},
			{"the alias", bot.Filter{Reader: alice, About: all}, everything},
			{"a user", bot.Filter{Reader: alice, About: []string{"user1"}}, everything},
			{"a caller", bot.Filter{Reader: alice, About: []string{alice}}, everything},
			{"since", bot.Filter{Reader: alice, Since: moment(1)}, everything},
			{"the alias since", bot.Filter{Reader: alice, About: all, Since: moment(1)}, everything},
			{"since, nothing", bot.Filter{Reader: alice, Since: time.Now().Add(time.Hour)}, everything},
			{"the alias since, nothing", bot.Filter{Reader: alice, About: all, Since: time.Now().Add(time.Hour)}, everything},
			{"one", bot.Filter{Reader: alice, Number: 250}, everything},
			{"by who sees the last group", bot.Filter{Reader: "slack:user:UBOB"}, last},
			{"by who sees other groups", bot.Filter{Reader: "slack:user:UBOB"}, other},
			{"a user, by who sees other groups", bot.Filter{Reader: "slack:user:UBOB", About: []string{"user1"}}, other},
			{"by who sees nothing", bot.Filter{Reader: "slack:user:UMALLORY", Caller: "slack:user:UMALLORY"}, nil},
		} {
			var took []time.Duration
			for range 1 + 2*b.N {
				start := time.Now()
				if _, err := j.Stories(b.Context(), read.filter, read.sees); err != nil {
					b.Fatal(err)
				}
				took = append(took, time.Since(start))
			}
			slices.Sort(took)
			median := took[len(took)/2]
			b.Logf("%s: %v", read.name, median)
			slowest = max(slowest, median)
		}
		b.ReportMetric(float64(slowest.Microseconds())/1000, "slowest-ms")
	})
}

// fillAlias writes the audit rows of so many commands on an alias of so many groups.
func fillAlias(t testing.TB, j *Journal, entries, groups int) []imapi.GroupID {
	t.Helper()
	names := make([]imapi.GroupID, groups)
	for i := range names {
		names[i] = imapi.GroupID(fmt.Sprintf("@TGS#a%08d", i))
	}
	list, err := json.Marshal(names)
	if err != nil {
		t.Fatal(err)
	}
	const numbers, each = `WITH RECURSIVE n(i) AS (SELECT $1 + 0 UNION ALL SELECT i + 1 FROM n WHERE i < $1 + 9)`,
		`, g(k) AS (SELECT 0 UNION ALL SELECT k + 1 FROM g WHERE k + 1 < $2)`
	pad := `'@TGS#a' || substr('00000000' || k, length('00000000' || k) - 7)`
	for first := 1; first <= entries; first += 10 {
		for _, s := range []statement{
			{`INSERT INTO audit (number, key, at, what, caller, platform, channel, thread, verb, group_id, groups, users, asked, outcome, detail) ` + numbers + `
				SELECT i, 'key' || i, i, 'accepted', 'slack:user:U0ALICE', 'slack', 'slack:C1', '', 'add', '', $2, '[]', 'add big user1', 'Working', 'ALLOWLIST' FROM n`,
				[]any{first, string(list)}},
			{`INSERT INTO audit (number, at, what, caller, platform, channel, thread, verb, group_id, users, asked, outcome, detail) ` + numbers + each + `
				SELECT i, i, 'outcome', 'slack:user:U0ALICE', 'slack', 'slack:C1', '', 'add', ` + pad + `, '["user1"]', '', 'Done', '' FROM n CROSS JOIN g ORDER BY i, k`,
				[]any{first, groups}},
			{`INSERT INTO audit_about (about, number) ` + numbers + each + ` SELECT ` + pad + `, i FROM n CROSS JOIN g`, []any{first, groups}},
			{`INSERT INTO audit_about (about, number) ` + numbers + ` SELECT 'user1', i FROM n UNION ALL SELECT 'slack:user:U0ALICE', i FROM n`, []any{first}},
		} {
			if _, err := j.writer.Exec(s.text, s.args...); err != nil {
				t.Fatal(err)
			}
		}
	}
	return names
}
