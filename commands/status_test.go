package commands_test

import (
	"encoding/json"
	"testing"

	"liveadmin/commands"
)

// TestFirstEdition: what the first edition put on record for an outcome is read as its
// identifier, from JSON and from a column.
func TestFirstEdition(t *testing.T) {
	for stored, want := range map[string]commands.Status{
		"Working": "working", "Done": "done", "Done with a warning": "warned", "Nothing to change": "unchanged", "Partly": "partly",
		"Failed": "failed", "Unknown": "unknown", "Refused": "refused", "Mistaken": "mistaken", "Answered": "answered",
		"done": "done", "unchanged": "unchanged",
	} {
		var o commands.Outcome
		if err := json.Unmarshal([]byte(`{"status":"`+stored+`"}`), &o); err != nil || o.Status != want {
			t.Errorf("JSON: %q is read as %q, %v", stored, o.Status, err)
		}
		var s commands.Status
		if err := s.Scan(stored); err != nil || s != want {
			t.Errorf("a column: %q is read as %q, %v", stored, s, err)
		}
	}
	var s commands.Status
	if s.Scan(1) == nil {
		t.Error("a number is read as an outcome")
	}
}
