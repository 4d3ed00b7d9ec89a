// Package compose holds compose.yaml against Compose.
package compose

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/cli"
)

// TestCompose: Compose reads compose.yaml beside each example of settings, and gives the bot
// every line of it.
func TestCompose(t *testing.T) {
	examples, err := filepath.Glob("../../examples/*.env")
	if err != nil || len(examples) == 0 {
		t.Fatal(examples, err)
	}
	for _, example := range examples {
		t.Run(strings.TrimSuffix(filepath.Base(example), ".env"), func(t *testing.T) {
			folder := t.TempDir()
			for name, text := range map[string][]byte{"compose.yaml": content(t, "../../compose.yaml"), ".env": content(t, example)} {
				if err := os.WriteFile(filepath.Join(folder, name), text, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			options, err := cli.NewProjectOptions([]string{filepath.Join(folder, "compose.yaml")},
				cli.WithWorkingDirectory(folder), cli.WithEnvFiles(), cli.WithDotEnv)
			if err != nil {
				t.Fatal(err)
			}
			project, err := options.LoadProject(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			gets := project.Services["liveadmin"].Environment
			for line := range strings.Lines(string(content(t, example))) {
				name, value, found := strings.Cut(strings.TrimSpace(line), "=")
				if !found || strings.HasPrefix(name, "#") {
					continue
				}
				if got := gets[name]; got == nil || *got != value {
					t.Errorf("Compose gives the bot %s=%v, want %s", name, got, value)
				}
			}
			if gets["LOG_FORMAT"] == nil || *gets["LOG_FORMAT"] != "json" {
				t.Errorf("LOG_FORMAT is %v", gets["LOG_FORMAT"])
			}
		})
	}
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "compose.yaml"), content(t, "../../compose.yaml"), 0o600); err != nil {
		t.Fatal(err)
	}
	options, err := cli.NewProjectOptions([]string{filepath.Join(folder, "compose.yaml")}, cli.WithWorkingDirectory(folder))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := options.LoadProject(t.Context()); err == nil || !strings.Contains(err.Error(), "the SDKAppID of your application") {
		t.Errorf("without .env: %v", err)
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
