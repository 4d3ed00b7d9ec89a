package journal

import (
	"database/sql"
	"os"
	"testing"

	"liveadmin/bot"
)

// TestOlderSchema: a database of the first version keeps what is in it.
func TestOlderSchema(t *testing.T) {
	url, file := newURL(t)
	first, err := os.ReadFile("migrations/sqlite/0001_first.sql")
	if err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	execSQL(t, db, string(first))
	execSQL(t, db, `INSERT INTO meta (name, value) VALUES ('schema', '1'), ('sdkappid', '1400000000')`)
	execSQL(t, db, `UPDATE counter SET number = 7`)
	execSQL(t, db, `INSERT INTO entry (number, key, caller, place, verb, command, rule, state, attempt, root, result, accepted_at)
		VALUES (7, 'k', '{}', '{}', 'add', '{}', 'ALLOWLIST', 'accepted', 1, '', '', 1)`)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	j := reopen(t, url)
	open := unclosed(t, j)
	if len(open) != 1 || open[0].Number != 7 || open[0].Answered || open[0].State != bot.Accepted {
		t.Fatalf("on record %+v", open)
	}
	if err := j.Answer(t.Context(), claim(t, j)[0]); err != nil {
		t.Fatal(err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if open := unclosed(t, reopen(t, url)); !open[0].Answered {
		t.Error("the mark was lost")
	}
}
