package e2e

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"liveadmin/imapi/simulator"
)

const serveKey = "canary-key-of-the-serve-test"

// live is the program running against fakes of everything outside.
type live struct {
	t       testing.TB
	api     *simulator.Server
	addr    string
	dir     string
	env     []string
	secrets []string
	cmd     *exec.Cmd
	log     string // the file with its log
}

func newLive(t testing.TB) *live {
	t.Helper()
	l := &live{t: t, dir: t.TempDir(), addr: freeAddr(t), secrets: []string{serveKey, "usersig"}}
	l.log = filepath.Join(l.dir, "log")
	var err error
	l.api, err = simulator.New(simulator.App{SDKAppID: 1400000000, Key: serveKey, Admins: []string{"administrator"}})
	if err == nil {
		err = l.api.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.api.Close)
	l.api.AddGroup("@TGS#a6I4ZUUGO", simulator.Group{})
	l.api.AddAccount("user1", "")
	l.env = []string{
		"IM_SDKAPPID=1400000000", "IM_SECRET_KEY=" + serveKey, "IM_BASE_URL=" + l.api.URL(),
		"HTTP_ADDR=" + l.addr, "LOG_LEVEL=debug",
	}
	return l
}

// freeAddr is an address for a program that listens later, and again after it was killed:
// with a port below those that systems give away, which somebody else could get meanwhile.
func freeAddr(t testing.TB) string {
	t.Helper()
	for range 100 {
		addr := fmt.Sprintf("127.0.0.1:%d", 10_000+rand.N(20_000))
		if listener, err := net.Listen("tcp", addr); err == nil {
			listener.Close()
			return addr
		}
	}
	t.Fatal("no port is free")
	return ""
}

// start starts the program and waits until it says that it is ready.
func (l *live) start() {
	l.t.Helper()
	l.begin(program(l.t, l.dir, l.env))
	l.until("ready", func() bool { return l.get("/readyz") == http.StatusOK })
}

// begin starts a process with the program, which keeps its log.
func (l *live) begin(cmd *exec.Cmd) {
	l.t.Helper()
	log, err := os.OpenFile(l.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		l.t.Fatal(err)
	}
	defer log.Close()
	l.cmd = cmd
	l.cmd.Stderr = log
	if err := l.cmd.Start(); err != nil {
		l.t.Fatal(err)
	}
	l.t.Cleanup(func() { _ = cmd.Process.Kill() })
}

func (l *live) get(path string) int {
	res, err := http.Get("http://" + l.addr + path)
	if err != nil {
		return 0
	}
	defer res.Body.Close()
	var state struct{ Ready bool }
	if path == "/readyz" && json.NewDecoder(res.Body).Decode(&state) != nil {
		l.t.Error("/readyz has no JSON")
	}
	if path == "/readyz" && state.Ready != (res.StatusCode == http.StatusOK) {
		l.t.Errorf("/readyz is %d and says ready: %v", res.StatusCode, state.Ready)
	}
	return res.StatusCode
}

// until waits for a condition that nothing signals.
func (l *live) until(what string, check func() bool) {
	l.t.Helper()
	for deadline := time.Now().Add(50 * time.Second); !check(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			l.t.Fatalf("not %s in time; its log:\n%s", what, l.logged())
		}
	}
}

func (l *live) logged() string {
	log, err := os.ReadFile(l.log)
	if err != nil {
		l.t.Fatal(err)
	}
	return string(log)
}

// TestStopWhileStarting: asked to stop while the database does not answer, the program ends
// without an error.
func TestStopWhileStarting(t *testing.T) {
	database, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer database.Close()
	l := newLive(t)
	intoSlack(l, false)
	l.env = append(l.env, "ALLOWLIST=slack:user:U0ALICE", "DATABASE_URL=postgres://u:p@"+database.Addr().String()+"/db")
	l.begin(program(t, l.dir, l.env))
	silent, err := database.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	l.stop()
}

// stop asks the program to stop and looks at its last words.
func (l *live) stop() {
	l.t.Helper()
	if err := l.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		l.t.Fatal(err)
	}
	if err := l.cmd.Wait(); err != nil {
		l.t.Errorf("the program ended with %v; log:\n%s", err, l.logged())
	}
	log := l.logged()
	for _, secret := range l.secrets {
		if strings.Contains(log, secret) {
			l.t.Errorf("a secret stands in the log:\n%s", log)
		}
	}
}
