package simulator

import (
	"fmt"
	"html"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// FaultKind is something that goes wrong with a call.
type FaultKind string

// Faults in place of the answer. The call is carried out first if the Fault is
// Applied, and not at all otherwise.
const (
	Refuse     FaultKind = "refuse"     // ActionStatus FAIL with Code, also with 0, which contradicts itself
	Contradict FaultKind = "contradict" // ActionStatus OK with Code
	HTML       FaultKind = "html"       // HTTP status Status with a page, as gateways send it
	Reset      FaultKind = "reset"      // the connection is reset (RST)
	Hang       FaultKind = "hang"       // nothing, until the client gives up or Close
	Drip       FaultKind = "drip"       // header lines without end, until the client gives up or Close
	Empty      FaultKind = "empty"      // HTTP status 200 without a body
)

// Faults in the true answer: the call is always carried out.
const (
	Truncate  FaultKind = "truncate"   // the JSON is cut in the middle, the HTTP answer is complete
	BreakOff  FaultKind = "break off"  // the connection ends in the middle of the answer
	Oversize  FaultKind = "oversize"   // valid, but 2 MiB long
	ExtraKeys FaultKind = "extra keys" // valid, with keys that no document names
)

const (
	oversizeBytes = 2 << 20
	dripInterval  = 10 * time.Millisecond
)

// Fault is what happens to the next calls that it fits.
type Fault struct {
	Kind    FaultKind // "" is Refuse
	Command string    // only this command ("modify_admin", …); "" for any
	Group   string    // only this group; "" for any
	Times   int       // how many calls; 0 is 1, less than 0 is until ClearFaults

	Applied bool   // the call is carried out first
	Code    int    // ErrorCode, of Refuse and Contradict
	Info    string // ErrorInfo, of Refuse and Contradict; the page's text, of HTML
	EchoURL bool   // the request's complete URL, UserSig and all, follows Info
	Status  int    // HTTP status, of HTML; 0 is 502
}

// Inject queues a fault. A call takes the first that fits. It refuses what it
// does not know.
func (s *Server) Inject(f Fault) error {
	switch f.Kind {
	case "":
		f.Kind = Refuse
	case Refuse, Contradict, HTML, Reset, Hang, Drip, Empty, Truncate, BreakOff, Oversize, ExtraKeys:
	default:
		return fmt.Errorf("simulator: unknown kind of fault %q", f.Kind)
	}
	if f.Status == 0 {
		f.Status = http.StatusBadGateway
	}
	if f.Status < 200 || f.Status > 599 {
		return fmt.Errorf("simulator: %d is no HTTP status of an answer", f.Status)
	}
	if f.Times == 0 {
		f.Times = 1
	}
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.queue = append(s.faults.queue, f)
	return nil
}

// ClearFaults drops the faults that no call has taken yet.
func (s *Server) ClearFaults() {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.queue = nil
}

// faults holds what is to go wrong. Its zero value is empty.
type faults struct {
	mu    sync.Mutex
	queue []Fault
}

// spoilsAnswer reports whether the fault is in the true answer.
func (f Fault) spoilsAnswer() bool {
	switch f.Kind {
	case Truncate, BreakOff, Oversize, ExtraKeys:
		return true
	}
	return false
}

// take returns the fault for a call, if there is one, and counts it.
func (fs *faults) take(req *request) (Fault, bool) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	for i := range fs.queue {
		f := &fs.queue[i]
		if (f.Command != "" && f.Command != req.command) || (f.Group != "" && f.Group != req.group()) {
			continue
		}
		taken := *f
		if f.Times--; f.Times == 0 {
			fs.queue = slices.Delete(fs.queue, i, i+1)
		}
		return taken, true
	}
	return Fault{}, false
}

// misbehave lets a fault happen to a call.
func (s *Server) misbehave(w http.ResponseWriter, r *http.Request, f Fault, req *request) {
	var a answer
	if f.Applied || f.spoilsAnswer() {
		a = s.carryOut(req)
	}
	text := f.Info
	if f.EchoURL {
		text += " " + req.url
	}
	switch f.Kind {
	case Refuse:
		a = answer{status: "FAIL", code: f.Code, info: text}
	case Contradict:
		a = answer{status: "OK", code: f.Code, info: text}
	case Oversize:
		a = a.with("Padding", strings.Repeat("x", oversizeBytes))
	case ExtraKeys:
		a = a.with("ErrorDisplay", "")
	}
	s.records.answered(req.call, a.code, f.Kind)

	switch f.Kind {
	case HTML:
		sendPage(w, f.Status, text)
	case Reset:
		reset(w)
	case Hang:
		s.hang(r)
		drop(w)
	case Drip:
		s.drip(w)
	case Empty:
		sendRaw(w, nil)
	case Truncate:
		body := a.encode()
		sendRaw(w, body[:len(body)/2])
	case BreakOff:
		// net/http ends the connection when a body stays shorter than announced.
		body := a.encode()
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		sendRaw(w, body[:len(body)/2])
	default:
		a.send(w)
	}
}

func sendPage(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/html")
	w.WriteHeader(status)
	fmt.Fprintf(w, "<html><body><h1>%d %s</h1><p>%s</p></body></html>\n",
		status, http.StatusText(status), html.EscapeString(text))
}

// hang waits until the client gives up or the Server is closed.
func (s *Server) hang(r *http.Request) {
	select {
	case <-r.Context().Done():
	case <-s.closed:
	}
}

// drip sends header lines until the client gives up or the Server is closed.
func (s *Server) drip(w http.ResponseWriter) {
	conn := takeOver(w)
	defer conn.Close()
	line := "HTTP/1.1 200 OK\r\n"
	for {
		if _, err := io.WriteString(conn, line); err != nil || !s.pause(dripInterval) {
			return
		}
		line = "X-Drip: drop\r\n"
	}
}

// reset ends the connection with RST where it is plain TCP.
func reset(w http.ResponseWriter) {
	conn := takeOver(w)
	if tcp, ok := conn.(*net.TCPConn); ok {
		tcp.SetLinger(0) // what fails here fails in Close too
	}
	conn.Close()
}

// drop ends the connection without an answer.
func drop(w http.ResponseWriter) { takeOver(w).Close() }

// takeOver takes the connection out of the HTTP server's hands. Where there is
// none to take, it ends the handler in net/http's own way.
func takeOver(w http.ResponseWriter) net.Conn {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	return conn
}
