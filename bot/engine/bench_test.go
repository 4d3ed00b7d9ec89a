package engine_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/bottest"
	"liveadmin/commands"
	"liveadmin/commands/policy"
	"liveadmin/imapi"
	"liveadmin/imapi/simulator"
)

// BenchmarkAcceptToFirstCall measures an add from the door to where the API has
// its first call, which should be 3 ms at most at the median, and to where the
// result is in the thread. The journal is a file with synchronous=FULL. The
// second figure has the limiter in it: two calls at limit 200 are 5 ms apart.
func BenchmarkAcceptToFirstCall(b *testing.B) {
	const (
		goal  = 3 * time.Millisecond
		apart = 10 * time.Millisecond // so that no add waits for the limiter because of the one before
	)
	stage, chat := bottest.NewStage(b, nil), bottest.NewChat()
	stage.API.AddGroup(groupA, simulator.Group{})
	stage.API.AddAccount("user1", "")
	stage.Rules.Set(bot.Rules{Policy: policy.Policy{
		Rules: []policy.Rule{{Name: "ALLOWLIST", Allow: []string{bottest.Ref("alice")}}},
	}})
	stage.Run(b, chat)
	if _, err := chat.Door(b.Context()); err != nil {
		b.Fatal(err)
	}
	var called, answered []time.Duration
	for i := 0; b.Loop(); i++ {
		time.Sleep(apart)
		if err := stage.API.SetAdmins(groupA, nil); err != nil {
			b.Fatal(err)
		}
		stage.API.ResetRecords()
		start := time.Now()
		answer, err := chat.Deliver(b.Context(), fmt.Sprint("add ", i), "alice", "add "+groupA+" user1")
		if err != nil || answer.Entry == 0 {
			b.Fatalf("answered %+v, %v", answer, err)
		}
		if _, err := chat.Result(b.Context(), answer.Entry); err != nil {
			b.Fatal(err)
		}
		answered = append(answered, time.Since(start))
		called = append(called, stage.API.Calls()[0].At.Sub(start))
		if !slices.Equal(stage.API.Admins(groupA), []string{"user1"}) {
			b.Fatal("user1 was not added")
		}
	}
	slices.Sort(called)
	slices.Sort(answered)
	b.ReportMetric(milliseconds(called, 50), "p50-ms")
	b.ReportMetric(milliseconds(called, 99), "p99-ms")
	b.ReportMetric(milliseconds(called, 50)/(goal.Seconds()*1000), "times-3ms")
	b.ReportMetric(milliseconds(answered, 50), "p50-ms-to-result")
	b.ReportMetric(milliseconds(answered, 99), "p99-ms-to-result")
}

// milliseconds is a percentile of sorted times.
func milliseconds(sorted []time.Duration, percent int) float64 {
	return sorted[(len(sorted)-1)*percent/100].Seconds() * 1000
}

// BenchmarkBulk measures an add on an alias of 600 groups at limit 200, as a ratio of
// the time in which the limit lets its calls leave (1.03 at most), and beside it the
// single commands of somebody else, whose results should come as fast as alone, but for
// their share of the limit. API calls take 20 ms.
func BenchmarkBulk(b *testing.B) {
	const groups, limit = 600, 200
	stage, chat := bottest.NewStage(b, nil), bottest.NewChat()
	many := make([]imapi.GroupID, groups)
	for i := range many {
		many[i] = imapi.GroupID(fmt.Sprintf("@TGS#aBULK%05d", i))
		stage.API.AddGroup(string(many[i]), simulator.Group{})
	}
	stage.API.AddGroup(groupA, simulator.Group{})
	stage.API.AddAccount("user1", "")
	stage.API.SetLatency(20 * time.Millisecond)
	stage.Rules.Set(bot.Rules{
		Policy: policy.Policy{Rules: []policy.Rule{{Name: "ALLOWLIST", Allow: []string{bottest.Ref("alice")}}}},
		Names:  commands.NewNames(map[string][]imapi.GroupID{"all": many}, nil),
	})
	stage.Run(b, chat)
	single := func() time.Duration {
		start := time.Now()
		if _, err := chat.Say(b.Context(), "alice", "list "+groupA); err != nil {
			b.Fatal(err)
		}
		return time.Since(start)
	}
	single()
	var bulk, beside, alone []time.Duration
	for b.Loop() {
		for range 10 {
			alone = append(alone, single())
		}
		for _, g := range many {
			if err := stage.API.SetAdmins(string(g), nil); err != nil {
				b.Fatal(err)
			}
		}
		stage.API.ResetRecords()
		start, done := time.Now(), make(chan time.Duration)
		go func() {
			if _, err := chat.Say(b.Context(), "alice", "add all user1"); err != nil {
				b.Error(err)
			}
			done <- time.Since(start)
		}()
		for took := time.Duration(0); took == 0; {
			select {
			case took = <-done:
			default:
				beside = append(beside, single())
				continue
			}
			calls := stage.API.Calls()
			bulk = append(bulk, time.Duration(float64(took)/(float64(len(calls))/limit)))
		}
	}
	slices.Sort(bulk)
	slices.Sort(beside)
	slices.Sort(alone)
	b.ReportMetric(bulk[len(bulk)/2].Seconds(), "times-the-limit")
	b.ReportMetric(milliseconds(alone, 50), "p50-ms-alone")
	b.ReportMetric(milliseconds(beside, 50), "p50-ms-beside")
	b.ReportMetric(milliseconds(beside, 99), "p99-ms-beside")
}
