package slack

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"liveadmin/bot/bottest/fakeslack"
	"liveadmin/commands/words"
)

// ofGroups is a result of so many groups, whose details have so many bytes each.
func ofGroups(n, details int) words.Message {
	m := words.Message{
		Entry: 42, Columns: []string{"Group", "Result", "Details", "Seats"},
		Lines:   []words.Line{{Style: words.Head, Text: spans(plainSpan("weekend: done"))}},
		Actions: []words.Action{{Name: "undo", Label: "Undo", Entry: 42}},
	}
	for i := range n {
		what := plainSpan(strings.Repeat("名", details/len("名")))
		m.Lines = append(m.Lines, words.Line{
			Style: words.Item, Text: spans(codeSpan("g"), what),
			Cells: []words.Text{spans(codeSpan(fmt.Sprintf("show-%d", i))), spans(plainSpan("✅ Done")), spans(what), nil},
		})
	}
	m.Lines = append(m.Lines, words.Line{Style: words.Body, Text: spans(plainSpan("Reason: a show"))})
	return m
}

// TestTable: the result of several groups is a table, with what is said before and after it.
func TestTable(t *testing.T) {
	m := ofGroups(2, 3)
	m.Lines[1].Cells[2] = spans(plainSpan("<!here> *a* `b`\u202e"), words.Span{Kind: words.Account, Text: "slack:user:U1"})
	all := pages(m, true)
	if len(all) != 1 {
		t.Fatalf("%d pages", len(all))
	}
	blocks, err := json.Marshal(all[0].rich)
	if err != nil {
		t.Fatal(err)
	}
	cell := func(s string) string { return `{"type":"raw_text","text":` + s + `}` }
	row := func(cells ...string) string { return "[" + strings.Join(cells, ",") + "]" }
	line := func(s string) string {
		return `{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"` + s + `"}]}]}`
	}
	column := `{"align":"left","is_wrapped":true}`
	want := "[" + line("weekend: done") + `,{"type":"table","rows":[` + strings.Join([]string{
		row(cell(`"Group"`), cell(`"Result"`), cell(`"Details"`), cell(`"Seats"`)),
		row(cell(`"show-0"`), cell(`"✅ Done"`), cell(`"\u003c!here\u003e *a* `+"`b`"+`\\u202e@U1"`), cell(`"–"`)),
		row(cell(`"show-1"`), cell(`"✅ Done"`), cell(`"名"`), cell(`"–"`)),
	}, ",") + `],"column_settings":[` + strings.Repeat(column+",", 3) + column + `]},` + line("Reason: a show") + "]"
	if string(blocks) != want {
		t.Errorf("got\n%s\nwant\n%s", blocks, want)
	}
	if refused := fakeslack.CheckBlocks(blocks); refused != "" {
		t.Error(refused)
	}
	if plain, _ := json.Marshal(all[0].plain); strings.Contains(string(plain), "table") {
		t.Errorf("the plain sections are %s", plain)
	}
	if !strings.Contains(all[0].spoken, "\n• g名\n") {
		t.Errorf("notifications and screen readers have %q", all[0].spoken)
	}
}

// TestLargestTable: what is too much for a table is a list, and a click on a button under the
// largest one is not too much for the HTTP mode.
func TestLargestTable(t *testing.T) {
	for _, tc := range []struct {
		groups, details int
		table           bool
	}{
		{99, 60, true}, {100, 3, false}, {60, 120, true}, {60, 180, false}, {3, 4000, false},
	} {
		all := pages(ofGroups(tc.groups, tc.details), true)
		blocks, err := json.Marshal(all[0].asRichText().blocks)
		if err != nil {
			t.Fatal(err)
		}
		if has := strings.Contains(string(blocks), `"table"`); has != tc.table {
			t.Errorf("%d groups of %d bytes: it is a table: %v", tc.groups, tc.details, has)
		}
		if refused := fakeslack.CheckBlocks(blocks); refused != "" {
			t.Errorf("%d groups of %d bytes: %s", tc.groups, tc.details, refused)
		}
		text, err := json.Marshal(all[0].spoken)
		if err != nil {
			t.Fatal(err)
		}
		payload := strings.Trim(strconv.QuoteToASCII(string(blocks)+string(text)), `"`) // Slack escapes what is not ASCII
		if n := len(url.QueryEscape(payload)); tc.table && n > (256-16)<<10 {
			t.Errorf("%d groups of %d bytes: a click has %d bytes", tc.groups, tc.details, n)
		}
	}
}
