package doctor

import (
	"io"
	"net"
	"slices"
	"sync"
	"testing"
	"time"

	"liveadmin/bot"
)

// silence takes connections and says nothing, and counts how many are open at once.
type silence struct {
	net.Listener
	mu         sync.Mutex
	open, most int
}

func newSilence(t *testing.T) *silence {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	s := &silence{Listener: l}
	go func() {
		for c, err := l.Accept(); err == nil; c, err = l.Accept() {
			s.count(1)
			go func() {
				_, _ = io.Copy(io.Discard, c) // until the other side hangs up
				s.count(-1)
				_ = c.Close()
			}()
		}
	}()
	return s
}

func (s *silence) count(more int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open += more
	s.most = max(s.most, s.open)
}

// TestSilence: services that never answer are asked side by side, and do not hold the
// check up for ever.
func TestSilence(t *testing.T) {
	t.Chdir(t.TempDir())
	s := newSilence(t)
	url := "http://" + s.Addr().String()
	findings := examine(t.Context(), []string{
		"IM_SDKAPPID=1400000000", "IM_SECRET_KEY=canary", "IM_BASE_URL=" + url,
		"SLACK_BOT_TOKEN=xoxb-1", "SLACK_APP_TOKEN=xapp-1", "SLACK_API_URL=" + url + "/api/", "DISCORD_TOKEN=1", "DISCORD_API_URL=" + url,
	}, "", patience{call: time.Second, tencent: time.Second, service: 3 * time.Second})
	for _, want := range []string{"REST API", "Slack bot token", "Slack Socket Mode", "Discord token"} {
		if !slices.ContainsFunc(findings, func(f bot.Finding) bool { return f.Name == want && f.Status == bot.IsWrong }) {
			t.Errorf("%s does not fail in %+v", want, findings)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.most < 4 {
		t.Errorf("only %d calls were under way at once", s.most)
	}
}
