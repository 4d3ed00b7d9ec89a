package e2e

import (
	"fmt"
	"strings"
	"testing"

	"liveadmin/bot/app"
	"liveadmin/bot/e2e/harness"
)

// TestServeMetrics: what the bot does is counted, and /readyz names every part.
func TestServeMetrics(t *testing.T) {
	t.Parallel()
	l := harness.NewInSlack(t, false)
	l.Start()
	l.Command("add @TGS#a6I4ZUUGO user1 --for 1h", "Added 1 of 1 administrator")
	l.Until("counted as closed", func() bool {
		text := l.Read("/metrics")
		return strings.Contains(text, "\n"+`liveadmin_open_entries{state="accepted"} 0`+"\n") &&
			strings.Contains(text, "\n"+`liveadmin_open_entries{state="done"} 0`+"\n")
	})
	text := l.Read("/metrics")
	for _, want := range []string{
		`liveadmin_commands_total{outcome="done",platform="slack",verb="add"} 1`,
		`liveadmin_acknowledgement_seconds_count{platform="slack"} 1`,
		`liveadmin_completion_seconds_count{platform="slack"} 1`,
		`liveadmin_api_calls_total{api="modify_admin",code="0"} 1`,
		`liveadmin_api_call_seconds_count{api="modify_admin"} 1`,
		`liveadmin_api_wait_seconds_count{api="modify_admin"} 1`,
		`liveadmin_config_reloads_total{result="taken"} 1`,
		`liveadmin_grants 1`,
		`liveadmin_posts_given_up_total{platform="slack"} 0`,
		`liveadmin_platform_connected{platform="slack"} 1`,
		`liveadmin_database_up 1`,
		`liveadmin_config_file_good 1`,
	} {
		if !strings.Contains(text, "\n"+want+"\n") {
			t.Errorf("%s is missing in\n%s", want, text)
		}
	}
	for _, timed := range []string{`acknowledgement_seconds_sum{platform="slack"}`, `completion_seconds_sum{platform="slack"}`, `api_call_seconds_sum{api="modify_admin"}`} {
		if zero := "\nliveadmin_" + timed + " 0\n"; strings.Contains(text, zero) || !strings.Contains(text, "\nliveadmin_"+timed+" ") {
			t.Errorf("%s is not measured", timed)
		}
	}
	b := app.Built()
	if build := fmt.Sprintf("\nliveadmin_build_info{commit=%q,go_version=%q,version=%q} 1\n", b.Commit, b.Go, b.Version); !strings.Contains(text, build) {
		t.Errorf("%q is missing in\n%s", build, text)
	}
	for _, not := range append(l.Secrets, "user1", "U0ALICE", "@TGS#", "C0SHOW") {
		if strings.Contains(text, not) {
			t.Errorf("/metrics has %q", not)
		}
	}
	if got, want := l.Read("/readyz"), `{"ready":true,"parts":{"database":{"ready":true},"record":{"ready":true},"slack":{"ready":true}}}`; strings.TrimSpace(got) != want {
		t.Errorf("/readyz is %s, want %s", got, want)
	}
	if out, err := harness.Program(t, l.Dir, l.Env, "healthcheck").CombinedOutput(); err != nil {
		t.Errorf("the running instance is not found: %v\n%s", err, out)
	}
	l.Slack.Close()
	l.Until("seen that Slack is gone", func() bool {
		return strings.Contains(l.Read("/metrics"), "\nliveadmin_platform_connected{platform=\"slack\"} 0\n") &&
			strings.Contains(l.Read("/readyz"), `"slack":{"ready":false,"reason":"`)
	})
	l.Stop()
}
