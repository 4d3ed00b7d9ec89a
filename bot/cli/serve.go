package cli

import (
	"context"
	"errors"
	"io"
	"log/slog"

	"liveadmin/bot/app"
	"liveadmin/bot/config"
)

// serve runs the bot on every platform that has credentials, until it is asked
// to stop or no platform is left.
func serve(ctx context.Context, environ []string, std streams, options []app.Option) error {
	cfg, err := config.LoadToRun(".", environ)
	if err != nil {
		return failed(err)
	}
	var log *slog.Logger // of the settings in use
	logOf := func(cfg config.Config) *slog.Logger {
		log = newLog(cfg, std.err)
		return log
	}
	read := func() (config.Config, error) { return config.Load(".", environ) }
	err = app.Run(ctx, cfg, read, logOf, options...)
	if settings, bad := errors.AsType[app.SettingsError](err); bad {
		return failed(settings)
	}
	if err != nil {
		log.Error("stopped", "err", err)
		return &failure{code: exitCode(err)}
	}
	log.Info("stopped")
	return nil
}

func newLog(cfg config.Config, out io.Writer) *slog.Logger {
	options := &slog.HandlerOptions{Level: cfg.LogLevel}
	if cfg.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(out, options))
	}
	return slog.New(slog.NewTextHandler(out, options))
}
