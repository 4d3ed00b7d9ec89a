package discord

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"liveadmin/bot/chat"
)

const (
	// longestFrame is how many bytes a message from Discord may have.
	longestFrame = 4 << 20
	// dialTime is how long opening a socket may take, with proxy and TLS.
	dialTime = 10 * time.Second
	// writeTime is how long writing one message may take, and farewellTime writing the last.
	writeTime    = 10 * time.Second
	farewellTime = time.Second
)

// newDialer returns what opens sockets to Discord: through the proxy of the environment,
// with TLS that is verified, and without compression.
func newDialer() *websocket.Dialer {
	return &websocket.Dialer{Proxy: http.ProxyFromEnvironment, HandshakeTimeout: dialTime}
}

// gatewayURL returns the address of a socket to the gateway that Discord named. It asks for
// version 10 and text: discordgo would ask for version 9. The token crosses the network in
// the clear only if it does so to the API, too.
func gatewayURL(named string, clear bool) (string, error) {
	u, err := url.Parse(named)
	if err != nil || u.Scheme != "wss" && !(clear && u.Scheme == "ws") || u.Host == "" {
		return "", errors.New("discord names no gateway that can be used")
	}
	if !strings.HasSuffix(u.Path, "/") {
		u.Path += "/"
	}
	u.RawQuery = url.Values{"v": {"10"}, "encoding": {"json"}}.Encode()
	return u.String(), nil
}

// relay carries messages between Discord and discordgo, and reads each of them first.
// discordgo opens and resumes the session and sends the heartbeats; the relay decides how a
// socket ends and takes the interactions.
type relay struct {
	d      *Discord
	health *chat.Health
	up     *websocket.Conn // to Discord
	down   *websocket.Conn // to discordgo, through a pipe
	watch  watch

	hello   bool      // HELLO has come
	ready   time.Time // when the session was; zero: not yet
	dropped int       // messages
}

// talk opens a socket and has discordgo begin or resume its session on it. It returns when
// the socket has ended: how long the session was ready, whether it can be resumed, and why
// it ended. A session that is not ready after limit is given up.
func (d *Discord) talk(
	ctx context.Context, health *chat.Health, s *session, limit time.Duration,
) (steady time.Duration, again bool, err error) {
	by := time.Now().Add(limit)
	up, err := d.dial(ctx, s.gateway, by)
	if err != nil {
		return 0, false, err
	}
	defer up.Close()
	here, there := net.Pipe()
	defer there.Close()
	live, end := context.WithCancelCause(ctx)
	defer end(nil)
	go func() {
		if err := s.open(here); err != nil {
			end(errLeft)
		}
	}()
	down, err := accept(there, by)
	if err != nil {
		return 0, false, errLeft
	}
	r := &relay{d: d, health: health, up: up, down: down, watch: watch{limit: up.SetReadDeadline, grace: d.options.Grace}}
	defer context.AfterFunc(live, r.watch.stop)()
	go func() {
		if err := r.say(); !errors.Is(err, websocket.ErrCloseSent) { // then the reading ends, and knows why
			end(err)
		}
	}()
	end(r.hear())
	err = context.Cause(live)
	again = ctx.Err() == nil && !r.ready.IsZero() && isResumable(err)
	r.leave(again)
	if !r.ready.IsZero() {
		steady = time.Since(r.ready)
	}
	return steady, again, err
}

// dial opens a socket to Discord on which the first message must come in time.
func (d *Discord) dial(ctx context.Context, gateway string, by time.Time) (*websocket.Conn, error) {
	ctx, cancel := context.WithDeadline(ctx, by)
	defer cancel()
	up, resp, err := d.dialer.DialContext(ctx, gateway, nil)
	if resp != nil && err != nil {
		return nil, fmt.Errorf("opening a socket: HTTP %d", resp.StatusCode)
	}
	if err != nil {
		return nil, fmt.Errorf("opening a socket: %w", chat.WithoutURL(err))
	}
	up.SetReadLimit(longestFrame)
	return up, up.SetReadDeadline(by)
}

// accept is the server's part of discordgo's handshake.
func accept(pipe net.Conn, by time.Time) (*websocket.Conn, error) {
	if err := pipe.SetDeadline(by); err != nil {
		return nil, err
	}
	in := bufio.NewReader(pipe)
	r, err := http.ReadRequest(in)
	if err != nil {
		return nil, err
	}
	return new(websocket.Upgrader).Upgrade(handshake{pipe, in}, r, nil)
}

// handshake is the response to the one request on a pipe. Refusing is not needed: the
// request is discordgo's.
type handshake struct {
	pipe net.Conn
	in   *bufio.Reader
}

func (h handshake) Header() http.Header         { return http.Header{} }
func (h handshake) Write(p []byte) (int, error) { return len(p), nil }
func (h handshake) WriteHeader(int)             {}

// Hijack is of http.Hijacker.
func (h handshake) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return h.pipe, bufio.NewReadWriter(h.in, bufio.NewWriter(h.pipe)), nil
}

// hear reads what Discord sends until the socket ends, and returns why.
func (r *relay) hear() error {
	for {
		kind, text, err := r.up.ReadMessage()
		if err != nil {
			return r.ended(err)
		}
		r.watch.heard()
		if kind != websocket.TextMessage {
			return errBinary
		}
		if err := r.pass(text); err != nil {
			return err
		}
	}
}

// errOrder is why a message is dropped that discordgo does not expect there: HELLO comes
// once, before everything else.
var errOrder = errors.New("HELLO was not the first message, or not the only HELLO")

// pass carries one message to discordgo. With an error the socket is no longer of use.
func (r *relay) pass(text []byte) error {
	f, err := readFrame(text)
	if (f.op == opHello) == r.hello {
		f, err = frame{}, errOrder
	}
	if err != nil {
		r.drop(err)
		return r.write(f.pass)
	}
	switch {
	case f.op == opReconnect, f.op == opInvalid && f.resumable:
		return errReconnect
	case f.op == opInvalid:
		return errInvalid
	case f.op == opHello:
		r.hello = true
	case f.op == opAck && r.ready.IsZero():
		return nil // while discordgo opens a session, it would wait for itself for ever
	case f.interaction != nil:
		r.d.take(f.interaction)
	}
	if err := r.write(f.pass); err != nil {
		return err
	}
	if f.event == readyEvent || f.event == resumedEvent {
		r.ready = time.Now()
		r.watch.greet()
		r.health.Up()
	}
	return nil
}

// drop counts a bad message. The log has the first of a socket: there may be many.
func (r *relay) drop(why error) {
	r.d.options.Dropped()
	if r.dropped++; r.dropped == 1 {
		r.d.log.Warn("a message of the gateway was dropped", "err", why)
	}
}

// write sends a message to discordgo, if there is one.
func (r *relay) write(text []byte) error {
	if text == nil {
		return nil
	}
	_ = r.down.SetWriteDeadline(time.Now().Add(writeTime))
	if r.down.WriteMessage(websocket.TextMessage, text) != nil {
		return errLeft
	}
	return nil
}

// say sends Discord what discordgo says until either ends, and returns why.
func (r *relay) say() error {
	for {
		_, text, err := r.down.ReadMessage()
		if err != nil {
			return errLeft
		}
		var said struct {
			Op int `json:"op"`
		}
		if json.Unmarshal(text, &said) == nil && said.Op == opHeartbeat {
			r.watch.beat()
		}
		_ = r.up.SetWriteDeadline(time.Now().Add(writeTime))
		if err := r.up.WriteMessage(websocket.TextMessage, text); err != nil {
			return fmt.Errorf("writing to the socket: %w", err)
		}
	}
}

// leave closes the socket. With some codes the session ends, too (docs: events/gateway).
func (r *relay) leave(again bool) {
	code := websocket.CloseNormalClosure
	if again {
		code = websocket.CloseServiceRestart
	}
	_ = r.up.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, ""), time.Now().Add(farewellTime))
}

// mostSilence is how long nothing may come on a socket whose session is ready.
const mostSilence = 2 * time.Minute

// watch sets how long a socket may be read without anything coming. It looks alive for
// minutes after the other side is gone, but each heartbeat must be answered: when two were
// not and the grace is over, the reading fails. Safe for use by many goroutines.
type watch struct {
	limit func(time.Time) error // sets the time when the reading fails
	grace time.Duration

	mu         sync.Mutex
	greeted    bool
	stopped    bool
	unanswered int // heartbeats since something came
}

// greet notes that the session is ready. Until then the limit is the one of the greeting.
func (w *watch) greet() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.greeted = true
	w.extend(mostSilence)
}

// heard notes that something came.
func (w *watch) heard() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.unanswered = 0
	w.extend(mostSilence)
}

// beat notes that a heartbeat is sent.
func (w *watch) beat() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.unanswered++; w.unanswered == 2 {
		w.extend(w.grace)
	}
}

// stop makes the reading fail at once.
func (w *watch) stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.stopped = true
	_ = w.limit(time.Now()) // fails only if the socket is closed, which ends the reading, too
}

// extend extends the read deadline to this long from now. The lock is held.
func (w *watch) extend(by time.Duration) {
	if w.greeted && !w.stopped {
		_ = w.limit(time.Now().Add(by))
	}
}
