package fakeslack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"
)

const maxAckBytes = 20_480 // of a frame; from there on it is dropped without a word

// ErrDispatchFailed is what the person sees if no socket was there to take a command
// or a click.
var ErrDispatchFailed = errors.New("dispatch_failed")

// Types of a Delivery.
const (
	slashCommands = "slash_commands"
	eventsAPI     = "events_api"
	interactive   = "interactive"
)

// Delivery is something that happened in the workspace and is sent to the app.
type Delivery struct {
	Channel     string
	User        string
	TS          string // of the message with the mention or the button; "" of a command
	ThreadTS    string // its thread's root, if it is a reply
	TriggerID   string // of a command and a click
	ResponseURL string // of a command and a click
	EventID     string // of a mention

	s        *Server
	kind     string
	payload  json.RawMessage
	sign     Signature
	accepts  bool   // the acknowledgement may carry a message
	typed    string // of a command
	options  bool   // it asks for options
	view     *View  // of a form that was sent
	attempts []attempt
	acks     []Ack
	failed   error
}

// attempt is one sending of a Delivery.
type attempt struct {
	envelope string
	at       time.Time
}

// Ack is what came back for an attempt.
type Ack struct {
	Attempt int           // from 1
	Took    time.Duration // since the attempt
	Late    bool          // the person saw operation_timeout before; a message in it is not shown
	Payload json.RawMessage
	Bytes   int    // of the frame or body
	Socket  int    // which socket it came over
	Refused string // why a message in it is not shown: an error of chat.postMessage's

	Status int    // HTTP mode: the status; 0 if there was no answer
	Body   []byte // HTTP mode
	Err    error  // HTTP mode: why there was no answer
}

// Acks are the acknowledgements so far.
func (d *Delivery) Acks() []Ack {
	d.s.host.Lock()
	defer d.s.host.Unlock()
	return slices.Clone(d.acks)
}

// Wait waits for the first acknowledgement. ErrDispatchFailed says that no one was
// there to give one.
func (d *Delivery) Wait(ctx context.Context) (Ack, error) {
	acks, err := d.WaitAcks(ctx, 1)
	if err != nil {
		return Ack{}, err
	}
	return acks[0], nil
}

// WaitAcks waits for n acknowledgements.
func (d *Delivery) WaitAcks(ctx context.Context, n int) (acks []Ack, err error) {
	var failed error
	err = d.s.Wait(ctx, func() bool {
		d.s.host.Lock()
		failed = d.failed
		d.s.host.Unlock()
		acks = d.Acks()
		return len(acks) >= n || failed != nil
	})
	if err == nil {
		err = failed
	}
	if err != nil {
		return acks, fmt.Errorf("%s: %w", d.kind, err)
	}
	return acks, nil
}

// Redeliver sends something again: an event as Slack's next retry, a command or a
// click with the same trigger_id. Nothing is sent again by itself.
func (s *Server) Redeliver(d *Delivery) { s.deliver(d) }

// deliver makes the next attempt, by a socket or over HTTP.
func (s *Server) deliver(d *Delivery) {
	var to *socket
	var url string
	var n int
	envelope := unique()
	s.host.Change(func() {
		d.failed = nil
		if url = s.hub.appURL; url == "" {
			to = s.nextSocket()
		}
		if url == "" && to == nil && d.kind != eventsAPI {
			d.failed = ErrDispatchFailed
		}
		d.attempts = append(d.attempts, attempt{envelope: envelope, at: time.Now()})
		s.hub.sent[envelope] = d
		n = len(d.attempts)
	})
	switch {
	case url != "":
		s.host.Beside(func() { s.post(d, url, n) })
	case to != nil:
		s.transmit(d, to, envelope, n)
	}
}

// nextSocket is whose turn it is, a silent one's too. The state is locked.
func (s *Server) nextSocket() *socket {
	var there []*socket
	for _, k := range s.hub.sockets {
		if !k.leaving {
			there = append(there, k)
		}
	}
	if len(there) == 0 {
		return nil
	}
	s.hub.turn++
	return there[s.hub.turn%len(there)]
}

// transmit writes an envelope to a socket.
func (s *Server) transmit(d *Delivery, to *socket, envelope string, n int) {
	frame := map[string]any{
		"type": d.kind, "envelope_id": envelope, "payload": d.payload, "accepts_response_payload": d.accepts,
	}
	if d.kind == eventsAPI {
		frame["retry_attempt"], frame["retry_reason"] = n-1, ""
		if n > 1 {
			frame["retry_reason"] = "timeout"
		}
	}
	silent, last := false, false
	s.host.Change(func() {
		silent = to.silent
		if !silent && s.hub.cutNext > 0 {
			s.hub.cutNext--
			last = true
		}
	})
	if silent {
		return
	}
	to.write(frame)
	if last {
		s.Cut(to.id)
	}
}

// acknowledged takes a frame that came over a socket.
func (s *Server) acknowledged(k *socket, frame []byte) {
	var response struct {
		Envelope string          `json:"envelope_id"`
		Payload  json.RawMessage `json:"payload"`
	}
	if json.Unmarshal(frame, &response) != nil || len(frame) >= maxAckBytes {
		return
	}
	s.host.Change(func() {
		d := s.hub.sent[response.Envelope]
		if d == nil || k.silent {
			return
		}
		n := slices.IndexFunc(d.attempts, func(a attempt) bool { return a.envelope == response.Envelope })
		s.settle(d, Ack{
			Attempt: n + 1, Took: time.Since(d.attempts[n].at),
			Payload: response.Payload, Bytes: len(frame), Socket: k.id,
		})
	})
}

// settle notes an acknowledgement and shows the message in it. Over HTTP only
// status 200 is one. The state is locked.
func (s *Server) settle(d *Delivery, a Ack) {
	a.Late = a.Took > s.config.AckWithin
	if a.Err == nil && (a.Status == 0 || a.Status == http.StatusOK) {
		switch {
		case d.view != nil && !a.Late:
			a.Refused = s.settleForm(d.view, a.Payload)
		case d.options:
		case d.accepts && !a.Late && len(a.Payload) > 0:
			a.Refused = s.showAck(d, a.Payload)
		}
	}
	d.acks = append(d.acks, a)
}

// showAck shows the message in an acknowledgement and returns why it cannot, or "".
// One for the channel that says nothing shows what was typed. The state is locked.
func (s *Server) showAck(d *Delivery, raw json.RawMessage) string {
	var p response
	if json.Unmarshal(raw, &p) != nil {
		return "invalid_payload"
	}
	if p.Text == "" && len(p.Blocks) == 0 {
		if r := s.workspace.rooms[d.Channel]; r != nil && p.Type == "in_channel" {
			s.put(r, Message{User: d.User, Text: d.typed})
		}
		return ""
	}
	c, refused := p.content()
	if refused != nil {
		return refused.code()
	}
	s.show(d.Channel, d.User, p, c)
	return ""
}
