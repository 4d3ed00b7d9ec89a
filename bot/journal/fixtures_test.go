package journal

import (
	"context"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"liveadmin/bot"
	"liveadmin/commands"
	"liveadmin/imapi"
)

const app = 1400000000

// clock is a clock that tests move.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 3, 1, 20, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// world is where a journal is in a test.
type world struct {
	*clock
	url string
}

// open opens the world's journal.
func (w *world) open(t testing.TB) *Journal {
	t.Helper()
	return reopen(t, w.url, WithClock(w.Now))
}

// restart closes the journal and opens it as another process would.
func (w *world) restart(t testing.TB, j *Journal) *Journal {
	t.Helper()
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	return w.open(t)
}

// newURL names a journal that is not there yet.
func newURL(t testing.TB) (url, file string) {
	file = filepath.Join(t.TempDir(), "live.db")
	return "sqlite://" + file, file
}

// reopen opens a journal for as long as the test runs, or until it is closed.
func reopen(t testing.TB, url string, opts ...Option) *Journal {
	t.Helper()
	quiet := WithLogger(slog.New(slog.DiscardHandler))
	j, err := Open(t.Context(), url, app, append([]Option{quiet, withLease(time.Minute)}, opts...)...) // most tests are not about the end of a lease
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { j.Close() })
	return j
}

const (
	friday imapi.GroupID = "@TGS#a6I4ZUUGO"
	sunday imapi.GroupID = "@TGS#aSUN"
	alice                = "slack:user:U0ALICE"
)

// entry is an add of user1 to groups, or to friday.
func entry(key string, groups ...imapi.GroupID) bot.Entry {
	if len(groups) == 0 {
		groups = []imapi.GroupID{friday}
	}
	e := bot.Entry{
		Key:    key,
		Caller: commands.Caller{Ref: alice, Memberships: []string{"slack:usergroup:S1"}, Name: "Alice"},
		Place:  commands.Place{Platform: "slack", Channel: "slack:C1", Thread: "17.1"},
		Command: commands.Command{
			Verb:   commands.Add,
			Target: commands.Target{Alias: "friday-show", Groups: groups},
			Users:  []commands.Person{{Name: "minho", ID: "user1"}},
			For:    2 * time.Hour,
			Reason: "opening",
		},
		Rule:  "ALLOWLIST",
		Reply: "https://hooks.example/secret",
	}
	for _, g := range groups {
		e.Changes = append(e.Changes, bot.Change{Group: g})
	}
	return e
}

func accepted() bot.Record {
	return bot.Record{
		Event: bot.WasAccepted, Caller: alice, Verb: commands.Add, Text: "add friday-show minho --for 2h",
		Place:  commands.Place{Platform: "slack", Channel: "slack:C1", Thread: "17.1"},
		Detail: "ALLOWLIST",
	}
}

func settled(users ...imapi.UserID) bot.Record {
	return bot.Record{Event: bot.WasSettled, Caller: alice, Verb: commands.Add, Users: users, Outcome: commands.Done}
}

func plan(ctx context.Context, j *Journal, e bot.Entry, c bot.Change, grants ...commands.Grant) error {
	c.Plan = &commands.Plan{Known: true, Users: []commands.Step{{Prior: commands.WasNot, Send: true}}, Grants: grants}
	return j.Plan(ctx, e, c)
}

func settle(ctx context.Context, j *Journal, e bot.Entry, c bot.Change) (bool, error) {
	c.Outcome = &commands.Outcome{Status: commands.Done}
	return j.Settle(ctx, e, c, settled("user1"))
}

// mustAccept accepts a new entry.
func mustAccept(t testing.TB, j *Journal, e bot.Entry) bot.Entry {
	t.Helper()
	e, fresh, err := j.Accept(t.Context(), e, accepted(), nil)
	if err != nil || !fresh {
		t.Fatalf("Accept: fresh %v, error %v", fresh, err)
	}
	return e
}

// mustFinish plans and settles all changes of an entry.
func mustFinish(t testing.TB, j *Journal, e bot.Entry) {
	t.Helper()
	for _, c := range e.Changes {
		if err := plan(t.Context(), j, e, c); err != nil {
			t.Fatal(err)
		}
		if _, err := settle(t.Context(), j, e, c); err != nil {
			t.Fatal(err)
		}
	}
}

// claim takes up what no one carries.
func claim(t testing.TB, j *Journal, carried ...int64) []bot.Entry {
	t.Helper()
	entries, err := j.Claim(t.Context(), carried)
	if err != nil {
		t.Fatal(err)
	}
	return entries
}

// unclosed returns what is open.
func unclosed(t testing.TB, j *Journal) []bot.Entry {
	t.Helper()
	entries, err := j.Unclosed(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return entries
}

// trail returns the rows that a filter chooses.
func trail(t testing.TB, j *Journal, f bot.Filter) []bot.Record {
	t.Helper()
	records, err := j.Trail(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	return records
}
