// Package engine carries entries: it puts what people say on record, acknowledges it, and
// plans, applies and posts, once for every platform. It accepts what falls due by itself,
// and goes on with what an earlier run or another instance left open.
package engine

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"liveadmin/bot"
	"liveadmin/commands"
	"liveadmin/commands/change"
	"liveadmin/commands/policy"
	"liveadmin/commands/words"
	"liveadmin/imapi"
)

// API is what the bot needs of the client for Tencent Chat.
type API interface {
	// For returns the calls of one command of a caller. Callers are served in turn, and
	// urgent calls before others.
	For(caller string, urgent bool) Calls
	// Share is how many calls of one command can wait or be in flight at once.
	Share() int
}

// Calls returns calls of one command that may take this long together.
type Calls func(time.Duration) change.Admins

// Client is the API that imapi's client calls.
type Client struct{ *imapi.Client }

// For is imapi's For.
func (c Client) For(caller string, urgent bool) Calls {
	one := c.Client.For(caller, urgent)
	return func(most time.Duration) change.Admins { return one.Within(most) }
}

// Decider is what reads and decides what people say.
type Decider interface {
	// Decide returns what a delivery means.
	Decide(ctx context.Context, d bot.Delivery, current func(commands.Caller) commands.Caller) bot.Verdict
	// Suggest returns what could be in a field that is being typed in.
	Suggest(ctx context.Context, q bot.Question) []string
	// Offer returns what a form offers that is filled in so far, and whether the caller is
	// allowed its command.
	Offer(ctx context.Context, caller commands.Caller, place commands.Place, filled bot.Filled) (words.Offer, policy.Decision)
	// Home returns what a Home tab shows; ok is false if its viewer asks too often.
	Home(ctx context.Context, v bot.HomeView, current func(commands.Caller) commands.Caller) (_ words.Home, ok bool)
	// Changed notes what became of a group.
	Changed(g imapi.GroupID, o commands.Outcome)
	// Unanswered returns the audit rows of what was not answered to callers whose minute is
	// over, or all, each once.
	Unanswered(all bool) []bot.Record
}

// Parts are what an Engine is made of. All are required but Clock and Observer.
type Parts struct {
	Intake   Decider
	Journal  Journal
	API      API
	Rules    func() bot.Rules
	Words    func(commands.Language) words.Words
	Log      *slog.Logger
	Now      func() time.Time // by which everything on record is judged; it can be set
	Clock    func() time.Time // by which this process measures how long something lasts; nil: time.Now
	Observer bot.Observer
}

// Engine is the flow. Make one with New, then Run it once.
type Engine struct {
	intake    Decider
	journal   Journal
	api       API
	rules     func() bot.Rules
	words     func(commands.Language) words.Words
	log       *slog.Logger
	now       func() time.Time
	clock     func() time.Time
	observer  bot.Observer
	runner    *change.Runner
	platforms map[string]bot.Platform
	lanes     *lanes
	backlog   *backlog
	asking    asking
	workers   atomic.Int64 // of all jobs

	// Of one goroutine at a time: what of the journal was reported as unreadable, and the rows about
	// what was not answered that are not on record yet.
	unread     string
	unanswered []bot.Record

	mu     sync.Mutex
	open   map[int64]*job // entries being carried, by number
	closed bool           // no more deliveries are taken
	taken  sync.WaitGroup // deliveries being received
	jobs   sync.WaitGroup // entries being carried
	work   context.Context
}

// New returns an Engine made of its parts.
func New(p Parts) (*Engine, error) {
	if p.Intake == nil || p.Journal == nil || p.API == nil || p.Rules == nil || p.Log == nil || p.Now == nil || p.Words == nil {
		return nil, errors.New("a part of the engine is missing")
	}
	if p.Observer == nil {
		p.Observer = unobserved{}
	}
	if p.Clock == nil {
		p.Clock = time.Now
	}
	return &Engine{
		intake: p.Intake, journal: p.Journal, api: p.API, rules: p.Rules, words: p.Words,
		log: p.Log, now: p.Now, clock: p.Clock, observer: p.Observer,
		runner:    change.NewRunner(p.API.For("", false)(groupTime), p.Journal, p.Now),
		platforms: make(map[string]bot.Platform), open: make(map[int64]*job), lanes: newLanes(), backlog: newBacklog(),
	}, nil
}

// confirmer is the platform of an entry, if it can say what became of an
// acknowledgement.
func (b *Engine) confirmer(e bot.Entry) bot.Confirmer {
	c, _ := b.platforms[e.Place.Platform].(bot.Confirmer)
	return c
}

// ErrRestart as the cause of the end of Run's context means that the bot will be run again
// at once: what is in flight then goes on from its marks.
var ErrRestart = errors.New("the bot is being restarted")

// How long what is in flight may take when the bot is asked to stop, and when it is
// restarted at once.
const (
	stopTime    = 10 * time.Second
	restartTime = time.Second / 4
)

// Run takes up what an earlier run left open, does what fell due meanwhile, receives
// on every platform until the context ends or no platform can bring anything more, and
// finishes what is in flight: all of it in the second case, for ten seconds in the
// first and when the credentials are revoked (bot.ErrRevoked), for a moment if the cause of the
// context's end is ErrRestart. What is unfinished then goes on at the next start.
func (b *Engine) Run(ctx context.Context, platforms ...bot.Platform) error {
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	asked := make(chan time.Time, 2) // when it was asked to stop, or nothing could come any more
	defer context.AfterFunc(ctx, func() { asked <- time.Now() })()
	for _, p := range platforms {
		b.platforms[p.Name()] = p
	}
	b.mu.Lock()
	b.work = work
	b.mu.Unlock()
	if _, err := b.look(ctx); err != nil {
		stop()
		b.jobs.Wait() // what was taken up before it failed
		if ctx.Err() != nil {
			return nil // asked to stop before it began
		}
		return err
	}
	watching, blind := context.WithCancel(work)
	var watch sync.WaitGroup
	watch.Go(func() { b.watch(watching) })
	watch.Go(func() { b.purge(watching) })
	err := b.listen(ctx, platforms)
	if ctx.Err() != nil {
		err = nil // asked to stop, whatever became of some platform before
	}
	blind()
	watch.Wait()
	b.mu.Lock()
	b.closed = true
	b.mu.Unlock()
	b.taken.Wait()
	if err := b.noteUnanswered(work, true); err != nil {
		b.log.Error("could not record the unanswered commands", "err", err)
	}
	if errors.Is(err, bot.ErrRevoked) {
		asked <- time.Now()
	}
	b.finish(asked, stop, errors.Is(context.Cause(ctx), ErrRestart))
	return err
}

// finish waits for what is in flight: for a while from the moment in which the bot was asked to
// stop, or from now on if it is restarted.
func (b *Engine) finish(asked <-chan time.Time, stop func(), restart bool) {
	done := make(chan struct{})
	go func() {
		b.jobs.Wait()
		close(done)
	}()
	select {
	case <-done:
	case at := <-asked:
		limit := time.Until(at.Add(stopTime))
		if restart {
			limit = restartTime
		}
		timer := time.AfterFunc(limit, stop)
		defer timer.Stop()
		<-done
	}
}

// enter counts a delivery in, unless the bot is stopping.
func (b *Engine) enter() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed || b.work == nil {
		return false
	}
	b.taken.Add(1)
	return true
}
