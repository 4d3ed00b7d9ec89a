package discord

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/gorilla/websocket"
)

// Opcodes of the gateway (docs: topics/opcodes-and-status-codes).
const (
	opDispatch  = 0
	opHeartbeat = 1 // in both directions
	opReconnect = 7
	opInvalid   = 9
	opHello     = 10
	opAck       = 11
)

// The dispatches that decide something.
const (
	readyEvent       = "READY"
	resumedEvent     = "RESUMED"
	interactionEvent = "INTERACTION_CREATE"
)

// Between these HELLO may ask for a heartbeat. With 0 and below, and with what overflows,
// discordgo panics.
const (
	leastHeartbeat = 10 * time.Millisecond
	mostHeartbeat  = 10 * time.Minute
)

// frame is what a message from Discord means.
type frame struct {
	op          int
	event       string          // the name of a dispatch
	interaction json.RawMessage // of INTERACTION_CREATE
	resumable   bool            // of op 9

	// pass is what discordgo gets in its place, nil for nothing. It is written here, field
	// by field, so that nothing of Discord's text reaches discordgo, which panics at some of
	// it in goroutines of its own.
	pass []byte
}

// readFrame reads a text message from Discord, or returns why it is bad, in words that have
// nothing of the message. A bad dispatch still passes on its sequence number, if it has one:
// otherwise heartbeats and RESUME would name an older one, and Discord would send everything
// since then again.
func readFrame(text []byte) (frame, error) {
	var m struct {
		Op    *int            `json:"op"`
		Seq   int64           `json:"s"`
		Event string          `json:"t"`
		Data  json.RawMessage `json:"d"`
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return frame{}, errors.New("it is not a JSON object with the fields of a message")
	}
	if m.Op == nil {
		return frame{}, errors.New("it has no opcode")
	}
	f := frame{op: *m.Op}
	switch f.op {
	case opDispatch:
		return readDispatch(m.Event, m.Seq, m.Data)
	case opHeartbeat, opAck:
		f.pass = fmt.Appendf(nil, `{"op":%d}`, f.op)
	case opReconnect:
	case opInvalid:
		_ = json.Unmarshal(m.Data, &f.resumable) // anything else than true is false
	case opHello:
		interval, err := readHello(m.Data)
		if err != nil {
			return frame{}, err
		}
		f.pass = fmt.Appendf(nil, `{"op":%d,"d":{"heartbeat_interval":%d}}`, opHello, interval.Milliseconds())
	default:
		return frame{}, fmt.Errorf("opcode %d is not one that Discord sends", f.op)
	}
	return f, nil
}

// readDispatch reads an event. discordgo needs to see the beginning of a session; of
// anything else only the number.
func readDispatch(event string, seq int64, data json.RawMessage) (frame, error) {
	if seq <= 0 {
		return frame{}, errors.New("a dispatch has no sequence number")
	}
	f := frame{op: opDispatch, event: event, pass: dispatch("", seq, nil)}
	switch {
	case event == "":
		return f, errors.New("a dispatch has no name")
	case event == resumedEvent: // its data means nothing
		f.pass = dispatch(resumedEvent, seq, struct{}{})
	case len(data) == 0 || data[0] != '{' && data[0] != '[':
		return f, errors.New("a dispatch has no data")
	case event == readyEvent:
		var ready struct {
			Session string `json:"session_id"`
		}
		if err := json.Unmarshal(data, &ready); err != nil || ready.Session == "" {
			return f, errors.New("READY has no session")
		}
		f.pass = dispatch(readyEvent, seq, ready)
	case event == interactionEvent:
		f.interaction = data
	}
	return f, nil
}

// dispatch writes an event for discordgo. One without a name only counts: discordgo looks
// for no data and no handler of its own.
func dispatch(event string, seq int64, data any) []byte {
	text, _ := json.Marshal(map[string]any{"op": opDispatch, "t": event, "s": seq, "d": data}) // none of it can fail
	return text
}

// readHello reads how often Discord wants a heartbeat.
func readHello(data json.RawMessage) (time.Duration, error) {
	var hello struct {
		Interval float64 `json:"heartbeat_interval"` // milliseconds
	}
	if err := json.Unmarshal(data, &hello); err != nil {
		return 0, errors.New("HELLO has no interval")
	}
	if ms := hello.Interval; !(ms >= float64(leastHeartbeat.Milliseconds()) && ms <= float64(mostHeartbeat.Milliseconds())) {
		return 0, errors.New("the interval of HELLO is out of range")
	}
	return time.Duration(hello.Interval) * time.Millisecond, nil
}

// Why a socket ends, if there is no error of the network.
var (
	errDeaf      = errors.New("discord did not answer a new session in time")
	errSilent    = errors.New("discord does not answer heartbeats any more")
	errReconnect = errors.New("discord asked for another socket")
	errInvalid   = errors.New("discord ended the session")
	errBinary    = errors.New("discord sent a binary message")
	errLeft      = errors.New("discordgo let the socket go")
)

// Codes with which Discord closes a socket (docs: topics/opcodes-and-status-codes).
const (
	closeNotAuthenticated = 4004
	closeBadSequence      = 4007
	closeTimedOut         = 4009
	closeBadShard         = 4010
	closeTooManyServers   = 4011
	closeBadVersion       = 4012
	closeBadIntents       = 4013
	closeDeniedIntents    = 4014
)

// closedError is that Discord closed a socket, with its code.
type closedError int

func (e closedError) Error() string {
	text := fmt.Sprintf("discord closed the socket with code %d", int(e))
	switch e {
	case closeTooManyServers:
		text += ": the bot is in too many servers for one session"
	case closeBadShard, closeBadVersion, closeBadIntents, closeDeniedIntents:
		text += ": it does not accept how this version of liveadmin opens a session"
	}
	return text
}

// isHopeless reports whether the settings or the program must change before a session can
// begin.
func (e closedError) isHopeless() bool { return e >= closeBadShard && e <= closeDeniedIntents }

// ended returns why reading the socket failed. What Discord writes beside a code is left out.
func (r *relay) ended(err error) error {
	if closed, ok := errors.AsType[*websocket.CloseError](err); ok {
		if closed.Code == websocket.CloseAbnormalClosure { // gorilla's word for a socket that broke
			return fmt.Errorf("reading the socket: %w", io.ErrUnexpectedEOF)
		}
		return closedError(closed.Code)
	}
	if late, ok := errors.AsType[net.Error](err); ok && late.Timeout() {
		if r.ready.IsZero() {
			return errDeaf
		}
		return errSilent
	}
	return fmt.Errorf("reading the socket: %w", err)
}

// isResumable reports whether a session may go on after its socket ended so. After a frame
// that is broken, binary or too long it must not: it would be sent again.
func isResumable(err error) bool {
	if closed, ok := errors.AsType[closedError](err); ok {
		switch closed {
		case closeNotAuthenticated, closeBadSequence, closeTimedOut:
			return false
		}
		return !closed.isHopeless()
	}
	_, lost := errors.AsType[net.Error](err)
	return lost || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, errReconnect) || errors.Is(err, errSilent)
}
