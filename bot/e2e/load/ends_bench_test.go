package load

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"liveadmin/bot/bottest"
	"liveadmin/bot/journal"
	"liveadmin/bot/journal/journaltest"
	"liveadmin/imapi/simulator"
)

// BenchmarkEnds is how long after its time the right of a limited administrator ends, of
// two hundred that end within two seconds: from the moment on record until Tencent Chat
// is informed. The goal is a second at most.
func BenchmarkEnds(b *testing.B) {
	b.Run("SQLite", func(b *testing.B) {
		s := newShipped(b)
		s.benchmarkEnds(b, "sqlite://"+filepath.Join(s.Dir, "liveadmin.db"))
	})
	b.Run("PostgreSQL", func(b *testing.B) {
		url := journaltest.Postgres(b)
		newShipped(b).benchmarkEnds(b, url)
	})
}

func (s *shipped) benchmarkEnds(b *testing.B, database string) {
	const groups, length, span = 200, 10 * time.Second, 2 * time.Second
	s.Env = append(s.Env, "DATABASE_URL="+database, "IM_RATE_LIMIT=200")
	s.launch()
	s.warm()
	var late []time.Duration
	for round := 0; b.Loop(); round++ {
		for n := range groups {
			group := fmt.Sprintf("@TGS#aEND%03d%03d", round, n)
			s.API.AddGroup(group, simulator.Group{})
			_ = s.slack.Slack.Slash("U0ALICE", "C0SHOW", fmt.Sprintf("add %s user1 --for %s", group, length))
			time.Sleep(span / groups)
		}
		late = append(late, s.lateness(b, database, groups)...)
	}
	s.Stop()
	slices.Sort(late)
	b.ReportMetric(late[len(late)/2].Seconds()*1000, "p50-ms")
	b.ReportMetric(late[len(late)*99/100].Seconds()*1000, "p99-ms")
	b.ReportMetric(late[len(late)-1].Seconds()*1000, "max-ms")
}

// lateness waits until so many limits have ended that are on record soon, and returns
// how late each did.
func (s *shipped) lateness(b *testing.B, database string, groups int) []time.Duration {
	b.Helper()
	record, err := journal.OpenReader(b.Context(), database, bottest.AppID)
	if err != nil {
		b.Fatal(err)
	}
	defer record.Close()
	until := make(map[string]time.Time)
	ended := make(map[string]time.Duration)
	s.Until("all limits are over", func() bool {
		grants, err := record.Grants(context.Background(), "")
		if err != nil {
			b.Fatal(err)
		}
		for _, g := range grants {
			until[string(g.Group)] = g.Until
		}
		return len(until) == groups && len(grants) == 0
	})
	for _, c := range s.API.Calls() {
		if end, limited := until[c.Group]; limited && c.CommandType == 2 {
			ended[c.Group] = c.At.Sub(end)
		}
	}
	var all []time.Duration
	for _, late := range ended {
		all = append(all, late)
	}
	if len(all) != groups {
		b.Fatalf("%d of %d were ended", len(all), groups)
	}
	return all
}
