// Package cli is the command line: a file for each subcommand, with its arguments,
// its output and its exit code.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"liveadmin/bot"
	"liveadmin/bot/app"
	"liveadmin/bot/journal"
	"liveadmin/commands/words"
)

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

// run does what the arguments say and returns the exit code. Wrong arguments are
// answered with the usage of the command that was meant.
func run(ctx context.Context, args, environ []string, std streams, options ...app.Option) int {
	root := newRoot(environ, std, options)
	root.SetArgs(args)
	asked, err := root.ExecuteContextC(ctx)
	if err == nil {
		return ExitOK
	}
	if failed, ok := errors.AsType[*failure](err); ok {
		if failed.err != nil {
			fmt.Fprintln(std.err, failed.err)
		}
		return failed.code
	}
	fmt.Fprintf(std.err, "%s: %s\n%s", asked.CommandPath(), words.Visible(err.Error()), asked.UsageString())
	return ExitUsage
}

// newRoot returns the command line. Without a subcommand it runs the bot.
func newRoot(environ []string, std streams, options []app.Option) *cobra.Command {
	root := &cobra.Command{
		Use:           "liveadmin",
		Short:         "A chat-ops bot for the administrators of live streaming groups",
		Long:          "Runs the bot on every platform that has credentials.",
		Args:          cobra.NoArgs,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE:          func(cmd *cobra.Command, _ []string) error { return serve(cmd.Context(), environ, std, options) },
	}
	root.SetIn(std.in)
	root.SetOut(std.out)
	root.SetErr(std.err)
	root.AddCommand(
		&cobra.Command{
			Use: "serve", Short: "Run the bot, as without a command", Args: cobra.NoArgs,
			RunE: root.RunE,
		},
		newDemo(environ, std), newCheck(environ, std), newHistory(environ, std), newOpen(environ, std),
		&cobra.Command{
			Use: "healthcheck", Short: "Ask the bot that runs on this machine whether it is alive", Args: cobra.NoArgs,
			RunE: func(cmd *cobra.Command, _ []string) error { return healthcheck(cmd.Context(), environ) },
		},
		&cobra.Command{
			Use: "version", Short: "Print version, commit and Go version", Args: cobra.NoArgs,
			Run: func(*cobra.Command, []string) { fmt.Fprintln(std.out, app.Version()) },
		},
	)
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	for _, cmd := range root.Commands() { // these two would answer a wrong name with exit code 0
		switch cmd.Name() {
		case "help":
			cmd.Args = func(_ *cobra.Command, args []string) error {
				if _, rest, err := root.Find(args); err != nil || len(rest) > 0 {
					return fmt.Errorf("there is no command %q", strings.Join(args, " "))
				}
				return nil
			}
		case "completion":
			cmd.RunE = func(*cobra.Command, []string) error { return errors.New("name a shell: bash, fish, powershell or zsh") }
		}
	}
	return root
}

// failure is the error of a command whose arguments were right, with its exit code. err
// is nil if everything is said already.
type failure struct {
	code int
	err  error
}

func (f *failure) Error() string { return fmt.Sprint(f.err) }

// failed returns the failure of a command, or nil.
func failed(err error) error {
	if err == nil {
		return nil
	}
	return &failure{exitCode(err), err}
}

// exitCode says who can help: 2 and 3 are for people, anything else may be better at
// the next start.
func exitCode(err error) int {
	switch {
	case errors.Is(err, bot.ErrRevoked):
		return ExitRevoked
	case is[bot.Problems](err), is[app.SettingsError](err), is[filterError](err),
		is[*journal.URLError](err), is[*journal.ApplicationError](err), is[*journal.VersionError](err):
		return ExitUsage
	}
	return ExitFailed
}

func is[Type error](err error) bool {
	_, ok := errors.AsType[Type](err)
	return ok
}
