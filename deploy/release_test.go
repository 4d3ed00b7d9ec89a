package deploy

import (
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"liveadmin/bot/app"
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
