package bottest

import (
	"bytes"
	"log/slog"
	"sync"
)

// Log is everything that was logged, as text. It can be read while it is written.
type Log struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Logger writes every record to the log.
func (l *Log) Logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(l, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// Write adds to the log.
func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

// String is the log so far.
func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}
