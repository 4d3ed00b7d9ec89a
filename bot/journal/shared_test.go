package journal

import (
	"testing"
	"time"

	"liveadmin/bot/journal/journaltest"
)

// TestShared: an instance knows whether others were alive when it last renewed its lease, also
// after it has lost it.
func TestShared(t *testing.T) {
	t.Parallel()
	url := journaltest.Postgres(t)
	p, way := journaltest.Through(t, url)
	lease := withLease(600 * time.Millisecond)
	first := reopen(t, way, lease)
	if first.Shared() {
		t.Error("a lone one has others")
	}
	reopen(t, url, lease)
	eventually(t, "the other is seen", first.Shared)
	p.Freeze()
	eventually(t, "the lease is over", func() bool { return first.Held() != nil })
	if !first.Shared() {
		t.Error("the other is forgotten")
	}
	p.Thaw()
}
