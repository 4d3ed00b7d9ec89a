package e2e

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"testing"

	"liveadmin/bot/e2e/harness"
)

// dieOnSignal waits for SIGUSR1, says what a core of the process would be, and dies as
// another test asks.
func dieOnSignal(of string) {
	die := make(chan os.Signal, 1)
	signal.Notify(die, syscall.SIGUSR1)
	<-die
	var size syscall.Rlimit
	err := syscall.Getrlimit(syscall.RLIMIT_CORE, &size)
	dumpable, _, errno := syscall.Syscall(syscall.SYS_PRCTL, syscall.PR_GET_DUMPABLE, 0, 0)
	fmt.Fprintf(os.Stderr, "core size %d of %d, %v; dumpable %d, %v\n", size.Cur, size.Max, err, dumpable, errno)
	switch of {
	case "panic":
		panic("doomed")
	case "fatal error":
		new(sync.Mutex).Unlock()
	}
}

// doomed starts the program and returns it with its first words said; what it writes to
// standard error is complete once it has ended.
func doomed(t *testing.T, of string, as *syscall.SysProcAttr) (cmd *exec.Cmd, errs *strings.Builder) {
	t.Helper()
	cmd = harness.Program(t, t.TempDir(), []string{doom + "=" + of}, "demo")
	cmd.SysProcAttr = as
	errs = new(strings.Builder)
	cmd.Stderr = errs
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); as != nil && errors.Is(err, syscall.EPERM) {
		t.Skip("this system does not let us make a namespace for processes:", err)
	} else if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(in, "/liveadmin help\n"); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		t.Fatalf("the program said %q, %v", line, err)
	}
	return cmd, errs
}

// TestCrashes: what ends the program unasked ends it by SIGABRT, which systemd answers
// with a new start, or as process 1 with exit code 2; and no core is written.
func TestCrashes(t *testing.T) {
	t.Parallel()
	first := &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWPID}
	for _, row := range []struct {
		name, of string
		signal   syscall.Signal
		says     string
	}{
		{"a panic in a goroutine", "panic", syscall.SIGUSR1, "panic: doomed"},
		{"a fatal error", "fatal error", syscall.SIGUSR1, "fatal error: sync: unlock of unlocked mutex"},
		{"asked for what its goroutines do", "", syscall.SIGQUIT, "SIGQUIT: quit"},
	} {
		for in, as := range map[string]*syscall.SysProcAttr{"a service": nil, "process 1": first} {
			t.Run(row.name+", "+in, func(t *testing.T) {
				t.Parallel()
				cmd, errs := doomed(t, row.of, as)
				if err := cmd.Process.Signal(row.signal); err != nil {
					t.Fatal(err)
				}
				_ = cmd.Wait()
				status := cmd.ProcessState.Sys().(syscall.WaitStatus)
				if as == nil && status.Signal() != syscall.SIGABRT || as != nil && status.ExitStatus() != 2 || status.CoreDump() {
					t.Errorf("ended with %v", cmd.ProcessState)
				}
				if !strings.Contains(errs.String(), row.says) || !strings.Contains(errs.String(), "goroutine ") {
					t.Errorf("it said\n%s", errs)
				}
				const none = "core size 0 of 0, <nil>; dumpable 0, errno 0\n"
				if row.signal == syscall.SIGUSR1 && !strings.Contains(errs.String(), none) {
					t.Errorf("it said\n%s", errs)
				}
			})
		}
	}
}

// TestDumpHasNoSecret: what the program writes of its goroutines when it is asked for it
// with SIGQUIT has no secret in it.
func TestDumpHasNoSecret(t *testing.T) {
	t.Parallel()
	l := harness.NewInSlack(t, false)
	l.Start()
	l.Command("add @TGS#a6I4ZUUGO user1", "Added 1 of 1 administrator")
	if err := l.Cmd.Process.Signal(syscall.SIGQUIT); err != nil {
		t.Fatal(err)
	}
	_ = l.Cmd.Wait()
	if status := l.Cmd.ProcessState.Sys().(syscall.WaitStatus); status.Signal() != syscall.SIGABRT {
		t.Errorf("ended with %v", l.Cmd.ProcessState)
	}
	log := l.Logged()
	if !strings.Contains(log, "goroutine ") {
		t.Errorf("logged\n%s", log)
	}
	harness.CheckSecrets(t, "the dump", log, l.Secrets)
}
