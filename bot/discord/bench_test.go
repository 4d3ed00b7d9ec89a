package discord_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"liveadmin/bot/bottest/fakediscord"
	"liveadmin/bot/discord"
)

// quantile is the value below which a part of the durations lies, in milliseconds.
func quantile(all []time.Duration, part float64) float64 {
	slices.Sort(all)
	return float64(all[int(part*float64(len(all)-1))]) / 1e6
}

// BenchmarkCallback: from Discord's sending of a command to its first response, with
// the journal on SQLite, synchronous=FULL. The goal is 5 ms at the median, 25 ms at
// the 99th percentile.
func BenchmarkCallback(b *testing.B) {
	for _, mode := range modes {
		b.Run(mode, func(b *testing.B) {
			w := open(b, mode, fakediscord.Config{}, discord.Options{})
			var took []time.Duration
			for b.Loop() {
				i := w.says(alice, general, "list", fakediscord.Options{"group": group})
				took = append(took, w.answered(i).Took)
				w.Closed()
			}
			b.ReportMetric(quantile(took, 0.5), "p50-ms")
			b.ReportMetric(quantile(took, 0.99), "p99-ms")
		})
	}
}

// BenchmarkFifty: fifty commands at once, when every call to Discord takes 100 ms. One
// takes five calls one after the other; side by side fifty take little longer.
func BenchmarkFifty(b *testing.B) {
	for _, n := range []int{1, 50} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			w := open(b, "gateway", fakediscord.Config{}, discord.Options{})
			w.SetLatency(100 * time.Millisecond)
			var took []time.Duration
			for b.Loop() {
				began := time.Now()
				var all []*fakediscord.Interaction
				for range n {
					all = append(all, w.says(alice, general, "add", adding("user1")))
				}
				for _, i := range all {
					w.result(i)
				}
				took = append(took, time.Since(began))
			}
			b.ReportMetric(quantile(took, 0.5), "p50-ms")
		})
	}
}
