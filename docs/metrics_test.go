package docs

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"liveadmin/bot"
	"liveadmin/bot/web"
	"liveadmin/commands"
)

// metricNames finds the names of metrics in a query or a text: ours, those of Go and those of
// the process.
var metricNames = regexp.MustCompile(`\b(?:liveadmin|process|go)_[a-z_]+`)

// TestNamedMetrics: the alerts, the dashboard and the documents name metrics that are there.
func TestNamedMetrics(t *testing.T) {
	t.Chdir(top)
	text := scraped(t)
	named := map[string][]string{
		"docs/operations.md": regexp.MustCompile(`\bliveadmin_[a-z_]+`).FindAllString(fileText(t, "docs/operations.md"), -1),
	}
	for _, rule := range alertRules(t) {
		named["deploy/alerts.yaml"] = append(named["deploy/alerts.yaml"], metricNames.FindAllString(rule.Expr, -1)...)
	}
	for _, p := range panels(t) {
		for _, target := range p.Targets {
			found := metricNames.FindAllString(target.Expr, -1)
			if len(found) == 0 {
				t.Errorf("deploy/grafana.json: %q asks for no metric: %s", p.Title, target.Expr)
			}
			named["deploy/grafana.json"] = append(named["deploy/grafana.json"], found...)
		}
	}
	for file, names := range named {
		if len(names) == 0 {
			t.Errorf("%s names no metric", file)
		}
		for _, name := range names {
			if !regexp.MustCompile(`(?m)^(# TYPE )?` + name + `[{ ]`).MatchString(text) {
				t.Errorf("%s names %s, which is no metric", file, name)
			}
		}
	}
}

type alertRule struct {
	Alert, Expr string
	Labels      map[string]string
	Annotations map[string]string
}

func alertRules(t *testing.T) []alertRule {
	t.Helper()
	var file struct{ Groups []struct{ Rules []alertRule } }
	if err := yaml.Unmarshal([]byte(fileText(t, "deploy/alerts.yaml")), &file); err != nil {
		t.Fatal(err)
	}
	return file.Groups[0].Rules
}

// TestAlerts: every alert says how urgent it is, and links to the heading that says what to do.
func TestAlerts(t *testing.T) {
	t.Chdir(top)
	rules, document := alertRules(t), fileText(t, "docs/operations.md")
	if len(rules) == 0 {
		t.Fatal("there are no alerts")
	}
	for _, r := range rules {
		if severity := r.Labels["severity"]; severity != "critical" && severity != "warning" {
			t.Errorf("%s has the severity %q", r.Alert, severity)
		}
		if link, want := r.Annotations["runbook_url"], "docs/operations.md#"+strings.ToLower(r.Alert); link != want {
			t.Errorf("%s links to %q, want %q", r.Alert, link, want)
		}
		if !strings.Contains(document, "\n### "+r.Alert+"\n") {
			t.Errorf("docs/operations.md has no heading %s", r.Alert)
		}
		if r.Annotations["summary"] == "" {
			t.Errorf("%s has no summary", r.Alert)
		}
	}
	for _, heading := range regexp.MustCompile(`(?m)^### (Liveadmin\w+)$`).FindAllStringSubmatch(document, -1) {
		if !strings.Contains(fileText(t, "deploy/alerts.yaml"), "alert: "+heading[1]+"\n") {
			t.Errorf("docs/operations.md explains %s, which is no alert", heading[1])
		}
	}
}

type panel struct {
	ID      int
	Type    string
	Title   string
	GridPos struct{ H, W, X, Y int }
	Targets []struct{ Expr, LegendFormat string }
}

func panels(t *testing.T) []panel {
	t.Helper()
	var dashboard struct{ Panels []panel }
	if err := json.Unmarshal([]byte(fileText(t, "deploy/grafana.json")), &dashboard); err != nil {
		t.Fatal(err)
	}
	return dashboard.Panels
}

// TestDashboard: every panel has a number of its own, asks something, lies beside the others,
// and its legends show labels that its query has.
func TestDashboard(t *testing.T) {
	t.Chdir(top)
	ids, taken := map[int]bool{}, map[[2]int]string{}
	for _, p := range panels(t) {
		if ids[p.ID] {
			t.Errorf("two panels have the number %d", p.ID)
		}
		ids[p.ID] = true
		for x := p.GridPos.X; x < p.GridPos.X+p.GridPos.W; x++ {
			for y := p.GridPos.Y; y < p.GridPos.Y+p.GridPos.H; y++ {
				if other := taken[[2]int{x, y}]; other != "" || x >= 24 {
					t.Fatalf("%q lies on %q or outside, at %d, %d", p.Title, other, x, y)
				}
				taken[[2]int{x, y}] = p.Title
			}
		}
		if len(p.Targets) == 0 && p.Type != "row" {
			t.Errorf("%q asks nothing", p.Title)
		}
		for _, target := range p.Targets {
			by := " instance "
			if m := regexp.MustCompile(`by \(([^)]*)\)`).FindStringSubmatch(target.Expr); m != nil {
				by = " " + strings.ReplaceAll(m[1], ",", " ") + " "
			}
			for _, label := range regexp.MustCompile(`{{(\w+)}}`).FindAllStringSubmatch(target.LegendFormat, -1) {
				if !strings.Contains(by, " "+label[1]+" ") {
					t.Errorf("%q shows %s, which %s does not have", p.Title, label[1], target.Expr)
				}
			}
		}
	}
}

// scraped is what /metrics has once everything has happened.
func scraped(t *testing.T) string {
	t.Helper()
	m := web.NewMetrics(web.Build{})
	m.Watch(func(context.Context) (bot.Counts, error) { return bot.Counts{}, nil },
		web.Check{Name: "slack", State: func(context.Context) (bool, string) { return true, "" }})
	m.Acknowledged("slack", time.Second)
	m.Ended("slack", commands.Add, commands.Done, time.Second)
	m.GaveUp("slack")
	m.Decided("slack", bot.WasApproved, time.Second)
	m.Tried("modify_admin", 0, "", time.Second)
	m.Waited("modify_admin", time.Second)
	answer := httptest.NewRecorder()
	m.Handler().ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	return answer.Body.String()
}
