package engine_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/bottest"
	"liveadmin/bot/engine"
	"liveadmin/bot/journal"
	"liveadmin/bot/journal/journaltest"
	"liveadmin/commands/policy"
	"liveadmin/commands/words"
	"liveadmin/imapi/simulator"
)

// BenchmarkBurst brings 2,000 commands on ten groups through the door in one moment and
// measures when the last of them is acknowledged: on a file with synchronous=FULL, and at
// two instances that share a database on a server with fsync.
func BenchmarkBurst(b *testing.B) {
	b.Run("SQLite", func(b *testing.B) {
		stage, groups := crowd(b)
		chat := bottest.NewChat()
		stage.Run(b, chat)
		burst(b, groups, chat)
	})
	b.Run("PostgreSQL", func(b *testing.B) {
		stage, groups := crowd(b)
		url := journaltest.NewServer(b).Database(b)
		var chats []*bottest.Chat
		for range 2 {
			quiet := slog.New(slog.DiscardHandler)
			record, err := journal.Open(b.Context(), url, bottest.AppID, journal.WithLogger(quiet))
			if err != nil {
				b.Fatal(err)
			}
			b.Cleanup(func() { record.Close() })
			instance, err := bottest.NewBot(engine.Parts{
				Journal: record, API: engine.Client{Client: stage.Client}, Rules: stage.Rules.Get, Words: words.In, Log: quiet, Now: time.Now,
			})
			if err != nil {
				b.Fatal(err)
			}
			stage.Bot = instance
			chats = append(chats, bottest.NewChat())
			stage.Run(b, chats[len(chats)-1])
		}
		burst(b, groups, chats...)
	})
}

// crowd is a stage with ten groups.
func crowd(b *testing.B) (*bottest.Stage, []string) {
	stage := bottest.NewStage(b, nil)
	stage.Rules.Set(bot.Rules{Policy: policy.Policy{
		Rules: []policy.Rule{{Name: "ALLOWLIST", Allow: []string{bottest.Ref("alice")}}},
	}})
	var groups []string
	for i := range 10 {
		groups = append(groups, fmt.Sprint("@TGS#aBURST", i))
		stage.API.AddGroup(groups[i], simulator.Group{})
	}
	return stage, groups
}

// burst brings the commands to the chats in turn.
func burst(b *testing.B, groups []string, chats ...*bottest.Chat) {
	const deliveries = 2000
	for _, chat := range chats {
		if _, err := chat.Door(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
	for n := 0; b.Loop(); n++ {
		took := make([]time.Duration, deliveries)
		now := make(chan struct{})
		var all sync.WaitGroup
		for i := range took {
			all.Go(func() {
				<-now
				start := time.Now()
				answer, err := chats[i%len(chats)].Deliver(context.Background(), fmt.Sprint(n, ":", i), "alice", "list "+groups[i/2%len(groups)])
				if err != nil || answer.Entry == 0 {
					b.Errorf("answered %+v, %v", answer, err)
				}
				took[i] = time.Since(start)
			})
		}
		start := time.Now()
		close(now)
		all.Wait()
		b.ReportMetric(float64(time.Since(start).Milliseconds()), "all-ms")
		slices.Sort(took)
		b.ReportMetric(milliseconds(took, 50), "p50-ms")
		b.ReportMetric(milliseconds(took, 100), "slowest-ms")
	}
}
