package journal

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"liveadmin/bot"
	"liveadmin/commands"
	"liveadmin/imapi"
)

// suite is what every database must do. newURL names one that is empty.
func suite(t *testing.T, newURL func(testing.TB) string) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, *Journal, *world)
	}{
		{"an accepted entry comes back whole", acceptWhole},
		{"an entry needs a key and a change", acceptRefuses},
		{"fifty deliveries of one key at once make one entry", acceptOnce},
		{"a delivery on record is returned as it is", acceptAgain},
		{"one key counts across entries and notes", noteOnce},
		{"numbers are shared and never used again", numbers},
		{"the raw key is stored nowhere", keyHashed},
		{"a name has the value that was remembered last", remembered},
		{"a cancelled context writes nothing and says so", cancelled},
		{"a context that ends in the middle writes nothing", cancelledInside},
		{"texts of any bytes", anyBytes},
		{"answering marks an accepted entry", answering},
		{"the last change makes the entry done", lastChange},
		{"two changes settled at the same time: one is the last", lastAtOnce},
		{"a plan is never overwritten", planOnce},
		{"marks out of order are lost", outOfOrder},
		{"a mark can be repeated", repeated},
		{"marks of an older attempt are lost", olderAttempt},
		{"a refused mark leaves nothing behind", refusedMark},
		{"marks without their data are refused", emptyMarks},
		{"posting forgets the reply handle", posting},
		{"dropping closes, audited, and forgets the reply handle", dropping},
		{"after a restart everything open is claimed", claimAll},
		{"what is carried is not claimed", claimCarried},
		{"what was just accepted is left to who accepted it", claimAccepted},
		{"a change may begin while its entry is held", turn},
		{"work leaves room for deliveries", turnLeavesRoom},
		{"a change rests and wakes behind the others", resting},
		{"rest and wake out of order are lost", restOutOfOrder},
		{"what is done once is done by the first", doneOnce},
		{"a purge forgets what was, but no key and no audit row", purging},
		{"a purge leaves what is open, young, or limits somebody", purgeLeaves},
		{"discarding closes entries and forgets limits, audited", discarding},
		{"discarding all", discardAll},
		{"discarding nothing", discardNothing},
		{"counts of what is open", counts},
		{"a damaged entry does not stop the others", damagedEntry},
		{"a damaged end gives its limits back", damagedEnd},
		{"what an end took stays taken when its giver settles", endTakenStaysTaken},
		{"a damaged outcome does not stop the recent ones", damagedOutcome},
		{"a damaged audit row comes beside an error", damagedRecord},
		{"grants follow plan and outcome", grants},
		{"an end takes its limits, and a failed one gives them back", ending},
		{"what is due, near and next", due},
		{"due returns some hundreds at most", dueMany},
		{"a grant keeps its ID only while it is the same", grantID},
		{"recent: the newest of each user since", recent},
		{"decisions have an order that no clock gives", decisionOrder},
		{"who changes a limit decides", decidedLimits},
		{"decisions that are forgotten are reported", decidedForgotten},
		{"trail filters", trailFilters},
		{"a row's groups", groupsOfRow},
		{"how entries ended is counted", storyEnds},
		{"who sees what by an entry's groups", storySees},
		{"the newest about several names", storiesAbout},
		{"a request is decided once", decidedOnce},
		{"a request is last in the order when it is approved", approvedLast},
		{"a decision stays with who made it", decidedAndKept},
		{"a request whose matter was done closes", requestOvertaken},
		{"what belongs to an approved request is accepted", approvedBefore},
		{"who decided a request finds it", decidersFound},
		{"what was done to somebody is found", touched},
		{"a request whose time is over is closed, not approved", requestOver},
		{"a request is left alone until something is due", requestAlone},
		{"audit rows are never changed or deleted", auditStays},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := &world{clock: newClock(), url: newURL(t)}
			test.run(t, w.open(t), w)
		})
	}
}

func acceptWhole(t *testing.T, j *Journal, c *world) {
	in := entry("k", friday, sunday)
	in.Root = "thread"
	got := mustAccept(t, j, in)

	want := in
	want.Number, want.State, want.Attempt, want.Accepted = 1, bot.Accepted, 1, c.Now()
	want.Begun = want.Accepted
	want.Changes = []bot.Change{
		{Entry: 1, Group: friday, State: bot.Waiting},
		{Entry: 1, Group: sunday, State: bot.Waiting},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("accepted\n%+v, want\n%+v", got, want)
	}
	if in.Changes[0].Entry != 0 {
		t.Error("Accept changed the caller's changes")
	}
	want.Key = ""
	if open := unclosed(t, j); len(open) != 1 || !reflect.DeepEqual(open[0], want) {
		t.Errorf("on record\n%+v, want\n%+v", open, want)
	}
	record := accepted()
	record.Number, record.At = 1, c.Now()
	if got := trail(t, j, bot.Filter{}); !reflect.DeepEqual(got, []bot.Record{record}) {
		t.Errorf("audit\n%+v, want\n%+v", got, record)
	}
}

func acceptRefuses(t *testing.T, j *Journal, _ *world) {
	keyless, changeless := entry(""), entry("k")
	changeless.Changes = nil
	for name, e := range map[string]bot.Entry{"no key": keyless, "no change": changeless, "a group twice": entry("k", friday, friday)} {
		if _, fresh, err := j.Accept(t.Context(), e, accepted(), nil); err == nil || fresh {
			t.Errorf("%s: fresh %v, error %v", name, fresh, err)
		}
	}
	if got := trail(t, j, bot.Filter{}); len(got) > 0 {
		t.Errorf("audit %+v, want none", got)
	}
}

func acceptOnce(t *testing.T, j *Journal, _ *world) {
	var wg sync.WaitGroup
	var mu sync.Mutex
	var fresh int
	for range 50 {
		wg.Go(func() {
			e, first, err := j.Accept(t.Context(), entry("same"), accepted(), nil)
			if err != nil || e.Number != 1 || e.State != bot.Accepted {
				t.Errorf("entry %d %s, error %v", e.Number, e.State, err)
			}
			mu.Lock()
			defer mu.Unlock()
			if first {
				fresh++
			}
		})
	}
	wg.Wait()
	if fresh != 1 {
		t.Errorf("%d fresh, want 1", fresh)
	}
	if n := len(unclosed(t, j)); n != 1 {
		t.Errorf("%d entries, want 1", n)
	}
	if n := len(trail(t, j, bot.Filter{})); n != 1 {
		t.Errorf("%d audit rows, want 1", n)
	}
}

func acceptAgain(t *testing.T, j *Journal, _ *world) {
	first := mustAccept(t, j, entry("k"))
	mustFinish(t, j, first)
	if err := j.Post(t.Context(), first, "result"); err != nil {
		t.Fatal(err)
	}
	again, fresh, err := j.Accept(t.Context(), entry("k"), accepted(), nil)
	if err != nil || fresh {
		t.Fatalf("fresh %v, error %v", fresh, err)
	}
	if again.Number != first.Number || again.Key != "k" || again.State != bot.Posted || again.Result != "result" ||
		len(again.Changes) != 1 || again.Changes[0].State != bot.Settled {
		t.Errorf("entry on record: %+v", again)
	}
}

func noteOnce(t *testing.T, j *Journal, c *world) {
	refused := bot.Record{Event: bot.WasRefused, Caller: alice, Text: "add x y", Outcome: commands.Refused}
	n, fresh, err := j.Note(t.Context(), "a", refused)
	if err != nil || !fresh || n != 1 {
		t.Fatalf("number %d, fresh %v, error %v", n, fresh, err)
	}
	if n, fresh, err := j.Note(t.Context(), "a", refused); err != nil || fresh || n != 1 {
		t.Errorf("redelivered: number %d, fresh %v, error %v", n, fresh, err)
	}
	if e, fresh, err := j.Accept(t.Context(), entry("a"), accepted(), nil); err != nil || fresh || e.Number != 1 || e.State != "" {
		t.Errorf("accepted after it was noted: %+v, fresh %v, error %v", e, fresh, err)
	}
	e := mustAccept(t, j, entry("b"))
	if n, fresh, err := j.Note(t.Context(), "b", refused); err != nil || fresh || n != e.Number {
		t.Errorf("noted after it was accepted: number %d, fresh %v, error %v", n, fresh, err)
	}
	for range 2 {
		if _, fresh, err := j.Note(t.Context(), "", refused); err != nil || !fresh {
			t.Errorf("without a key: fresh %v, error %v", fresh, err)
		}
	}
	refused.Number, refused.At = 1, c.Now()
	if got := trail(t, j, bot.Filter{Number: 1}); !reflect.DeepEqual(got, []bot.Record{refused}) {
		t.Errorf("audit %+v, want %+v", got, refused)
	}
}

func numbers(t *testing.T, j *Journal, _ *world) {
	var got []int64
	for i := range 3 {
		got = append(got, mustAccept(t, j, entry(fmt.Sprint("e", i))).Number)
		n, _, err := j.Note(t.Context(), fmt.Sprint("n", i), bot.Record{Event: bot.WasMistaken})
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, n)
	}
	for i := range got[1:] {
		if got[i+1] <= got[i] {
			t.Fatalf("numbers %v do not rise", got)
		}
	}
}

func keyHashed(t *testing.T, j *Journal, _ *world) {
	mustAccept(t, j, entry("slack:T1:1234.trigger"))
	if _, _, err := j.Note(t.Context(), "slack:T1:5678.trigger", bot.Record{Event: bot.WasMistaken}); err != nil {
		t.Fatal(err)
	}
	for _, table := range []string{"entry", "audit"} {
		var n int
		err := j.db.QueryRow(`SELECT count(*) FROM ` + table + ` WHERE key LIKE '%trigger%' OR length(key) <> 64`).Scan(&n)
		if err != nil || n != 0 {
			t.Errorf("%s: %d raw keys, error %v", table, n, err)
		}
	}
}

func remembered(t *testing.T, j *Journal, _ *world) {
	for _, want := range []string{"", "first", "second"} {
		if want != "" {
			if err := j.Remember(t.Context(), "where", want); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := j.Recall(t.Context(), "where"); err != nil || got != want {
			t.Errorf("got %q, %v, want %q", got, err, want)
		}
	}
}

func cancelled(t *testing.T, j *Journal, _ *world) {
	e := mustAccept(t, j, entry("k"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := j.Accept(ctx, entry("other"), accepted(), nil); !errors.Is(err, context.Canceled) {
		t.Errorf("Accept: %v", err)
	}
	if err := plan(ctx, j, e, e.Changes[0]); !errors.Is(err, context.Canceled) {
		t.Errorf("Plan: %v", err)
	}
	if _, err := j.Claim(ctx, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("Claim: %v", err)
	}
	open := unclosed(t, j)
	if len(open) != 1 || open[0].Attempt != 1 || open[0].Changes[0].State != bot.Waiting {
		t.Errorf("on record %+v", open)
	}
	mustFinish(t, j, e)
}

func cancelledInside(t *testing.T, j *Journal, _ *world) {
	ctx, cancel := context.WithCancel(t.Context())
	err := j.write(ctx, work, "try", func(ctx context.Context, tx executor) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM meta`); err != nil {
			return err
		}
		cancel()
		_, err := tx.ExecContext(ctx, `DELETE FROM meta`)
		return err
	})
	if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "cannot try") {
		t.Errorf("error %v", err)
	}
	if err := j.Ping(t.Context()); err != nil {
		t.Errorf("meta is gone: %v", err)
	}
	mustAccept(t, j, entry("after"))
}

func anyBytes(t *testing.T, j *Journal, _ *world) {
	const nasty = "a\x00b\xff'\"\u2028é"
	const tidy = "a\uFFFDb\uFFFD'\"\u2028é"
	e := entry("\x00\xff", imapi.GroupID(nasty))
	e.Rule, e.Reply, e.Root, e.Caller.Name, e.Command.Reason = nasty, nasty, nasty, nasty, nasty
	r := accepted()
	r.Caller, r.Detail, r.Place.Channel = nasty, nasty, nasty
	r.Text = strings.Repeat("é", bot.MaxText)[:bot.MaxText+1] + nasty
	if _, fresh, err := j.Accept(t.Context(), e, r, nil); err != nil || !fresh {
		t.Fatalf("fresh %v, error %v", fresh, err)
	}
	open := unclosed(t, j)[0]
	if open.Rule != tidy || open.Reply != tidy || string(open.Root) != tidy || string(open.Changes[0].Group) != tidy {
		t.Errorf("entry %#v", open)
	}
	// JSON can hold a NUL.
	if want := strings.ReplaceAll(nasty, "\xff", "\uFFFD"); open.Caller.Name != want || open.Command.Reason != want {
		t.Errorf("caller %+q, reason %+q", open.Caller.Name, open.Command.Reason)
	}
	row := trail(t, j, bot.Filter{About: []string{nasty}})[0]
	if row.Caller != tidy || row.Detail != tidy || row.Place.Channel != tidy {
		t.Errorf("audit row %#v", row)
	}
	if len(row.Text) > bot.MaxText || len(row.Text) < bot.MaxText-utf8.UTFMax || !utf8.ValidString(row.Text) {
		t.Errorf("text of %d bytes, valid %v", len(row.Text), utf8.ValidString(row.Text))
	}
	mustFinish(t, j, open)
	if err := j.Post(t.Context(), open, nasty); err != nil {
		t.Error(err)
	}
}
