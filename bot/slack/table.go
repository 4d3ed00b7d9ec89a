package slack

import (
	"slices"

	slackgo "github.com/slack-go/slack"

	"liveadmin/commands/words"
)

// Slack's limits of a table, with room to spare; texts are measured in bytes, which are never
// fewer than Slack's characters.
const (
	mostRows     = 99   // of 100, with the head
	longestTable = 9000 // of 10,000 for all cells together, and what is around them
)

// table writes the rows among lines under their columns. Only text is in its cells, so that
// nothing in them is read as a mark. It is nil if there are no rows, or too many for one
// table: a message has one at most.
func table(columns []string, lines []words.Line) slackgo.Block {
	from, to := rows(lines)
	if len(columns) == 0 || from == to || to-from > mostRows {
		return nil
	}
	t := slackgo.NewTableBlock("")
	size := len(whole(slices.Concat(lines[:from], lines[to:]), noMark))
	add := func(cells []string) {
		row := make([]slackgo.TableCell, 0, len(cells))
		for _, c := range cells {
			if c == "" {
				c = "–" // an empty cell is refused
			}
			size += len(c)
			row = append(row, slackgo.NewTableRawTextCell(c))
		}
		t.Rows = append(t.Rows, row)
	}
	add(columns)
	for _, l := range lines[from:to] {
		var cells []string
		for _, c := range l.Cells {
			cells = append(cells, literal(c.String(), true))
		}
		add(cells)
	}
	if size > longestTable {
		return nil
	}
	for range columns {
		t.ColumnSettings = append(t.ColumnSettings, slackgo.ColumnSetting{Align: slackgo.ColumnAlignmentLeft, IsWrapped: true})
	}
	return t
}

// rows are the lines from the first that is a row of a table to before the one after the last.
func rows(lines []words.Line) (from, to int) {
	isRow := func(l words.Line) bool { return l.Cells != nil }
	if from = slices.IndexFunc(lines, isRow); from < 0 {
		return 0, 0
	}
	for to = from; to < len(lines) && isRow(lines[to]); to++ {
	}
	return from, to
}
