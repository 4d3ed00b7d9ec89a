package web_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"liveadmin/bot/web"
)

// serve starts a server and returns its URL and what ends it.
func serve(t *testing.T, s *web.Server) (url string, stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx, nil) }()
	ended := false
	stop = func() error {
		if ended {
			return nil
		}
		ended = true
		cancel()
		return <-served
	}
	t.Cleanup(func() { _ = stop() })
	return "http://" + s.Addr(), stop
}

func newServer(t *testing.T, checks ...web.Check) *web.Server {
	t.Helper()
	s, err := web.New("127.0.0.1:0", slog.New(slog.DiscardHandler), checks...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	r, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return r.StatusCode, string(body)
}

func TestHealthAndReadiness(t *testing.T) {
	var slack atomic.Bool
	var database atomic.Value
	database.Store("down")
	s := newServer(t,
		web.Check{Name: "slack", State: func(context.Context) (bool, string) {
			if slack.Load() {
				return true, ""
			}
			return false, "no socket is connected"
		}},
		web.Pinged("database", func(context.Context) error {
			if database.Load() == "down" {
				return errors.New("dial tcp db.internal: refused")
			}
			return nil
		}))
	url, _ := serve(t, s)
	for _, tc := range []struct {
		name     string
		slack    bool
		database string
		status   int
		shown    []string
		hidden   []string
	}{
		{"nothing is ready", false, "down", 503, []string{"no socket is connected", "does not answer"}, []string{"db.internal"}},
		{"the database is away", true, "down", 503, []string{`"database":{"ready":false`, `"slack":{"ready":true}`}, nil},
		{"the platform is away", false, "up", 503, []string{`"database":{"ready":true}`, "no socket"}, nil},
		{"everything is ready", true, "up", 200, []string{`"ready":true`}, []string{"false", "reason"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			slack.Store(tc.slack)
			database.Store(tc.database)
			status, body := get(t, url+"/readyz")
			if status != tc.status || !json.Valid([]byte(body)) {
				t.Errorf("got %d %s, want %d and JSON", status, body, tc.status)
			}
			for _, want := range tc.shown {
				if !strings.Contains(body, want) {
					t.Errorf("%s lacks %s", body, want)
				}
			}
			for _, not := range tc.hidden {
				if strings.Contains(body, not) {
					t.Errorf("%s shows %s", body, not)
				}
			}
			if status, body := get(t, url+"/healthz"); status != 200 || body != "ok\n" {
				t.Errorf("health is %d %q", status, body)
			}
		})
	}
}

// TestReadinessEnds: a check that never answers is ended by its context.
func TestReadinessEnds(t *testing.T) {
	t.Parallel()
	s := newServer(t, web.Pinged("database", func(ctx context.Context) error {
		<-ctx.Done()
		return ctx.Err()
	}))
	url, _ := serve(t, s)
	if status, body := get(t, url+"/readyz"); status != 503 || !strings.Contains(body, "does not answer") {
		t.Errorf("got %d %s", status, body)
	}
}

func TestBodyCap(t *testing.T) {
	s := newServer(t)
	var read atomic.Int64
	s.Mount("POST /body", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n, err := io.Copy(io.Discard, r.Body)
		read.Store(n)
		if _, long := errors.AsType[*http.MaxBytesError](err); long {
			w.WriteHeader(http.StatusRequestEntityTooLarge)
		}
	}))
	url, _ := serve(t, s)
	for _, tc := range []struct {
		name   string
		bytes  int
		length bool // is sent beforehand
		status int
	}{
		{"as long as allowed", web.MaxBody, true, 200},
		{"a byte too long", web.MaxBody + 1, true, 413},
		{"too long without a length", web.MaxBody + 1, false, 413},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var body io.Reader = strings.NewReader(strings.Repeat("x", tc.bytes))
			if !tc.length {
				body = io.MultiReader(body) // hides the length
			}
			read.Store(0)
			r, err := http.Post(url+"/body", "text/plain", body)
			if err != nil {
				t.Fatal(err)
			}
			r.Body.Close()
			if r.StatusCode != tc.status || read.Load() > web.MaxBody {
				t.Errorf("got %d after %d bytes, want %d", r.StatusCode, read.Load(), tc.status)
			}
		})
	}
}

// TestStop: a request in flight is finished when the server is asked to end, and
// the address is free afterwards.
func TestStop(t *testing.T) {
	s := newServer(t)
	arrived, leave := make(chan struct{}), make(chan struct{})
	s.Mount("GET /slow", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(arrived)
		<-leave
		_, _ = w.Write([]byte("finished"))
	}))
	url, stop := serve(t, s)
	answer := make(chan string, 1)
	go func() {
		_, body := get(t, url+"/slow")
		answer <- body
	}()
	<-arrived
	stopped := make(chan error, 1)
	go func() { stopped <- stop() }()
	close(leave)
	if got := <-answer; got != "finished" {
		t.Errorf("the request in flight got %q", got)
	}
	if err := <-stopped; err != nil {
		t.Error(err)
	}
	again, err := net.Listen("tcp", s.Addr())
	if err != nil {
		t.Fatalf("the address is still taken: %v", err)
	}
	again.Close()
}

// TestRestart: a client that has connected and sends nothing does not hold up a restart.
func TestRestart(t *testing.T) {
	s := newServer(t)
	errRestart := errors.New("restart")
	ctx, end := context.WithCancelCause(t.Context())
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx, errRestart) }()
	for _, sent := range []string{"", "GET /healthz HT", "POST /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n"} {
		c, err := net.Dial("tcp", s.Addr())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if _, err := io.WriteString(c, sent); err != nil {
			t.Fatal(err)
		}
	}
	get(t, "http://"+s.Addr()+"/healthz") // so that those before are accepted
	start := time.Now()
	end(errRestart)
	if err := <-served; err != nil {
		t.Error(err)
	}
	if took := time.Since(start); took >= 5*time.Second { // as long as the end of the program waits for it
		t.Errorf("it took %s", took)
	}
}

// TestSlowHeader: who sends no header is dropped.
func TestSlowHeader(t *testing.T) {
	t.Parallel()
	url, _ := serve(t, newServer(t))
	c, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetReadDeadline(time.Now().Add(30 * time.Second))
	if _, err := io.Copy(io.Discard, c); err != nil {
		t.Errorf("the silent connection was not closed: %v", err)
	}
}

func TestRefused(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	log := slog.New(slog.DiscardHandler)
	for _, tc := range []struct {
		name, addr string
		log        *slog.Logger
		check      []web.Check
	}{
		{"an address in use", taken.Addr().String(), log, nil},
		{"no address", "nowhere", log, nil},
		{"no log", "127.0.0.1:0", nil, nil},
		{"a check without a state", "127.0.0.1:0", log, []web.Check{{Name: "x"}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if _, err := web.New(tc.addr, tc.log, tc.check...); err == nil {
				t.Error("it was not refused")
			}
		})
	}
}

func TestOtherMethods(t *testing.T) {
	s := newServer(t)
	url, _ := serve(t, s)
	r, err := http.Post(url+"/healthz", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
	if r.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("POST to health is %d", r.StatusCode)
	}
}
