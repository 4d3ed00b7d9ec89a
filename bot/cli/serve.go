package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"liveadmin/bot"
	"liveadmin/bot/app"
	"liveadmin/bot/config"
	"liveadmin/bot/journal"
)

// serve runs the bot on every platform that has credentials, until it is asked
// to stop or no platform is left.
func serve(ctx context.Context, environ []string, std streams, options []app.Option) int {
	cfg, err := config.LoadToRun(".", environ)
	if err != nil {
		fmt.Fprintln(std.err, err)
		return ExitUsage
	}
	log := newLog(cfg, std.err)
	read := func() (config.Config, error) { return config.Load(".", environ) }
	err = app.Run(ctx, cfg, read, log, options...)
	if _, bad := errors.AsType[app.SettingsError](err); bad {
		fmt.Fprintln(std.err, err)
		return ExitUsage
	}
	if err != nil {
		log.Error("stopped", "err", err)
		return exitCode(err)
	}
	log.Info("stopped")
	return ExitOK
}

func newLog(cfg config.Config, out io.Writer) *slog.Logger {
	options := &slog.HandlerOptions{Level: cfg.LogLevel}
	if cfg.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(out, options))
	}
	return slog.New(slog.NewTextHandler(out, options))
}

// exitCode tells who can help: 2 and 3 are for people, anything else may be
// better at the next start.
func exitCode(err error) int {
	var url *journal.URLError
	var application *journal.ApplicationError
	var newer *journal.VersionError
	var filter badFilter
	switch {
	case errors.Is(err, bot.ErrRevoked):
		return ExitRevoked
	case errors.As(err, &url), errors.As(err, &application), errors.As(err, &newer), errors.As(err, &filter):
		return ExitUsage
	}
	return ExitFailed
}
