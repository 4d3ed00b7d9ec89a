package deploy

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// The parts of the deploy files that depend on the program.

type composeFile struct {
	Services map[string]struct {
		Image       string
		Environment map[string]string
		Ports       []string
		Restart     string
		StopSignal  string `yaml:"stop_signal"`
	}
}

type kubernetesObject struct {
	Kind     string
	Metadata struct{ Name string }
	Data     map[string]string // of a ConfigMap
	Spec     struct {
		Template struct {
			Spec struct{ Containers []kubernetesContainer }
		}
		Rules []struct { // of an Ingress
			HTTP struct {
				Paths []struct {
					Path     string
					PathType string `yaml:"pathType"`
				}
			}
		}
	}
}

type kubernetesContainer struct {
	Image string
	Env   []struct{ Name, Value string }
	Ports []struct {
		ContainerPort int `yaml:"containerPort"`
	}
	Startup   kubernetesProbe `yaml:"startupProbe"`
	Liveness  kubernetesProbe `yaml:"livenessProbe"`
	Readiness kubernetesProbe `yaml:"readinessProbe"`
}

type kubernetesProbe struct {
	HTTPGet struct{ Path string } `yaml:"httpGet"`
}

// top is the top of the repository, from which the documents name files. Each test changes
// to it: go test then knows which files it reads, and runs it again when they change.
const top = ".."

func fileText(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func compose(t *testing.T) (c composeFile) {
	t.Helper()
	if err := yaml.Unmarshal([]byte(fileText(t, "deploy/compose.yaml")), &c); err != nil {
		t.Fatal(err)
	}
	return c
}

// Files with what the Helm chart renders: deploy/charttest holds them against it.
const (
	plainFile = "deploy/kubernetes.yaml"
	httpFile  = "deploy/charttest/testdata/http.yaml"
)

func kubernetes(t *testing.T, file string) []kubernetesObject {
	t.Helper()
	var objects []kubernetesObject
	documents := yaml.NewDecoder(strings.NewReader(fileText(t, file)))
	for {
		var o kubernetesObject
		switch err := documents.Decode(&o); {
		case errors.Is(err, io.EOF):
			return objects
		case err != nil:
			t.Fatal(err)
		}
		objects = append(objects, o)
	}
}

// object is the one of a kind that is called liveadmin.
func object(t *testing.T, file, kind string) kubernetesObject {
	t.Helper()
	all := kubernetes(t, file)
	i := slices.IndexFunc(all, func(o kubernetesObject) bool { return o.Kind == kind && o.Metadata.Name == "liveadmin" })
	if i < 0 {
		t.Fatalf("%s has no %s", file, kind)
	}
	return all[i]
}

func botContainer(t *testing.T, file string) kubernetesContainer {
	t.Helper()
	return object(t, file, "Deployment").Spec.Template.Spec.Containers[0]
}

// unit are the settings of the systemd unit: all values of each.
func unit(t *testing.T) map[string][]string {
	t.Helper()
	settings := make(map[string][]string)
	for line := range strings.Lines(fileText(t, "deploy/liveadmin.service")) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok && !strings.HasPrefix(name, "#") {
			settings[name] = append(settings[name], value)
		}
	}
	return settings
}

// environments are what the deploy files set for the bot beside an example of settings.
func environments(t *testing.T) map[string]map[string]string {
	t.Helper()
	all := map[string]map[string]string{"compose": compose(t).Services["liveadmin"].Environment, "systemd": {}}
	for _, pair := range unit(t)["Environment"] {
		name, value, _ := strings.Cut(pair, "=")
		all["systemd"][name] = value
	}
	return all
}

// rendered are the files with what the chart renders, and what each sets for the bot.
func rendered(t *testing.T) map[string]map[string]string {
	t.Helper()
	files, err := filepath.Glob("deploy/charttest/testdata/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	all := make(map[string]map[string]string)
	for _, file := range append(files, plainFile) {
		all[file] = make(map[string]string)
		for _, e := range botContainer(t, file).Env {
			all[file][e.Name] = e.Value
		}
	}
	return all
}

// operatorFiles are what an operator reads and copies.
func operatorFiles(t *testing.T) []string {
	t.Helper()
	files := []string{"README.md", "Dockerfile"}
	for _, pattern := range []string{"docs/*.md", "deploy/*.yaml", "deploy/*.service", "deploy/config/*", "deploy/examples/*", "deploy/chart/*.yaml", "deploy/chart/examples/*"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	return files
}
