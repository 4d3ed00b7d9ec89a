package cli

import (
	"encoding/csv"
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"liveadmin/bot"
	"liveadmin/commands"
	"liveadmin/imapi"
)

// TestHistoryCSV: a line for each row of the audit trail, under a header, with what the JSON
// has.
func TestHistoryCSV(t *testing.T) {
	environ, _ := recorded(t)
	got := call(t, environ, "", "history", "--csv")
	if got.code != ExitOK || got.err != "" || strings.Contains(got.out, "\x1b") || strings.Count(got.out, "\n") != strings.Count(got.out, "\r\n") {
		t.Errorf("got %+v", got)
	}
	lines, err := csv.NewReader(strings.NewReader(got.out)).ReadAll()
	if err != nil || !slices.Equal(lines[0], columns) {
		t.Fatalf("%v in\n%s", err, got.out)
	}
	var want [][]string
	for line := range strings.Lines(call(t, environ, "", "history", "--json").out) {
		var s story
		if err := json.Unmarshal([]byte(line), &s); err != nil {
			t.Fatal(err)
		}
		for _, r := range s.Rows {
			at := r.At.Format(time.RFC3339Nano)
			if r.Event == bot.WasAccepted {
				want = append(want, []string{strconv.FormatInt(s.Number, 10), at, "accepted", "slack:user:U0ALICE", "slack", "slack:C1", "", "add",
					"add @TGS#aRECORDED user1\\x1b[2J", "", "", "working", ""})
			} else {
				want = append(want, []string{strconv.FormatInt(s.Number, 10), at, "outcome", "slack:user:U0ALICE", "slack", "slack:C1", "", "add",
					"add @TGS#aRECORDED user1\\x1b[2J", "'@TGS#aRECORDED", "user1", "done", ""})
			}
		}
	}
	if !reflect.DeepEqual(lines[1:], want) || len(want) != 3 {
		t.Errorf("got\n%q\nwant\n%q", lines[1:], want)
	}
	if got := call(t, environ, "", "history", "--csv", "#1"); strings.Count(got.out, "\n") != 3 {
		t.Errorf("one entry: %+v", got)
	}
	if got := call(t, environ, "", "history", "--csv", "@TGS#aOTHER"); got.out != strings.Join(columns, ",")+"\r\n" || got.err != "Nothing is on record.\n" {
		t.Errorf("nothing found: %+v", got)
	}
}

// TestColumns: the columns are the keys of the JSON.
func TestColumns(t *testing.T) {
	var keys []string
	for _, of := range []reflect.Type{reflect.TypeFor[story](), reflect.TypeFor[row]()} {
		for i := range of.NumField() {
			key, _, _ := strings.Cut(of.Field(i).Tag.Get("json"), ",")
			if key != "rows" && !slices.Contains(keys, key) {
				keys = append(keys, key)
			}
		}
	}
	slices.Sort(keys)
	if got := slices.Sorted(slices.Values(columns)); !slices.Equal(got, keys) {
		t.Errorf("got %q, want %q", got, keys)
	}
}

// TestCells: what a spreadsheet would calculate is a text, and what people typed is read as
// they typed it.
func TestCells(t *testing.T) {
	for typed, want := range map[string]string{
		"":                             "",
		"add friday-show minho":        "add friday-show minho",
		`add a "b, c"`:                 `add a "b, c"`,
		"=HYPERLINK(1)":                "'=HYPERLINK(1)",
		"+1":                           "'+1",
		"-1":                           "'-1",
		"@SUM(A1)":                     "'@SUM(A1)",
		"\tadd":                        "'\tadd",
		"\r\nadd":                      "'\\r\nadd",
		"add a\tb\n\nc\t\n":            "add a\tb\n\nc\t\n",
		"a=1 민호 👩\u200d🚀":              "a=1 민호 👩\u200d🚀",
		"add \x1b[2J\u202eevil\xff":    "add \\x1b[2J\\u202eevil\uFFFD",
		"'=1 is a text already in CSV": "'=1 is a text already in CSV",
	} {
		if got := cell(typed); got != want {
			t.Errorf("%q becomes %q, want %q", typed, got, want)
		}
	}
	first := bot.Record{Number: 7, Text: "=1", Verb: commands.Add, Place: commands.Place{Platform: "slack", Channel: "slack:C1", Thread: "1.2"}}
	second := bot.Record{Number: 7, Event: bot.WasSettled, Caller: "=2", Group: "+3", Users: []imapi.UserID{"-4", "u5"}, Outcome: commands.Failed, Detail: "@6"}
	want := []string{"7", "0001-01-01T00:00:00Z", "outcome", "'=2", "slack", "slack:C1", "1.2", "add", "'=1", "'+3", "'-4 u5", "failed", "'@6"}
	if got := cells(first, second); !slices.Equal(got, want) || len(got) != len(columns) {
		t.Errorf("got %q, want %q", got, want)
	}
}
