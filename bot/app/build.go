package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"runtime/debug"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/config"
	"liveadmin/bot/engine"
	"liveadmin/bot/intake"
	"liveadmin/bot/journal"
	"liveadmin/bot/web"
	"liveadmin/commands/words"
	"liveadmin/imapi"
)

// NewBot returns the bot on a journal. Its clock is the journal's. wrap puts something in
// the place of the journal's marks, and observer is for metrics; both may be nil.
func NewBot(record *journal.Journal, wrap func(engine.Journal) engine.Journal, api *imapi.Client, rules func() bot.Rules, log *slog.Logger, observer bot.Observer) (*engine.Engine, error) {
	in, err := intake.New(intake.Parts{
		Record: record, API: api.For("readings", false), Rules: rules, Log: log, Now: record.Now, Clock: time.Now,
	})
	if err != nil {
		return nil, err
	}
	var marks engine.Journal = record
	if wrap != nil {
		marks = wrap(record)
	}
	return engine.New(engine.Parts{
		Intake: in, Journal: marks, API: engine.Client{Client: api}, Rules: rules, Words: words.In, Log: log, Now: record.Now, Observer: observer,
	})
}

// opens returns why another database cannot be opened. If only the restart found out that a server
// does not answer, the bot would hear nothing for seconds. A database that the restart makes or
// upgrades can be opened, and what is wrong with a file the restart finds out at once.
func opens(ctx context.Context, cfg config.Config) error {
	record, err := journal.OpenReader(ctx, cfg.Database.Reveal(), cfg.IM.SDKAppID)
	if err == nil {
		return record.Close()
	}
	version, old := errors.AsType[*journal.VersionError](err)
	storage, refused := errors.AsType[*journal.StorageError](err)
	if old && version.Have < version.Want || refused && !storage.Server {
		return nil
	}
	return err
}

// Release is the version of the release that this source is, or becomes. Tags, packages,
// images and the documentation name the same one.
const Release = "2.0.0"

// Version returns the version, the commit and the Go version in a line.
func Version() string {
	b := Built()
	return fmt.Sprintf("liveadmin %s, commit %s, %s", b.Version, b.Commit, b.Go)
}

// Built returns the version of the release, and the commit and the Go version as the
// linker recorded them.
func Built() web.Build {
	commit, modified := "unknown", ""
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			switch {
			case s.Key == "vcs.revision":
				commit = s.Value
			case s.Key == "vcs.modified" && s.Value == "true":
				modified = ", modified"
			}
		}
	}
	return web.Build{Version: Release, Commit: commit + modified, Go: runtime.Version()}
}
