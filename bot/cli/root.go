// Package cli is the command line: a file for each subcommand, with its arguments,
// its output and its exit code.
package cli

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"liveadmin/bot/app"
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
	ExitOK      = 0
	ExitFailed  = 1
	ExitUsage   = 2 // bad arguments or bad configuration
	ExitRevoked = 3 // no platform takes the credentials any more
)

// Run does what the arguments say, until it is done or the process is asked to stop
// (SIGINT, SIGTERM), and returns the exit code. The options are for the running bot.
func Run(args, environ []string, in *os.File, out, err io.Writer, options ...app.Option) int {
	// A panic or a fatal error then ends by SIGABRT, after which systemd starts the bot
	// again, and not with exit code 2, which means wrong settings. Only as process 1,
	// in a container, it is 2 all the same: the kernel keeps that signal from it.
	debug.SetTraceback("crash")
	if cores := forbidCore(); cores != nil {
		fmt.Fprintln(err, "liveadmin: after a crash there may be a core file with secrets in it:", cores)
	}
	// net/http writes what a server sends unasked to the standard log; it could
	// echo a request's URL, and so a signature. Everything of ours goes to slog.
	log.SetOutput(io.Discard)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return run(ctx, args, environ, streams{in, out, err}, options...)
}

// streams are the standard input and outputs.
type streams struct {
	in       *os.File
	out, err io.Writer
}

// run does what the arguments say and returns the exit code.
func run(ctx context.Context, args, environ []string, std streams, options ...app.Option) int {
	if len(args) == 0 {
		return serve(ctx, environ, std, options)
	}
	switch name, rest := args[0], args[1:]; {
	case name == "demo":
		return runDemo(ctx, rest, std)
	case name == "check":
		return check(ctx, rest, environ, std)
	case name == "history":
		return history(ctx, rest, environ, std)
	case name == "open":
		return open(ctx, rest, environ, std)
	case name == "healthcheck" && len(rest) == 0:
		return healthcheck(ctx, environ, std)
	case name == "version" && len(rest) == 0:
		fmt.Fprintln(std.out, app.Version())
		return ExitOK
	case (name == "--help" || name == "-h" || name == "help") && len(rest) == 0:
		fmt.Fprint(std.out, usage)
		return ExitOK
	}
	return misused(std, args)
}

func misused(std streams, args []string) int {
	fmt.Fprintf(std.err, "liveadmin: unknown arguments: %q\n%s", args, usage)
	return ExitUsage
}
