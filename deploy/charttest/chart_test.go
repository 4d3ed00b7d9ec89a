// Package charttest holds the Helm chart against Helm and the types of Kubernetes' API; its
// folders hold queries against Prometheus and compose.yaml against Compose. It is a module of
// its own, so that the program does not depend on them. The gate runs this package, and TestReaders of
// package deploy the folders, every night. After a change to the chart:
//
//	cd deploy/charttest && go test . -update
package charttest

import (
	"bytes"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	monitoring "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	"helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/chartutil"
	"helm.sh/helm/v3/pkg/engine"
	"helm.sh/helm/v3/pkg/lint"
	"helm.sh/helm/v3/pkg/lint/support"
	"helm.sh/helm/v3/pkg/releaseutil"
	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	policy "k8s.io/api/policy/v1"
	strict "sigs.k8s.io/json"
	"sigs.k8s.io/yaml"
)

var update = flag.Bool("update", false, "write what the chart renders")

const folder, name, namespace = "../chart", "liveadmin", "liveadmin"

// TestExamples: with each example of values the chart is free of complaints, and what it
// renders is what is in the repository: kubernetes.yaml for slack.yaml, testdata for the others.
func TestExamples(t *testing.T) {
	examples, err := filepath.Glob(folder + "/examples/*.yaml")
	if err != nil || len(examples) == 0 {
		t.Fatal(examples, err)
	}
	for _, file := range examples {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml"), func(t *testing.T) {
			values := read(t, file)
			for _, m := range lint.All(folder, values, namespace, true).Messages {
				if m.Severity > support.InfoSev {
					t.Error(m)
				}
			}
			rendered, err := render(t, name, values)
			if err != nil {
				t.Fatal(err)
			}
			documents(t, rendered)
			into, text := "testdata/"+filepath.Base(file), rendered
			if filepath.Base(file) == "slack.yaml" {
				into, text = "../kubernetes.yaml", string(content(t, "kubernetes_head.yaml"))+rendered
			}
			if *update {
				if err := os.WriteFile(into, []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if string(content(t, into)) != text {
				t.Errorf("%s is not what the chart renders: go test . -update", into)
			}
		})
	}
}

// TestKubernetesHead: what kubernetes.yaml has before what the chart renders is right, too.
func TestKubernetesHead(t *testing.T) {
	documents(t, string(content(t, "kubernetes_head.yaml")))
}

// TestRelease: two releases in a namespace have nothing in common but the namespace.
func TestRelease(t *testing.T) {
	for file, foreign := range map[string]string{"slack.yaml": "liveadmin", "discord.yaml": "liveadmin"} {
		rendered, err := render(t, "jp", read(t, folder+"/examples/"+file))
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(rendered) {
			for _, named := range []string{"  name: " + foreign + "\n", "app.kubernetes.io/name: " + foreign, "secretName: " + foreign, "claimName: " + foreign} {
				if strings.Contains(line, named) && !strings.Contains(line, "- name: liveadmin\n") {
					t.Errorf("%s: %s", file, line)
				}
			}
		}
	}
}

// TestRefused: what cannot work is refused with what to do.
func TestRefused(t *testing.T) {
	for _, tc := range []struct {
		name, want string
		set        map[string]any
	}{
		{"no platform", "set slack.enabled or discord.enabled", map[string]any{"slack.enabled": false}},
		{"no image", "set image.repository", map[string]any{"image.repository": ""}},
		{"no application", "set settings.IM_SDKAPPID", map[string]any{"settings.IM_SDKAPPID": ""}},
		{"a number", "/settings/IM_SDKAPPID", map[string]any{"settings.IM_SDKAPPID": 1400000000}},
		{"no region", "set settings.IM_REGION", map[string]any{"settings.IM_REGION": ""}},
		{"an unknown region", "/settings/IM_REGION", map[string]any{"settings.IM_REGION": "mars"}},
		{"a slip", "alowlist", map[string]any{"settings.alowlist": "x"}},
		{"no public key", "discord.http needs settings.DISCORD_PUBLIC_KEY", map[string]any{"discord.enabled": true, "discord.http": true}},
		{"only the public key", "settings.DISCORD_PUBLIC_KEY needs discord.enabled", map[string]any{"settings.DISCORD_PUBLIC_KEY": "0"}},
		{"Discord switched off", "settings.DISCORD_PUBLIC_KEY needs discord.enabled", map[string]any{"discord.http": true, "settings.DISCORD_PUBLIC_KEY": "0"}},
		{"a host for nothing", "ingress.host needs", map[string]any{"ingress.host": "liveadmin.example.com"}},
		{"two files of rules", "not both", map[string]any{"existingConfigMap": "other"}},
		{"an unknown database", "/database/kind", map[string]any{"database.kind": "mysql"}},
		{"an unknown value", "replicaCount", map[string]any{"replicaCount": 3}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			values := read(t, folder+"/examples/slack.yaml")
			for path, value := range tc.set {
				at, keys := values, strings.Split(path, ".")
				for _, key := range keys[:len(keys)-1] {
					if at[key] == nil {
						at[key] = map[string]any{}
					}
					at = at[key].(map[string]any)
				}
				at[keys[len(keys)-1]] = value
			}
			if _, err := render(t, name, values); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("%v, want %q", err, tc.want)
			}
		})
	}
}

// TestHTTP: only what a platform calls is reached from outside, and the bot is ready for it also
// while a platform that it connects to is away.
func TestHTTP(t *testing.T) {
	for _, tc := range []struct {
		name           string
		slack, discord string // "", "socket" or "http"
		paths, ready   string
	}{
		{"Slack calls", "http", "", "/slack/commands /slack/events /slack/interactions /slack/options", "/readyz"},
		{"Discord calls", "", "http", "/discord/interactions", "/readyz"},
		{"both call", "http", "http", "/slack/commands /slack/events /slack/interactions /slack/options /discord/interactions", "/readyz"},
		{"only Slack calls", "http", "socket", "/slack/commands /slack/events /slack/interactions /slack/options", "/healthz"},
		{"only Discord calls", "socket", "http", "/discord/interactions", "/healthz"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			values := read(t, folder+"/examples/http.yaml")
			values["slack"] = map[string]any{"enabled": tc.slack != "", "http": tc.slack == "http"}
			values["discord"] = map[string]any{"enabled": tc.discord != "", "http": tc.discord == "http"}
			if tc.discord != "http" {
				delete(values["settings"].(map[string]any), "DISCORD_PUBLIC_KEY")
			}
			rendered, err := render(t, name, values)
			if err != nil {
				t.Fatal(err)
			}
			var paths []string
			for _, m := range regexp.MustCompile(`- path: (\S+)\n +pathType: Exact`).FindAllStringSubmatch(rendered, -1) {
				paths = append(paths, m[1])
			}
			if got := strings.Join(paths, " "); got != tc.paths {
				t.Errorf("reached from outside: %s, want %s", got, tc.paths)
			}
			_, probe, _ := strings.Cut(rendered, "readinessProbe:")
			probe, _, _ = strings.Cut(probe, "port: http")
			if !strings.Contains(probe, "path: "+tc.ready+"\n") {
				t.Errorf("ready by %s, want %s", probe, tc.ready)
			}
		})
	}
}

// render is what "helm template" prints, without the names of the files.
func render(t *testing.T, release string, values map[string]any) (string, error) {
	t.Helper()
	c := load(t)
	options := chartutil.ReleaseOptions{Name: release, Namespace: namespace, IsInstall: true}
	all, err := chartutil.ToRenderValues(c, values, options, chartutil.DefaultCapabilities)
	if err != nil {
		return "", err
	}
	files, err := engine.Render(c, all)
	if err != nil {
		return "", err
	}
	maps.DeleteFunc(files, func(file, _ string) bool { return strings.HasSuffix(file, "NOTES.txt") })
	_, manifests, err := releaseutil.SortManifests(files, chartutil.DefaultVersionSet, releaseutil.InstallOrder)
	if err != nil {
		return "", err
	}
	var text strings.Builder
	for _, m := range manifests {
		text.WriteString("---\n" + strings.TrimSpace(m.Content) + "\n")
	}
	return text.String(), nil
}

func load(t *testing.T) *chart.Chart {
	t.Helper()
	c, err := loader.Load(folder)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// documents complains of what is no object of Kubernetes' API, with every field spelled right.
func documents(t *testing.T, text string) {
	t.Helper()
	kinds := map[string]func() any{
		"v1 Namespace": func() any { return new(core.Namespace) }, "v1 ConfigMap": func() any { return new(core.ConfigMap) },
		"v1 ServiceAccount": func() any { return new(core.ServiceAccount) }, "v1 Service": func() any { return new(core.Service) },
		"v1 PersistentVolumeClaim": func() any { return new(core.PersistentVolumeClaim) },
		"apps/v1 Deployment":       func() any { return new(apps.Deployment) }, "apps/v1 StatefulSet": func() any { return new(apps.StatefulSet) },
		"policy/v1 PodDisruptionBudget":           func() any { return new(policy.PodDisruptionBudget) },
		"networking.k8s.io/v1 Ingress":            func() any { return new(networking.Ingress) },
		"networking.k8s.io/v1 NetworkPolicy":      func() any { return new(networking.NetworkPolicy) },
		"monitoring.coreos.com/v1 ServiceMonitor": func() any { return new(monitoring.ServiceMonitor) },
	}
	var seen []string
	for document := range strings.SplitSeq(text, "---\n") {
		if strings.TrimSpace(document) == "" {
			continue
		}
		var head struct {
			APIVersion, Kind string
			Metadata         struct{ Name string }
		}
		if err := yaml.Unmarshal([]byte(document), &head); err != nil {
			t.Fatalf("%v in\n%s", err, document)
		}
		typed := kinds[head.APIVersion+" "+head.Kind]
		if typed == nil {
			t.Fatalf("%s %s is not known here", head.APIVersion, head.Kind)
		}
		asJSON, err := yaml.YAMLToJSONStrict([]byte(document))
		if err != nil {
			t.Fatalf("%v in\n%s", err, document)
		}
		unknown, err := strict.UnmarshalStrict(asJSON, typed()) // as the API does: fields have their case
		for _, problem := range append(unknown, err) {
			if problem != nil {
				t.Errorf("%s %s: %v", head.Kind, head.Metadata.Name, problem)
			}
		}
		object := head.Kind + " " + head.Metadata.Name
		if slices.Contains(seen, object) {
			t.Errorf("two objects are %s", object)
		}
		seen = append(seen, object)
	}
}

func read(t *testing.T, file string) (values map[string]any) {
	t.Helper()
	if err := yaml.Unmarshal(content(t, file), &values); err != nil {
		t.Fatal(err)
	}
	return values
}

func content(t *testing.T, file string) []byte {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil && !*update {
		t.Fatal(err)
	}
	return bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))
}
