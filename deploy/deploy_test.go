package deploy

import (
	"cmp"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"liveadmin/bot/app"
	"liveadmin/bot/bottest/pace"
	"liveadmin/bot/cli"
	"liveadmin/bot/config"
	"liveadmin/bot/discord"
	"liveadmin/bot/slack"
	"liveadmin/commands/policy"
	"liveadmin/imapi"
)

// TestNamedVariables: whatever looks like one of our variables is one.
func TestNamedVariables(t *testing.T) {
	t.Chdir(top)
	known := []string{"GOMEMLIMIT", "HTTPS_PROXY", pace.Variable, "LIVEADMIN_TEST_POSTGRES"}
	for _, v := range config.Variables() {
		known = append(known, v.Name)
		if v.Secret {
			known = append(known, v.Name+"_FILE")
		}
	}
	ours := regexp.MustCompile(`\b(?:IM|SLACK|DISCORD|LIVEADMIN|LOG|HTTP|DATABASE)_[A-Z_]*[A-Z]\b`)
	for _, file := range operatorFiles(t) {
		for _, name := range ours.FindAllString(fileText(t, file), -1) {
			if !slices.Contains(known, name) {
				t.Errorf("%s names %s, which is no variable", file, name)
			}
		}
	}
	all := environments(t)
	maps.Copy(all, rendered(t))
	for name, set := range all {
		for variable := range set {
			if !slices.Contains(known, variable) {
				t.Errorf("%s sets %s, which is no variable", name, variable)
			}
		}
	}
}

// TestDeployedRules: the examples of rules can be read, and allow someone something.
func TestDeployedRules(t *testing.T) {
	t.Chdir(top)
	for name, text := range map[string]string{
		"deploy/config/liveadmin.yaml": fileText(t, "deploy/config/liveadmin.yaml"),
		plainFile:                      object(t, plainFile, "ConfigMap").Data["liveadmin.yaml"],
		"discord.yaml":                 object(t, "deploy/charttest/testdata/discord.yaml", "ConfigMap").Data["liveadmin.yaml"],
	} {
		rules, err := config.ParsePolicy(name, []byte(text), nil)
		if err != nil {
			t.Error(err)
		}
		if len(rules.Policy.Rules) == 0 {
			t.Errorf("%s has no rules", name)
		}
	}
}

// TestDeployedImage: the image has the release's tag everywhere, and one port, on which the
// program listens in it.
func TestDeployedImage(t *testing.T) {
	t.Chdir(top)
	tags := make(map[string]string)
	for _, file := range operatorFiles(t) {
		for _, m := range regexp.MustCompile(`\bliveadmin:(\d[\w.]*)`).FindAllStringSubmatch(fileText(t, file), -1) {
			tags[m[1]] = file
		}
	}
	if len(tags) != 1 || tags[app.Release] == "" {
		t.Errorf("the image has these tags: %v, want %s", tags, app.Release)
	}
	dockerfile := fileText(t, "Dockerfile")
	for _, want := range []string{"HTTP_ADDR=:8080 ", "EXPOSE 8080\n", `CMD ["/liveadmin", "healthcheck"]`, "\nUSER 65532:65532\n"} {
		if !strings.Contains(dockerfile, want) {
			t.Errorf("the Dockerfile lacks %q", want)
		}
	}
	if ports := compose(t).Services["liveadmin"].Ports; !slices.Equal(ports, []string{"127.0.0.1:8080:8080"}) {
		t.Errorf("Compose opens %q", ports)
	}
	if ports := botContainer(t, plainFile).Ports; len(ports) != 1 || ports[0].ContainerPort != 8080 {
		t.Errorf("Kubernetes opens %v", ports)
	}
	if !regexp.MustCompile(`(?m)^FROM --platform=\$BUILDPLATFORM golang:\d+\.\d+\.\d+ AS build$`).MatchString(dockerfile) {
		t.Error("the version of the image that builds is not exact")
	}
	databases := []string{compose(t).Services["postgres"].Image}
	for _, o := range kubernetes(t, plainFile) {
		if o.Kind == "StatefulSet" {
			databases = append(databases, o.Spec.Template.Spec.Containers[0].Image)
		}
	}
	if len(slices.Compact(databases)) != 1 {
		t.Errorf("PostgreSQL is %q", databases)
	}
}

// TestDeployedPaths: the probes ask what the listener serves, and exactly what the
// platforms call is reached from outside.
func TestDeployedPaths(t *testing.T) {
	t.Chdir(top)
	c := botContainer(t, plainFile)
	probes := []string{c.Startup.HTTPGet.Path, c.Liveness.HTTPGet.Path, c.Readiness.HTTPGet.Path}
	if want := []string{"/healthz", "/healthz", "/readyz"}; !slices.Equal(probes, want) {
		t.Errorf("the probes ask %q, want %q", probes, want)
	}
	var exposed []string
	for _, p := range object(t, httpFile, "Ingress").Spec.Rules[0].HTTP.Paths {
		if p.PathType != "Exact" {
			t.Errorf("%s is %s", p.Path, p.PathType)
		}
		exposed = append(exposed, p.Path)
	}
	if called := mounted(t); !slices.Equal(slices.Sorted(slices.Values(exposed)), called) {
		t.Errorf("the Ingress exposes %q, the platforms call %q", exposed, called)
	}
	document := fileText(t, "docs/operations.md")
	_, nginx, _ := strings.Cut(document, "\nlocation ~ ")
	nginx, _, _ = strings.Cut(nginx, " {\n")
	passed, err := regexp.Compile(nginx)
	if err != nil || passed.MatchString("/metrics") {
		t.Errorf("%v in the example for nginx, %q", err, nginx)
	}
	for _, path := range exposed {
		if !strings.Contains(document, "`"+path+"`") || !passed.MatchString(path) {
			t.Errorf("docs/operations.md does not say that %s is called, or nginx does not pass it on", path)
		}
	}
}

// mounted are the paths that the platforms mount in HTTP mode, sorted.
func mounted(t *testing.T) []string {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	overHTTP, err := slack.New(
		slack.Config{BotToken: imapi.NewSecret("xoxb-1"), SigningSecret: imapi.NewSecret("s")},
		slack.Options{Log: log, Policy: func() policy.Policy { return policy.Policy{} }})
	if err != nil {
		t.Fatal(err)
	}
	interactions, err := discord.New(
		discord.Config{Token: imapi.NewSecret("t"), PublicKey: strings.Repeat("0", 64)}, discord.Options{Log: log, Policy: func() policy.Policy { return policy.Policy{} }})
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	mount := func(pattern string, _ http.Handler) {
		_, path, _ := strings.Cut(pattern, " ")
		paths = append(paths, cmp.Or(path, pattern))
	}
	overHTTP.Mount(mount)
	interactions.Mount(mount)
	slices.Sort(paths)
	return paths
}

// TestDeployedUnit: systemd leaves the bot alone when a start changes nothing, asks it
// to read again, and loads all secrets.
func TestDeployedUnit(t *testing.T) {
	t.Chdir(top)
	u := unit(t)
	for name, want := range map[string]string{
		"Restart": "on-failure", "RestartPreventExitStatus": fmt.Sprintf("%d %d", cli.ExitUsage, cli.ExitRevoked),
		"ExecReload": "/bin/kill -HUP $MAINPID", "DynamicUser": "yes", "StateDirectory": "liveadmin",
		"LimitCORE": "0",
	} {
		if got := strings.Join(u[name], "; "); got != want {
			t.Errorf("%s=%s, want %s", name, got, want)
		}
	}
	if got, want := u["LoadCredential"], []string{"secrets:/etc/liveadmin/secrets"}; !slices.Equal(got, want) {
		t.Errorf("LoadCredential=%q, want %q", got, want)
	}
	for _, family := range []string{"AF_INET", "AF_INET6", "AF_UNIX"} { // with the last, a PostgreSQL on this machine
		if !slices.Contains(strings.Fields(strings.Join(u["RestrictAddressFamilies"], " ")), family) {
			t.Errorf("the bot cannot open a socket of %s", family)
		}
	}
}

// TestDeployedContainer: Docker starts the bot again whatever it ends with, also after a SIGHUP by
// "docker compose kill", which to Docker is a stop if the restart policy is unless-stopped or no
// signal is named as the one that stops (moby, daemon/kill.go).
func TestDeployedContainer(t *testing.T) {
	t.Chdir(top)
	if s := compose(t).Services["liveadmin"]; s.Restart != "always" || s.StopSignal != "SIGTERM" {
		t.Errorf("got %q and %q", s.Restart, s.StopSignal)
	}
}

// TestUnitVerified: systemd itself finds nothing to complain about in the unit.
func TestUnitVerified(t *testing.T) {
	t.Chdir(top)
	if _, err := exec.LookPath("systemd-analyze"); err != nil {
		t.Skip("systemd-analyze is not installed")
	}
	file := filepath.Join(t.TempDir(), "liveadmin.service")
	text := strings.Replace(fileText(t, "deploy/liveadmin.service"), "\nExecStart=liveadmin\n", "\nExecStart=/bin/true\n", 1)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	out, _ := exec.CommandContext(t.Context(), "systemd-analyze", "verify", file).CombinedOutput() // fails where systemd does not run
	for line := range strings.Lines(string(out)) {
		if strings.Contains(line, "liveadmin.service") {
			t.Error(line)
		}
	}
}
