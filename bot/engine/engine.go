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
	"liveadmin/commands/change"
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

// Calls returns calls of one command that may take so long together.
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
	Decide(ctx context.Context, d bot.Delivery) bot.Verdict
	// Suggest returns what could stand in a field that somebody is typing in.
	Suggest(ctx context.Context, q bot.Question) []string
	// Changed notes that a group has changed.
	Changed(g imapi.GroupID)
	// Unanswered returns the audit rows of what was not answered to callers whose minute is
	// over, or all, each once.
	Unanswered(all bool) []bot.Record
}

// Journal is what the engine needs of the durable record of the flow. Every write is durable
// when it returns. Several instances of the bot can share one: what one of them carries is
// its own until its term ends.
type Journal interface {
	Register
	Marks
	Keeper
	change.Grants
}

// Parts are what a Bot is made of. All are required but Clock and Observer.
type Parts struct {
	Intake   Decider
	Journal  Journal
	API      API
	Rules    func() bot.Rules
	Words    words.Words
	Log      *slog.Logger
	Now      func() time.Time // by which everything on record is judged; it can be set
	Clock    func() time.Time // by which this process measures how long something lasts; nil: time.Now
	Observer bot.Observer
}

// Bot is the flow. Make one with New, then Run it once.
type Engine struct {
	journal   Journal
	api       API
	rules     func() bot.Rules
	words     words.Words
	log       *slog.Logger
	now       func() time.Time
	clock     func() time.Time
	observer  bot.Observer
	runner    *change.Runner
	platforms map[string]bot.Platform
	lanes     *lanes
	intake    Decider
	backlog   *backlog
	workers   atomic.Int64 // of all jobs

	mu     sync.Mutex
	open   map[int64]*job // entries being carried, by number
	unread string         // what of the journal was reported as unreadable
	closed bool           // no more deliveries are taken
	taken  sync.WaitGroup // deliveries being received
	jobs   sync.WaitGroup // entries being carried
	work   context.Context
}

// New returns a Bot made of its parts.
func New(p Parts) (*Engine, error) {
	if p.Intake == nil || p.Journal == nil || p.API == nil || p.Rules == nil || p.Log == nil || p.Now == nil || p.Words.Explain == nil {
		return nil, errors.New("a part of the bot is missing")
	}
	if p.Observer == nil {
		p.Observer = unobserved{}
	}
	if p.Clock == nil {
		p.Clock = time.Now
	}
	return &Engine{
		journal: p.Journal, api: p.API, rules: p.Rules, words: p.Words, log: p.Log, now: p.Now, clock: p.Clock, observer: p.Observer,
		runner:    change.NewRunner(p.API.For("", false)(groupTime), p.Journal, p.Now),
		platforms: make(map[string]bot.Platform),
		lanes:     newLanes(),
		intake:    p.Intake,
		backlog:   newBacklog(),
		open:      make(map[int64]*job),
	}, nil
}

// wording is how the bot calls things and people by the rules in force.
func (b *Engine) wording() words.Words { return b.words.Naming(b.rules().Names) }
