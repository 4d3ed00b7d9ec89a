package app

import (
	"database/sql"
	"path/filepath"
	"testing"

	"liveadmin/bot"
	"liveadmin/bot/journal"
	"liveadmin/commands"
)

// TestDamagedRecordIsSaid: /readyz names what cannot be read, and stays ready.
func TestDamagedRecordIsSaid(t *testing.T) {
	file := filepath.Join(t.TempDir(), "journal.db")
	record, err := journal.Open(t.Context(), "sqlite://"+file, 1400000000)
	if err != nil {
		t.Fatal(err)
	}
	defer record.Close()
	check := intact(record)
	if ready, reason := check.State(t.Context()); !ready || reason != "" {
		t.Errorf("at first: %v, %q", ready, reason)
	}
	e := bot.Entry{Key: "k", Command: commands.Command{Verb: commands.Add}, Changes: []bot.Change{{Group: "g"}}}
	if _, _, err := record.Accept(t.Context(), e, bot.Record{Event: bot.WasAccepted}, nil); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", "file:"+file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), `UPDATE entry SET command = '{'`); err != nil {
		t.Fatal(err)
	}
	if _, err := record.Claim(t.Context(), nil); err == nil {
		t.Error("what is damaged was claimed without an error")
	}
	if ready, reason := check.State(t.Context()); !ready || reason != "damaged, and left out: #1" {
		t.Errorf("with a damaged entry: %v, %q", ready, reason)
	}
}
