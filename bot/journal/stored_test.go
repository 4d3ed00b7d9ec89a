package journal

import (
	"encoding/json"
	"errors"
	"reflect"
	"testing"

	"liveadmin/bot"
	"liveadmin/commands"
)

// FuzzStored: whatever is in the texts of an entry, it is read as it would be
// written, or told to be damaged; the entry beside it is read.
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
