// Package harness is for tests: the whole program as a process, against fakes of everything
// outside.
package harness

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
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

	"liveadmin/bot/app"
	"liveadmin/bot/bottest/pace"
	"liveadmin/bot/cli"
	"liveadmin/imapi/simulator"
)

// asProgram makes a test binary the program itself.
const asProgram = "LIVEADMIN_TEST_PROGRAM"

// Main runs the tests of a package, or, in a process that Program has started, the program
// with the options, which are asked for only there.
func Main(m *testing.M, options func() []app.Option) {
	if os.Getenv(asProgram) == "" {
		pace.SideBySide(m, 8, 4)
		return
	}
	os.Exit(cli.Run(os.Args[1:], os.Environ(), os.Stdin, os.Stdout, os.Stderr, options()...))
}

// Program is a process with the Program in it. It sees no environment but env,
// and gets a minute.
func Program(t testing.TB, dir string, env []string, args ...string) *exec.Cmd {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, os.Args[0], args...)
	cmd.Dir = dir
	cmd.Env = append(env, asProgram+"=1")
	return cmd
}

// Key is the secret key of the application. It may appear nowhere.
const Key = "canary-key-of-the-serve-test"

// Live is the program running against fakes of everything outside.
type Live struct {
	T       testing.TB
	API     *simulator.Server
	Addr    string
	Dir     string
	Env     []string
	Secrets []string
	Cmd     *exec.Cmd
	Log     string // the file with its log
}

// New prepares the program, with the simulator but without a platform.
func New(t testing.TB) *Live {
	t.Helper()
	l := &Live{T: t, Dir: t.TempDir(), Addr: FreeAddr(t), Secrets: []string{Key, "usersig"}}
	l.Log = filepath.Join(l.Dir, "log")
	var err error
	l.API, err = simulator.New(simulator.App{SDKAppID: 1400000000, Key: Key, Admins: []string{"administrator"}})
	if err == nil {
		err = l.API.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.API.Close)
	l.API.AddGroup("@TGS#a6I4ZUUGO", simulator.Group{})
	l.API.AddAccount("user1", "")
	l.Env = []string{
		"IM_SDKAPPID=1400000000", "IM_SECRET_KEY=" + Key, "IM_BASE_URL=" + l.API.URL(),
		"HTTP_ADDR=" + l.Addr, "LOG_LEVEL=debug",
	}
	return l
}

// FreeAddr is an address for a program that listens later, and again after it was killed:
// with a port below those that systems give away, which somebody else could get meanwhile.
// The port after it is held until the test ends, so that no other test takes the two.
func FreeAddr(t testing.TB) string {
	t.Helper()
	for range 100 {
		port := 10_000 + 2*rand.N(10_000)
		held, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port+1))
		if err != nil {
			continue
		}
		t.Cleanup(func() { held.Close() })
		addr := fmt.Sprintf("127.0.0.1:%d", port)
		if listener, err := net.Listen("tcp", addr); err == nil {
			listener.Close()
			return addr
		}
	}
	t.Fatal("no port is free")
	return ""
}

// Start starts the program and waits until it says that it is ready.
func (l *Live) Start() {
	l.T.Helper()
	l.Begin(Program(l.T, l.Dir, l.Env))
	l.Until("ready", func() bool { return l.Get("/readyz") == http.StatusOK })
}

// Begin starts a process with the program, which keeps its log.
func (l *Live) Begin(cmd *exec.Cmd) {
	l.T.Helper()
	log, err := os.OpenFile(l.Log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		l.T.Fatal(err)
	}
	defer log.Close()
	l.Cmd = cmd
	l.Cmd.Stderr = log
	if err := l.Cmd.Start(); err != nil {
		l.T.Fatal(err)
	}
	l.T.Cleanup(func() { _ = cmd.Process.Kill() })
}

// Get returns the status of a GET, and 0 if nothing answers.
func (l *Live) Get(path string) int {
	res, err := http.Get("http://" + l.Addr + path)
	if err != nil {
		return 0
	}
	defer res.Body.Close()
	var state struct{ Ready bool }
	if path == "/readyz" && json.NewDecoder(res.Body).Decode(&state) != nil {
		l.T.Error("/readyz has no JSON")
	}
	if path == "/readyz" && state.Ready != (res.StatusCode == http.StatusOK) {
		l.T.Errorf("/readyz is %d and says ready: %v", res.StatusCode, state.Ready)
	}
	return res.StatusCode
}

// Read is what the program answers to a GET, whatever the status.
func (l *Live) Read(path string) string {
	l.T.Helper()
	res, err := http.Get("http://" + l.Addr + path)
	if err != nil {
		l.T.Fatalf("%v; log:\n%s", err, l.Logged())
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		l.T.Fatal(err)
	}
	return string(body)
}

// Until waits for a condition that nothing signals.
func (l *Live) Until(what string, check func() bool) {
	l.T.Helper()
	for deadline := time.Now().Add(50 * time.Second); !check(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			l.T.Fatalf("not %s in time; its log:\n%s", what, l.Logged())
		}
	}
}

// Logged returns the log so far.
func (l *Live) Logged() string {
	log, err := os.ReadFile(l.Log)
	if err != nil {
		l.T.Fatal(err)
	}
	return string(log)
}

// Write puts a text into a file of the program's folder, in one step, as editors and
// Kubernetes do.
func (l *Live) Write(name, text string) {
	l.T.Helper()
	path := filepath.Join(l.Dir, name)
	if err := os.WriteFile(path+".new", []byte(text), 0o600); err != nil {
		l.T.Fatal(err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		l.T.Fatal(err)
	}
}

// Hangup sends SIGHUP and waits until the log has another line with a text.
func (l *Live) Hangup(want string) {
	l.T.Helper()
	before := strings.Count(l.Logged(), want)
	if err := l.Cmd.Process.Signal(syscall.SIGHUP); err != nil {
		l.T.Fatal(err)
	}
	l.Until("the log says "+want, func() bool { return strings.Count(l.Logged(), want) > before })
}

// Restart sends SIGHUP and waits until the program runs with the settings as they are.
func (l *Live) Restart() {
	l.T.Helper()
	l.Hangup("msg=started")
	l.Until("ready", func() bool { return l.Get("/readyz") == http.StatusOK })
}

// Stop asks the program to Stop and looks at its last words.
func (l *Live) Stop() {
	l.T.Helper()
	if err := l.Cmd.Process.Signal(syscall.SIGTERM); err != nil {
		l.T.Fatal(err)
	}
	if err := l.Cmd.Wait(); err != nil {
		l.T.Errorf("the program ended with %v; log:\n%s", err, l.Logged())
	}
	CheckSecrets(l.T, "the log", l.Logged(), l.Secrets)
}

// CheckSecrets looks for secrets in a text.
func CheckSecrets(t testing.TB, where, text string, secrets []string) {
	t.Helper()
	for _, secret := range secrets {
		if at := strings.Index(text, secret); at >= 0 {
			t.Errorf("a secret is in %s: %q", where, text[max(0, at-200):at+len(secret)])
		}
	}
}
