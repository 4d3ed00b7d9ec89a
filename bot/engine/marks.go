package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"liveadmin/bot"
)

// marks writes the marks of a job. Each method tries until the mark is written: it returns
// false only if the job is over, or the entry is another instance's, which ends the job. A
// mark that has begun is not interrupted.
type marks struct {
	journal Marks
	job     *job
}

func (m marks) write(doing string, mark func(context.Context, bot.Entry) error) bool {
	e, ctx := m.job.head(), context.WithoutCancel(m.job.ctx)
	return m.job.insist(m.job.ctx, doing, func() error { return mark(ctx, e) }) == nil
}

func (m marks) Turn(c bot.Change) (first bool) {
	m.write("waiting for its turn", func(ctx context.Context, e bot.Entry) (err error) {
		first, err = m.journal.Turn(ctx, e, c)
		return err
	})
	return first
}

func (m marks) Rest(all ...bot.Change) bool {
	return m.write("putting off", func(ctx context.Context, e bot.Entry) error { return m.journal.Rest(ctx, e, all...) })
}

func (m marks) Wake(all ...bot.Change) bool {
	return m.write("resuming", func(ctx context.Context, e bot.Entry) error { return m.journal.Wake(ctx, e, all...) })
}

func (m marks) Plan(c bot.Change) bool {
	return m.write("recording the plan", func(ctx context.Context, e bot.Entry) error { return m.journal.Plan(ctx, e, c) })
}

func (m marks) Settle(c bot.Change, r bot.Record) bool {
	return m.write("recording the outcome", func(ctx context.Context, e bot.Entry) error {
		_, err := m.journal.Settle(ctx, e, c, r)
		return err
	})
}

func (m marks) Answer() bool {
	return m.write("recording the acknowledgement", func(ctx context.Context, e bot.Entry) error { return m.journal.Answer(ctx, e) })
}

func (m marks) Announce(root, result bot.Post) bool {
	return m.write("recording a message", func(ctx context.Context, e bot.Entry) error {
		return m.journal.Announce(ctx, e, root, result)
	})
}

func (m marks) Post(result bot.Post) bool {
	return m.write("recording the result", func(ctx context.Context, e bot.Entry) error { return m.journal.Post(ctx, e, result) })
}

func (m marks) Drop(s bot.State, r bot.Record) bool {
	return m.write("closing", func(ctx context.Context, e bot.Entry) error { return m.journal.Drop(ctx, e, s, r) })
}

func (m marks) Requested(post bot.Post) bool {
	return m.write("recording the request", func(ctx context.Context, e bot.Entry) error { return m.journal.Requested(ctx, e, post) })
}

func (m marks) Reminded() bool {
	return m.write("recording the reminder", func(ctx context.Context, e bot.Entry) error { return m.journal.Reminded(ctx, e) })
}

func (m marks) Finish() bool {
	return m.write("closing the request", func(ctx context.Context, e bot.Entry) error { return m.journal.Finish(ctx, e) })
}

// retries is how long the pauses between tries are: twice as long each time, within these.
type retries struct{ first, most time.Duration }

var (
	recording = retries{time.Second / 4, 10 * time.Second} // what the journal is needed for
	posting   = retries{time.Second, time.Minute}          // what a platform is needed for
	failedEnd = retries{2 * time.Second, 5 * time.Minute}  // an expiration, for as long as it has been failing
)

// after is the pause after another one.
func (r retries) after(pause time.Duration) time.Duration { return r.within(2 * pause) }

func (r retries) within(pause time.Duration) time.Duration { return min(max(pause, r.first), r.most) }

// insist does something until it succeeds. It returns the last error if the context is over,
// if the platform's rules say that the entry must not run, or if it is another instance's,
// which ends the job.
func (j *job) insist(ctx context.Context, doing string, do func() error) error {
	for pause := recording.first; ; pause = recording.after(pause) {
		err := safely(do)
		switch {
		case err == nil || ctx.Err() != nil || errors.Is(err, bot.ErrNotRun):
			return err
		case errors.Is(err, bot.ErrLost):
			j.b.log.Warn("entry left to another instance", "entry", j.entry.Number, "while", doing)
			j.cancel()
			return err
		}
		j.b.log.Error("step failed, retrying", "entry", j.entry.Number, "while", doing, "err", err)
		if !sleep(ctx, pause) {
			return err
		}
	}
}

// sleep waits, and returns false if the context ends before.
func sleep(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}

// panicked is a mistake in the program that showed itself as a panic. Its stack
// is for the log alone.
type panicked struct {
	value any
	stack string
}

func (p *panicked) Error() string { return fmt.Sprintf("panic: %v", p.value) }

// LogValue adds the stack.
func (p *panicked) LogValue() slog.Value {
	return slog.GroupValue(slog.Any("panic", p.value), slog.String("stack", p.stack))
}

// safely calls f and returns a panic in it as a *panicked: a mistake about one
// entry must not end the work on all others, nor meet them again at each start.
func safely(f func() error) (err error) {
	defer func() {
		if value := recover(); value != nil {
			err = &panicked{value, string(debug.Stack())}
		}
	}()
	return f()
}
