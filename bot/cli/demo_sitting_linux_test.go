package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// sitting is somebody at a terminal with the demo in it.
type sitting struct {
	testing.TB
	cmd  *exec.Cmd
	keys *os.File // the other end of the terminal

	before unix.Termios

	mu     sync.Mutex
	screen screen
	raw    strings.Builder
	ended  bool // nothing more will be shown
}

// openTerminal returns a terminal of so many columns, and its other end.
func openTerminal(t testing.TB, columns int) (tty, other *os.File) {
	t.Helper()
	other, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = other.Close() })
	err1 := unix.IoctlSetPointerInt(int(other.Fd()), unix.TIOCSPTLCK, 0)
	number, err2 := unix.IoctlGetInt(int(other.Fd()), unix.TIOCGPTN)
	err3 := unix.IoctlSetWinsize(int(other.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 50, Col: uint16(columns)})
	tty, err4 := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tty.Close() })
	return tty, other
}

// sit starts the demo at a terminal of so many columns.
func sit(t testing.TB, columns int, args ...string) *sitting {
	t.Helper()
	s := start(t, columns, nil, args...)
	s.see(prompt) // from now on, single keys are read
	return s
}

func start(t testing.TB, columns int, env []string, args ...string) *sitting {
	t.Helper()
	tty, other := openTerminal(t, columns)
	s := &sitting{TB: t, keys: other, before: modes(t, tty), screen: screen{columns: columns}}
	s.cmd = program(t, t.TempDir(), append(env, "TMPDIR="+t.TempDir(), "TZ=UTC"), append([]string{"demo"}, args...)...)
	s.cmd.Stdin, s.cmd.Stdout, s.cmd.Stderr = tty, tty, tty
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		p := make([]byte, 4096)
		for {
			n, err := other.Read(p)
			s.mu.Lock()
			_, _ = s.screen.Write(p[:n])
			s.raw.Write(p[:n])
			s.ended = err != nil
			s.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	return s
}

// shown is what is on the screen, and what was written to get there.
func (s *sitting) shown() (screen, raw string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.screen.wrong != "" {
		s.Errorf("it wrote %s", s.screen.wrong)
		s.screen.wrong = ""
	}
	return s.screen.String(), s.raw.String()
}

// press presses keys.
func (s *sitting) press(keys string) {
	s.Helper()
	if _, err := io.WriteString(s.keys, keys); err != nil {
		s.Fatal(err)
	}
}

// see waits until the screen ends with a text, the typed line included.
func (s *sitting) see(want string) {
	s.Helper()
	s.until(want, func(screen string) bool { return strings.HasSuffix(strings.TrimSpace(screen), want) })
}

// find waits until a text is somewhere on the screen.
func (s *sitting) find(want string) {
	s.Helper()
	s.until(want, func(screen string) bool { return strings.Contains(screen, want) })
}

func (s *sitting) until(want string, there func(string) bool) {
	s.Helper()
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		screen, _ := s.shown()
		if there(screen) {
			return
		}
		if time.Now().After(end) {
			s.Fatalf("%q is not to be seen:\n%s", want, screen[max(len(screen)-3000, 0):])
		}
	}
}

// leave ends the demo by a key or a command.
func (s *sitting) leave(keys string) {
	s.Helper()
	s.press(keys)
	s.end()
}

// end waits until the demo has ended, which leaves the terminal as it was.
func (s *sitting) end() {
	s.Helper()
	if err := s.cmd.Wait(); err != nil {
		s.Errorf("ended with %v", err)
	}
	if after := modes(s, s.keys); after != s.before {
		s.Errorf("the terminal is left in other modes: %+v, not %+v", after, s.before)
	}
}

// modes are how a terminal treats keys.
func modes(t testing.TB, tty *os.File) unix.Termios {
	t.Helper()
	m, err := unix.IoctlGetTermios(int(tty.Fd()), unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	return *m
}

// What is before the typed line; without the space if nothing is typed.
const (
	manager = "@alice> "
	prompt  = "@alice>"
)
