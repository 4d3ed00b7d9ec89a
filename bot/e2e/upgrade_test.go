package e2e

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"liveadmin/bot/bottest/fakeslack"
	"liveadmin/bot/e2e/harness"
	"liveadmin/bot/journal/journaltest"
)

const (
	upgrades    = "testdata/upgrade" // a folder for each release, which TestReleased has made
	upgradeShow = "@TGS#a6I4ZUUGO"
	upgradeRoom = "C0SHOW"
)

// outside is what was outside of a released program when it was killed.
type outside struct {
	Admins   []string
	Messages []fakeslack.Message
}

// TestUpgrade: what the program of each release has left behind, killed in the middle of its
// work, is opened by this one, which goes on with it two minutes later.
func TestUpgrade(t *testing.T) {
	t.Parallel()
	releases, err := os.ReadDir(upgrades)
	if err != nil || len(releases) == 0 {
		t.Fatalf("no release in %s: %v", upgrades, err)
	}
	for _, release := range releases {
		folder := filepath.Join(upgrades, release.Name())
		t.Run(release.Name()+"/SQLite", func(t *testing.T) {
			t.Parallel()
			l := harness.NewInSlack(t, false)
			text, err := os.ReadFile(filepath.Join(folder, "sqlite.journal"))
			file := filepath.Join(l.Dir, "liveadmin.db")
			if err == nil {
				err = os.WriteFile(file, text, 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
			recent(t, "sqlite", "file:"+file)
			goesOn(t, l, filepath.Join(folder, "sqlite.json"))
		})
		t.Run(release.Name()+"/PostgreSQL", func(t *testing.T) {
			t.Parallel()
			url := journaltest.Postgres(t)
			l := harness.NewInSlack(t, false)
			l.Env = append(l.Env, "DATABASE_URL="+url)
			restore(t, url, filepath.Join(folder, "postgres.sql"))
			recent(t, "pgx", url)
			goesOn(t, l, filepath.Join(folder, "postgres.json"))
		})
	}
}

// restore runs what pg_dump has written.
func restore(t *testing.T, url, file string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(t.Context())) }()
	if _, err := conn.PgConn().Exec(t.Context(), string(text)).ReadAll(); err != nil {
		t.Fatal(err)
	}
}

// recent moves the times on record, so that the program was killed two minutes ago.
func recent(t *testing.T, driver, source string) {
	t.Helper()
	db, err := sql.Open(driver, source)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var last int64 // in microseconds, as all of them
	if err := db.QueryRowContext(t.Context(), `SELECT max(at) FROM audit`).Scan(&last); err != nil {
		t.Fatal(err)
	}
	later := time.Since(time.UnixMicro(last)).Microseconds() - (2 * time.Minute).Microseconds()
	for _, move := range []string{
		`UPDATE entry SET accepted_at = accepted_at + $1, closed_at = closed_at + $1`,
		`UPDATE change SET settled_at = settled_at + $1`,
		`UPDATE grants SET until = until + $1, due = due + $1`,
	} {
		if _, err := db.ExecContext(t.Context(), move, later); err != nil {
			t.Fatal(err)
		}
	}
}

// goesOn starts the program on what a release has left behind: what was open is carried out
// and answered in its thread, what has expired is taken away, its buttons work, and its
// history is there.
func goesOn(t *testing.T, l *harness.InSlack, kept string) {
	t.Helper()
	var left outside
	text, err := os.ReadFile(kept)
	if err == nil {
		err = json.Unmarshal(text, &left)
	}
	if err == nil {
		err = l.API.SetAdmins(upgradeShow, left.Admins)
	}
	if err != nil {
		t.Fatal(err)
	}
	l.Slack.Restore(upgradeRoom, left.Messages)
	roots := slices.DeleteFunc(slices.Clone(left.Messages), func(m fakeslack.Message) bool { return m.ThreadTS != "" })
	for _, user := range []string{"user2", "user3", "user4"} {
		l.API.AddAccount(user, "")
	}
	l.Start()
	for i, want := range map[int]string{2: "expired", 3: "user3: added", 4: "user1: removed"} {
		l.Until(fmt.Sprintf("answered with %q", want), func() bool {
			return slices.ContainsFunc(l.Slack.Thread(upgradeRoom, roots[i].TS), func(m fakeslack.Message) bool {
				return m.ThreadTS != "" && strings.Contains(l.Slack.Plain(m), want)
			})
		})
	}
	l.Until("as it was asked", func() bool { return slices.Equal(l.API.Admins(upgradeShow), []string{"user2", "user3"}) })

	thread := l.Slack.Thread(upgradeRoom, roots[1].TS)
	result := thread[len(thread)-1]
	undo := regexp.MustCompile(`"action_id":\s*"([^"]*undo[^"]*)"`).FindSubmatch(result.Blocks)
	if undo == nil {
		t.Fatalf("no Undo in %s", result.Blocks)
	}
	l.Slack.Click("U0ALICE", result, string(undo[1]))
	l.Until("undone", func() bool { return slices.Equal(l.API.Admins(upgradeShow), []string{"user3"}) })

	l.Until("all done", func() bool {
		out, err := harness.Program(t, l.Dir, l.Env, "open").Output()
		return err == nil && !strings.Contains(string(out), "accepted")
	})
	history, err := harness.Program(t, l.Dir, l.Env, "history", "--json").Output()
	if err != nil {
		t.Fatal(err)
	}
	outcomes := make(map[string]int)
	for line := range strings.Lines(string(history)) {
		var entry struct{ Outcome string }
		if err := json.Unmarshal([]byte(line), &entry); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		outcomes[entry.Outcome]++
	}
	// Five that were added or removed, one that expired, one undone; mallory.
	if outcomes["done"] != 7 || outcomes["refused"] != 1 || len(outcomes) != 2 {
		t.Errorf("the history has %v in\n%s", outcomes, history)
	}
	if code := l.Get("/readyz"); code != http.StatusOK {
		t.Errorf("/readyz is %d", code)
	}
	l.Stop()
}
