package engine

import (
	"fmt"
	"log/slog"
	"runtime/debug"
)

// panicked is a mistake in the program that showed itself as a panic. Its stack
// is for the log alone.
type panicked struct {
	value any
	stack string
}

func (p *panicked) Error() string { return fmt.Sprintf("panic: %v", p.value) }

// LogValue adds the stack.
func (p *panicked) LogValue() slog.Value {
	return slog.GroupValue(slog.Any("panic", p.value), slog.String("stack", p.stack))
}

// safely calls f and returns a panic in it as a *panicked: a mistake about one
// entry must not end the work on all others, nor meet them again at each start.
func safely[T any](f func() (T, error)) (_ T, err error) {
	defer recovered(&err)
	return f()
}

// recovered makes an error of a panic. It is to be deferred.
func recovered(err *error) {
	if value := recover(); value != nil {
		*err = &panicked{value, string(debug.Stack())}
	}
}
