package crash

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"liveadmin/bot/cli"
	"liveadmin/bot/e2e/harness"
)

// instance is the program as one process after the other.
type instance struct {
	*harness.Live // its folder, log, address and environment
	outside       map[string]outside
	steps         []requestStep
}

// outside is a server that the program calls, and the variable that names its address.
type outside struct {
	variable, path string
	server         http.Handler
}

// process is one life of the program. Everything that it sends to the outside goes
// through servers of its own, which can end it there, and end with it: what has not
// arrived when it is buried never does.
type process struct {
	cmd   *exec.Cmd
	point string // where it ends, if it comes there
	doors []*httptest.Server

	ready  chan struct{} // closed when it is connected
	dead   chan struct{} // closed when it has ended
	buried chan struct{} // closed when nothing of it can arrive any more

	mu     sync.Mutex
	passed map[string]int // how often each request came so far
	sigs   []string       // UserSigs that it sent
}

// begin starts the program, to end at a point or, with "", when it is killed.
func (i *instance) begin(point, signal string) *process {
	i.T.Helper()
	p := &process{
		point: point, passed: make(map[string]int),
		ready: make(chan struct{}), dead: make(chan struct{}), buried: make(chan struct{}),
	}
	env := append([]string{mortalPoint + "=" + point, mortalSignal + "=" + signal}, i.Env...)
	for name, o := range i.outside {
		door := httptest.NewServer(i.door(p, name, o.server))
		p.doors = append(p.doors, door)
		env = append(env, o.variable+"="+door.URL+o.path)
	}
	log, err := os.OpenFile(i.Log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		i.T.Fatal(err)
	}
	p.cmd = harness.Program(i.T, i.Dir, env)
	p.cmd.Stderr = struct{ io.Writer }{log} // through a pipe: a log is no file on its disk
	if err := p.cmd.Start(); err != nil {
		i.T.Fatal(err)
	}
	i.T.Cleanup(p.kill)
	go func() {
		_ = p.cmd.Wait() // the exit code is looked at where it matters
		_ = log.Close()
		close(p.dead)
	}()
	go i.watch(p)
	return p
}

// watch reports when a process is ready.
func (i *instance) watch(p *process) {
	for !i.isReady() {
		select {
		case <-p.dead:
			return
		case <-time.After(10 * time.Millisecond):
		}
	}
	close(p.ready)
}

// awaitReady waits until a process is ready. One that ends before fails the test.
func (i *instance) awaitReady(p *process) {
	i.T.Helper()
	select {
	case <-p.ready:
	case <-p.dead:
		select {
		case <-p.ready: // and has ended since
		default:
			i.T.Fatalf("the program has ended before it was ready: %v; log:\n%s", p.cmd.ProcessState, i.Logged())
		}
	}
}

// isReady asks whether the program is connected.
func (i *instance) isReady() bool {
	client := http.Client{Timeout: time.Second} // it may be stopped
	res, err := client.Get("http://" + i.Addr + "/readyz")
	if err != nil {
		return false
	}
	_ = res.Body.Close()
	return res.StatusCode == http.StatusOK
}

// door lets requests through to a server, and ends the process before one is carried
// out, or after that, before it is answered.
func (i *instance) door(p *process, name string, server http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		step := i.step(name, r)
		p.mu.Lock()
		p.passed[step]++
		if sig := r.URL.Query().Get("usersig"); sig != "" && !slices.Contains(p.sigs, sig) {
			p.sigs = append(p.sigs, sig)
		}
		step = fmt.Sprintf("%s %d", step, p.passed[step])
		p.mu.Unlock()
		switch p.point {
		case "before " + step:
		case "after " + step:
			server.ServeHTTP(httptest.NewRecorder(), r)
		default:
			server.ServeHTTP(w, r)
			return
		}
		p.kill()
		panic(http.ErrAbortHandler)
	})
}

// step names a request.
func (i *instance) step(server string, r *http.Request) string {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return server + " broken"
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	line := r.Method + " " + r.URL.Path + " " + string(body)
	for _, s := range i.steps {
		if s.server == server && s.form.MatchString(line) {
			return server + " " + s.name
		}
	}
	return server + " other"
}

// requestStep is a sort of request: the first form that fits counts.
type requestStep struct {
	server, name string
	form         *regexp.Regexp
}

func requestSteps() []requestStep {
	var steps []requestStep
	for _, s := range [][3]string{
		{"tencent", "Admins", `/get_admin_list `},
		{"tencent", "SetAdmins", `/modify_admin .*"CommandType":1`},
		{"tencent", "CancelAdmins", `/modify_admin `},
		{"tencent", "Accounts", `/account_check `},
		{"slack", "request", `/chat.postMessage .*part%22%3A%22request`},
		{"slack", "end", `/chat.postMessage .*part%22%3A%22end`},
		{"slack", "result", `/chat.postMessage .*thread_ts=`},
		{"slack", "root", `/chat.postMessage `},
		{"slack", "amend", `/chat.update .*part%22%3A%22request`},
		{"slack", "update", `/chat.update `},
		{"slack", "look", `/conversations\.`},
		{"slack", "socket", `/apps.connections.open `},
		{"discord", "callback", `^POST .*/callback `},
		{"discord", "thread", `^POST .*/threads `},
		{"discord", "original", `^PATCH .*/webhooks/`},
		{"discord", "request", `^POST .*/channels/\d+/messages .*🙋 #`},
		{"discord", "end", `^POST .*/channels/\d+/messages .*🏁 #`},
		{"discord", "amend", `^PATCH .*/channels/\d+/messages/.*🙋 #`},
		{"discord", "result", `^POST .*/channels/\d+/messages `},
		{"discord", "look", `^GET .*/(channels|webhooks)/`},
		{"discord", "command", `^(GET|POST) .*/guilds/\d+/commands `},
	} {
		steps = append(steps, requestStep{s[0], s[1], regexp.MustCompile(s[2])})
	}
	return steps
}

// points are all points at which a process can end.
func points() []string {
	var all []string
	steps := []string{"Claim", "Accept", "Note", "Answer", "Turn", "Plan", "Settle", "Announce", "Post", "Drop", "Rest", "Wake", "Due", "Requested", "Decide", "Finish"}
	for _, s := range requestSteps() {
		steps = append(steps, s.server+" "+s.name)
	}
	for _, s := range steps {
		all = append(all, "before "+s, "after "+s)
	}
	return all
}

// kill ends the process in the hardest way. It can be repeated.
func (p *process) kill() { _ = p.cmd.Process.Kill() }

// bury waits for the last of what a dead process sent.
func (p *process) bury() {
	for _, door := range p.doors {
		door.Close()
	}
}

// stop asks a process to stop, and looks at how it does.
func (i *instance) stop(p *process) {
	i.T.Helper()
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	<-p.buried
	if code := p.cmd.ProcessState.ExitCode(); code != cli.ExitOK {
		i.T.Errorf("the program ended with %d; log:\n%s", code, i.Logged())
	}
}

// another is a second instance beside this one, with a folder of its own.
func (i *instance) another(t *testing.T) *instance {
	t.Helper()
	l := *i.Live
	l.Addr, l.Dir = harness.FreeAddr(t), t.TempDir()
	l.Log = filepath.Join(l.Dir, "log")
	l.Env = nil
	for _, v := range i.Env {
		if !strings.HasPrefix(v, "HTTP_ADDR=") {
			l.Env = append(l.Env, v)
		}
	}
	l.Env = append(l.Env, "HTTP_ADDR="+l.Addr)
	return &instance{&l, i.outside, i.steps}
}
