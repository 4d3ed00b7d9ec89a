package load

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"liveadmin/bot/bottest/fakediscord"
	"liveadmin/bot/bottest/pace"
	"liveadmin/imapi"
	"liveadmin/imapi/simulator"
)

const (
	limitGroups  = 1000            // of one alias
	limitBeside  = 5 * time.Second // between the single commands of somebody else
	limitPatient = 3 * time.Second // how long these wait at most at the 95th percentile
	limitMemory  = 128 << 20       // bytes that it holds at most
	limitJitter  = 40              // calls that may come late into another second's, where the machine is busy
)

// TestAtTheLimit runs the program at Tencent's limit of 200 calls a second: one person changes
// an alias of 1,000 groups again and again, another one lists single groups. It sends no
// more, hardly less, lets the other one through, and what it holds does not grow. What arrives in
// one second can be more than what has left in one: package imapi tests the latter exactly.
func TestAtTheLimit(t *testing.T) {
	length := pace.Length()
	if length < soakLeast {
		t.Skipf("long: runs with %s=%.0fm", pace.Variable, soakLeast.Minutes())
	}
	if deadline, limited := t.Deadline(); limited && time.Until(deadline) < length+2*restTime+5*time.Minute {
		t.Fatalf("%s needs a longer -timeout", length)
	}
	s := newShipped(t)
	var ids []string
	for n := range limitGroups {
		id := fmt.Sprintf("@TGS#aLIMIT%04d", n)
		ids = append(ids, fmt.Sprintf("%q", id))
		s.API.AddGroup(id, simulator.Group{Admins: []string{"host"}})
	}
	s.API.SetLatency(20 * time.Millisecond)
	s.API.SetRateCap(0) // it would refuse what jitter brings into one second
	s.Write("liveadmin.yaml", "groups:\n  all: ["+strings.Join(ids, ", ")+"]\n")
	s.Env = append(s.Env, fmt.Sprintf("IM_RATE_LIMIT=%d", imapi.MaxRateLimit))
	s.launch()
	s.warm()
	before := s.rest(0)
	seen := s.atTheLimit(length)
	s.Until("done with all that was accepted", func() bool { return s.gauge(`liveadmin_open_entries{state="accepted"}`) == 0 })
	after := s.rest(before)
	s.Stop()
	seen.judge(t, length)
	t.Logf("%d goroutines at rest before, %d after", before, after)
	if after > before {
		t.Error("goroutines are left behind")
	}
}

// atLimit is what was seen while the program ran at the limit.
type atLimit struct {
	calls, peak int
	most        float64         // calls a second between two looks
	beside      []time.Duration // how long single commands took, sorted
	samples     []sample
}

// judge says what was seen, and complains of what should not be.
func (seen atLimit) judge(t *testing.T, length time.Duration) {
	t.Helper()
	t.Logf("%d calls, %.1f a second; at most %.1f a second between two looks, %d in one second; single commands: median %s, 95th percentile %s, the slowest %s",
		seen.calls, float64(seen.calls)/length.Seconds(), seen.most, seen.peak, percentile(seen.beside, 50), percentile(seen.beside, 95), percentile(seen.beside, 100))
	if seen.most > imapi.MaxRateLimit+1 || seen.peak > imapi.MaxRateLimit+limitJitter {
		t.Errorf("%.1f calls a second between two looks, %d in one second", seen.most, seen.peak)
	}
	if least := 0.9 * imapi.MaxRateLimit * length.Seconds(); float64(seen.calls) < least {
		t.Errorf("only %d calls, want %.0f", seen.calls, least)
	}
	if late := percentile(seen.beside, 95); late > limitPatient {
		t.Errorf("single commands take %s", late)
	}
	var most int64
	for _, now := range seen.samples {
		most = max(most, now.resident)
	}
	if most > limitMemory {
		t.Errorf("it held %.1f MiB", mib(most))
	}
	for _, h := range holdings(seen.samples) {
		t.Logf("%s by thirds: %d", h.name, h.thirds)
		if h.name == "heap" && h.grows() { // the others follow what is at work at the moment
			t.Errorf("%s grows: %d, then %d", h.name, h.thirds[1], h.thirds[2])
		}
	}
}

// atTheLimit keeps the program busy for a while, and looks at what it sends and holds.
func (s *shipped) atTheLimit(length time.Duration) (seen atLimit) {
	s.T.Helper()
	texts := []string{"add all user1", "remove all user1"}
	look, beside, refill := time.NewTicker(soakLook), time.NewTicker(limitBeside), time.NewTicker(time.Second)
	var mu sync.Mutex
	var singles sync.WaitGroup
	s.API.ResetRecords()
	counted := time.Now()
	count := func() {
		n := len(s.API.Calls())
		seen.calls, seen.peak = seen.calls+n, max(seen.peak, s.API.Peak())
		if span := time.Since(counted); span > soakLook/2 {
			seen.most = max(seen.most, float64(n)/span.Seconds())
		}
		counted = time.Now()
		s.API.ResetRecords()
	}
	asked, listed := 0, 0
	for began := time.Now(); time.Since(began) < length; {
		select {
		case <-refill.C: // there are always two commands at work
			for open := s.gauge(`liveadmin_open_entries{state="accepted"}`); open < 2; open++ {
				_ = s.slack.Slack.Slash("U0ALICE", "C0SHOW", texts[asked%len(texts)])
				asked++
			}
		case <-beside.C:
			listed++
			group := fmt.Sprintf("@TGS#aSINGLE%04d", listed)
			singles.Go(func() {
				d := s.single(group)
				mu.Lock()
				defer mu.Unlock()
				seen.beside = append(seen.beside, d)
			})
		case <-look.C:
			count()
			now := s.sample(time.Since(began))
			s.T.Log(now)
			seen.samples = append(seen.samples, now)
		}
	}
	count()
	singles.Wait()
	slices.Sort(seen.beside)
	return seen
}

// single lists a group in Discord and returns how long it took until the result was there.
func (s *shipped) single(group string) time.Duration {
	s.API.AddGroup(group, simulator.Group{})
	ctx, cancel := context.WithTimeout(s.T.Context(), 30*time.Second)
	defer cancel()
	began := time.Now()
	_ = s.discord.Discord.Command("501", "200", "list", fakediscord.Options{"group": group})
	if _, err := s.discord.Discord.WaitMessage(ctx, func(m fakediscord.Message) bool {
		text := s.discord.Discord.Plain(m)
		return strings.Contains(text, group) && strings.Contains(text, "0 of 5")
	}); err != nil {
		s.T.Errorf("no result of %s: %v", group, err)
	}
	return time.Since(began)
}

func percentile(sorted []time.Duration, percent int) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[(len(sorted)-1)*percent/100].Round(time.Millisecond)
}
