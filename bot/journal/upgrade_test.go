package journal

import (
	"database/sql"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/journal/journaltest"
	"liveadmin/commands"
	"liveadmin/imapi"
)

// The versions of the schema in the first edition.
const firstSQLite, firstPostgres = 4, 1

func TestUpgradeOfAFile(t *testing.T) {
	url, file := newURL(t)
	db, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	upgrade(t, url, db, sqliteDialect(file), firstSQLite)
}

func TestUpgradeOfAServer(t *testing.T) {
	url := journaltest.Postgres(t)
	db, err := sql.Open("pgx", url)
	if err != nil {
		t.Fatal(err)
	}
	upgrade(t, url, db, postgresDialect("test"), firstPostgres)
	db, err = sql.Open("pgx", url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	// An instance of the first edition renews its lease so; it must not go on.
	_, err = db.Exec(`UPDATE instance SET expires = clock_timestamp() WHERE id = 'old' AND expires > clock_timestamp()`)
	if err == nil || !strings.Contains(err.Error(), `"instance" does not exist`) {
		t.Errorf("an older instance renews its lease: %v", err)
	}
}

// upgrade opens a database of the first edition, with open entries, settled changes,
// limits and audit rows, and closes db.
func upgrade(t *testing.T, url string, db *sql.DB, d dialect, version int) {
	steps, err := d.steps()
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range steps[:version] {
		execSQL(t, db, step)
	}
	execSQL(t, db, `INSERT INTO meta (name, value) VALUES ('schema', $1), ('sdkappid', $2)`, fmt.Sprint(version), fmt.Sprint(app))
	execSQL(t, db, firstEdition)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}

	j := reopen(t, url)
	// The order is that of the times, and where they are the same, of the rows.
	for since, want := range map[int64]map[imapi.UserID]int64{
		2: {"user1": 3, "user2": 4, "user3": 1}, 1: {"user1": 3, "user2": 4}, 3: {"user2": 4}, 4: {},
	} {
		if got, forgotten := decidedBy(t, j, since); forgotten || !reflect.DeepEqual(got, want) {
			t.Errorf("decided since #%d: %v, want %v", since, got, want)
		}
	}
	if got := trail(t, j, bot.Filter{Number: 1}); len(got) != 2 || got[0].Event != bot.WasAccepted || got[1].Outcome != commands.Done {
		t.Errorf("audit rows of #1: %+v", got)
	}
	limits := onRecord(t, j, friday)
	if len(limits) != 1 || limits[0].User != "user1" || limits[0].Entry != 3 || limits[0].Length != time.Hour {
		t.Errorf("limits %+v", limits)
	}
	open := claim(t, j)
	if len(open) != 1 || open[0].Number != 5 || open[0].Changes[0].State != bot.Waiting || open[0].Changes[1].State != bot.Planned {
		t.Fatalf("open %+v", open)
	}
	for i, c := range open[0].Changes {
		if i == 0 {
			if err := plan(t.Context(), j, open[0], c); err != nil {
				t.Fatal(err)
			}
		}
		c.Outcome = &commands.Outcome{Status: commands.Done, Made: []commands.Recent{{User: "user2"}}}
		if last, err := j.Settle(t.Context(), open[0], c, settled("user2")); err != nil || last != (i == 1) {
			t.Errorf("settled on %s: last %v, error %v", c.Group, last, err)
		}
	}
	if got, _ := decidedBy(t, j, 4); !reflect.DeepEqual(got, map[imapi.UserID]int64{"user2": 5}) {
		t.Errorf("decided since #4 by what was open: %v", got)
	}
}

// firstEdition is what is on record: on friday #2 has settled before #1 (it was
// accepted later, with a clock that is behind), #3 and #4 at the same time.
const firstEdition = `
INSERT INTO entry (number, key, under, caller, place, verb, command, rule, state, attempt, root, result, accepted_at, closed_at) VALUES
	(1, 'k1', 0, '{}', '{}', 'add', '{"verb":"add"}', '', 'posted', 1, 'root', 'result', 100, 900),
	(2, 'k2', 0, '{}', '{}', 'add', '{"verb":"add"}', '', 'posted', 1, 'root', 'result', 110, 900),
	(3, 'k3', 0, '{}', '{}', 'add', '{"verb":"add"}', '', 'posted', 1, 'root', 'result', 120, 900),
	(4, 'k4', 0, '{}', '{}', 'add', '{"verb":"add"}', '', 'posted', 1, 'root', 'result', 130, 900),
	(5, 'k5', 0, '{}', '{}', 'remove', '{"verb":"remove"}', '', 'accepted', 1, 'root', '', 140, NULL);
INSERT INTO change (entry, position, group_id, state, plan, outcome, settled_at) VALUES
	(1, 0, '@TGS#a6I4ZUUGO', 'done', '{}', '{"status":"Done","made":[{"user":"user3","admin":true,"at":"2026-11-20T10:00:00Z"}]}', 300),
	(2, 0, '@TGS#a6I4ZUUGO', 'done', '{}', '{"status":"Done","made":[{"user":"user1","at":"2026-11-20T10:00:00Z"}]}', 200),
	(3, 0, '@TGS#a6I4ZUUGO', 'done', '{}', '{"status":"Done","made":[{"user":"user1","admin":true,"at":"2026-11-20T10:00:00Z"},{"user":"user2","admin":true,"at":"2026-11-20T10:00:00Z"}]}', 400),
	(4, 0, '@TGS#a6I4ZUUGO', 'done', '{}', '{"status":"Done","made":[{"user":"user2","at":"2026-11-20T10:00:00Z"}]}', 400),
	(5, 0, '@TGS#a6I4ZUUGO', 'waiting', NULL, NULL, NULL),
	(5, 1, '@TGS#aSUN', 'planned', '{"known":true}', NULL, NULL);
INSERT INTO grants (group_id, user_id, until, length, entry, due, tries) VALUES
	('@TGS#a6I4ZUUGO', 'user1', 4000000000000000, 3600000000, 3, 4000000000000000, 0);
INSERT INTO audit (number, key, at, what, caller, platform, channel, thread, verb, group_id, users, asked, outcome, detail) VALUES
	(1, 'k1', 100, 'accepted', 'slack:user:U0ALICE', 'slack', 'slack:C1', '', 'add', '', '[]', 'add x y', 'Working', 'ALLOWLIST'),
	(1, NULL, 300, 'outcome', 'slack:user:U0ALICE', 'slack', 'slack:C1', '', 'add', '@TGS#a6I4ZUUGO', '["user1"]', '', 'Done', ''),
	(6, 'k6', 150, 'refused', 'slack:user:U0MALLORY', 'slack', 'slack:C1', '', 'add', '', '[]', 'add x y', 'Refused', 'no rule');
`

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
