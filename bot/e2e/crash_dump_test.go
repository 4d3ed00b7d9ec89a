package e2e

import (
	"context"
	"os"
	"strings"

	"github.com/jackc/pgx/v5"
)

// dump is everything that a database holds: the bytes of a file and of those beside
// it, or the rows of all tables.
func (tw *town) dump() string {
	tw.t.Helper()
	var all strings.Builder
	if file, ok := strings.CutPrefix(tw.database, "sqlite://"); ok {
		for _, ending := range []string{"", "-wal", "-shm"} {
			data, err := os.ReadFile(file + ending)
			if err != nil && !os.IsNotExist(err) {
				tw.t.Fatal(err)
			}
			all.Write(data)
		}
		return all.String()
	}
	ctx := context.WithoutCancel(tw.t.Context())
	conn, err := pgx.Connect(ctx, tw.database)
	if err != nil {
		tw.t.Fatal(err)
	}
	defer conn.Close(ctx)
	for _, table := range tw.column(ctx, conn, `SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public'`) {
		for _, row := range tw.column(ctx, conn, `SELECT t::text FROM `+pgx.Identifier{table}.Sanitize()+` AS t`) {
			all.WriteString(row + "\n")
		}
	}
	return all.String()
}

func (tw *town) column(ctx context.Context, conn *pgx.Conn, query string) []string {
	tw.t.Helper()
	rows, err := conn.Query(ctx, query)
	if err != nil {
		tw.t.Fatal(err)
	}
	texts, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		tw.t.Fatal(err)
	}
	return texts
}
