package e2e

import (
	"net"
	"net/http"
	"slices"
	"testing"
	"time"

	"liveadmin/bot/bottest/fakeslack"
	"liveadmin/bot/bottest/pace"
	"liveadmin/bot/e2e/harness"
)

func TestServeSlack(t *testing.T) {
	t.Parallel()
	for name, overHTTP := range map[string]bool{"socket mode": false, "http": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := harness.NewInSlack(t, overHTTP)
			l.Start()
			l.Command("add @TGS#a6I4ZUUGO user1", "Added 1 of 1 administrator")
			if got := l.API.Admins("@TGS#a6I4ZUUGO"); len(got) != 1 {
				t.Errorf("the group has %q", got)
			}
			if code := l.Get("/healthz"); code != http.StatusOK {
				t.Errorf("/healthz is %d", code)
			}
			l.Stop()
			l.Start()
			l.Command("list @TGS#a6I4ZUUGO", "has 1 of 5 administrators")
			l.Home("U0ALICE", "@TGS#a6I4ZUUGO: 1 of 5 seats")
			l.Stop()
		})
	}
}

// A socket that is silent is noticed and rebuilt, and commands work again.
func TestServeSilentSocket(t *testing.T) {
	pace.Long(t) // takes the half minute of the watchdog
	t.Parallel()
	l := harness.NewInSlack(t, false)
	l.Start()
	silent := l.Slack.Sockets()
	l.Slack.Silence()
	began := time.Now()
	l.Until("connected anew", func() bool {
		return slices.ContainsFunc(l.Slack.Sockets(), func(id int) bool { return !slices.Contains(silent, id) })
	})
	t.Logf("connected anew %s after the silence began", time.Since(began).Round(time.Second))
	l.Until("ready again", func() bool { return l.Get("/readyz") == http.StatusOK })
	l.Command("list @TGS#a6I4ZUUGO", "has 0 of 5 administrators")
	l.Stop()
}

// That the credentials are revoked ends nothing when Slack says so once.
func TestServeNotRevoked(t *testing.T) {
	t.Parallel()
	l := harness.NewInSlack(t, false)
	l.Start()
	l.Slack.Inject(fakeslack.Fault{Kind: fakeslack.Refuse, Method: "chat.postMessage", Code: "invalid_auth"})
	l.Command("list @TGS#a6I4ZUUGO", "has 0 of 5 administrators")
	if code := l.Get("/readyz"); code != http.StatusOK {
		t.Errorf("/readyz is %d", code)
	}
	l.Stop()
}

// TestStopWhileStarting: asked to stop while the database does not answer, the program ends
// without an error.
func TestStopWhileStarting(t *testing.T) {
	database, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer database.Close()
	l := harness.New(t)
	harness.IntoSlack(l, false)
	l.Env = append(l.Env, "ALLOWLIST=slack:user:U0ALICE", "DATABASE_URL=postgres://u:p@"+database.Addr().String()+"/db")
	l.Begin(harness.Program(t, l.Dir, l.Env))
	silent, err := database.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	l.Stop()
}
