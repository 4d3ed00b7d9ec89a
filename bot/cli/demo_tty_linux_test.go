package cli

import (
	"io"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"liveadmin/bot/bottest/pace"
	"liveadmin/commands"
)

// What is typed can be edited, and comes back from the history. Commands need no prefix.
func TestTerminalEditing(t *testing.T) {
	t.Parallel()
	s := sit(t, 80)
	s.press("lizt friday-shw\x1b[Do")
	s.see(manager + "lizt friday-show")
	s.press("\x15\x0b" + "grops\x1b[D\x1b[Du\r") // ^U, ^K
	s.find("(only @alice sees this)\n  Aliases that you can use:\n")
	s.press("lisst friday-show\x1b[1;3D\x1b[D\x1b[D\x7f\x05\r") // a word back, two back, erase, to the end
	s.find("    friday-show (@TGS#a6I4ZUUGO) has 0 of 5 administrators\n")
	s.see(prompt)
	s.press("\r \r")
	s.press("\x1b[A")
	s.see(manager + "list friday-show")
	s.press("\x1b[A")
	s.see(manager + "groups")
	s.press("\x1b[B\x1b[B")
	s.see(prompt)
	s.leave("/quit\r")
}

// Tab completes verbs, flags, aliases, names, and what begins with a slash; what is not clear
// is listed.
func TestTerminalTab(t *testing.T) {
	t.Parallel()
	s := sit(t, 80)
	var verbs []string
	for _, v := range commands.Table.Verbs() {
		verbs = append(verbs, string(v))
	}
	tests := []struct{ keys, typed, list string }{
		{"ad\t", "add", ""},
		{"AD\tF\t", "add F", "friday-show  full-house"},
		{"add fr\tmi\t", "add friday-show minho", ""},
		{"/liveadmin rem\twe\tme\t", "/liveadmin remove weekend me", ""}, // no one: alice has no UserID
		{"add friday-show user1 --\t", "add friday-show user1 --", "--for  --replace  --reason  --new  --dry-run"},
		{"add friday-show user1 --re\t", "add friday-show user1 --re", "--replace  --reason"},
		{"add --FOR 2h fr\t", "add --FOR 2h friday-show", ""},
		{"add friday-show --dry-run --\t", "add friday-show --dry-run --", "\n--for  --replace  --reason  --new"},
		{"add friday-show --reason fr\t", "add friday-show --reason fr", ""},
		{"list full-house \t", "list full-house", ""},
		{"remove full-house host_\t", "remove full-house host_", "host_1  host_2  host_3  host_4"},
		{"remove full-house host_1,host_\t", "remove full-house host_1,host_", "host_2  host_3  host_4"},
		{"add full-house u1 --replace host_3\t--rea\t", "add full-house u1 --replace host_3 --reason", ""},
		{"demote fu\thost_2\t", "demote full-house host_2", ""},
		{"help rem\t", "help remove", ""},
		{"history we\t", "history weekend", ""},
		{"h\t", "h", "history  help"},
		{"/f\thtml\t", "/fault html", ""},
		{"/as m\t", "/as mallory", ""},
		{"/\t", "/", "/as  /press  /quit  /liveadmin  /fault  /wait"},
		{"add full-house ghost\x1b[D\x1b[D\x1b[D\x1b[D\x1b[D\x01\x1b[1;3C\x1b[Dx\x7f\t", "add full-house ghost", ""},
		{"nonsense fri\t", "nonsense fri", ""},
		{"add \"fri\t", "add \"fri", ""},
		{"\t", "", strings.Join(verbs, "  ")},
	}
	for _, test := range tests {
		s.press(test.keys)
		s.see(strings.TrimSpace(test.list + "\n" + manager + test.typed))
		s.press("\x05\x15") // to the end, and erase
		s.see(prompt)
	}
	s.leave("\x04") // ^D
}

// Buttons are shown under a result, with a key each, and pressed.
func TestTerminalButtons(t *testing.T) {
	t.Parallel()
	s := sit(t, 80)
	s.press("add friday-show user1\r")
	s.find("    #1\n    1 [Undo]   /press 1 undo\n")
	s.press("1")
	s.see(manager + "/press 1 undo")
	s.press("\r")
	s.find("Undo this change? What was changed again since then stays as it is.\nPress it again to confirm.\n")
	s.press("1\r")
	s.find("✅ Done · @alice · friday-show: removed user1 · 0 of 5 seats\n")
	s.press("/fault reset\r")
	s.find("Changes at Tencent Chat now fail like this: reset. To end it: /fault none\n")
	s.press("add friday-show user2\r")
	s.find("    2 [Try again]   /press 3 retry\n")
	s.press("/fault none\r2\r")
	s.find("    • user2: is an administrator now\n")
	s.press("add full-house user1 user2\r")
	s.find("press Replace for the person who should leave")
	s.press("add full-house user1 u\x7f")
	s.see(manager + "add full-house user1")
	s.press("\r")
	s.find("    #6\n")
	s.press("9\r/press 4\t")
	s.find("You typed: 9\n")
	s.leave("\x03") // ^C
}

// Who approves is asked first: who, where and how long.
func TestTerminalApprove(t *testing.T) {
	t.Parallel()
	s := sit(t, 120)
	s.press("/as bob\radd weekend minho --for 2h\r")
	s.find("    1 [Approve]   /press 1 approve\n")
	s.press("/as alice\r1\r")
	s.find("Approve this? @bob wants to add minho (u_8821) to weekend (@TGS#aSATURDAY, @TGS#aSUNDAY00) for 2 hours, counted from the")
	s.find("Press it again to confirm.\n")
	s.press("1\r")
	s.find("@bob (approved by @alice) · weekend: added minho (u_8821)")
	s.leave("\x03") // ^C
}

// What comes late does not break the line that is being typed, however long it is.
func TestTerminalLate(t *testing.T) {
	t.Parallel()
	for name, typed := range map[string]string{
		"a word":     "remove fri",
		"Chinese":    "add friday-show user2 --reason 主播临时有事，由我代班",
		"three rows": "add friday-show user2 user3 user4 --reason " + strings.Repeat("covering ", 14) + "!",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := sit(t, 80)
			s.press("add friday-show user1 --for 1h\r")
			s.find("Administrators now (1 of 5): user1")
			s.press("/wait 1h\r")
			s.find("The clock moves forward: 1h\n")
			s.press(typed)
			s.find("    Administrators now (0 of 5): none\n")
			s.until(typed, func(screen string) bool {
				last := screen[strings.LastIndex(screen, prompt):]
				return strings.ReplaceAll(last, "\n", "") == manager+typed && strings.Count(screen, "\n"+manager) == 3
			})
			screen, _ := s.shown()
			for _, line := range []string{"    • user1: removed\n", "✅ Done · @alice · friday-show: access from #1 expired\n"} {
				if !strings.Contains(screen, "\n"+line) {
					t.Errorf("%q is not a line of\n%s", line, screen)
				}
			}
			s.leave("\x03")
		})
	}
}

// What is written is in colour, unless NO_COLOR or the terminal says no.
func TestTerminalColour(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, env        string
		edited, coloured bool
	}{
		{"usual", "TERM=xterm", true, true},
		{"NO_COLOR", "NO_COLOR=1", true, false},
		{"NO_COLOR empty", "NO_COLOR=", true, true},
		{"a terminal that knows no escape sequences", "TERM=dumb", false, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := start(t, 80, []string{test.env})
			if test.edited {
				s.see(prompt)
			}
			s.press("/liveadmin add friday-show user1\r")
			s.find("    #1\n")
			_, raw := s.shown()
			if got := strings.Contains(raw, "\x1b[32m✅ Done · \x1b[39m@alice · "); got != test.coloured || strings.Contains(raw, "m✅") != got {
				t.Errorf("in colour: %t, want %t: %q", got, test.coloured, raw)
			}
			if got := strings.Contains(raw, "\x1b["); got != test.edited {
				t.Errorf("escape sequences: %t, want %t: %q", got, test.edited, raw)
			}
			s.leave("/quit\r")
		})
	}
}

// What is written fits the width, also after that has changed.
func TestTerminalWidth(t *testing.T) {
	t.Parallel()
	for _, language := range commands.Languages {
		t.Run(string(language), func(t *testing.T) {
			t.Parallel()
			s := sit(t, 40, "--language", string(language))
			s.press("add full-house user1 user2\r")
			s.find("#1\n")
			s.press("help\r")
			s.find("#2\n")
			s.find("/press 1")
			screen, _ := s.shown()
			if full := regexp.MustCompile(`(?m)^.{15,}\n    \S`); !full.MatchString(screen) {
				t.Errorf("nothing is wrapped behind its indent:\n%s", screen)
			}
			if s.screen.wrapped > 0 {
				t.Errorf("the terminal itself had to wrap %d lines:\n%s", s.screen.wrapped, screen)
			}
			if err := unix.IoctlSetWinsize(int(s.keys.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 50, Col: 200}); err != nil {
				t.Fatal(err)
			}
			s.mu.Lock()
			s.screen.columns = 200
			s.mu.Unlock()
			s.press("list nosuchgroup-with-a-long-name-that-is-longer\r")
			s.find("   #3\n")
			s.leave("/quit\r")
		})
	}
}

// A signal ends it as it ends everything, whatever is being typed.
func TestTerminalStops(t *testing.T) {
	t.Parallel()
	s := sit(t, 80)
	s.press("/as bob\r")
	s.see("@bob>")
	s.press("some")
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	s.end()
}

// Who leaves with ^C does not wait longer than for a signal.
func TestTerminalLeftInFlight(t *testing.T) {
	t.Parallel()
	pace.Long(t)
	s := sit(t, 80)
	s.press("/fault hang\radd friday-show user1\r")
	s.find("⏳ Working")
	began := time.Now()
	s.leave("\x03")
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("it took %v", took)
	}
}

// What goes to a pipe is as in a pipe, though somebody types.
func TestTerminalOnOneSide(t *testing.T) {
	t.Parallel()
	tty, other := openTerminal(t, 80)
	cmd := program(t, t.TempDir(), []string{"TMPDIR=" + t.TempDir()}, "demo")
	cmd.Stdin = tty
	if _, err := io.WriteString(other, firstTyped+"\x04"); err != nil {
		t.Fatal(err)
	}
	if shown, err := cmd.Output(); err != nil || string(shown) != firstShown {
		t.Errorf("%v\n%s", err, shown)
	}
}
