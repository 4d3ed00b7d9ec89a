package cli

import (
	"context"
	"database/sql"
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/journal"
	"liveadmin/commands"
	"liveadmin/commands/words"
	"liveadmin/imapi"
)

// recorded makes a journal with two entries, the first of them done with a limit that
// counts, and returns the settings with which the operator's commands find it.
func recorded(t *testing.T) (environ []string, file string) {
	t.Helper()
	file = filepath.Join(t.TempDir(), "live.db")
	record, err := journal.Open(t.Context(), "sqlite://"+file, 1400000000, journal.WithLogger(slog.New(slog.DiscardHandler)))
	if err != nil {
		t.Fatal(err)
	}
	defer record.Close()
	for _, key := range []string{"done", "open"} {
		e := recordedEntry(t, record, key)
		if key == "open" {
			break
		}
		c := e.Changes[0]
		c.Plan = &commands.Plan{Grants: []commands.Grant{{Group: c.Group, User: "user1", Until: time.Now().Add(time.Hour), Length: time.Hour, Entry: e.Number}}}
		if err := record.Plan(t.Context(), e, c); err != nil {
			t.Fatal(err)
		}
		c.Outcome = &commands.Outcome{Status: commands.Done, Grants: c.Plan.Grants}
		if _, err := record.Settle(t.Context(), e, c, bot.Record{Event: bot.WasSettled, Caller: e.Caller.Ref, Users: []imapi.UserID{"user1"}, Outcome: commands.Done}); err != nil {
			t.Fatal(err)
		}
		if err := record.Post(t.Context(), e, "posted"); err != nil {
			t.Fatal(err)
		}
	}
	return []string{
		"IM_SDKAPPID=1400000000", "IM_SECRET_KEY=canary-of-records", "IM_BASE_URL=http://127.0.0.1:9", "DATABASE_URL=sqlite://" + file,
	}, file
}

func recordedEntry(t *testing.T, record *journal.Journal, key string) bot.Entry {
	t.Helper()
	cmd := commands.Command{Verb: commands.Add, Target: commands.Target{Groups: []imapi.GroupID{"@TGS#aRECORDED"}}, Users: []commands.Person{{ID: "user1"}}}
	e, _, err := record.Accept(t.Context(), bot.Entry{
		Key: key, Caller: commands.Caller{Ref: "slack:user:U0ALICE"}, Place: commands.Place{Platform: "slack", Channel: "slack:C1"}, Command: cmd,
		Changes: []bot.Change{{Group: "@TGS#aRECORDED"}},
	}, bot.Record{
		Event: bot.WasAccepted, Caller: "slack:user:U0ALICE", Place: commands.Place{Platform: "slack", Channel: "slack:C1"}, Verb: commands.Add,
		Groups: cmd.Target.Groups, Text: "add @TGS#aRECORDED user1\x1b[2J", Outcome: commands.Working,
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// TestHistoryCommand shows the audit trail beside a running bot.
func TestHistoryCommand(t *testing.T) {
	environ, file := recorded(t)
	running, err := journal.Open(context.Background(), "sqlite://"+file, 1400000000)
	if err != nil {
		t.Fatal(err)
	}
	defer running.Close()
	for _, test := range []struct {
		name string
		args []string
		want []string // the numbers
	}{
		{"everything", nil, []string{"#2", "#1"}},
		{"a number", []string{"#1"}, []string{"#1"}},
		{"a group", []string{"@TGS#aRECORDED"}, []string{"#2", "#1"}},
		{"another group", []string{"@TGS#aOTHER"}, nil},
		{"a caller", []string{"slack:user:U0ALICE", "--since", "21d"}, []string{"#2", "#1"}},
		{"in the future", []string{"--since=1d", "--until", "2020-01-01"}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := call(t, environ, "", append([]string{"history"}, test.args...)...)
			var numbers []string
			for line := range strings.Lines(got.out) {
				if strings.HasPrefix(line, "#") {
					numbers = append(numbers, strings.Fields(line)[0])
				}
			}
			if got.code != ExitOK || !slices.Equal(numbers, test.want) || strings.Contains(got.out, "\x1b") {
				t.Errorf("got %+v, want %q", got, test.want)
			}
		})
	}
	if got := call(t, environ, "", "history", "@TGS#aOTHER"); got.code != ExitOK || got.err != "Nothing is on record.\n" {
		t.Errorf("nothing found: got %+v", got)
	}
	for _, filter := range []string{"@minho", "#0", "a\u200bb", strings.Repeat("a", 49)} {
		if got := call(t, environ, "", "history", filter); got.code != ExitUsage || got.out != "" || strings.Contains(got.err, "You typed") {
			t.Errorf("%q: got %+v", filter, got)
		}
	}
	got := call(t, environ, "", "history", "--json", "#1")
	var entry struct {
		Number  int
		Caller  string
		Outcome string
		Rows    []struct{ What string }
	}
	if err := json.Unmarshal([]byte(got.out), &entry); err != nil || entry.Number != 1 || entry.Outcome != "done" || len(entry.Rows) != 2 {
		t.Errorf("got %+v: %v", got, err)
	}
}

// TestHistoryWithBrokenRules: while the config file is broken, the history can be read, but for
// names.
func TestHistoryWithBrokenRules(t *testing.T) {
	environ, _ := recorded(t)
	file := filepath.Join(t.TempDir(), "rules.yaml")
	if err := os.WriteFile(file, []byte("groups: ["), 0o600); err != nil {
		t.Fatal(err)
	}
	environ = append(environ, "LIVEADMIN_CONFIG="+file)
	for _, args := range [][]string{{"history"}, {"history", "#1"}, {"history", "--json", "--since", "1d"}} {
		if got := call(t, environ, "", args...); got.code != ExitOK || got.out == "" {
			t.Errorf("%q: got %+v", args, got)
		}
	}
	if got := call(t, environ, "", "history", "friday-show"); got.code != ExitUsage || !strings.Contains(got.err, file+":1:") {
		t.Errorf("a name: got %+v", got)
	}
}

// TestOpenCommand lists what is open and the ends to come, and closes them.
func TestOpenCommand(t *testing.T) {
	environ, _ := recorded(t)
	listed := "Accepted and not closed: 1\n  #2  "
	if got := call(t, environ, "", "open"); got.code != ExitOK || !strings.HasPrefix(got.out, listed) || !strings.Contains(got.out, "Ends to come: 1\n  #1  ") {
		t.Errorf("got %+v", got)
	}
	if got := call(t, environ, "", "open", "--drop", "7"); got.code != ExitFailed || !strings.Contains(got.err, "7") {
		t.Errorf("an unknown number: got %+v", got)
	}
	if got := call(t, environ, "", "open", "--drop", "1", "7"); got.code != ExitFailed || !strings.Contains(got.err, "7") {
		t.Errorf("an unknown number beside another: got %+v", got)
	}
	if got := call(t, environ, "", "open", "--drop", "#1", "--drop", "2"); got.code != ExitOK || got.out != "Closed without carrying out: 1\nEnds forgotten: 1\n" {
		t.Errorf("got %+v", got)
	}
	if got := call(t, environ, "", "open"); got.out != "Accepted and not closed: 0\nEnds to come: 0\n" {
		t.Errorf("got %+v", got)
	}
	if got := call(t, environ, "", "history", "#2"); !strings.Contains(got.out, "dropped") || !strings.Contains(got.out, "failed\n    ") {
		t.Errorf("it was not audited: %+v", got)
	}
}

// TestDropOfNothing: where there is no database, as with a slip in its name, none is made.
func TestDropOfNothing(t *testing.T) {
	environ, _ := recorded(t)
	file := filepath.Join(t.TempDir(), "slip.db")
	got := call(t, append(environ, "DATABASE_URL=sqlite://"+file), "", "open", "--drop", "all")
	if got.code != ExitFailed || got.out != "" || !strings.Contains(got.err, "slip.db") {
		t.Errorf("got %+v", got)
	}
	if _, err := os.Stat(file); err == nil {
		t.Error("it was made")
	}
}

// TestDropWhileRunning: what a bot carries is not closed under its feet.
func TestDropWhileRunning(t *testing.T) {
	environ, file := recorded(t)
	running, err := journal.Open(context.Background(), "sqlite://"+file, 1400000000)
	if err != nil {
		t.Fatal(err)
	}
	defer running.Close()
	if got := call(t, environ, "", "open", "--drop", "all"); got.code != ExitFailed || !strings.Contains(got.err, "another liveadmin uses") {
		t.Errorf("got %+v", got)
	}
}

// TestOpenRestored: a copy made beside a running bot is opened, looked at and cleaned
// before the first start.
func TestOpenRestored(t *testing.T) {
	environ, file := recorded(t)
	running, err := journal.Open(context.Background(), "sqlite://"+file, 1400000000)
	if err != nil {
		t.Fatal(err)
	}
	backup := filepath.Join(t.TempDir(), "backup.db")
	db, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), "VACUUM INTO ?", backup); err != nil {
		t.Fatal(err)
	}
	db.Close()
	running.Close()

	environ = append(environ, "DATABASE_URL=sqlite://"+backup)
	if got := call(t, environ, "", "open"); !strings.Contains(got.out, "Accepted and not closed: 1\n") || !strings.Contains(got.out, "Ends to come: 1\n") {
		t.Errorf("the copy: %+v", got)
	}
	if got := call(t, environ, "", "open", "--drop", "all"); got.code != ExitOK || got.out != "Closed without carrying out: 1\nEnds forgotten: 1\n" {
		t.Errorf("got %+v", got)
	}
	restored, err := journal.Open(t.Context(), "sqlite://"+backup, 1400000000)
	if err != nil {
		t.Fatal(err)
	}
	defer restored.Close()
	if left, err := restored.Claim(t.Context(), nil); err != nil || len(left) > 0 {
		t.Errorf("the first start takes up %+v, %v", left, err)
	}
}

// TestNewerDatabase: the database of a newer version is refused.
func TestNewerDatabase(t *testing.T) {
	environ, file := recorded(t)
	db, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), "UPDATE meta SET value = '99' WHERE name = 'schema'"); err != nil {
		t.Fatal(err)
	}
	db.Close()
	for _, args := range [][]string{{"history"}, {"open"}, {"open", "--drop", "all"}} {
		if got := call(t, environ, "", args...); got.code != ExitUsage || !strings.Contains(got.err, "was made by a newer liveadmin (schema 99") {
			t.Errorf("%q: got %+v", args, got)
		}
	}
}

// TestRemedies: the operator reads what to do about a failed change under its row.
func TestRemedies(t *testing.T) {
	for _, test := range []struct {
		record bot.Record
		want   string
	}{
		{bot.Record{Event: bot.WasSettled, Detail: "10010 not found"}, "Check the group ID in the console."},
		{bot.Record{Event: bot.WasSettled, Detail: "60010 auth"}, "IM_IDENTIFIER"},
		{bot.Record{Event: bot.WasSettled, Detail: "transient"}, "check the network"},
		{bot.Record{Event: bot.WasSettled}, ""},
		{bot.Record{Event: bot.WasAccepted, Detail: "ALLOWLIST"}, ""},
	} {
		if got := remedyOf(test.record); !strings.Contains(got, test.want) || (got == "") != (test.want == "") {
			t.Errorf("%+v: %q", test.record, got)
		}
	}
}

// TestRecordsOfRequests: history and open show both persons of a request, and open when one
// closes that waits.
func TestRecordsOfRequests(t *testing.T) {
	file := filepath.Join(t.TempDir(), "live.db")
	record, err := journal.Open(t.Context(), "sqlite://"+file, 1400000000, journal.WithLogger(slog.New(slog.DiscardHandler)))
	if err != nil {
		t.Fatal(err)
	}
	defer record.Close()
	expires := time.Now().Add(time.Hour)
	for _, state := range []bot.State{bot.Asked, bot.Accepted, bot.Denied} {
		e, _, err := record.Accept(t.Context(), bot.Entry{
			Key: string(state), Caller: commands.Caller{Ref: "slack:user:U0BOB"}, Place: commands.Place{Platform: "slack"},
			Command: commands.Command{Verb: commands.Add, Target: commands.Target{Groups: []imapi.GroupID{"@TGS#a"}}, Users: []commands.Person{{ID: "user1"}}},
			Request: &bot.Request{Approvers: [][]string{{"slack:usergroup:S0LEADS"}}, Expires: expires},
		}, bot.Record{Event: bot.WasAsked, Caller: "slack:user:U0BOB", Verb: commands.Add, Groups: []imapi.GroupID{"@TGS#a"}, Text: "add @TGS#a user1", Outcome: commands.Asked}, nil)
		if err == nil {
			err = record.Requested(t.Context(), e, "request")
		}
		if err == nil && state != bot.Asked {
			_, err = record.Decide(t.Context(), e, bot.Decision{State: state, By: "slack:user:U0ALICE"}, bot.Record{Caller: "slack:user:U0ALICE", Verb: commands.Add, Detail: "rule 2"}, nil)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	environ := []string{
		"IM_SDKAPPID=1400000000", "IM_SECRET_KEY=canary-of-records", "IM_BASE_URL=http://127.0.0.1:9", "DATABASE_URL=sqlite://" + file,
	}
	for _, test := range []struct {
		args []string
		want []string
	}{
		{[]string{"history"}, []string{"slack:user:U0BOB    /liveadmin add @TGS#a user1  asked", "slack:user:U0BOB (approved by slack:user:U0ALICE)", "slack:user:U0BOB (denied by slack:user:U0ALICE)"}},
		{[]string{"history", "#4"}, []string{"asked  slack:user:U0BOB", "denied  slack:user:U0ALICE", "rule 2"}},
		{[]string{"history", "--json", "#2"}, []string{`"what":"approved","caller":"slack:user:U0ALICE"`, `"detail":"rule 2"`}},
		{[]string{"open"}, []string{
			"slack:user:U0BOB  asked  /liveadmin add @TGS#a user1\n      waits until " + words.UTC(expires) + " for the approval of slack:usergroup:S0LEADS",
			"slack:user:U0BOB (approved by slack:user:U0ALICE)  accepted",
		}},
	} {
		got := call(t, environ, "", test.args...)
		for _, want := range test.want {
			if !strings.Contains(got.out, want) {
				t.Errorf("%q: no %q in\n%s%s", test.args, want, got.out, got.err)
			}
		}
	}
}
