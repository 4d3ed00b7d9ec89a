//go:build unix

package journal

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"liveadmin/bot/journal/journaltest"
)

// TestStoppedHolder: a process that was stopped past its lease sends nothing and
// writes nothing when it goes on.
func TestStoppedHolder(t *testing.T) {
	t.Parallel()
	url := journaltest.Postgres(t)
	j := reopen(t, url, withLease(testLease))
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	child := exec.CommandContext(t.Context(), self)
	child.Env = append(os.Environ(), holdEnv+"="+url)
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() && !strings.HasPrefix(lines.Text(), "sends") {
	}
	if err := child.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	claimSoon(t, j)
	taken := time.Now().UnixNano()
	if err := child.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	last := ""
	for lines.Scan() {
		last = lines.Text()
		var at int64
		if _, err := fmt.Sscanf(last, "sends %d", &at); err == nil && at >= taken {
			t.Errorf("it would send after another has taken up the entry")
		}
	}
	if err := child.Wait(); last != "planned true" {
		t.Errorf("it ended with %q, error %v", last, err)
	}
}
