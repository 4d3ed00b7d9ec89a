// Package demo is a chat in the terminal with the whole bot behind it, against a
// stand-in for Tencent Chat.
package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/app"
	"liveadmin/bot/engine"
	"liveadmin/bot/journal"
	"liveadmin/bot/terminal"
	"liveadmin/commands"
	"liveadmin/imapi"
)

// Options are what the demo is started with.
type Options struct {
	In       *os.File
	Out, Err io.Writer
	Journal  string            // the file to keep the journal in; empty: nothing is left behind
	Language commands.Language // that the bot speaks
	Plain    bool              // at a terminal, too, lines are read and written as in a pipe
	NoColour bool
}

// Run runs the whole bot with a terminal for a platform and a simulator for Tencent
// Chat, until the input or the context ends. It needs no account, no network and no
// set-up.
func Run(ctx context.Context, o Options) error {
	if o.Journal == "" {
		dir, err := os.MkdirTemp("", "liveadmin-demo-")
		if err != nil {
			return fmt.Errorf("making a temporary folder: %w", err)
		}
		defer os.RemoveAll(dir)
		o.Journal = filepath.Join(dir, "journal.db")
	}
	tencent, err := newTencent()
	if err != nil {
		return fmt.Errorf("the stand-in for Tencent Chat: %w", err)
	}
	defer tencent.Close()
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	s := &stage{tencent: tencent}
	screen, err := newScreen(o, s, end)
	if err != nil {
		return err
	}
	if _, shared := o.console(o.Err); shared {
		o.Err = screen
	}
	log := slog.New(slog.NewTextHandler(o.Err, &slog.HandlerOptions{Level: slog.LevelWarn}))
	err = s.play(ctx, o, sitting{screen, s, end}, log)
	if lost, ok := errors.AsType[unwritten](context.Cause(ctx)); ok {
		return lost
	}
	return err
}

// newScreen returns the platform of the demo. end is called when it cannot write any more.
func newScreen(o Options, s *stage, end context.CancelCauseFunc) (*terminal.Terminal, error) {
	parts := terminal.Options{
		In: o.In, Out: output{o.Out, end}, Colour: !o.NoColour, Stage: s,
		Speakers: speakers(), Zone: time.Local, Language: o.Language,
	}
	if tty, ok := o.console(o.Out); ok {
		parts.Console = tty
	}
	return terminal.New(parts)
}

// console returns the terminal at which somebody types, if an output goes there, too.
func (o Options) console(w io.Writer) (terminal.TTY, bool) {
	out, ok := w.(*os.File)
	if !ok || o.Plain {
		return terminal.TTY{}, false
	}
	return terminal.NewTTY(o.In, out)
}

// sitting is a terminal that ends the demo, when somebody leaves it, as a signal does: what is in
// flight has ten seconds. A pipe that ends waits for all of it, but not for what is tried again
// for a day.
type sitting struct {
	*terminal.Terminal
	stage *stage
	end   context.CancelCauseFunc
}

func (s sitting) Run(ctx context.Context, door bot.Door) error {
	err := s.Terminal.Run(ctx, door)
	if s.Console != nil {
		s.end(nil)
	} else if err == nil {
		_ = s.stage.rest(ctx, time.Time{}) // what cannot be read is not waited for
		s.end(engine.ErrRestart)
	}
	return err
}

// output ends the demo when it cannot be written: no one would see what follows.
type output struct {
	io.Writer
	end context.CancelCauseFunc
}

func (o output) Write(p []byte) (int, error) {
	n, err := o.Writer.Write(p)
	if err != nil {
		o.end(unwritten{err})
	}
	return n, err
}

// unwritten is why an output has ended the demo, at once: what is in flight cannot be shown.
type unwritten struct{ error }

func (unwritten) Is(target error) bool { return target == engine.ErrRestart }

// The demo's application. It leaves nothing behind, so that its key can be known.
const (
	sdkAppID = 1400000000
	key      = "the-key-of-the-demo"
	admin    = "administrator"
)

// unusable says why the journal of the demo cannot be opened: its settings are not those of a real
// bot, which the journal's own errors name.
func (o Options) unusable(err error) error {
	if e, ok := errors.AsType[*journal.StorageError](err); ok {
		return fmt.Errorf("--journal %s cannot be used (%w): name another file, or correct that", o.Journal, e.Err)
	}
	if e, ok := errors.AsType[*journal.ApplicationError](err); ok {
		return fmt.Errorf("--journal %s is the record of the application %s, not of the demo: name another file", o.Journal, e.Have)
	}
	if e, ok := errors.AsType[*journal.URLError](err); ok {
		return fmt.Errorf("--journal %s: %s", o.Journal, e.Problem)
	}
	return fmt.Errorf("--journal %s: %w", o.Journal, err)
}

// play runs the bot on one platform.
func (s *stage) play(ctx context.Context, o Options, platform bot.Platform, log *slog.Logger) error {
	api, err := imapi.New(imapi.App{SDKAppID: sdkAppID, Key: imapi.NewSecret(key), Identifier: admin},
		imapi.WithBaseURL(s.tencent.URL()), imapi.WithRateLimit(imapi.MaxRateLimit), imapi.WithLogger(log))
	if err != nil {
		return err
	}
	s.record, err = journal.Open(ctx, "sqlite://"+o.Journal, sdkAppID, journal.WithLogger(log), journal.WithClock(s.now))
	if err != nil {
		return o.unusable(err)
	}
	defer s.record.Close()
	b, err := app.NewBot(s.record, nil, api, func() bot.Rules { return rules(o.Language) }, log, nil)
	if err != nil {
		return err
	}
	return b.Run(ctx, platform)
}
