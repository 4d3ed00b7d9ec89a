package crash

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/app"
	"liveadmin/bot/e2e/harness"
	"liveadmin/bot/engine"
)

// What ends a mortal program: a signal that it sends itself at a point of its journal,
// such as "before Plan 2", which is when it makes that mark for the second time.
const (
	mortalPoint  = "LIVEADMIN_TEST_POINT"
	mortalSignal = "LIVEADMIN_TEST_SIGNAL"
)

// newMortal returns a journal at whose marks the program gets the signal that its
// environment names.
func newMortal(j engine.Journal) engine.Journal {
	f := &fate{point: os.Getenv(mortalPoint), signal: syscall.SIGKILL, made: make(map[string]int)}
	if os.Getenv(mortalSignal) == "STOP" {
		f.signal = syscall.SIGSTOP
	}
	return mortal{newFlawed(j), f}
}

// Signals at which the disk of a mortal program becomes full, and empty again.
const (
	fillsDisk = syscall.SIGUSR1
	freesDisk = syscall.SIGUSR2
)

// obeyDisk lets no file grow while the disk is full.
func obeyDisk() {
	signal.Ignore(syscall.SIGXFSZ) // then a write fails
	orders := make(chan os.Signal, 1)
	signal.Notify(orders, fillsDisk, freesDisk)
	for order := range orders {
		var limit syscall.Rlimit
		err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit)
		if limit.Cur = limit.Max; order == fillsDisk {
			limit.Cur = 1
		}
		if err == nil {
			err = syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit)
		}
		if err != nil {
			panic(err)
		}
		fmt.Fprintln(os.Stderr, diskObeyed, order)
	}
}

// diskObeyed is logged, before the signal, when it is so.
const diskObeyed = "the disk is now as asked by"

// disk makes the disk of a mortal program full, or empty again.
func (i *instance) disk(p *process, order os.Signal) {
	i.T.Helper()
	p.signal(i.T, order)
	i.Until("obeyed", func() bool { return strings.Contains(i.Logged(), fmt.Sprintln(diskObeyed, order)) })
}

// signal sends a signal to a process.
func (p *process) signal(t testing.TB, s os.Signal) {
	t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		t.Fatal(err)
	}
}

// fate is where the program gets its signal.
type fate struct {
	point  string
	signal syscall.Signal

	mu   sync.Mutex
	made map[string]int // how often each mark was made so far
}

// mark makes a mark in the journal, unless the program dies before.
func (f *fate) mark(name string, make func() error) error {
	f.mu.Lock()
	f.made[name]++
	name = fmt.Sprintf("%s %d", name, f.made[name])
	f.mu.Unlock()
	f.meet("before " + name)
	err := make()
	f.meet("after " + name)
	return err
}

func (f *fate) meet(point string) {
	if point != f.point {
		return
	}
	continued := make(chan os.Signal, 1)
	signal.Notify(continued, syscall.SIGCONT)
	defer signal.Stop(continued)
	_ = syscall.Kill(os.Getpid(), f.signal)
	<-continued // another thread may take the signal, and this one would run on until then
}

// mortal is the journal of a mortal program.
type mortal struct {
	engine.Journal
	*fate
}

func (m mortal) Claim(ctx context.Context, carried []int64) (all []bot.Entry, err error) {
	err = m.mark("Claim", func() (err error) { all, err = m.Journal.Claim(ctx, carried); return err })
	return all, err
}

func (m mortal) Accept(ctx context.Context, e bot.Entry, r bot.Record, carry func(bot.Entry)) (got bot.Entry, fresh bool, err error) {
	err = m.mark("Accept", func() (err error) { got, fresh, err = m.Journal.Accept(ctx, e, r, carry); return err })
	return got, fresh, err
}

func (m mortal) Note(ctx context.Context, key string, r bot.Record) (number int64, fresh bool, err error) {
	err = m.mark("Note", func() (err error) { number, fresh, err = m.Journal.Note(ctx, key, r); return err })
	return number, fresh, err
}

func (m mortal) Answer(ctx context.Context, e bot.Entry) error {
	return m.mark("Answer", func() error { return m.Journal.Answer(ctx, e) })
}

func (m mortal) Turn(ctx context.Context, e bot.Entry, c bot.Change) (turn bool, err error) {
	err = m.mark("Turn", func() (err error) { turn, err = m.Journal.Turn(ctx, e, c); return err })
	return turn, err
}

func (m mortal) Plan(ctx context.Context, e bot.Entry, c bot.Change) error {
	return m.mark("Plan", func() error { return m.Journal.Plan(ctx, e, c) })
}

func (m mortal) Rest(ctx context.Context, e bot.Entry, c ...bot.Change) error {
	return m.mark("Rest", func() error { return m.Journal.Rest(ctx, e, c...) })
}

func (m mortal) Wake(ctx context.Context, e bot.Entry, c ...bot.Change) error {
	return m.mark("Wake", func() error { return m.Journal.Wake(ctx, e, c...) })
}

func (m mortal) Settle(ctx context.Context, e bot.Entry, c bot.Change, r bot.Record) (last bool, err error) {
	err = m.mark("Settle", func() (err error) { last, err = m.Journal.Settle(ctx, e, c, r); return err })
	return last, err
}

func (m mortal) Announce(ctx context.Context, e bot.Entry, root, result bot.Post) error {
	return m.mark("Announce", func() error { return m.Journal.Announce(ctx, e, root, result) })
}

func (m mortal) Post(ctx context.Context, e bot.Entry, result bot.Post) error {
	return m.mark("Post", func() error { return m.Journal.Post(ctx, e, result) })
}

func (m mortal) Drop(ctx context.Context, e bot.Entry, s bot.State, r bot.Record) error {
	return m.mark("Drop", func() error { return m.Journal.Drop(ctx, e, s, r) })
}

func (m mortal) Requested(ctx context.Context, e bot.Entry, post bot.Post) error {
	return m.mark("Requested", func() error { return m.Journal.Requested(ctx, e, post) })
}

func (m mortal) Decide(ctx context.Context, e bot.Entry, d bot.Decision, r bot.Record, carry func(bot.Entry)) (decided bool, err error) {
	err = m.mark("Decide", func() (err error) { decided, err = m.Journal.Decide(ctx, e, d, r, carry); return err })
	return decided, err
}

func (m mortal) Finish(ctx context.Context, e bot.Entry) error {
	return m.mark("Finish", func() error { return m.Journal.Finish(ctx, e) })
}

func (m mortal) Due(ctx context.Context, now time.Time) (due bot.Due, err error) {
	err = m.mark("Due", func() (err error) { due, err = m.Journal.Due(ctx, now); return err })
	return due, err
}

// TestMain makes the program mortal.
func TestMain(m *testing.M) {
	harness.Main(m, func() (options []app.Option) {
		if _, mortal := os.LookupEnv(mortalPoint); mortal {
			go obeyDisk()
			options = append(options, app.WithJournal(newMortal))
		}
		return options
	})
}
