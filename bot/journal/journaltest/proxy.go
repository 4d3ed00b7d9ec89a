package journaltest

import (
	"bytes"
	"net"
	"net/url"
	"sync"
	"testing"
)

// Proxy is a way to a PostgreSQL server that a test can break. It is safe for concurrent use.
type Proxy struct {
	listener net.Listener
	target   string

	mu     sync.Mutex
	thawed chan struct{} // closed while bytes pass
	lose   *Loss         // what is lost next; nil: nothing
}

// Loss is a connection lost when the journal sends something: before it reaches the
// server, or after, but before the answer reaches the journal.
type Loss struct {
	Containing string // what is sent then
	Before     bool
}

// Through returns a proxy to the server of a URL, and the URL that leads through it.
func Through(t testing.TB, target string) (*Proxy, string) {
	t.Helper()
	u, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &Proxy{listener: listener, target: u.Host, thawed: make(chan struct{})}
	close(p.thawed)
	t.Cleanup(func() {
		listener.Close()
		p.Thaw()
	})
	go p.serve()
	u.Host = listener.Addr().String()
	return p, u.String()
}

func (p *Proxy) serve() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", p.target)
		if err != nil {
			client.Close()
			continue
		}
		answers := make(chan bool, 1) // whether the answers to what was sent are lost
		go p.pass(client, server, func(data []byte) bool {
			lost, before := p.take(data)
			if lost {
				answers <- true
			}
			return before
		})
		go p.pass(server, client, func(data []byte) bool {
			select {
			case <-answers: // the server has done it
				return true
			default:
				return false
			}
		})
	}
}

// pass copies bytes until one side ends, or cut says so before they are passed on.
func (p *Proxy) pass(from, to net.Conn, cut func([]byte) bool) {
	defer from.Close()
	defer to.Close()
	buffer := make([]byte, 1<<16)
	for {
		n, err := from.Read(buffer)
		<-p.gate()
		if err != nil || cut(buffer[:n]) {
			return
		}
		if _, err := to.Write(buffer[:n]); err != nil {
			return
		}
	}
}

// take reports whether a connection is to be lost with this data, and whether
// before it reaches the server.
func (p *Proxy) take(data []byte) (lost, before bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.lose == nil || !bytes.Contains(data, []byte(p.lose.Containing)) {
		return false, false
	}
	before = p.lose.Before
	p.lose = nil
	return true, before
}

// Lose ends the connection that next sends what a loss contains.
func (p *Proxy) Lose(l Loss) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lose = &l
}

// Close lets no new connection through.
func (p *Proxy) Close() { p.listener.Close() }

// Pending reports whether what Lose asked for has not happened.
func (p *Proxy) Pending() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.lose != nil
}

func (p *Proxy) gate() <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.thawed
}

// Freeze lets nothing pass until Thaw.
func (p *Proxy) Freeze() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.thawed = make(chan struct{})
}

// Thaw lets everything pass again, what was held back first.
func (p *Proxy) Thaw() {
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-p.thawed:
	default:
		close(p.thawed)
	}
}
