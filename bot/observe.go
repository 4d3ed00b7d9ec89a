package bot

import (
	"log/slog"
	"time"

	"liveadmin/commands"
)

// Observer is told what happens, for metrics: at once, by whoever does it, so it must
// be quick. It is never told of a user or a group.
type Observer interface {
	// Acknowledged: what somebody said was acknowledged so long after it came.
	Acknowledged(platform string, took time.Duration)
	// Ended: a command ended so long after it was accepted, its result posted. took is 0 if
	// none was: it was answered at once (refused, mistaken, help and its like), it was not
	// run because the platform did not take the acknowledgement, or the post was given up.
	Ended(platform string, verb commands.Verb, outcome commands.Status, took time.Duration)
	// GaveUp: the messages of an entry could not be posted for a day, or nobody took them.
	GaveUp(platform string)
}

// unobserved is for a bot that nobody observes.
type unobserved struct{}

func (unobserved) Acknowledged(string, time.Duration)                          {}
func (unobserved) Ended(string, commands.Verb, commands.Status, time.Duration) {}
func (unobserved) GaveUp(string)                                               {}

// logDone writes the log line of an entry whose work is done, with the code of its
// first failure.
func (b *Bot) logDone(e Entry) {
	code := 0
	r := e.result()
	for _, g := range r.Groups {
		if f := g.Outcome.Failure; f != nil && code == 0 {
			code = f.Code
		}
		b.log.Debug("group done", "entry", e.Number, "group", g.Group, "outcome", g.Outcome.Status)
	}
	level := slog.LevelInfo
	if r.Silent() {
		level = slog.LevelDebug
	}
	b.logEnd(level, "done", e, r.Status(), code, b.now().Sub(e.Accepted))
}

// logEnd writes the one log line of a command, however it ended, always with the same
// keys.
func (b *Bot) logEnd(level slog.Level, how string, e Entry, outcome commands.Status, code int, took time.Duration) {
	b.log.Log(b.work, level, how, "entry", e.Number, "platform", e.Place.Platform, "caller", e.by(), "verb", e.Command.Verb,
		"group", targetOf(e.Command), "outcome", outcome, "code", code, "took", took)
}

// targetOf is how the log calls what a command is about.
func targetOf(cmd commands.Command) string {
	switch {
	case cmd.Target.Alias != "":
		return cmd.Target.Alias
	case len(cmd.Target.Groups) > 0:
		return string(cmd.Target.Groups[0])
	}
	return ""
}
