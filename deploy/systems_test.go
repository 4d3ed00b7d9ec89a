package deploy

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"liveadmin/bot/bottest/pace"
)

// TestOtherSystems: the program compiles for the systems of README that a release has no
// programs for.
func TestOtherSystems(t *testing.T) {
	pace.AtLeast(t, 10)
	t.Chdir(top)
	readme := fileText(t, "README.md")
	for system, name := range map[string]string{"windows/amd64": "Windows", "freebsd/amd64": "FreeBSD"} {
		if !strings.Contains(readme, name) {
			t.Errorf("README does not say what it is on %s", name)
		}
		goos, goarch, _ := strings.Cut(system, "/")
		build := exec.CommandContext(t.Context(), "go", "build", "-o", filepath.Join(t.TempDir(), "liveadmin"), ".")
		build.Env = append(os.Environ(), "GOOS="+goos, "GOARCH="+goarch, "CGO_ENABLED=0")
		if out, err := build.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", system, err, out)
		}
	}
}
