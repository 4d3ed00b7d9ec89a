package chat

import (
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"liveadmin/bot"
)

var errHeld = errors.New("the lease is over")

// closing is a body that notes whether it was closed.
type closing struct {
	io.Reader
	closed *atomic.Bool
}

func (c closing) Close() error {
	c.closed.Store(true)
	return nil
}

// TestGate: it is asked before each request that is gated, and its error is found in
// the request's; nothing is sent then.
func TestGate(t *testing.T) {
	var came atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		came.Add(1)
		http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
	}))
	defer server.Close()
	var gate error
	client := NewClient(time.Minute, nil)
	for _, tc := range []struct {
		name  string
		gate  error
		gated bool
		came  int32
	}{{"open", nil, true, 1}, {"closed", errHeld, true, 1}, {"closed, not gated", errHeld, false, 2}, {"open again", nil, true, 3}} {
		gate = tc.gate
		var body closing
		body.Reader, body.closed = strings.NewReader("x"), new(atomic.Bool)
		client, want := client, error(nil)
		if tc.gated {
			client, want = Gated(client, func() error { return gate }), tc.gate
		}
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/with/a-secret", body)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := client.Do(req)
		if err == nil {
			resp.Body.Close()
		}
		if !errors.Is(err, want) || IsUnsent(err) != (want != nil) || came.Load() != tc.came || !body.closed.Load() {
			t.Errorf("%s: %v, %d requests came, body closed %v", tc.name, err, came.Load(), body.closed.Load())
		}
		if err := WithoutURL(err); err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", tc.name, err)
		}
	}
}

// TestUnsent: what certainly did not leave.
func TestUnsent(t *testing.T) {
	cut := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	defer cut.Close()
	gone := httptest.NewServer(nil)
	gone.Close()
	client := NewClient(time.Minute, nil)
	for url, want := range map[string]bool{cut.URL: false, gone.URL: true} {
		if _, err := client.Get(url); err == nil || IsUnsent(err) != want {
			t.Errorf("%v: unsent %v", err, IsUnsent(err))
		}
	}
}

// TestRoute: requests go where they are led.
func TestRoute(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.URL.Path) }))
	defer server.Close()
	client := NewClient(time.Minute, func(r *http.Request) *http.Request {
		r = r.Clone(r.Context())
		r.URL.Scheme, r.URL.Host = "http", strings.TrimPrefix(server.URL, "http://")
		return r
	})
	resp, err := client.Get("https://service.invalid/path")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if body, _ := io.ReadAll(resp.Body); string(body) != "/path" {
		t.Errorf("%q came", body)
	}
}

// zeros is a body without an end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// TestLongAnswers: of an answer so much is read and no more, compressed or not.
func TestLongAnswers(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var out io.Writer = w
		if r.URL.Path == "/gzip" {
			w.Header().Set("Content-Encoding", "gzip")
			zipped := gzip.NewWriter(w)
			defer zipped.Close()
			out = zipped
		}
		if r.URL.Path == "/short" {
			_, _ = io.WriteString(w, "short")
			return
		}
		_, _ = io.Copy(out, io.LimitReader(zeros{}, 64<<20))
	}))
	defer server.Close()
	client := NewClient(time.Minute, nil)
	for path, long := range map[string]bool{"/short": false, "/plain": true, "/gzip": true} {
		resp, err := client.Get(server.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		n, err := io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
		if errors.Is(err, ErrTooLong) != long || n > longestAnswer {
			t.Errorf("%s: %d bytes, %v", path, n, err)
		}
	}
}

// TestAnswerable: a request that has left when the bot stops gets its answer still, and none that
// has not left is sent; one that is cancelled for another reason ends at once.
func TestAnswerable(t *testing.T) {
	came, answer := make(chan struct{}), make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		came <- struct{}{}
		select {
		case <-answer:
		case <-r.Context().Done():
		}
	}))
	defer server.Close()
	client := Gated(NewClient(time.Minute, nil), func() error { return nil })
	for name, cause := range map[string]error{"stopped": bot.ErrStopped, "cancelled": nil} {
		ctx, end := context.WithCancelCause(t.Context())
		ask := func() error {
			req, err := http.NewRequestWithContext(ctx, http.MethodPost, server.URL, nil)
			if err != nil {
				return err
			}
			resp, err := client.Do(req)
			if err == nil {
				err = resp.Body.Close()
			}
			return err
		}
		asked := make(chan error)
		go func() { asked <- ask() }()
		<-came
		end(cause)
		if cause != nil {
			answer <- struct{}{}
		}
		if err := <-asked; (err == nil) != (cause != nil) {
			t.Errorf("%s: %v", name, err)
		}
		if err := ask(); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: a request left afterwards: %v", name, err)
		}
	}
}
