package imapi

import (
	"encoding"
	"errors"
	"fmt"
	"log/slog"
	"strings"
)

const redacted = "[redacted]"

// Secret is a text that must not be shown. Every common way of printing,
// logging or encoding one gives "[redacted]". It holds a pointer so that even
// fmt, which does not call methods on unexported fields, cannot reach the text.
type Secret struct{ text *string }

// NewSecret hides a text.
func NewSecret(text string) Secret { return Secret{&text} }

// Reveal returns the text, for the one place that needs it.
func (s Secret) Reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// Empty reports whether there is nothing to hide.
func (s Secret) Empty() bool { return s.Reveal() == "" }

// CheckToken finds what a slip in copying a key or a token leaves: it does not begin with
// the prefix, or has a character that cannot be in one. No secret at all is no slip.
func (s Secret) CheckToken(prefix string) error {
	text := s.Reveal()
	if text != "" && !strings.HasPrefix(text, prefix) {
		return fmt.Errorf("does not begin with %s", prefix)
	}
	if strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return errors.New("has a space or another character that cannot be in it")
	}
	return nil
}

// String returns "[redacted]".
func (Secret) String() string { return redacted }

// GoString returns "[redacted]", for %#v.
func (Secret) GoString() string { return redacted }

// Format writes "[redacted]", whatever the verb.
func (Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(redacted)) }

// LogValue returns "[redacted]", for slog.
func (Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText returns "[redacted]", for JSON and YAML.
func (Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

var (
	_ fmt.Formatter          = Secret{}
	_ slog.LogValuer         = Secret{}
	_ encoding.TextMarshaler = Secret{}
)
