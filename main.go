// Liveadmin is a chat-ops bot: people set and cancel the administrators of live
// streaming groups of Tencent Cloud Chat from Slack and Discord.
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
)

const usage = `usage:
  liveadmin                       runs the bot on every platform that has credentials
  liveadmin demo [--journal FILE] a chat in the terminal with the whole bot behind it,
                                  against a stand-in for Tencent Chat: nothing to set up
  liveadmin check [--group ID] [--json]
                                  looks whether the settings are right and the services answer,
                                  and says what to do; without a group not all can be told
  liveadmin history [--json] [--since 21d] [--until TIME] [FILTER]
                                  what was done, by whom and when; FILTER is a group, a user,
                                  a caller or #NUMBER
  liveadmin open [--drop N…|all]  what is accepted and not closed, and the ends to come;
                                  --drop closes it without carrying it out
  liveadmin healthcheck           asks the running bot on this machine whether it lives
  liveadmin version               version, commit, Go version
  liveadmin --help                this text
`

// Exit codes.
const (
	exitOK      = 0
	exitFailed  = 1
	exitUsage   = 2 // bad arguments or bad configuration
	exitRevoked = 3 // no platform takes the credentials any more
)

func main() {
	// A panic or a fatal error then ends by SIGABRT, after which systemd starts the bot
	// again, and not with exit code 2, which means wrong settings. Only as process 1,
	// in a container, it is 2 all the same: the kernel keeps that signal from it.
	debug.SetTraceback("crash")
	if err := forbidCore(); err != nil {
		fmt.Fprintln(os.Stderr, "liveadmin: after a crash there may be a core file with secrets in it:", err)
	}
	// net/http writes what a server sends unasked to the standard log; it could
	// echo a request's URL, and so a signature. Everything of ours goes to slog.
	log.SetOutput(io.Discard)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Environ(), streams{os.Stdin, os.Stdout, os.Stderr}))
}

// streams are the standard input and outputs.
type streams struct {
	in       *os.File
	out, err io.Writer
}

// run does what the arguments say and returns the exit code.
func run(ctx context.Context, args, environ []string, std streams) int {
	if len(args) == 0 {
		return serve(ctx, environ, std)
	}
	switch name, rest := args[0], args[1:]; {
	case name == "demo":
		return demo(ctx, rest, std)
	case name == "check":
		return check(ctx, rest, environ, std)
	case name == "history":
		return history(ctx, rest, environ, std)
	case name == "open":
		return open(ctx, rest, environ, std)
	case name == "healthcheck" && len(rest) == 0:
		return healthcheck(ctx, environ, std)
	case name == "version" && len(rest) == 0:
		fmt.Fprintln(std.out, version())
		return exitOK
	case (name == "--help" || name == "-h" || name == "help") && len(rest) == 0:
		fmt.Fprint(std.out, usage)
		return exitOK
	}
	return misused(std, args)
}

func misused(std streams, args []string) int {
	fmt.Fprintf(std.err, "liveadmin: unknown arguments: %q\n%s", args, usage)
	return exitUsage
}
