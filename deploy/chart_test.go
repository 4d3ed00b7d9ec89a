package deploy

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io/fs"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"liveadmin/bot/bottest/pace"
	"liveadmin/bot/config"
	"liveadmin/imapi"
)

// TestChart: Helm finds nothing to complain about in the chart, and what it renders is what is
// in the repository. Helm's build takes more than a minute, so the gate leaves this out.
func TestChart(t *testing.T) {
	pace.AtLeast(t, 10)
	for _, folder := range []string{"chart", "charttest"} { // go test runs this again when they change
		if err := filepath.WalkDir(folder, func(_ string, _ fs.DirEntry, err error) error { return err }); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), "go", "test", ".")
	cmd.Dir = "charttest"
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestChartRendered: Helm has seen the chart as it is, and what is in the repository is what it
// rendered then.
func TestChartRendered(t *testing.T) {
	t.Chdir(filepath.Join(top, "deploy", "charttest"))
	const again = "the chart or what it renders was changed alone: cd deploy/charttest && go test . -update"
	seen := make(map[string]bool)
	for line := range strings.Lines(fileText(t, "testdata/SHA256SUMS")) {
		sum, file, _ := strings.Cut(strings.TrimSpace(line), "  ")
		seen[file] = true
		if got := fmt.Sprintf("%x", sha256.Sum256([]byte(fileText(t, file)))); got != sum {
			t.Errorf("%s: %s", file, again)
		}
	}
	if err := filepath.WalkDir("../chart", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && !seen[filepath.ToSlash(path)] {
			t.Errorf("%s is new: %s", path, again)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

// TestChartSettings: the chart takes every setting that is no secret and that it does not
// decide itself, and knows the regions.
func TestChartSettings(t *testing.T) {
	t.Chdir(top)
	var schema struct {
		Properties struct {
			Settings struct {
				Properties map[string]struct{ Enum []string }
			}
		}
	}
	if err := json.Unmarshal([]byte(fileText(t, "deploy/chart/values.schema.json")), &schema); err != nil {
		t.Fatal(err)
	}
	takes := schema.Properties.Settings.Properties
	decided := []string{"LIVEADMIN_CONFIG", "HTTP_ADDR"}
	known := make(map[string]bool)
	for _, v := range config.Variables() {
		known[v.Name] = true
		if _, taken := takes[v.Name]; taken == (v.Secret || slices.Contains(decided, v.Name)) {
			t.Errorf("the chart takes %s: %v", v.Name, taken)
		}
	}
	for name := range takes {
		if !known[name] {
			t.Errorf("the chart takes %s, which is no setting", name)
		}
	}
	regions := append([]string{""}, imapi.Regions()...)
	if got := takes["IM_REGION"].Enum; !slices.Equal(slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(regions))) {
		t.Errorf("the chart knows the regions %q, want %q", got, regions)
	}
}

// TestChartVersion: the chart has the version of the image in the other files.
func TestChartVersion(t *testing.T) {
	t.Chdir(top)
	m := regexp.MustCompile(`(?m)^(?:version|appVersion): "?([^"\n]+)"?$`).FindAllStringSubmatch(fileText(t, "deploy/chart/Chart.yaml"), -1)
	if len(m) != 2 || m[0][1] != m[1][1] {
		t.Fatalf("the chart has the versions %q", m)
	}
	if image := compose(t).Services["liveadmin"].Image; !strings.HasSuffix(image, ":"+m[0][1]) {
		t.Errorf("the chart is of version %s, Compose has %s", m[0][1], image)
	}
}
