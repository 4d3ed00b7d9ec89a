package journal

import (
	"database/sql"
	"encoding/json"
	"errors"
	"reflect"
	"testing"

	"liveadmin/bot"
	"liveadmin/commands"
	"liveadmin/imapi"
)

func damagedEntry(t *testing.T, j *Journal, w *world) {
	for _, key := range []string{"1", "2", "3", "4"} {
		e := mustAccept(t, j, entry(key))
		if err := plan(t.Context(), j, e, e.Changes[0]); err != nil {
			t.Fatal(err)
		}
	}
	execSQL(t, j.writer, `UPDATE entry SET command = '{' WHERE number = 1`)
	execSQL(t, j.writer, `UPDATE change SET plan = '[]' WHERE entry = 3`)
	j = w.restart(t, j)
	open, err := j.Claim(t.Context(), nil)
	if len(open) != 2 || open[0].Number != 2 || open[1].Number != 4 || open[0].Attempt != 2 {
		t.Errorf("open %+v", open)
	}
	var numbers []int64
	joined, _ := err.(interface{ Unwrap() []error })
	for _, err := range joined.Unwrap() {
		if c, ok := errors.AsType[*CorruptError](err); ok {
			numbers = append(numbers, c.Number)
		}
	}
	if !reflect.DeepEqual(numbers, []int64{1, 3}) {
		t.Errorf("damaged %v, error %v", numbers, err)
	}
	if again, err := j.Claim(t.Context(), numbersOf(open)); err != nil || len(again) > 0 {
		t.Errorf("claimed again: %+v, error %v", again, err)
	}
	if _, _, err := j.Accept(t.Context(), entry("1"), accepted(), nil); err == nil {
		t.Error("a damaged entry on record is returned without an error")
	}
}

// damagedEnd: what an end that cannot be read had taken is due again, for another end, and
// no one waits for it.
func damagedEnd(t *testing.T, j *Journal, w *world) {
	g := limit(friday, "user1", w.Now())
	give(t, j, "giver", g)
	over := dueNow(t, j, w.Now()).Over
	end := mustAccept(t, j, about("end", commands.End, over...))
	if err := plan(t.Context(), j, end, end.Changes[0]); err != nil {
		t.Fatal(err)
	}
	execSQL(t, j.writer, `UPDATE entry SET command = '{' WHERE number = $1`, end.Number)
	next := mustAccept(t, j, entry("next", friday))
	j = w.restart(t, j)
	open, err := j.Claim(t.Context(), nil)
	if !errors.Is(err, bot.ErrDamaged) || !reflect.DeepEqual(j.Damaged(), []int64{end.Number}) {
		t.Errorf("damaged %v, error %v", j.Damaged(), err)
	}
	again := dueNow(t, j, w.Now()).Over
	if len(again) != 1 || again[0].ID != over[0].ID || again[0].Tries != 1 {
		t.Errorf("due are %+v", again)
	}
	for _, e := range open {
		if e.Number == next.Number {
			if turn, err := j.Turn(t.Context(), e, e.Changes[0]); err != nil || !turn {
				t.Errorf("the next waits: %v, %v", turn, err)
			}
		}
	}
}

// endTakenStaysTaken: what a change settles while an end of its limit waits is still taken
// by that end.
func endTakenStaysTaken(t *testing.T, j *Journal, w *world) {
	g := limit(friday, "user1", w.Now())
	e := mustAccept(t, j, entry("giver", friday))
	if err := plan(t.Context(), j, e, e.Changes[0], g); err != nil {
		t.Fatal(err)
	}
	mustAccept(t, j, about("end", commands.End, dueNow(t, j, w.Now()).Over...))
	c := e.Changes[0]
	c.Outcome = &commands.Outcome{Status: commands.Done, Grants: []commands.Grant{g}}
	if _, err := j.Settle(t.Context(), e, c, settled()); err != nil {
		t.Fatal(err)
	}
	if again := dueNow(t, j, w.Now()).Over; len(again) != 0 {
		t.Errorf("due again: %+v", again)
	}
}

func damagedOutcome(t *testing.T, j *Journal, c *world) {
	for _, user := range []imapi.UserID{"a", "b"} {
		settleMade(t, j, string(user), friday, commands.Recent{User: user, Admin: true, At: c.Now()})
	}
	execSQL(t, j.writer, `UPDATE change SET outcome = 'x' WHERE entry = 2`)
	got, err := j.Recent(t.Context(), friday, c.Now())
	if len(got) != 1 || got[0].User != "a" {
		t.Errorf("recent %+v", got)
	}
	if corrupt, ok := errors.AsType[*CorruptError](err); !ok || corrupt.Number != 2 {
		t.Errorf("error %v", err)
	}
}

func damagedRecord(t *testing.T, j *Journal, _ *world) {
	mustAccept(t, j, entry("k"))
	execSQL(t, j.writer, `INSERT INTO audit (number, at, what, caller, platform, channel, thread, verb, group_id, users, asked, outcome, detail)
		VALUES (1, 0, 'outcome', 'c', '', '', '', '', '', '[', '', '', '')`)
	rows, err := j.Trail(t.Context(), bot.Filter{})
	if len(rows) != 2 || rows[1].Caller != "c" {
		t.Errorf("rows %+v", rows)
	}
	if corrupt, ok := errors.AsType[*CorruptError](err); !ok || corrupt.Number != 1 {
		t.Errorf("error %v", err)
	}
}

func execSQL(t *testing.T, db *sql.DB, statement string, args ...any) {
	t.Helper()
	if _, err := db.Exec(statement, args...); err != nil {
		t.Fatal(err)
	}
}

// FuzzStored: whatever is in the texts of an entry, it is read as it would be
// written, or reported as damaged; the entry beside it is read.
func FuzzStored(f *testing.F) {
	url, _ := newURL(f)
	j := reopen(f, url)
	e, sound := mustAccept(f, j, entry("1")), mustAccept(f, j, entry("2"))
	mustFinish(f, j, e)
	var caller, place, command, plan, outcome string
	row := j.writer.QueryRow(`SELECT caller, place, command, plan, outcome FROM entry JOIN change ON change.entry = number WHERE number = $1`, e.Number)
	if err := row.Scan(&caller, &place, &command, &plan, &outcome); err != nil {
		f.Fatal(err)
	}
	f.Add(caller, place, command, plan, outcome)
	f.Add("{}", "{}", "{}", "{}", "{}")
	f.Add("null", "null", "null", "null", "null")
	f.Add("[]", "{}", "{}", "{}", "{}")
	f.Add("{}", "{}", "{}", "{}", "[]")
	f.Add("{", "[]", "", "x", "\xff\x00")
	f.Add(`{"Ref":1}`, `{"platform":"slack"}`, `{"verb":"add","for":1e99}`, `{"at":"then","users":[{}]}`, `{"made":[null,{"user":"a"}]}`)
	f.Fuzz(func(t *testing.T, caller, place, command, plan, outcome string) {
		execSQL(t, j.writer, `UPDATE entry SET caller = $1, place = $2, command = $3 WHERE number = $4`, caller, place, command, e.Number)
		execSQL(t, j.writer, `UPDATE change SET plan = $1, outcome = $2 WHERE entry = $3`, plan, outcome, e.Number)
		readable := errors.Join(
			decode("caller", caller, new(commands.Caller)), decode("place", place, new(commands.Place)), decode("command", command, new(commands.Command)),
			decode("plan", plan, new(commands.Plan)), decode("outcome", outcome, new(commands.Outcome))) == nil
		got, found, err := j.Entry(t.Context(), e.Number)
		damaged, ok := errors.AsType[*CorruptError](err)
		if found != readable || found != (err == nil) || !found && (!ok || damaged.Number != e.Number) {
			t.Fatalf("found %v, error %v; readable: %v", found, err, readable)
		}
		if _, err := j.Recent(t.Context(), friday, e.Accepted); err != nil {
			if damaged, ok := errors.AsType[*CorruptError](err); !ok || damaged.Number != e.Number {
				t.Errorf("error %v", err)
			}
		}
		open, err := j.Unclosed(t.Context())
		if last := len(open) - 1; last < 0 || open[last].Number != sound.Number || (err == nil) != found {
			t.Errorf("open %+v, error %v", open, err)
		}
		if found {
			sameAgain(t, got)
		}
	})
}

// sameAgain writes and reads what was read.
func sameAgain(t *testing.T, e bot.Entry) {
	t.Helper()
	for _, v := range []any{&e.Caller, &e.Place, &e.Command, e.Changes[0].Plan, e.Changes[0].Outcome} {
		text, err := json.Marshal(v)
		if err != nil {
			t.Errorf("%+v cannot be written: %v", v, err)
			continue
		}
		again := reflect.New(reflect.TypeOf(v).Elem()).Interface()
		if err := decode("text", string(text), again); err != nil {
			t.Errorf("%s cannot be read: %v", text, err)
			continue
		}
		if twice, err := json.Marshal(again); err != nil || string(twice) != string(text) {
			t.Errorf("%s becomes %s, %v", text, twice, err)
		}
	}
}
