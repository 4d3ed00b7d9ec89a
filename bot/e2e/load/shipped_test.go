package load

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"liveadmin/bot/bottest/fakediscord"
	"liveadmin/bot/e2e/harness"
)

// shipped is the program as people run it: a binary of its own, static and stripped,
// with a workspace of Slack and a server of Discord in front of it. What it costs is
// read from /proc, so it needs Linux.
type shipped struct {
	*harness.Live
	slack   *harness.InSlack
	discord *harness.InDiscord
	binary  string
}

func newShipped(t testing.TB) *shipped {
	t.Helper()
	live := harness.New(t)
	s := &shipped{Live: live, slack: harness.IntoSlack(live, false), discord: harness.IntoDiscord(live, false)}
	s.Env = append(s.Env, "ALLOWLIST=slack:user:U0ALICE discord:user:501", "LOG_LEVEL=info")
	s.binary = filepath.Join(t.TempDir(), "liveadmin")
	build := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-ldflags=-s -w", "-o", s.binary, "liveadmin")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return s
}

// launch starts the program and returns how long it took until it was ready.
func (s *shipped) launch() time.Duration {
	s.T.Helper()
	cmd := exec.CommandContext(s.T.Context(), s.binary)
	cmd.Dir, cmd.Env = s.Dir, s.Env
	began := time.Now()
	s.Begin(cmd)
	for s.Get("/readyz") != 200 {
		if time.Since(began) > 30*time.Second {
			s.T.Fatalf("not ready in time; its log:\n%s", s.Logged())
		}
		time.Sleep(time.Millisecond)
	}
	return time.Since(began)
}

// proc is a file that Linux has about the process.
func (s *shipped) proc(name string) string {
	return fmt.Sprintf("/proc/%d/%s", s.Cmd.Process.Pid, name)
}

// resident is how many bytes of memory the process holds.
func (s *shipped) resident() int64 {
	s.T.Helper()
	return s.status("VmRSS:")
}

// status is a number of bytes in the process's status.
func (s *shipped) status(name string) int64 {
	s.T.Helper()
	status, err := os.ReadFile(s.proc("status"))
	if err != nil {
		s.T.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		if fields := strings.Fields(line); fields[0] == name {
			return s.number(fields[1]) * 1024
		}
	}
	s.T.Fatalf("the status does not have %s", name)
	return 0
}

// busy is how long the process has used a core.
func (s *shipped) busy() time.Duration {
	s.T.Helper()
	const tick = time.Second / 100 // USER_HZ, which is 100 wherever Go runs on Linux
	stat, err := os.ReadFile(s.proc("stat"))
	if err != nil {
		s.T.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(stat), ") ") // the name, which can hold blanks
	fields := strings.Fields(rest)
	return time.Duration(s.number(fields[11])+s.number(fields[12])) * tick
}

// files is how many file descriptors the process has open.
func (s *shipped) files() int64 {
	s.T.Helper()
	open, err := os.ReadDir(s.proc("fd"))
	if err != nil {
		s.T.Fatal(err)
	}
	return int64(len(open))
}

// wal is how long the database's write-ahead log is, in bytes.
func (s *shipped) wal() int64 {
	s.T.Helper()
	info, err := os.Stat(filepath.Join(s.Dir, "liveadmin.db-wal"))
	if errors.Is(err, os.ErrNotExist) {
		return 0
	} else if err != nil {
		s.T.Fatal(err)
	}
	return info.Size()
}

// gauge is a value of /metrics.
func (s *shipped) gauge(name string) int64 {
	s.T.Helper()
	text := s.Read("/metrics")
	_, rest, found := strings.Cut(text, "\n"+name+" ")
	value, _, _ := strings.Cut(rest, "\n")
	if !found {
		s.T.Fatalf("%s is not in\n%s", name, text)
	}
	return s.number(value)
}

func (s *shipped) number(text string) int64 {
	s.T.Helper()
	n, err := strconv.ParseFloat(text, 64)
	if err != nil {
		s.T.Fatal(err)
	}
	return int64(n)
}

// warm has each platform carry out a command.
func (s *shipped) warm() {
	s.T.Helper()
	s.slack.Command("list @TGS#a6I4ZUUGO", "has 0 of 5 administrators")
	s.discord.Command("list", "has 0 of 5 administrators", fakediscord.Options{"group": "@TGS#a6I4ZUUGO"})
}
