package cli

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"
	"time"

	"liveadmin/bot"
	"liveadmin/commands/words"
)

// columns are named as in the JSON. at, caller, outcome and what follows are of the row, the
// others of its entry.
var columns = []string{
	"number", "at", "what", "caller", "platform", "channel", "thread", "verb", "text", "group", "users", "outcome", "detail",
}

// writeCSV writes a line for each row of the audit trail, under a header, as RFC 4180 has it.
func writeCSV(out io.Writer, stories []bot.Story) error {
	w := csv.NewWriter(out)
	w.UseCRLF = true
	_ = w.Write(columns) // Error has it
	for _, s := range stories {
		for _, r := range s.Rows {
			_ = w.Write(cells(s.First, r))
		}
	}
	w.Flush()
	return w.Error()
}

// cells are the columns of a row of an entry, whose first row is given.
func cells(first, r bot.Record) []string {
	var users []string
	for _, u := range r.Users {
		users = append(users, string(u))
	}
	all := []string{
		strconv.FormatInt(first.Number, 10), r.At.Format(time.RFC3339Nano), string(r.Event), r.Caller, first.Place.Platform,
		first.Place.Channel, first.Place.Thread, string(first.Verb), first.Text, string(r.Group), strings.Join(users, " "),
		string(r.Outcome), r.Detail,
	}
	for i, text := range all {
		all[i] = cell(text)
	}
	return all
}

// cell makes a text safe for terminals, but for its tabs and line ends, and for spreadsheets:
// what they would calculate begins with an apostrophe.
func cell(text string) string {
	var b strings.Builder
	if text != "" && strings.ContainsRune("=+-@\t\r\n", rune(text[0])) {
		b.WriteByte('\'')
	}
	for part := range strings.SplitAfterSeq(text, "\t") {
		for line := range strings.Lines(part) {
			kept := strings.TrimRight(line, "\t\n")
			b.WriteString(words.Visible(kept) + line[len(kept):])
		}
	}
	return b.String()
}
