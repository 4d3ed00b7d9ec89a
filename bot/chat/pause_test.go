package chat

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// TestBackoff: pauses grow, up to a limit, and are as long as was asked for.
func TestBackoff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b Backoff
		took := func(least time.Duration) time.Duration {
			began := time.Now()
			b.Wait(t.Context(), least)
			return time.Since(began)
		}
		for pause := firstPause; pause < mostPause; pause *= 2 {
			if got := took(0); got < pause || got >= pause+pause/4 {
				t.Errorf("the pause took %v, want %v and a little", got, pause)
			}
		}
		if got := took(0); got < mostPause || got > mostPause+mostPause/4 {
			t.Errorf("the longest took %v", got)
		}
		for least, want := range map[time.Duration]time.Duration{10 * time.Minute: 10 * time.Minute, time.Hour: MostPause, 1e9 * time.Second: MostPause} {
			if got := took(least); got != want {
				t.Errorf("where %v was asked for it took %v", least, got)
			}
		}
	})
}

// TestSleep: it tells whether the context has ended.
func TestSleep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
		defer cancel()
		for i, want := range []bool{true, false, false} {
			if got := Sleep(ctx, time.Minute); got != want {
				t.Errorf("minute %d: %v", i, got)
			}
		}
		if !Sleep(t.Context(), 0) || !Sleep(t.Context(), -time.Hour) || Sleep(ctx, 0) {
			t.Error("no time was told wrongly")
		}
	})
}
