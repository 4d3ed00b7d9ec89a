package config_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/joho/godotenv"

	"liveadmin/bot/config"
)

const example = "../../.env.example"

// TestExampleDocumentsEveryVariable: .env.example has exactly the table's
// variables, in its order, each under a comment, with the defaults commented out
// and the rest empty.
func TestExampleDocumentsEveryVariable(t *testing.T) {
	text, err := os.ReadFile(example)
	if err != nil {
		t.Fatal(err)
	}
	setting := regexp.MustCompile(`^#?[A-Za-z0-9_]+=`)
	var got []string
	lines := strings.Split(string(text), "\n")
	for i, line := range lines {
		if !setting.MatchString(line) {
			if line != "" && !strings.HasPrefix(line, "# ") && line != "#" {
				t.Errorf("line %d is neither a setting nor a comment: %q", i+1, line)
			}
			continue
		}
		got = append(got, line)
		if !strings.HasPrefix(lines[i-1], "# ") {
			t.Errorf("line %d has no comment above it: %q", i+1, line)
		}
	}
	var want []string
	for _, v := range config.Variables() {
		line := v.Name + "="
		if v.Default != "" {
			line = "#" + line + v.Default
		}
		want = append(want, line)
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// TestExampleChangesNothing: a copied example is read, and is as good as no file.
func TestExampleChangesNothing(t *testing.T) {
	values, err := godotenv.Read(example)
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range values {
		if value != "" {
			t.Errorf("%s is set to %q", name, value)
		}
	}
	text, err := os.ReadFile(example)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write(t, dir, ".env", string(text))
	load(t, dir, minimal())
}

// TestExampleDefaultsAreValid: taking away the comment signs is no problem.
func TestExampleDefaultsAreValid(t *testing.T) {
	env := minimal()
	for _, v := range config.Variables() {
		if v.Default != "" {
			env[v.Name] = v.Default
		}
		if v.Doc == "" || strings.Contains(v.Doc, "\n") {
			t.Errorf("%s has no line that documents it", v.Name)
		}
	}
	load(t, t.TempDir(), env)
}
