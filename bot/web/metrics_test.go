package web_test

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"liveadmin/bot"
	"liveadmin/bot/web"
	"liveadmin/commands"
	"liveadmin/imapi"
)

var built = web.Build{Version: "v1.2.3", Commit: "abcdef", Go: "go1.26"}

// scrape serves metrics and returns how to read them.
func scrape(t *testing.T, m *web.Metrics) func() string {
	t.Helper()
	s := newServer(t)
	s.Mount("GET /metrics", m.Handler())
	url, _ := serve(t, s)
	return func() string {
		t.Helper()
		status, body := get(t, url+"/metrics")
		if status != 200 {
			t.Fatalf("/metrics is %d: %s", status, body)
		}
		return body
	}
}

// ours are the samples of the bot's own metrics, without the buckets.
func ours(text string) []string {
	var samples []string
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "liveadmin_") && !strings.Contains(line, "_bucket{") {
			samples = append(samples, strings.TrimSpace(line))
		}
	}
	return samples
}

// TestMetricsOfNothing: what can be known is there from the start, so that the first
// time that something happens is seen as a change.
func TestMetricsOfNothing(t *testing.T) {
	m := web.NewMetrics(built)
	m.Watch(func(context.Context) (bot.Counts, error) { return bot.Counts{}, nil },
		web.Check{Name: "slack", State: func(context.Context) (bool, string) { return false, "connecting" }})
	want := []string{
		`liveadmin_build_info{commit="abcdef",go_version="go1.26",version="v1.2.3"} 1`,
		`liveadmin_config_file_good 1`,
		`liveadmin_config_reloads_total{result="refused"} 0`,
		`liveadmin_config_reloads_total{result="taken"} 0`,
		`liveadmin_damaged_entries 0`,
		`liveadmin_database_up 1`,
		`liveadmin_gateway_messages_dropped_total 0`,
		`liveadmin_grants 0`,
		`liveadmin_open_entries{state="accepted"} 0`,
		`liveadmin_open_entries{state="asked"} 0`,
		`liveadmin_open_entries{state="done"} 0`,
		`liveadmin_platform_connected{platform="slack"} 0`,
		`liveadmin_posts_given_up_total{platform="slack"} 0`,
	}
	text := scrape(t, m)()
	if got := ours(text); !slices.Equal(got, want) {
		t.Errorf("got %s\nwant %s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for _, of := range []string{"\ngo_goroutines ", "\nprocess_resident_memory_bytes "} {
		if !strings.Contains(text, of) {
			t.Errorf("%s is missing", of)
		}
	}
}

// happened is a bit of everything.
func happened(m *web.Metrics) {
	m.Acknowledged("slack", 20*time.Millisecond)
	m.Acknowledged("slack", 2*time.Second)
	m.Acknowledged("discord", time.Millisecond)
	m.Ended("slack", commands.Add, commands.Done, 3*time.Second)
	m.Ended("slack", commands.Add, commands.Done, time.Second)
	m.Ended("slack", commands.Add, commands.Refused, 0)
	m.Ended("slack", "", commands.Mistaken, 0)
	m.Ended("discord", commands.End, commands.Warned, time.Minute)
	m.GaveUp("discord")
	m.Decided("slack", bot.WasApproved, 90*time.Second)
	m.GatewayDropped()
	m.Tried("modify_admin", 0, "", 40*time.Millisecond)
	m.Tried("modify_admin", 0, imapi.KindUnknown, 5*time.Second)
	m.Tried("get_admin_list", 10010, imapi.KindNotFound, 30*time.Millisecond)
	for code := range 5 {
		m.Tried("get_admin_list", 987650+code, imapi.KindPermission, 0)
	}
	m.Waited("modify_admin", 250*time.Millisecond)
	m.ConfigRead(nil)
	m.ConfigRead(errors.New("line 3"))
}

func TestMetrics(t *testing.T) {
	m := web.NewMetrics(built)
	m.Watch(
		func(context.Context) (bot.Counts, error) {
			return bot.Counts{Open: map[bot.State]int{bot.Accepted: 3, bot.Done: 1, bot.Asked: 2}, Grants: 7, Damaged: 2}, nil
		},
		web.Check{Name: "slack", State: func(context.Context) (bool, string) { return true, "" }},
		web.Check{Name: "discord", State: func(context.Context) (bool, string) { return false, "no session" }},
	)
	happened(m)
	want := []string{
		`liveadmin_acknowledgement_seconds_count{platform="discord"} 1`,
		`liveadmin_acknowledgement_seconds_count{platform="slack"} 2`,
		`liveadmin_acknowledgement_seconds_sum{platform="discord"} 0.001`,
		`liveadmin_acknowledgement_seconds_sum{platform="slack"} 2.02`,
		`liveadmin_api_call_seconds_count{api="get_admin_list"} 6`,
		`liveadmin_api_call_seconds_count{api="modify_admin"} 2`,
		`liveadmin_api_call_seconds_sum{api="get_admin_list"} 0.03`,
		`liveadmin_api_call_seconds_sum{api="modify_admin"} 5.04`,
		`liveadmin_api_calls_total{api="get_admin_list",code="10010"} 1`,
		`liveadmin_api_calls_total{api="get_admin_list",code="other"} 5`,
		`liveadmin_api_calls_total{api="modify_admin",code="0"} 1`,
		`liveadmin_api_calls_total{api="modify_admin",code="none"} 1`,
		`liveadmin_api_wait_seconds_count{api="modify_admin"} 1`,
		`liveadmin_api_wait_seconds_sum{api="modify_admin"} 0.25`,
		`liveadmin_build_info{commit="abcdef",go_version="go1.26",version="v1.2.3"} 1`,
		`liveadmin_commands_total{outcome="done",platform="slack",verb="add"} 2`,
		`liveadmin_commands_total{outcome="mistaken",platform="slack",verb="none"} 1`,
		`liveadmin_commands_total{outcome="refused",platform="slack",verb="add"} 1`,
		`liveadmin_commands_total{outcome="warned",platform="discord",verb="end"} 1`,
		`liveadmin_completion_seconds_count{platform="discord"} 1`,
		`liveadmin_completion_seconds_count{platform="slack"} 2`,
		`liveadmin_completion_seconds_sum{platform="discord"} 60`,
		`liveadmin_completion_seconds_sum{platform="slack"} 4`,
		`liveadmin_config_file_good 0`,
		`liveadmin_config_reloads_total{result="refused"} 1`,
		`liveadmin_config_reloads_total{result="taken"} 1`,
		`liveadmin_damaged_entries 2`,
		`liveadmin_database_up 1`,
		`liveadmin_gateway_messages_dropped_total 1`,
		`liveadmin_grants 7`,
		`liveadmin_open_entries{state="accepted"} 3`,
		`liveadmin_open_entries{state="asked"} 2`,
		`liveadmin_open_entries{state="done"} 1`,
		`liveadmin_platform_connected{platform="discord"} 0`,
		`liveadmin_platform_connected{platform="slack"} 1`,
		`liveadmin_posts_given_up_total{platform="discord"} 1`,
		`liveadmin_posts_given_up_total{platform="slack"} 0`,
		`liveadmin_request_seconds_count{decision="approved"} 1`,
		`liveadmin_request_seconds_sum{decision="approved"} 90`,
	}
	read := scrape(t, m)
	got := ours(read())
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("got %s\nwant %s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	m.ConfigRead(nil)
	if text := read(); !strings.Contains(text, "\nliveadmin_config_file_good 1\n") {
		t.Error("the config file is good again, and that is not shown")
	}
}

// TestMetricsLint: names, units and help texts are as Prometheus wants them.
func TestMetricsLint(t *testing.T) {
	m := web.NewMetrics(built)
	happened(m)
	problems, err := promlint.New(strings.NewReader(scrape(t, m)())).Lint()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
}

// TestMetricsBounded: however many codes come, the number of samples does not grow
// with them, and the labels are those that are known.
func TestMetricsBounded(t *testing.T) {
	m := web.NewMetrics(built)
	read := scrape(t, m)
	happened(m)
	before := len(ours(read()))
	for code := range 2000 {
		m.Tried("get_admin_list", 1<<30+code, imapi.KindPermission, 0)
	}
	text := read()
	if after := len(ours(text)); after != before {
		t.Errorf("%d samples became %d", before, after)
	}
	known := []string{"platform", "verb", "outcome", "api", "code", "state", "result", "decision", "version", "commit", "go_version", "le"}
	for _, label := range regexp.MustCompile(`[{,]([a-z_]+)="`).FindAllStringSubmatch(strings.Join(ours(text), "\n"), -1) {
		if !slices.Contains(known, label[1]) {
			t.Errorf("there is a label %q", label[1])
		}
	}
}

// TestMetricsWithoutDatabase: a database that does not answer is reported, holds a scrape
// up for seconds at most, and takes nothing else with it.
func TestMetricsWithoutDatabase(t *testing.T) {
	t.Parallel()
	m := web.NewMetrics(built)
	m.Watch(func(ctx context.Context) (bot.Counts, error) {
		<-ctx.Done()
		return bot.Counts{Grants: 9}, ctx.Err()
	}, web.Check{Name: "slack", State: func(context.Context) (bool, string) { return true, "" }})
	got := ours(scrape(t, m)())
	for _, want := range []string{`liveadmin_database_up 0`, `liveadmin_platform_connected{platform="slack"} 1`} {
		if !slices.Contains(got, want) {
			t.Errorf("%s is missing in %q", want, got)
		}
	}
	for _, sample := range got {
		if strings.HasPrefix(sample, "liveadmin_grants") || strings.HasPrefix(sample, "liveadmin_open_entries") {
			t.Errorf("%s is not known", sample)
		}
	}
}

// TestMetricsAtOnce: many report at the same time, and scrapes come in between.
func TestMetricsAtOnce(t *testing.T) {
	const writers, times = 8, 200
	m := web.NewMetrics(built)
	read := scrape(t, m)
	var busy sync.WaitGroup
	for range writers {
		busy.Go(func() {
			for range times {
				happened(m)
			}
		})
	}
	read()
	busy.Wait()
	want := fmt.Sprintf("\nliveadmin_api_calls_total{api=\"modify_admin\",code=\"0\"} %d\n", writers*times)
	if !strings.Contains(read(), want) {
		t.Errorf("%q is missing", want)
	}
}
