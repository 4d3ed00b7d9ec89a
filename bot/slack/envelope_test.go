package slack

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack/socketmode"

	"liveadmin/bot/bottest"
	"liveadmin/imapi"
)

// wire is the other end of a socket: what is said on it is sent as it is.
type wire struct {
	say  chan string
	acks chan string // the envelopes that are acknowledged
}

// newWire connects the platform, which logs errors alone, until the test ends.
func newWire(t testing.TB, log *bottest.Log) wire {
	t.Helper()
	l := wire{make(chan string), make(chan string, 100)}
	server := httptest.NewServer(l)
	t.Cleanup(server.Close)
	s := introduced(Config{AppToken: imapi.NewSecret("xapp-1"), APIURL: server.URL + "/"}, grave(log), identity{team: "T1", user: "U0BOT"})
	s.inflight.Open(&listener{})
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		s.listen(ctx)
	}()
	t.Cleanup(func() {
		stop()
		<-ended
	})
	return l
}

// carry says frames and waits for the acknowledgements of envelopes.
func (l wire) carry(t *testing.T, waits map[string]bool, frames ...string) {
	t.Helper()
	late := time.After(10 * time.Second)
	for _, frame := range frames {
		select {
		case l.say <- frame:
		case <-late:
			t.Fatal("the socket is gone")
		}
	}
	for len(waits) > 0 {
		select {
		case envelope := <-l.acks:
			delete(waits, envelope)
		case <-late:
			t.Fatalf("not acknowledged: %v", waits)
		}
	}
}

// ServeHTTP says where the socket is, and is it.
func (l wire) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/socket" {
		fmt.Fprintf(w, `{"ok":true,"url":"ws://%s/socket"}`, r.Host)
		return
	}
	anywhere := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	c, err := anywhere.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer c.Close()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		var response socketmode.Response
		for c.ReadJSON(&response) == nil {
			l.acks <- response.EnvelopeID
		}
	}()
	for frame := `{"type":"hello"}`; ; {
		if c.WriteMessage(websocket.TextMessage, []byte(frame)) != nil {
			return
		}
		select {
		case frame = <-l.say:
		case <-ended:
			return
		}
	}
}

// FuzzEnvelope: whatever frame comes through the socket, what Slack waits for is
// acknowledged, and the next one is heard.
func FuzzEnvelope(f *testing.F) {
	for _, frame := range []string{
		`{"envelope_id":"1","type":"slash_commands","accepts_response_payload":true,"payload":{"team_id":"T1","user_id":"U1","channel_id":"C1","text":"add"}}`,
		`{"envelope_id":"1","type":"events_api","retry_attempt":1,"retry_reason":"timeout","payload":{"type":"event_callback","event":{"type":"app_mention","user":"U1","channel":"C1","ts":"1.1"}}}`,
		`{"envelope_id":"1","type":"interactive","payload":{"type":"block_actions","user":{"id":"U1"},"channel":{"id":"C1"},"actions":[{"action_id":"undo.0"}]}}`,
		`{"envelope_id":"1","type":"options","payload":null}`, `{"envelope_id":"1","payload":"x"}`, `{"envelope_id":1}`,
		`{"type":"hello","num_connections":1,"debug_info":{}}`, `{"type":"error"}`, "null", "[]", "{", "", "\xff",
	} {
		f.Add(frame)
	}
	var log bottest.Log
	l := newWire(f, &log)
	n := 0
	f.Fuzz(func(t *testing.T, frame string) {
		var r socketmode.Request
		readable := json.NewDecoder(strings.NewReader(frame)).Decode(&r) == nil
		if r.Type == "disconnect" {
			t.Skip("ends the socket, on purpose")
		}
		n++
		after := fmt.Sprintf("after %d", n)
		waits := map[string]bool{after: true}
		if readable && r.EnvelopeID != "" {
			waits[r.EnvelopeID] = true
		}
		l.carry(t, waits, frame, fmt.Sprintf(`{"envelope_id":%q,"type":"slash_commands","payload":{}}`, after))
		if said := log.String(); said != "" {
			t.Error(said)
		}
	})
}
