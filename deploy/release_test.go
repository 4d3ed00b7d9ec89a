package deploy

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"liveadmin/bot/app"
	"liveadmin/bot/bottest/pace"
)

// TestRelease: a tag of this commit is that of the program's version, and the changelog has
// what is new in it.
func TestRelease(t *testing.T) {
	t.Chdir(top)
	out, err := exec.CommandContext(t.Context(), "git", "tag", "--points-at", "HEAD", "v*").Output()
	if err != nil || len(out) == 0 {
		t.Skip("this commit has no tag of a release")
	}
	if tags := strings.Fields(string(out)); len(tags) != 1 || tags[0] != "v"+app.Release {
		t.Errorf("the commit has the tags %q, the program says %s", tags, app.Release)
	}
	heading := regexp.MustCompile(`(?m)^## ` + regexp.QuoteMeta(app.Release) + ` - \d{4}-\d\d-\d\d$`)
	if !heading.MatchString(fileText(t, "CHANGELOG.md")) {
		t.Errorf("CHANGELOG.md has no section %s with a date", app.Release)
	}
}

// TestSnapshot makes all of a release but its publication, and looks at what is in it.
func TestSnapshot(t *testing.T) {
	pace.AtLeast(t, 10)
	t.Chdir(top)
	dist := filepath.Join(releaseOf(t, sourceTree(t)), "dist")
	name := "liveadmin_" + app.Release + "_"
	sums := fileText(t, filepath.Join(dist, "checksums.txt"))
	want := []string{
		"liveadmin-" + app.Release + "-1.aarch64.rpm", "liveadmin-" + app.Release + "-1.x86_64.rpm",
		name + "amd64.deb", name + "arm64.deb",
	}
	for _, system := range releaseSystems() {
		platform := strings.ReplaceAll(system, "/", "_")
		archive, bill := name+platform+".tar.gz", name+platform+".cdx.json"
		want = append(want, archive, bill)
		checkArchive(t, filepath.Join(dist, archive), platform == runtime.GOOS+"_"+runtime.GOARCH)
		checkBill(t, filepath.Join(dist, bill), linked(t, system))
	}
	var listed []string
	for line := range strings.Lines(sums) {
		listed = append(listed, strings.Fields(line)[1])
	}
	slices.Sort(want)
	slices.Sort(listed)
	if !slices.Equal(listed, want) {
		t.Errorf("checksums of %q, want %q", listed, want)
	}
	checkDeb(t, filepath.Join(dist, name+"amd64.deb"))
}

// releaseOf makes a release of sources as goreleaser does, and returns their folder.
func releaseOf(t *testing.T, sources string) string {
	t.Helper()
	file := "-modfile=" + filepath.Join(sources, ".ci/tools/goreleaser/go.mod")
	for _, args := range [][]string{
		{"git", "add", "-A"},
		{"git", "-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "-q", "--allow-empty", "-m", "as it is now"},
		{"git", "tag", "v" + app.Release},
		{"git", "remote", "set-url", "origin", "https://github.com/liveadmin/liveadmin.git"},
		{"go", "tool", file, "goreleaser", "release", "--clean", "--skip=publish,announce", "--parallelism=1"},
	} {
		cmd := exec.CommandContext(t.Context(), args[0], args[1:]...)
		cmd.Dir, cmd.Env = sources, append(os.Environ(), "GITHUB_TOKEN=none")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%q: %v\n%s", args, err, out)
		}
	}
	return sources
}

// checkArchive looks at an archive, and starts the program in it if it is for this machine.
func checkArchive(t *testing.T, file string, ours bool) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	packed, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	folder := strings.TrimSuffix(filepath.Base(file), ".tar.gz") + "/"
	missing := []string{
		"liveadmin", "LICENSE", "THIRD_PARTY_NOTICES.txt", "CHANGELOG.md", ".env.example", "docs/operations.md", "docs/slack.svg", "docs/decisions/README.md",
		"deploy/liveadmin.service", "deploy/examples/slack.env", "deploy/chart/.helmignore", "deploy/chart/Chart.yaml", "deploy/chart/templates/_helpers.tpl",
	}
	for content := tar.NewReader(packed); ; {
		header, err := content.Next()
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimPrefix(header.Name, folder)
		missing = slices.DeleteFunc(missing, func(m string) bool { return m == name })
		if name == "liveadmin" && ours {
			program := filepath.Join(t.TempDir(), "liveadmin")
			text, err := io.ReadAll(content)
			if err == nil {
				err = os.WriteFile(program, text, 0o700)
			}
			if err != nil {
				t.Fatal(err)
			}
			checkVersion(t, program)
		}
	}
	if len(missing) > 0 {
		t.Errorf("%s lacks %q", file, missing)
	}
}

func checkVersion(t *testing.T, program string) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), program, "version").CombinedOutput()
	if want := regexp.MustCompile(`^liveadmin ` + regexp.QuoteMeta(app.Release) + `, commit [0-9a-f]{40}, go`); err != nil || !want.Match(out) {
		t.Errorf("version: %v\n%s", err, out)
	}
}

// checkBill looks whether a software bill of materials has all modules of the program.
func checkBill(t *testing.T, file string, modules map[string]string) {
	t.Helper()
	var bill struct {
		Components []struct{ Name, Version string }
	}
	if err := json.Unmarshal([]byte(fileText(t, file)), &bill); err != nil {
		t.Fatal(err)
	}
	for _, c := range bill.Components {
		delete(modules, c.Name+" "+c.Version)
	}
	if len(modules) > 0 {
		t.Errorf("%s lacks %q", file, slices.Sorted(maps.Keys(modules)))
	}
}

// checkDeb looks at the package for Debian, if Debian's tools are here.
func checkDeb(t *testing.T, file string) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "dpkg-deb", "--fsys-tarfile", file).Output()
	if errors.Is(err, exec.ErrNotFound) {
		return
	} else if err != nil {
		t.Fatal(err)
	}
	want := map[string]int64{
		"usr/bin/liveadmin": 0o755, "usr/lib/systemd/system/liveadmin.service": 0o644,
		"etc/liveadmin/": 0o711, "etc/liveadmin/secrets/": 0o700, "usr/share/doc/liveadmin/LICENSE": 0o644,
		"usr/share/doc/liveadmin/examples/slack.env": 0o644,
	}
	for content := tar.NewReader(bytes.NewReader(out)); ; {
		header, err := content.Next()
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimLeft(header.Name, "./")
		if mode, known := want[name]; known && mode == header.Mode {
			delete(want, name)
		}
	}
	for name, mode := range want {
		t.Errorf("%s has no %s of mode %o", file, name, mode)
	}
}

// head is the commit of this clone.
func head(t *testing.T) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "git", "rev-parse", "HEAD").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

// sourceTree is a clone of this repository with the files as they are now.
func sourceTree(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	out, err := exec.CommandContext(t.Context(), "sh", "-ec",
		`git clone -q . "$1" && git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents -t "$1"`, "sh", dir).CombinedOutput()
	if err != nil {
		t.Skipf("this is no clone: %v\n%s", err, out)
	}
	return dir
}
