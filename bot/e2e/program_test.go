package e2e

import (
	"context"
	"os"
	"os/exec"
	"testing"
	"time"

	"liveadmin/bot/app"
	"liveadmin/bot/bottest/pace"
	"liveadmin/bot/cli"
)

// What makes this binary the program itself, and what that dies of at SIGUSR1.
const (
	asProgram = "LIVEADMIN_TEST_PROGRAM"
	doom      = "LIVEADMIN_TEST_DOOM"
)

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) == "" {
		pace.SideBySide(m, 4)
		return
	}
	var options []app.Option
	if _, mortal := os.LookupEnv(mortalPoint); mortal {
		go obeyDisk()
		options = append(options, app.WithJournal(newMortal))
	}
	if of, doomed := os.LookupEnv(doom); doomed {
		go dieOnSignal(of)
	}
	os.Exit(cli.Run(os.Args[1:], os.Environ(), os.Stdin, os.Stdout, os.Stderr, options...))
}

// program is a process with the program in it. It sees no environment but env,
// and gets a minute.
func program(t testing.TB, dir string, env []string, args ...string) *exec.Cmd {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, os.Args[0], args...)
	cmd.Dir = dir
	cmd.Env = append(env, asProgram+"=1")
	return cmd
}
