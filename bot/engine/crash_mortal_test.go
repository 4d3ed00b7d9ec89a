package engine_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/bottest"
	"liveadmin/commands"
	"liveadmin/commands/words"
	"liveadmin/imapi"

	"golang.org/x/sync/semaphore"
)

// life is a process that can die at one point: from then on nothing that it does
// reaches the outside.
type life struct {
	point string              // where it dies: "before Plan 1", "after SetAdmins 2"
	at    func(moment string) // called at each point that it survives
	died  chan struct{}       // closed when it dies
	count map[string]int      // of each step so far
	under *semaphore.Weighted // taken by each step that is under way, and all of it by death
	mu    sync.Mutex          // guards count and passed
	past  []string            // the steps so far
}

// allSteps is more than are under way at once.
const allSteps = 1 << 20

func newLife(point string) *life {
	return &life{point: point, died: make(chan struct{}), count: make(map[string]int), under: semaphore.NewWeighted(allSteps)}
}

// errDead ends whatever of the bot still stirs.
var errDead = fmt.Errorf("dead: %w", bot.ErrLost)

// step does something that is seen outside.
func (l *life) step(name string, do func() error) error {
	l.mu.Lock()
	l.count[name]++
	name = fmt.Sprintf("%s %d", name, l.count[name])
	l.mu.Unlock()
	if l.dies("before " + name) {
		return errDead
	}
	_ = l.under.Acquire(context.Background(), 1)
	if l.dead() {
		l.under.Release(1)
		return errDead
	}
	err := do()
	l.under.Release(1)
	l.mu.Lock()
	l.past = append(l.past, name)
	l.mu.Unlock()
	if l.dies("after " + name) {
		return errDead
	}
	return err
}

func (l *life) dies(point string) bool {
	if point == l.point {
		_ = l.under.Acquire(context.Background(), allSteps) // what is under way ends first
		defer l.under.Release(allSteps)
		close(l.died)
	}
	if l.dead() {
		return true
	}
	if l.at != nil {
		l.at(point)
	}
	return false
}

func (l *life) dead() bool {
	select {
	case <-l.died:
		return true
	default:
		return false
	}
}

func (l *life) steps() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.past)
}

// mortalJournal is the journal of a process that can die.
type mortalJournal struct {
	bottest.Journal
	*life
}

func (m mortalJournal) Accept(ctx context.Context, e bot.Entry, r bot.Record, carry func(bot.Entry)) (got bot.Entry, fresh bool, err error) {
	err = m.step("Accept", func() (err error) { got, fresh, err = m.Journal.Accept(ctx, e, r, carry); return err })
	return got, fresh, err
}

func (m mortalJournal) Plan(ctx context.Context, e bot.Entry, c bot.Change) error {
	return m.step("Plan", func() error { return m.Journal.Plan(ctx, e, c) })
}

func (m mortalJournal) Settle(ctx context.Context, e bot.Entry, c bot.Change, r bot.Record) (last bool, err error) {
	err = m.step("Settle", func() (err error) { last, err = m.Journal.Settle(ctx, e, c, r); return err })
	return last, err
}

func (m mortalJournal) Announce(ctx context.Context, e bot.Entry, root, result bot.Post) error {
	return m.step("Announce", func() error { return m.Journal.Announce(ctx, e, root, result) })
}

func (m mortalJournal) Post(ctx context.Context, e bot.Entry, result bot.Post) error {
	return m.step("Post", func() error { return m.Journal.Post(ctx, e, result) })
}

func (m mortalJournal) Drop(ctx context.Context, e bot.Entry, to bot.State, r bot.Record) error {
	return m.step("Drop", func() error { return m.Journal.Drop(ctx, e, to, r) })
}

func (m mortalJournal) Requested(ctx context.Context, e bot.Entry, post bot.Post) error {
	return m.step("Requested", func() error { return m.Journal.Requested(ctx, e, post) })
}

func (m mortalJournal) Decide(ctx context.Context, e bot.Entry, d bot.Decision, r bot.Record, carry func(bot.Entry)) (decided bool, err error) {
	err = m.step("Decide", func() (err error) { decided, err = m.Journal.Decide(ctx, e, d, r, carry); return err })
	return decided, err
}

func (m mortalJournal) Reminded(ctx context.Context, e bot.Entry) error {
	return m.step("Reminded", func() error { return m.Journal.Reminded(ctx, e) })
}

func (m mortalJournal) Finish(ctx context.Context, e bot.Entry) error {
	return m.step("Finish", func() error { return m.Journal.Finish(ctx, e) })
}

func (m mortalJournal) Grants(ctx context.Context, g imapi.GroupID) (all []commands.Grant, err error) {
	err = m.step("Grants", func() (err error) { all, err = m.Journal.Grants(ctx, g); return err })
	return all, err
}

func (m mortalJournal) Recent(ctx context.Context, g imapi.GroupID, since time.Time) (all []commands.Recent, err error) {
	err = m.step("Recent", func() (err error) { all, err = m.Journal.Recent(ctx, g, since); return err })
	return all, err
}

func (m mortalJournal) DecidedSince(ctx context.Context, g imapi.GroupID, entry int64) (all []commands.Recent, forgotten bool, err error) {
	err = m.step("DecidedSince", func() (err error) { all, forgotten, err = m.Journal.DecidedSince(ctx, g, entry); return err })
	return all, forgotten, err
}

// mortalAPI is the API of a process that can die.
type mortalAPI struct {
	calls
	*life
}

func (m mortalAPI) Admins(ctx context.Context, g imapi.GroupID) (all []imapi.Admin, err error) {
	err = m.step("Admins", func() (err error) { all, err = m.calls.Admins(ctx, g); return err })
	return all, err
}

func (m mortalAPI) SetAdmins(ctx context.Context, g imapi.GroupID, users []imapi.UserID) error {
	return m.step("SetAdmins", func() error { return m.calls.SetAdmins(ctx, g, users) })
}

func (m mortalAPI) CancelAdmins(ctx context.Context, g imapi.GroupID, users []imapi.UserID) error {
	return m.step("CancelAdmins", func() error { return m.calls.CancelAdmins(ctx, g, users) })
}

func (m mortalAPI) Accounts(ctx context.Context, users []imapi.UserID) (known map[imapi.UserID]bool, err error) {
	err = m.step("Accounts", func() (err error) { known, err = m.calls.Accounts(ctx, users); return err })
	return known, err
}

// mortalChat is the chat of a process that can die.
type mortalChat struct {
	*bottest.Chat
	*life
	left chan struct{} // closed when it receives no more
}

func (m mortalChat) Run(ctx context.Context, door bot.Door) error {
	defer close(m.left)
	return m.Chat.Run(ctx, mortalDoor{door, m.life})
}

// mortalDoor is the door of a process that can die when it acknowledges.
type mortalDoor struct {
	bot.Door
	*life
}

func (m mortalDoor) Receive(ctx context.Context, d bot.Delivery, ack bot.Ack) error {
	return m.Door.Receive(ctx, d, func(ctx context.Context, a bot.Answer) (root bot.Post, err error) {
		err = m.step("ack", func() (err error) { root, err = ack(ctx, a); return err })
		return root, err
	})
}

func (m mortalChat) Announce(ctx context.Context, e bot.Entry, root words.Text) (post bot.Post, err error) {
	err = m.step("root", func() (err error) { post, err = m.Chat.Announce(ctx, e, root); return err })
	return post, err
}

func (m mortalChat) Report(ctx context.Context, e bot.Entry, root words.Text, result words.Message) (post bot.Post, err error) {
	err = m.step("result", func() (err error) { post, err = m.Chat.Report(ctx, e, root, result); return err })
	return post, err
}

func (m mortalChat) Update(ctx context.Context, e bot.Entry, root words.Text) error {
	return m.step("update", func() error { return m.Chat.Update(ctx, e, root) })
}

func (m mortalChat) Notify(ctx context.Context, e bot.Entry, name string, said words.Message, mentions []string) (post bot.Post, err error) {
	err = m.step(name, func() (err error) { post, err = m.Chat.Notify(ctx, e, name, said, mentions); return err })
	return post, err
}

func (m mortalChat) EditNotice(ctx context.Context, e bot.Entry, at bot.Post, said words.Message) error {
	return m.step("amend", func() error { return m.Chat.EditNotice(ctx, e, at, said) })
}

// life returns a process that dies at a point, or at none.
func (d drama) life(t *testing.T, s *bottest.Stage, point string) *life {
	l := newLife(point)
	l.at = func(point string) {
		if d.fill && point == "before CancelAdmins 1" {
			if err := s.API.SetAdmins(groupA, []string{"host", "x1", "x2", "x3", "x4"}); err != nil {
				t.Error(err)
			}
		}
	}
	return l
}
