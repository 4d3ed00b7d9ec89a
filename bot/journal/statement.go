package journal

import (
	"context"
	"strconv"
	"strings"
)

// statement is one of SQL, with its arguments.
type statement struct {
	text string
	args []any
}

// expression is an argument that is in a statement's text as it is.
type expression string

// insertion is the statement that inserts rows of the same length.
func insertion(head string, rows [][]any, tail string) statement {
	var values []string
	var args []any
	for _, row := range rows {
		var places []string
		for _, v := range row {
			if x, ok := v.(expression); ok {
				places = append(places, string(x))
				continue
			}
			args = append(args, v)
			places = append(places, "$"+strconv.Itoa(len(args)))
		}
		values = append(values, "("+strings.Join(places, ", ")+")")
	}
	return statement{head + strings.Join(values, ", ") + tail, args}
}

// execAll runs statements in order.
func execAll(ctx context.Context, tx executor, statements []statement) error {
	for _, s := range statements {
		if _, err := tx.ExecContext(ctx, s.text, s.args...); err != nil {
			return err
		}
	}
	return nil
}
