// Package queries holds the queries of the alerts and of the dashboard against Prometheus.
package queries

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/prometheus/prometheus/promql/parser"
	"sigs.k8s.io/yaml"
)

// TestQueries: Prometheus can read every query of the alerts and of the dashboard.
func TestQueries(t *testing.T) {
	var alerts struct {
		Groups []struct {
			Rules []struct{ Alert, Expr string }
		}
	}
	if err := yaml.Unmarshal(content(t, "../../alerts.yaml"), &alerts); err != nil {
		t.Fatal(err)
	}
	var dashboard struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal(content(t, "../../grafana.json"), &dashboard); err != nil {
		t.Fatal(err)
	}
	queries := make(map[string]string)
	for _, r := range alerts.Groups[0].Rules {
		queries[r.Expr] = r.Alert
	}
	for _, p := range dashboard.Panels {
		for _, target := range p.Targets {
			queries[strings.ReplaceAll(target.Expr, "$__rate_interval", "5m")] = p.Title
		}
	}
	if len(queries) < 30 {
		t.Errorf("only %d queries", len(queries))
	}
	promql := parser.NewParser(parser.Options{})
	for query, of := range queries {
		if _, err := promql.ParseExpr(query); err != nil {
			t.Errorf("%s: %v", of, err)
		}
	}
}

func content(t *testing.T, file string) []byte {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
