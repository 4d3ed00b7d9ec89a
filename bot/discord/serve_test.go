package discord_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"liveadmin/bot/bottest/fakediscord"
	"liveadmin/bot/discord"
	"liveadmin/imapi"
)

// TestEndpoint: what is signed is taken, what is not is refused.
func TestEndpoint(t *testing.T) {
	t.Parallel()
	w := open(t, "http", fakediscord.Config{}, discord.Options{})
	if err := w.VerifyEndpoint(w.Soon()); err != nil {
		t.Error(err)
	}
	for _, tc := range []struct {
		name string
		sign fakediscord.Signature
		body string
		want int
	}{
		{"a bad signature", fakediscord.BadSignature, `{"type":1}`, http.StatusUnauthorized},
		{"an altered body", fakediscord.Altered, `{"type":1}`, http.StatusUnauthorized},
		{"too old", fakediscord.TooOld, `{"type":1}`, http.StatusUnauthorized},
		{"too new", fakediscord.TooNew, `{"type":1}`, http.StatusUnauthorized},
		{"a signature that is none", fakediscord.Garbled, `{"type":1}`, http.StatusUnauthorized},
		{"no signature", fakediscord.Unsigned, `{"type":1}`, http.StatusUnauthorized},
		{"a ping", fakediscord.Signed, `{"type":1}`, http.StatusOK},
		{"no JSON", fakediscord.Signed, `hello`, http.StatusBadRequest},
		{"something else", fakediscord.Signed, `{"type":9}`, http.StatusAccepted},
		{"too long", fakediscord.Signed, strings.Repeat(" ", 1<<20+1), http.StatusRequestEntityTooLarge},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if r := w.Post(w.Soon(), []byte(tc.body), tc.sign); r.Status != tc.want {
				t.Errorf("answered %d %s, %v, want %d", r.Status, r.Body, r.Err, tc.want)
			}
		})
	}
	i := w.says(alice, general, "whoami", nil)
	w.private(i)
	w.Until("the request is answered", func() bool { return len(i.Responses()) > 0 })
	if r := i.Responses(); len(r) != 1 || r[0].Status != http.StatusAccepted {
		t.Errorf("answered %+v", r)
	}
	if n := len(w.Identifies()); n != 0 {
		t.Errorf("%d sessions on the gateway", n)
	}
}

// TestAge: a signature five minutes off is taken, and not one of a second more, whichever
// clock is ahead.
func TestAge(t *testing.T) {
	t.Parallel()
	now := time.Now().Truncate(time.Second) // signatures have seconds
	var ahead atomic.Int64                  // Discord's clock
	w := open(t, "http", fakediscord.Config{Now: func() time.Time { return now.Add(time.Duration(ahead.Load())) }},
		discord.Options{Now: func() time.Time { return now }})
	for _, tc := range []struct {
		ahead time.Duration
		want  int
	}{
		{-5*time.Minute - time.Second, http.StatusUnauthorized},
		{-5 * time.Minute, http.StatusOK},
		{0, http.StatusOK},
		{5 * time.Minute, http.StatusOK},
		{5*time.Minute + time.Second, http.StatusUnauthorized},
	} {
		t.Run(tc.ahead.String(), func(t *testing.T) {
			ahead.Store(int64(tc.ahead))
			if r := w.Ping(w.Soon(), fakediscord.Signed); r.Status != tc.want {
				t.Errorf("answered %d %s, %v, want %d", r.Status, r.Body, r.Err, tc.want)
			}
			i := w.says(alice, general, "whoami", nil)
			w.Until("the request is answered", func() bool { return len(i.Responses()) > 0 })
			if taken := i.Responses()[0].Status == http.StatusAccepted; taken != (tc.want == http.StatusOK) {
				t.Errorf("a command is answered %d", i.Responses()[0].Status)
			} else if taken {
				w.private(i)
			}
		})
	}
}

// TestEndpointStopped: a bot that does not run takes nothing.
func TestEndpointStopped(t *testing.T) {
	t.Parallel()
	w := build(t, "http", fakediscord.Config{}, discord.Options{})
	d := w.platform()
	served := make(map[string]http.Handler)
	d.Mount(func(pattern string, h http.Handler) { served[pattern] = h })
	if len(served) != 1 || served["POST /discord/interactions"] == nil {
		t.Fatalf("mounted %v", served)
	}
	w.UseHTTP(serve(t, served["POST /discord/interactions"]))
	body, _ := json.Marshal(map[string]any{"type": 2, "id": "1"})
	if r := w.Post(w.Soon(), body, fakediscord.Signed); r.Status != http.StatusServiceUnavailable {
		t.Errorf("answered %d %s", r.Status, r.Body)
	}
}

// TestNothingMounted: on the gateway there is no endpoint.
func TestNothingMounted(t *testing.T) {
	w := build(t, "gateway", fakediscord.Config{}, discord.Options{})
	w.platform().Mount(func(pattern string, _ http.Handler) { t.Errorf("mounted %s", pattern) })
}

// TestWrongKey: a public key that is another application's is noticed at the start.
func TestWrongKey(t *testing.T) {
	t.Parallel()
	w := build(t, "http", fakediscord.Config{}, discord.Options{})
	d, err := discord.New(discord.Config{
		Token: imapi.NewSecret(w.Config().Token), APIURL: w.URL(), PublicKey: strings.Repeat("ab", 32),
	}, w.opts)
	if err != nil {
		t.Fatal(err)
	}
	w.discord = d
	go d.Run(t.Context(), nobodyHome{})
	w.Until("readiness says so", func() bool {
		ready, reason := d.State(t.Context())
		return !ready && strings.Contains(reason, "DISCORD_PUBLIC_KEY")
	})
}

// TestUnsignedBody: a request whose header cannot be Discord's is refused before its body
// comes.
func TestUnsignedBody(t *testing.T) {
	t.Parallel()
	w := build(t, "http", fakediscord.Config{}, discord.Options{})
	d := w.platform()
	app, _ := w.Serve("discord", d.State, d.Mount)
	for name, head := range map[string]string{
		"no signature": fmt.Sprintf("X-Signature-Timestamp: %d", time.Now().Unix()),
		"no time":      "X-Signature-Ed25519: 00",
		"too old":      fmt.Sprintf("X-Signature-Ed25519: 00\r\nX-Signature-Timestamp: %d", time.Now().Add(-6*time.Minute).Unix()),
	} {
		conn, err := net.Dial("tcp", strings.TrimPrefix(app, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		fmt.Fprintf(conn, "POST /discord/interactions HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n%s\r\n\r\n", head)
		answer := make([]byte, len("HTTP/1.1 401"))
		_ = conn.SetReadDeadline(time.Now().Add(time.Second))
		if _, err := io.ReadFull(conn, answer); err != nil || string(answer) != "HTTP/1.1 401" {
			t.Errorf("%s: %q, %v", name, answer, err)
		}
	}
}
