package journal

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"liveadmin/bot"
	"liveadmin/commands"
	"liveadmin/imapi"
)

func discarding(t *testing.T, j *Journal, w *world) {
	gave := give(t, j, "limited", limit(friday, "user1", w.Now().Add(time.Hour)), limit(sunday, "user2", w.Now().Add(time.Hour)))
	if err := j.Post(t.Context(), gave, "result"); err != nil {
		t.Fatal(err)
	}
	open, other := mustAccept(t, j, entry("open", friday, sunday)), mustAccept(t, j, entry("other"))
	operator := bot.Record{Caller: "operator", Detail: "restored", Place: commands.Place{Platform: "terminal"}}
	entries, limits, err := j.Discard(t.Context(), []int64{gave.Number, open.Number}, false, operator)
	if err != nil || entries != 1 || limits != 2 {
		t.Fatalf("%d entries, %d limits, error %v", entries, limits, err)
	}
	if got := unclosed(t, j); len(got) != 1 || got[0].Number != other.Number {
		t.Errorf("still open: %v", numbersOf(got))
	}
	if got := onRecord(t, j, ""); len(got) > 0 {
		t.Errorf("still limited: %+v", got)
	}
	if n := handles(t, j); n != 1 {
		t.Errorf("%d reply handles on record, want that of the other", n)
	}
	if err := plan(t.Context(), j, open, open.Changes[0]); !errors.Is(err, bot.ErrLost) {
		t.Errorf("planned after it was dropped: %v", err)
	}
	want := operator
	want.Event, want.At, want.Verb = bot.WasDropped, w.Now(), commands.Add
	want.Number, want.Groups = open.Number, []imapi.GroupID{friday, sunday}
	if rows := trail(t, j, bot.Filter{Number: open.Number}); len(rows) != 2 || !reflect.DeepEqual(rows[1], want) {
		t.Errorf("audit %+v, want %+v", rows, want)
	}
	want.Number, want.Groups, want.Group, want.Users = gave.Number, nil, sunday, []imapi.UserID{"user2"}
	rows := trail(t, j, bot.Filter{Number: gave.Number})
	if len(rows) != 5 || !reflect.DeepEqual(rows[4], want) {
		t.Errorf("audit %+v, want %+v", rows, want)
	}
	if e, _, err := j.Entry(t.Context(), open.Number); err != nil || e.State != bot.Dropped {
		t.Errorf("state %s, error %v", e.State, err)
	}
}

func discardAll(t *testing.T, j *Journal, w *world) {
	give(t, j, "limited", limit(friday, "user1", w.Now().Add(-time.Hour)))
	mustAccept(t, j, about("end", commands.End, onRecord(t, j, "")...))
	execSQL(t, j.writer, `UPDATE entry SET command = '{' WHERE number = 2`)
	entries, limits, err := j.Discard(t.Context(), nil, true, bot.Record{})
	if err != nil || entries != 2 || limits != 1 {
		t.Errorf("%d entries, %d limits, error %v", entries, limits, err)
	}
	if c, err := j.Counts(t.Context()); err != nil || c.Grants != 0 || len(c.Open) != 0 {
		t.Errorf("left %+v, error %v", c, err)
	}
	if entries, limits, err := j.Discard(t.Context(), nil, true, bot.Record{}); err != nil || entries+limits != 0 {
		t.Errorf("again: %d entries, %d limits, error %v", entries, limits, err)
	}
}

func discardNothing(t *testing.T, j *Journal, w *world) {
	e := mustAccept(t, j, entry("k"))
	_, _, err := j.Discard(t.Context(), []int64{7, e.Number, 99}, false, bot.Record{})
	nothing, ok := errors.AsType[*NothingError](err)
	if !ok || !reflect.DeepEqual(nothing.Numbers, []int64{7, 99}) || !strings.Contains(err.Error(), "#7, #99") {
		t.Errorf("error %v", err)
	}
	if n := len(unclosed(t, j)); n != 1 {
		t.Errorf("%d open, want 1: nothing was to be done", n)
	}

	// An end that is dropped leaves no limit that nothing will ever end.
	give(t, j, "limited", limit(sunday, "user1", w.Now()))
	end := mustAccept(t, j, about("end", commands.End, onRecord(t, j, "")...))
	if entries, limits, err := j.Discard(t.Context(), []int64{end.Number}, false, bot.Record{}); err != nil || entries != 1 || limits != 1 {
		t.Errorf("%d entries, %d limits, error %v", entries, limits, err)
	}
}
