package fakeslack

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// The limits of a table (Slack's reference "Table block").
const (
	maxTableRows    = 100
	maxTableColumns = 20
	maxTableText    = 10_000 // of all cells together
)

// tableCell is a cell: raw_text, or rich_text.
type tableCell struct {
	Type     string            `json:"type"`
	Text     *string           `json:"text"`
	Elements []json.RawMessage `json:"elements"`
}

// tableColumn says how a column is shown.
type tableColumn struct {
	Align   *string `json:"align"`
	Wrapped *bool   `json:"is_wrapped"`
}

func (b block) checkTable() error {
	if n := len(b.Rows); n < 1 || n > maxTableRows {
		return fmt.Errorf("a table of %d rows, want 1 to %d", n, maxTableRows)
	}
	if len(b.Columns) > maxTableColumns {
		return fmt.Errorf("%d column_settings, more than %d", len(b.Columns), maxTableColumns)
	}
	for _, c := range b.Columns {
		if c.Align != nil && !slices.Contains([]string{"left", "center", "right"}, *c.Align) {
			return fmt.Errorf("align is %q", *c.Align)
		}
	}
	all := 0
	for _, row := range b.Rows {
		if n := len(row); n < 1 || n > maxTableColumns {
			return fmt.Errorf("a row of %d cells, want 1 to %d", n, maxTableColumns)
		}
		for _, c := range row {
			if err := c.check(); err != nil {
				return err
			}
			if c.Text != nil {
				all += size(*c.Text)
			}
		}
	}
	if all > maxTableText {
		return fmt.Errorf("a table of %d characters, more than %d", all, maxTableText)
	}
	return nil
}

func (c tableCell) check() error {
	switch c.Type {
	case "raw_text":
		if c.Elements != nil || c.Text == nil || *c.Text == "" {
			return errors.New("a raw_text needs text and has nothing else")
		}
		return nil
	case "rich_text":
		if c.Text != nil {
			return errors.New("a rich_text has no text")
		}
		return block{Elements: c.Elements}.checkRichText()
	}
	return fmt.Errorf("unsupported type of a cell: %s", c.Type)
}

// plainRows is a table as it is seen, a line for each row.
func (s *Server) plainRows(rows [][]shownText) string {
	var lines []string
	for _, row := range rows {
		var cells []string
		for _, c := range row {
			if c.Type == "rich_text" {
				cells = append(cells, strings.Join(s.richLines(c.Elements), " "))
				continue
			}
			cells = append(cells, c.words())
		}
		lines = append(lines, strings.Join(cells, " | "))
	}
	return strings.Join(lines, "\n")
}
