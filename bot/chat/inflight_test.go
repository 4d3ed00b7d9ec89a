package chat

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"liveadmin/bot"
)

// nobodyHome is a door behind which nothing happens.
type nobodyHome struct{}

func (nobodyHome) Receive(context.Context, bot.Delivery, bot.Ack) error {
	return nil
}

// TestInflight: only while it is open is anything let in, and closing waits for what is
// being handled, but not for ever.
func TestInflight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		d := NewInflight(slog.New(slog.NewTextHandler(&log, nil)))
		enter := func(handle func(bot.Door)) (<-chan struct{}, bool) { return d.Enter(handle) }
		refused := func(when string) {
			handled, taken := enter(func(bot.Door) { t.Errorf("let in %s", when) })
			<-handled
			if taken {
				t.Errorf("taken %s", when)
			}
		}
		refused("before it is open")
		d.Open(nobodyHome{})
		began := time.Now()
		quick, _ := enter(func(bot.Door) { time.Sleep(2 * time.Second) })
		d.Close()
		if took := time.Since(began); took != 2*time.Second {
			t.Errorf("closing took %v", took)
		}
		<-quick
		refused("after it was closed")
		d.Open(nobodyHome{})
		slow, taken := enter(func(door bot.Door) {
			if door != (nobodyHome{}) {
				t.Errorf("it led to %v", door)
			}
			time.Sleep(time.Minute)
		})
		began = time.Now()
		d.Close()
		if took := time.Since(began); took != stopTime || !taken || !strings.Contains(log.String(), "before all deliveries") {
			t.Errorf("closing took %v, taken %v, the log says %s", took, taken, log.String())
		}
		<-slow
	})
}

// TestInflightOutlivesPanics: a mistake about one delivery ends nothing else, and what
// was said does not get into the log.
func TestInflightOutlivesPanics(t *testing.T) {
	var log bytes.Buffer
	d := NewInflight(slog.New(slog.NewTextHandler(&log, nil)))
	d.Open(nobodyHome{})
	handled, taken := d.Enter(func(bot.Door) { panic("a secret") })
	<-handled
	d.Close()
	if said := log.String(); !taken || !strings.Contains(said, "after a panic") || strings.Contains(said, "a secret") {
		t.Errorf("taken %v, the log says %s", taken, said)
	}
}
