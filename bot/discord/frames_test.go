package discord_test

import (
	"bytes"
	"compress/zlib"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"liveadmin/bot/bottest/fakediscord"
	"liveadmin/bot/discord"
)

// TestFrames: whatever text comes through the gateway, the session goes on with the next
// message; what is bad is counted.
func TestFrames(t *testing.T) {
	t.Parallel()
	var dropped atomic.Int64
	w := open(t, "gateway", fakediscord.Config{}, discord.Options{Dropped: func() { dropped.Add(1) }})
	before := w.Sessions()
	for _, text := range slices.Concat(discord.BadMessages, discord.OddMessages) {
		w.SendText(text)
	}
	for range 1000 {
		w.SendText(`{"op":1}`)
	}
	w.result(w.says(alice, general, "add", adding("user1")))
	if got := w.Sessions(); !slices.Equal(got, before) {
		t.Errorf("the session did not go on\n%s", w.Log)
	}
	if n := dropped.Load(); n != int64(len(discord.BadMessages)) {
		t.Errorf("%d messages were dropped, want %d\n%s", n, len(discord.BadMessages), w.Log)
	}
	if n := strings.Count(w.Log.String(), "of the gateway was dropped"); n != 1 {
		t.Errorf("the log says it %d times", n)
	}
}

// TestFramesBeforeReady: nothing that comes too early reaches discordgo, and the session
// begins all the same.
func TestFramesBeforeReady(t *testing.T) {
	t.Parallel()
	w := open(t, "gateway", fakediscord.Config{}, discord.Options{})
	before := w.Sessions()
	w.OnConnect(append([]string{`{"op":11}`, `{"op":1}`, `{"op":0,"t":"GUILD_CREATE","s":5,"d":null}`}, discord.BadMessages...), []string{`{"op":11}`, `{"op":1}`, `{"op":11}`})
	w.CloseWith(4009)
	w.served(before, 10*time.Second)
	if n := len(w.Identifies()); n != 2 {
		t.Errorf("%d sessions were begun\n%s", n, w.Log)
	}
}

// TestSequence: an event that discordgo does not get counts all the same: heartbeats and
// RESUME name the last one, and nothing is sent again.
func TestSequence(t *testing.T) {
	t.Parallel()
	w := open(t, "gateway", fakediscord.Config{Heartbeat: 100 * time.Millisecond}, discord.Options{})
	for range 5 {
		w.Dispatch("GUILD_CREATE", nil)
		w.Dispatch("MESSAGE_CREATE", map[string]any{"id": "1"})
		w.Dispatch("READY", map[string]any{"guilds": []any{nil}})
	}
	w.says(alice, general, "add", adding("user1"))
	last := w.LastSequence()
	w.Until("a heartbeat names the last event", func() bool { return w.Sequence() == last })
	before := w.Sessions()
	w.Dispatch("GUILD_UPDATE", nil)
	w.Until("a heartbeat names the last event", func() bool { return w.Sequence() == last+1 })
	w.Cut()
	w.served(before, 10*time.Second)
	if w.Resumes() != 1 || len(w.Identifies()) != 1 {
		t.Errorf("%d resumes, %d sessions begun\n%s", w.Resumes(), len(w.Identifies()), w.Log)
	}
}

// TestBrokenFrames: after a frame that is binary, too long or none at all, a new session
// begins. The old one is not resumed: Discord would send the frame again.
func TestBrokenFrames(t *testing.T) {
	t.Parallel()
	for name, send := range map[string]func(*world){
		"binary":     func(w *world) { w.SendBinary([]byte(`{"op":11}`)) },
		"compressed": func(w *world) { w.SendBinary(zipped(3 << 20)) },
		"too long":   func(w *world) { w.SendText(strings.Repeat(" ", 4<<20) + `{"op":11}`) },
		"endless":    func(w *world) { w.SendRaw([]byte{0x01, 127, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}) },
		"no frame":   func(w *world) { w.SendRaw([]byte{0xff, 0xff, 0xff, 0xff}) },
		"masked":     func(w *world) { w.SendRaw([]byte{0x81, 0x81, 0, 0, 0, 0, '{'}) },
		"close":      func(w *world) { w.SendRaw([]byte{0x88, 2, 0, 1}) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := open(t, "gateway", fakediscord.Config{}, discord.Options{})
			before := w.Sessions()
			send(w)
			if err := w.Wait(w.Soon(), func() bool { return len(w.Identifies()) == 2 }); err != nil {
				t.Fatalf("%v\n%s", err, w.Log)
			}
			w.served(before, 10*time.Second)
			if n := w.Resumes(); n != 0 {
				t.Errorf("%d resumes\n%s", n, w.Log)
			}
		})
	}
}

// zipped is much that takes little.
func zipped(n int) []byte {
	var out bytes.Buffer
	z := zlib.NewWriter(&out)
	_, _ = z.Write(bytes.Repeat([]byte(" "), n))
	_ = z.Close()
	return out.Bytes()
}
