package journal

import (
	"bytes"
	"net"
	"net/url"
	"sync"
	"testing"
)

// proxy stands between a journal and its PostgreSQL server, and breaks what passes.
type proxy struct {
	listener net.Listener
	target   string

	mu     sync.Mutex
	thawed chan struct{} // closed while bytes pass
	lose   *loss         // what is lost next; nil: nothing
}

// loss is a connection lost when the journal sends something: before it reaches the
// server, or after, but before the answer reaches the journal.
type loss struct {
	containing string
	before     bool
}

// through returns a proxy to the server of a URL, and the URL that leads through it.
func through(t testing.TB, target string) (*proxy, string) {
	t.Helper()
	u, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{listener: listener, target: u.Host, thawed: make(chan struct{})}
	close(p.thawed)
	t.Cleanup(func() {
		listener.Close()
		p.thaw()
	})
	go p.serve()
	u.Host = listener.Addr().String()
	return p, u.String()
}

func (p *proxy) serve() {
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
func (p *proxy) pass(from, to net.Conn, cut func([]byte) bool) {
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
func (p *proxy) take(data []byte) (lost, before bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.lose == nil || !bytes.Contains(data, []byte(p.lose.containing)) {
		return false, false
	}
	before = p.lose.before
	p.lose = nil
	return true, before
}

// losing makes the connection be lost that next sends something.
func (p *proxy) losing(l loss) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lose = &l
}

// pending reports whether what losing asked for has not happened.
func (p *proxy) pending() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.lose != nil
}

func (p *proxy) gate() <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.thawed
}

// freeze lets nothing pass until thaw.
func (p *proxy) freeze() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.thawed = make(chan struct{})
}

func (p *proxy) thaw() {
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-p.thawed:
	default:
		close(p.thawed)
	}
}
