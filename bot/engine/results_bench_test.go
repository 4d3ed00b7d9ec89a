package engine_test

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/bottest"
	"liveadmin/bot/journal/journaltest"
	"liveadmin/commands/policy"
	"liveadmin/imapi/simulator"
)

// BenchmarkResults brings 1,000 commands on 100 groups through the door in one moment and
// measures how many have their result in a second, at limit 200 and with calls of 20 ms. Each
// reads and changes a group, so that the limit allows 99 a second; the time until all are
// accepted is the rest. Then it measures what a command takes in the database: for the first
// 30 days, and for ever.
func BenchmarkResults(b *testing.B) {
	b.Run("SQLite", func(b *testing.B) {
		stage := bottest.NewStage(b, nil)
		file := "file:" + filepath.Join(stage.Dir(), "journal.db") + "?_pragma=busy_timeout(10000)"
		results(b, "sqlite", file, `SELECT page_count * page_size FROM pragma_page_count, pragma_page_size`, `VACUUM`, stage)
	})
	for _, instances := range []int{1, 2, 4} {
		b.Run(fmt.Sprintf("PostgreSQL/%d", instances), func(b *testing.B) {
			url := journaltest.NewServer(b).Database(b)
			all := []*bottest.Stage{bottest.NewStageOn(b, url, nil)}
			for range instances - 1 {
				all = append(all, all[0].Beside(b))
			}
			results(b, "pgx", url, `SELECT pg_database_size(current_database())`, `VACUUM FULL`, all...)
		})
	}
}

// results measures it, at the instances in turn.
func results(b *testing.B, driver, database, size, vacuum string, instances ...*bottest.Stage) {
	const commands, groups, callers = 1000, 100, 20
	api := instances[0].API
	api.SetLatency(20 * time.Millisecond)
	api.AddAccount("user1", "")
	for n := range groups {
		api.AddGroup(resultGroup(n), simulator.Group{})
	}
	var allowed []string
	for n := range callers {
		allowed = append(allowed, bottest.Ref(resultCaller(n)))
	}
	instances[0].Rules.Set(bot.Rules{Policy: policy.Policy{Rules: []policy.Rule{{Name: "ALLOWLIST", Allow: allowed}}}})
	var chats []*bottest.Chat
	for _, stage := range instances {
		chat := bottest.NewChat()
		stage.Run(b, chat)
		chats = append(chats, chat)
	}
	db, err := sql.Open(driver, database)
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	bytes := func() (n float64) {
		b.Helper()
		if _, err := db.ExecContext(b.Context(), vacuum); err != nil {
			b.Fatal(err)
		}
		if err := db.QueryRowContext(b.Context(), size).Scan(&n); err != nil {
			b.Fatal(err)
		}
		return n
	}
	empty, kept, round := bytes(), 0.0, 0
	for b.Loop() {
		start := time.Now()
		var all sync.WaitGroup
		for n := range commands {
			all.Go(func() {
				text := "add " + resultGroup(n) + " user1 --for 24h --reason covering"
				if n/groups%2 == 1 {
					text = "remove " + resultGroup(n) + " user1"
				}
				chat := chats[n%len(chats)]
				answer, err := chat.Deliver(b.Context(), fmt.Sprint(round, ":", n), resultCaller(n), text)
				if err == nil && answer.Entry != 0 {
					_, err = chat.Result(b.Context(), answer.Entry)
				}
				if err != nil || answer.Entry == 0 {
					b.Errorf("answered %+v, %v", answer, err)
				}
			})
		}
		all.Wait()
		b.ReportMetric(commands/time.Since(start).Seconds(), "results/s")
		round++
	}
	kept = bytes()
	if _, err := instances[0].Journal.Purge(b.Context(), time.Now().Add(time.Hour)); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric((kept-empty)/float64(round*commands), "B-for-30-days")
	b.ReportMetric((bytes()-empty)/float64(round*commands), "B-for-ever")
}

func resultGroup(n int) string { return fmt.Sprintf("@TGS#aRESULT%02d", n%100) }

func resultCaller(n int) string { return "caller" + strings.Repeat("i", n%20) }
