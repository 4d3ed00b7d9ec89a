package cli

import (
	"fmt"
	"testing"

	"liveadmin/bot"
)

// TestRevokedCode: credentials that are revoked end the program with a code of their own.
func TestRevokedCode(t *testing.T) {
	if code := exitCode(fmt.Errorf("slack: auth.test: %w: token_revoked", bot.ErrRevoked)); code != ExitRevoked {
		t.Errorf("exit code %d, want %d", code, ExitRevoked)
	}
}
