package docs

import (
	"regexp"
	"strings"
	"testing"
)

// TestFigures: every figure that the documents show is one that bot/e2e/bench.sh measures,
// with the same goal.
func TestFigures(t *testing.T) {
	t.Chdir(top)
	_, list, _ := strings.Cut(fileText(t, "bot/e2e/bench.sh"), "figures='\n")
	list, _, _ = strings.Cut(list, "\n'")
	goals := make(map[string]string)
	for line := range strings.Lines(list) {
		cells := regexp.MustCompile(` *\| *`).Split(line, -1)
		goals[cells[0]] = strings.TrimSpace(cells[1])
	}
	for _, file := range []string{"README.md", "docs/operations.md"} {
		_, table, found := strings.Cut(fileText(t, file), "\n| figure | goal | measured |\n| --- | --- | --- |\n")
		if !found {
			t.Fatalf("%s has no figures", file)
		}
		table, _, _ = strings.Cut(table, "\n\n")
		for row := range strings.Lines(table) {
			cells := strings.Split(strings.Trim(row, "|\n"), "|")
			figure, goal := strings.TrimSpace(cells[0]), strings.TrimSpace(cells[1])
			want, measured := goals[figure]
			if !regexp.MustCompile(`^[≤≥]`).MatchString(want) {
				want = ""
			}
			if !measured || goal != want {
				t.Errorf("%s: %q has the goal %q, bench.sh %q", file, figure, goal, want)
			}
		}
	}
}
