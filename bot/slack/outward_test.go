package slack_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"liveadmin/bot/bottest/fakeslack"
	"liveadmin/bot/slack"
)

// TestTokenInHeader: the bot also works with a server that reads tokens in the header alone.
func TestTokenInHeader(t *testing.T) {
	t.Parallel()
	w := open(t, "sockets", fakeslack.Config{HeaderOnly: true}, slack.Options{})
	w.acked(w.slash(alice, "add "+group+" user1"))
	w.final(channel)
}

// TestForeignResponseURL: what is posted to a response_url goes to Slack alone, wherever the
// payload points.
func TestForeignResponseURL(t *testing.T) {
	t.Parallel()
	var came atomic.Int32
	foreign := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { came.Add(1) }))
	defer foreign.Close()
	w := open(t, "sockets", fakeslack.Config{}, slack.Options{})
	w.EditChannel(channel, func(c *fakeslack.Channel) { c.Members = []string{alice} })
	for i, text := range []string{"history " + strings.Repeat("x", 40), "add " + group + " user1"} {
		payload, err := json.Marshal(map[string]string{
			"team_id": w.Config().Team, "user_id": alice, "channel_id": channel, "command": "/liveadmin",
			"text": text, "trigger_id": fmt.Sprint("forged", i), "response_url": foreign.URL + "/inner",
		})
		if err != nil {
			t.Fatal(err)
		}
		w.acked(w.SendRaw("slash_commands", payload))
	}
	w.message(func(m fakeslack.Message) bool {
		return m.Channel == "D"+alice && strings.Contains(w.Plain(m), "Added 1 of 1")
	})
	w.Closed()
	if n := came.Load(); n > 0 {
		t.Errorf("%d requests were sent there", n)
	}
}

// TestUnsignedBody: a request whose header cannot be Slack's is refused before its body comes.
func TestUnsignedBody(t *testing.T) {
	t.Parallel()
	w := open(t, "http", fakeslack.Config{}, slack.Options{})
	for name, head := range map[string]string{
		"no signature": fmt.Sprintf("X-Slack-Request-Timestamp: %d", time.Now().Unix()),
		"no time":      "X-Slack-Signature: v0=00",
		"too old":      fmt.Sprintf("X-Slack-Signature: v0=00\r\nX-Slack-Request-Timestamp: %d", time.Now().Add(-6*time.Minute).Unix()),
	} {
		conn, err := net.Dial("tcp", strings.TrimPrefix(w.app, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		fmt.Fprintf(conn, "POST /slack/commands HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n%s\r\n\r\n", head)
		answer := make([]byte, len("HTTP/1.1 401"))
		_ = conn.SetReadDeadline(time.Now().Add(time.Second))
		if _, err := io.ReadFull(conn, answer); err != nil || string(answer) != "HTTP/1.1 401" {
			t.Errorf("%s: %q, %v", name, answer, err)
		}
	}
}
