// Liveadmin is a chat-ops bot: people set and cancel the administrators of live
// streaming groups of Tencent Cloud Chat from Slack and Discord.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"liveadmin/bot/config"
)

const usage = `usage:
  liveadmin                       runs the bot on every platform that has credentials
  liveadmin demo [--journal FILE] a chat in the terminal with the whole bot behind it,
                                  against a stand-in for Tencent Chat: nothing to set up
  liveadmin version               version, commit, Go version
  liveadmin --help                this text
`

// Exit codes.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2 // bad arguments or bad configuration
)

func main() {
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
		return serve(environ, std)
	}
	switch name, rest := args[0], args[1:]; {
	case name == "demo":
		return demo(ctx, rest, std)
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

// serve runs the bot. It needs a platform.
func serve(environ []string, std streams) int {
	cfg, err := config.Load(".", environ)
	if err != nil {
		fmt.Fprintln(std.err, err)
		return exitUsage
	}
	if len(cfg.Platforms()) == 0 {
		fmt.Fprintln(std.err, "no platform has credentials, so there is nobody to talk to. Set one of these, or both:\n"+
			"  Slack: SLACK_BOT_TOKEN, and SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP)\n"+
			"  Discord: DISCORD_TOKEN\n"+
			"To try the bot without any: liveadmin demo")
		return exitUsage
	}
	fmt.Fprintln(std.err, "this version cannot connect to Slack or Discord. To try the bot: liveadmin demo")
	return exitUsage
}
