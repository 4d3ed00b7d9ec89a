package journal

import (
	"context"
	"time"
)

// purgedAtOnce is how many entries are purged in one transaction: few, so that
// what is being accepted does not wait for long.
const purgedAtOnce = 100

// Purge forgets the command, the posts, the plans and the outcomes of entries that
// were closed before a time, and returns of how many. Their keys and audit rows
// stay. An entry with a limit on record is left: the limit's end speaks in its
// thread.
func (j *Journal) Purge(ctx context.Context, before time.Time) (int, error) {
	purged := 0
	for {
		n, err := j.purgeSome(ctx, before)
		if err != nil || n == 0 {
			return purged, err
		}
		purged += n
	}
}

func (j *Journal) purgeSome(ctx context.Context, before time.Time) (n int, err error) {
	err = j.write(ctx, work, "forget what was long ago", func(ctx context.Context, tx executor) error {
		numbers, err := column(tx.QueryContext(ctx, `
			UPDATE entry SET command = '{}', root = '', result = '', purged = TRUE WHERE number IN (
				SELECT number FROM entry WHERE closed_at < $1 AND NOT purged
				AND NOT EXISTS (SELECT 1 FROM grants WHERE grants.entry = entry.number)
				ORDER BY closed_at LIMIT $2 `+j.dialect.skipLocked+`)
			RETURNING number`, before.UnixMicro(), purgedAtOnce))
		if err != nil {
			return err
		}
		n = len(numbers)
		list, err := encode(numbers)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE change SET plan = NULL, outcome = NULL WHERE entry IN `+j.dialect.list(`$1`), list)
		return err
	})
	return n, err
}
