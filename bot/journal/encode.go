package journal

import (
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// hash is how the key of a delivery is stored: it may hold a trigger_id, which
// is a secret.
func hash(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:])
}

// clean makes a text that every database takes: PostgreSQL refuses NUL bytes and
// invalid UTF-8.
func clean[T ~string](s T) string {
	return strings.ReplaceAll(strings.ToValidUTF8(string(s), "\uFFFD"), "\x00", "\uFFFD")
}

// cut shortens valid UTF-8 to at most limit bytes, between two runes.
func cut(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	for limit > 0 && !utf8.RuneStart(s[limit]) {
		limit--
	}
	return s[:limit]
}

// Now is the time by which everything on record is judged: that of the machine or, on
// PostgreSQL, that of the server, so that several instances agree. The server is asked at
// each renewal of the lease.
func (j *Journal) Now() time.Time { return j.clock().UTC() }

// now is the same, as exact as the database keeps it.
func (j *Journal) now() time.Time { return j.Now().Truncate(time.Microsecond) }

// moment is the time of a BIGINT of microseconds.
func moment(micros int64) time.Time { return time.UnixMicro(micros).UTC() }

// encode is the JSON of what these packages declare, which always has one; the
// error is for fields that someone adds later.
func encode(v any) (string, error) {
	data, err := json.Marshal(v)
	return string(data), err
}

// decode reads the JSON of the column with that name.
func decode(column, text string, v any) error {
	if err := json.Unmarshal([]byte(text), v); err != nil {
		return fmt.Errorf("%s: %w", column, err)
	}
	return nil
}

// orNull is NULL for an empty text.
func orNull(s string) sql.NullString { return sql.NullString{String: s, Valid: s != ""} }
