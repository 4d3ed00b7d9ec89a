package deploy

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

//go:generate go test -run ^TestNotices$ -update

var update = flag.Bool("update", false, "write THIRD_PARTY_NOTICES.txt anew")

const notices = "THIRD_PARTY_NOTICES.txt"

// TestNotices: THIRD_PARTY_NOTICES.txt has the licence of every module that the program
// brings along on the systems of the release, and of Go itself.
func TestNotices(t *testing.T) {
	t.Chdir(top)
	modules := make(map[string]string)
	for _, system := range releaseSystems() {
		maps.Copy(modules, linked(t, system))
	}
	for name, folder := range modules {
		if strings.HasPrefix(name, "golang.org/x/sync ") { // under Go's own licence, which not every installation of Go has a file of
			modules["The Go standard library"] = folder
		}
	}
	want := noticesOf(t, modules)
	if *update {
		if err := os.WriteFile(notices, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if fileText(t, notices) != want {
		t.Errorf("%s is not that of the modules in go.mod: go generate ./deploy", notices)
	}
}

// releaseSystems are the systems that a release has programs for.
func releaseSystems() []string {
	return []string{"linux/amd64", "linux/arm64", "darwin/amd64", "darwin/arm64"}
}

// linked are the folders of the modules in a program for the system, by name and version.
func linked(t *testing.T, system string) map[string]string {
	t.Helper()
	list := exec.CommandContext(t.Context(), "go", "list", "-deps", "-json=Module", ".")
	goos, goarch, _ := strings.Cut(system, "/")
	list.Env = append(os.Environ(), "GOOS="+goos, "GOARCH="+goarch, "CGO_ENABLED=0")
	list.Stderr = os.Stderr
	out, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	modules := make(map[string]string)
	for packages := json.NewDecoder(bytes.NewReader(out)); ; {
		var p struct {
			Module struct {
				Path, Version, Dir string
				Main               bool
			}
		}
		if err := packages.Decode(&p); errors.Is(err, io.EOF) {
			return modules
		} else if err != nil {
			t.Fatal(err)
		}
		if m := p.Module; m.Path != "" && !m.Main {
			modules[m.Path+" "+m.Version] = m.Dir
		}
	}
}

// noticesOf is the text with the licences of modules, each text once.
func noticesOf(t *testing.T, modules map[string]string) string {
	t.Helper()
	with := make(map[string][]string) // the modules with this text
	for _, name := range slices.Sorted(maps.Keys(modules)) {
		texts := licences(t, modules[name])
		if len(texts) == 0 {
			t.Errorf("%s has no licence", name)
		}
		for _, text := range texts {
			with[text] = append(with[text], name)
		}
	}
	all := slices.SortedFunc(maps.Keys(with), func(a, b string) int {
		return strings.Compare(with[a][0]+a, with[b][0]+b)
	})
	var b strings.Builder
	b.WriteString("liveadmin is under the MIT License (LICENSE). Its program contains the following.\n" +
		"SQLite itself, in modernc.org/sqlite, is in the public domain.\n")
	for _, text := range all {
		fmt.Fprintf(&b, "\n%s\n%s\n\n%s\n", strings.Repeat("=", 80), strings.Join(with[text], "\n"), text)
	}
	return b.String()
}

var licenceFile = regexp.MustCompile(`(?i)^(licen[cs]e|copying|copyright|notice|patents)([-._].*)?$`)

// licences are the texts of the files in a folder that a licence is in, or what it asks for.
func licences(t *testing.T, folder string) []string {
	t.Helper()
	files, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, f := range files {
		if !f.IsDir() && filepath.Ext(f.Name()) != ".go" && licenceFile.MatchString(f.Name()) {
			text := fileText(t, filepath.Join(folder, f.Name()))
			texts = append(texts, strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n")))
		}
	}
	return texts
}
