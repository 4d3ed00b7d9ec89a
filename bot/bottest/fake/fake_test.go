package fake

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// TestFaults: the first that fits happens, as often as it was asked to.
func TestFaults(t *testing.T) {
	var q Faults[string]
	q.Add("third", 2, 1)
	q.Add("twice", 0, 2)
	q.Add("always", 0, -1)
	took := ""
	for range 5 {
		took += q.Take(func(string) bool { return true }) + " "
	}
	took += q.Take(func(f string) bool { return f == "another" }) + "|"
	q.Clear()
	took += q.Take(func(string) bool { return true })
	if took != "twice twice third always always |" {
		t.Errorf("taken %q", took)
	}
}

// TestHost: a state is waited for, a call hangs until the end, and the end ends all.
func TestHost(t *testing.T) {
	h := NewHost(t, "a fake")
	called := false
	var n atomic.Int32
	h.Serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.Change(func() { called = true })
		if r.URL.Path == "/page" {
			Page(w, http.StatusBadGateway)
			return
		}
		h.Hang(w, r)
	}))
	resp, err := http.Get("http://" + h.Addr() + "/page")
	if err != nil {
		t.Fatal(err)
	}
	if body, _ := io.ReadAll(resp.Body); resp.StatusCode != http.StatusBadGateway || len(body) == 0 {
		t.Errorf("answered %d %q", resp.StatusCode, body)
	}
	resp.Body.Close()
	h.Change(func() { called = false })
	ended := make(chan error, 1)
	go func() {
		_, err := http.Get("http://" + h.Addr())
		ended <- err
	}()
	if err := h.Wait(t.Context(), func() bool {
		h.Lock()
		defer h.Unlock()
		return called
	}); err != nil {
		t.Error(err)
	}
	h.Beside(func() {
		if !h.Pause(time.Hour) {
			n.Add(1)
		}
	})
	h.Close(func() { n.Add(1) })
	h.Beside(func() { n.Add(1) })
	if err := <-ended; err == nil || n.Load() != 2 || h.Pause(time.Second) {
		t.Errorf("the call ended with %v; %d", err, n.Load())
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if err := h.Wait(gone, func() bool { return false }); !errors.Is(err, context.Canceled) || !strings.HasPrefix(err.Error(), "a fake: ") {
		t.Errorf("waited: %v", err)
	}
}

// TestWaitFor: a message is asked about once, and again when it changes.
func TestWaitFor(t *testing.T) {
	h := NewHost(t, "a fake")
	h.Serve(http.NotFoundHandler())
	defer h.Close(func() {})
	said := []string{"a", "b"}
	asked := ""
	since := func(news int) []int {
		h.Lock()
		defer h.Unlock()
		var all []int
		for i := range said[news:] {
			all = append(all, news+i+1)
		}
		return all
	}
	text := func(i int) string {
		h.Lock()
		defer h.Unlock()
		return said[i-1]
	}
	fits := func(i int) bool {
		asked += text(i)
		if text(i) == "b" {
			go h.Change(func() { said = append(said, "c") })
		}
		return text(i) == "c"
	}
	if found, err := WaitFor(t.Context(), h, since, func(i int) int { return i }, text, fits); err != nil || found != 3 || asked != "abc" {
		t.Errorf("found %d, asked %q, %v", found, asked, err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, err := WaitFor(ctx, h, since, func(i int) int { return i }, text, func(int) bool { return false }); err == nil || !strings.HasSuffix(err.Error(), "there is:\na\nb\nc") {
		t.Errorf("waited: %v", err)
	}
}
