package e2e

import (
	"database/sql"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"liveadmin/bot/e2e/harness"
	"liveadmin/bot/journal/journaltest"
	"liveadmin/imapi/simulator"
)

var released = flag.String("released", "", "VERSION=FILE: the program of a release, from which TestReleased makes the files of TestUpgrade")

// TestReleased keeps what the program of a release leaves behind for TestUpgrade:
//
//	go test ./bot/e2e -run TestReleased -released 2.0.0=/path/to/liveadmin
func TestReleased(t *testing.T) {
	version, program, given := strings.Cut(*released, "=")
	if !given {
		t.Skip("no -released")
	}
	folder := filepath.Join(upgrades, version)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}

	l := harness.NewInSlack(t, false)
	leaves(t, l, program, filepath.Join(folder, "sqlite.json"))
	file := filepath.Join(l.Dir, "liveadmin.db")
	db, err := sql.Open("sqlite", "file:"+file)
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.ExecContext(t.Context(), `PRAGMA wal_checkpoint(TRUNCATE)`)
	if err == nil {
		err = db.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(folder, "sqlite.journal"), []byte(read(t, file)))

	url := journaltest.Postgres(t)
	l = harness.NewInSlack(t, false)
	l.Env = append(l.Env, "DATABASE_URL="+url)
	leaves(t, l, program, filepath.Join(folder, "postgres.json"))
	dump, err := exec.CommandContext(t.Context(), "pg_dump", "--no-owner", "--no-privileges", "--inserts", url).Output()
	if err != nil {
		t.Fatal(err)
	}
	// What a newer pg_dump writes for psql alone.
	dump = regexp.MustCompile(`(?m)^\\.*\n`).ReplaceAll(dump, nil)
	write(t, filepath.Join(folder, "postgres.sql"), dump)
}

// leaves has a program do its work, kills it in the middle, and keeps what is outside.
func leaves(t *testing.T, l *harness.InSlack, program, keep string) {
	t.Helper()
	for _, user := range []string{"user2", "user3", "user4"} {
		l.API.AddAccount(user, "")
	}
	cmd := exec.CommandContext(t.Context(), program)
	cmd.Dir, cmd.Env = l.Dir, l.Env
	l.Begin(cmd)
	l.Until("ready", func() bool { return l.Get("/readyz") == 200 })

	for i, text := range []string{" user1", " user2 --for 30d", " user4 --for 90s"} {
		l.Command("add "+upgradeShow+text, fmt.Sprintf("(%d of 5)", i+1))
	}
	l.Whispered("U0MALLORY", "remove "+upgradeShow+" user1", "not allowed")
	if err := l.API.Inject(simulator.Fault{Kind: simulator.Hang, Command: "modify_admin", Times: -1}); err != nil {
		t.Fatal(err)
	}
	calls := len(l.API.Calls())
	for _, text := range []string{"add " + upgradeShow + " user3", "remove " + upgradeShow + " user1"} {
		if _, err := l.Slack.Slash("U0ALICE", upgradeRoom, text).Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		l.Until("in the channel: "+text, func() bool {
			messages := l.Slack.Messages(upgradeRoom)
			verb, user, _ := strings.Cut(text, " "+upgradeShow+" ")
			return strings.Contains(l.Slack.Plain(messages[len(messages)-1]), verb+" "+user)
		})
	}
	l.Until("waiting for Tencent", func() bool { return len(l.API.Calls()) >= calls+2 })
	time.Sleep(time.Second) // until it is on record where the messages are
	if err := l.Cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = l.Cmd.Wait()

	left := outside{Admins: l.API.Admins(upgradeShow), Messages: l.Slack.Messages(upgradeRoom)}
	text, err := json.MarshalIndent(left, "", "\t")
	if err != nil {
		t.Fatal(err)
	}
	write(t, keep, append(text, '\n'))
}

func write(t *testing.T, file string, text []byte) {
	t.Helper()
	if err := os.WriteFile(file, text, 0o644); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
