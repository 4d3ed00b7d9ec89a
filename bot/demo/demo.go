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
	"strings"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/app"
	"liveadmin/bot/engine"
	"liveadmin/bot/journal"
	"liveadmin/bot/terminal"
	"liveadmin/commands"
	"liveadmin/commands/policy"
	"liveadmin/imapi"
	"liveadmin/imapi/simulator"

	"github.com/mattn/go-isatty"
)

// Streams are the standard input and outputs of the demo.
type Streams struct {
	In       *os.File
	Out, Err io.Writer
}

// Run runs the whole bot with a terminal for a platform and a simulator for Tencent
// Chat, until the input or the context ends. It needs no account, no network and no
// set-up, and leaves nothing behind unless file names the journal to keep. It speaks a language.
func Run(ctx context.Context, file string, language commands.Language, std Streams) error {
	if file == "" {
		dir, err := os.MkdirTemp("", "liveadmin-demo-")
		if err != nil {
			return fmt.Errorf("making a temporary folder: %w", err)
		}
		defer os.RemoveAll(dir)
		file = filepath.Join(dir, "journal.db")
	}
	tencent, err := newTencent()
	if err != nil {
		return fmt.Errorf("the stand-in for Tencent Chat: %w", err)
	}
	defer tencent.Close()
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	screen, err := terminal.New(terminal.Options{
		In: std.In, Out: output{std.Out, end}, Interactive: isatty.IsTerminal(std.In.Fd()),
		Speakers: speakers(), Zone: time.Local, Language: language,
	})
	if err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(std.Err, &slog.HandlerOptions{Level: slog.LevelWarn}))
	err = play(ctx, tencent.URL(), file, language, screen, log)
	if lost, ok := errors.AsType[unwritten](context.Cause(ctx)); ok {
		return lost
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

// play runs the bot on one platform, with the journal in a file, against the API
// at the given address.
func play(ctx context.Context, url, file string, language commands.Language, platform bot.Platform, log *slog.Logger) error {
	api, err := imapi.New(imapi.App{SDKAppID: sdkAppID, Key: imapi.NewSecret(key), Identifier: admin},
		imapi.WithBaseURL(url), imapi.WithRateLimit(imapi.MaxRateLimit), imapi.WithLogger(log))
	if err != nil {
		return err
	}
	record, err := journal.Open(ctx, "sqlite://"+file, sdkAppID, journal.WithLogger(log))
	if err != nil {
		return fmt.Errorf("opening the file of --journal: %w", err)
	}
	defer record.Close()
	b, err := app.NewBot(record, nil, api, func() bot.Rules { return rules(language) }, log, nil)
	if err != nil {
		return err
	}
	return b.Run(ctx, platform)
}

// The groups of the demo.
const (
	demoGroup    = "@TGS#a6I4ZUUGO"
	demoFull     = "@TGS#aFULLHOUS"
	demoSaturday = "@TGS#aSATURDAY"
	demoSunday   = "@TGS#aSUNDAY00"
	demoChat     = "@TGS#2NOTLIVE0" // not a live group
)

// newTencent starts the stand-in. Every account exists but those that begin with "ghost".
func newTencent() (*simulator.Server, error) {
	server, err := simulator.New(simulator.App{SDKAppID: sdkAppID, Key: key, Admins: []string{admin}},
		simulator.WithAccounts(func(user string) bool { return !strings.HasPrefix(user, "ghost") }))
	if err != nil {
		return nil, err
	}
	server.AddGroup(demoGroup, simulator.Group{})
	server.AddGroup(demoFull, simulator.Group{Admins: []string{"host_1", "host_2", "host_3", "host_4"}})
	server.AddGroup(demoSaturday, simulator.Group{Admins: []string{"host_1"}})
	server.AddGroup(demoSunday, simulator.Group{})
	server.AddGroup(demoChat, simulator.Group{Type: "Public"})
	return server, server.Start()
}

// speakers are alice, who may do everything, bob, who may do a little, and
// mallory, who may do nothing.
func speakers() []string { return []string{"alice", "bob", "mallory"} }

func rules(language commands.Language) bot.Rules {
	return bot.Rules{
		Language: language,
		Policy: policy.Policy{
			Contact: "@alice",
			Rules: []policy.Rule{
				{Name: "ALLOWLIST", Allow: []string{terminal.Ref("alice")}},
				{
					Name: "rule 1", Allow: []string{terminal.Ref("bob")},
					Commands: []commands.Verb{commands.Add, commands.Remove, commands.List},
					Groups:   []string{demoGroup}, For: 8 * time.Hour,
				},
				{
					Name: "rule 2", Allow: []string{terminal.Ref("bob")},
					Commands: []commands.Verb{commands.Add},
					Groups:   []string{demoSaturday, demoSunday}, For: 8 * time.Hour,
					Approval: []string{terminal.Ref("alice")},
				},
			},
		},
		Names: commands.NewNames(map[string][]imapi.GroupID{
			"friday-show": {demoGroup},
			"full-house":  {demoFull},
			"weekend":     {demoSaturday, demoSunday},
		}, map[string][]imapi.UserID{
			"minho": {"u_8821"},
			"night": {"u_8821", "u_9902"},
		}).WithAccounts(map[string]string{terminal.Ref("bob"): "minho"}),
	}
}
