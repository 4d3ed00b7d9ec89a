package deploy

import (
	"encoding/json"
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

// TestReaders: Prometheus and Compose, too, read what is theirs. Building them takes a minute,
// so the gate, which asks Helm, leaves this out.
func TestReaders(t *testing.T) {
	pace.AtLeast(t, 10)
	t.Chdir("charttest")
	if err := filepath.WalkDir("..", func(_ string, _ fs.DirEntry, err error) error { return err }); err != nil { // go test runs this again when they change
		t.Fatal(err)
	}
	// The programs' packages are large, and vet would look at all of them.
	out, err := exec.CommandContext(t.Context(), "go", "test", "-count=1", "-vet=off", "./compose", "./queries").CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
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
