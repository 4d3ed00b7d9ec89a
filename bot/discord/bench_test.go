package discord_test

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
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

// BenchmarkResult: from a command until its result is in the thread, when a call to Discord
// takes 100 ms, half of it each way, and one to Tencent Chat 60 ms. The network's own time is
// the first response, two calls to Tencent Chat, beside which the thread is opened, and half
// of a post. The goal is 1.05 times that at the median.
func BenchmarkResult(b *testing.B) {
	const discordTime, tencentTime = 100 * time.Millisecond, 60 * time.Millisecond
	const network = discordTime + 2*tencentTime + discordTime/2
	w := build(b, "gateway", fakediscord.Config{}, discord.Options{})
	w.through(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body) // the way there is over when all of it has arrived
			r.Body = io.NopCloser(bytes.NewReader(body))
			time.Sleep(discordTime / 2)
			answer := httptest.NewRecorder()
			next.ServeHTTP(answer, r)
			time.Sleep(discordTime / 2)
			maps.Copy(out.Header(), answer.Header())
			out.WriteHeader(answer.Code)
			out.Write(answer.Body.Bytes())
		})
	})
	w.start()
	w.API.SetLatency(tencentTime)
	var took []time.Duration
	for n := 1; b.Loop(); n++ {
		verb := []string{"remove", "add"}[n%2]
		began := time.Now()
		w.says(alice, general, verb, adding("user1"))
		w.message(fmt.Sprintf("#%d", n))
		took = append(took, time.Since(began))
		w.Closed()
	}
	b.ReportMetric(quantile(took, 0.5)/(float64(network)/1e6), "times-network")
	b.ReportMetric(quantile(took, 0.5), "p50-ms")
}

// BenchmarkFifty: fifty commands at once, when every call to Discord takes 100 ms. One
// takes four calls one after the other; side by side fifty take little longer.
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
