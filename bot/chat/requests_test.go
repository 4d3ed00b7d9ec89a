package chat

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// answering serves a handler and returns how to send a request and wait for the status of its
// answer, and how long that took.
func answering(t *testing.T, h http.HandlerFunc) func(head, body string) (status string, took time.Duration) {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return func(head, body string) (string, time.Duration) {
		conn, err := net.Dial("tcp", server.Listener.Addr().String())
		if err != nil {
			t.Error(err)
			return "", 0
		}
		defer conn.Close()
		began := time.Now()
		fmt.Fprintf(conn, "POST / HTTP/1.1\r\nHost: x\r\n%s\r\n\r\n%s", head, body)
		answer := make([]byte, len("HTTP/1.1 200"))
		if _, err := io.ReadFull(conn, answer); err != nil {
			t.Error(err)
		}
		return string(answer[len("HTTP/1.1 "):]), time.Since(began)
	}
}

// TestBody: which bodies are read.
func TestBody(t *testing.T) {
	t.Parallel()
	q := NewRequests()
	const most = 1000
	send := answering(t, func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, most)
		if body, ok := q.Body(w, r); ok {
			fmt.Fprint(w, len(body))
		}
	})
	for _, tc := range []struct{ name, head, body, status string }{
		{"whole", "Content-Length: 3", "abc", "200"},
		{"without a length", "Transfer-Encoding: chunked", "3\r\nabc\r\n0\r\n\r\n", "200"},
		{"too long without a length", "Transfer-Encoding: chunked", "800\r\n" + strings.Repeat("a", 0x800) + "\r\n0\r\n\r\n", "413"},
		{"never whole", "Content-Length: 3", "ab", "408"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if status, took := send(tc.head, tc.body); status != tc.status || took > 2*bodyTime {
				t.Errorf("answered %s after %v", status, took)
			}
		})
	}
}

// TestBodiesAtOnce: only so many bodies are read at once. Who finds no place is answered soon,
// and slow ones do not keep theirs.
func TestBodiesAtOnce(t *testing.T) {
	t.Parallel()
	q := NewRequests()
	send := answering(t, func(w http.ResponseWriter, r *http.Request) {
		if _, ok := q.Body(w, r); ok {
			fmt.Fprint(w, "ok")
		}
	})
	slow := make(chan string, mostBodies)
	for range mostBodies {
		go func() {
			status, _ := send("Content-Length: 3", "a")
			slow <- status
		}()
	}
	for deadline := time.Now().Add(bodyTime); len(q.places) < mostBodies; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d are read", len(q.places))
		}
	}
	if status, took := send("Content-Length: 3", "abc"); status != "503" || took < placeTime || took > bodyTime {
		t.Errorf("with no place free it is answered %s after %v", status, took)
	}
	for range mostBodies {
		if status := <-slow; status != "408" {
			t.Errorf("a slow one is answered %s", status)
		}
	}
	if status, _ := send("Content-Length: 3", "abc"); status != "200" {
		t.Errorf("after them it is answered %s", status)
	}
}

// TestRefuse: an answer that needs no body comes before the body.
func TestRefuse(t *testing.T) {
	t.Parallel()
	send := answering(t, func(w http.ResponseWriter, _ *http.Request) { Refuse(w, http.StatusUnauthorized, "no") })
	for _, head := range []string{"Content-Length: 100000", "Transfer-Encoding: chunked", "Content-Length: 3\r\nExpect: 100-continue"} {
		if status, took := send(head, ""); status != "401" || took > bodyTime/2 {
			t.Errorf("%q is answered %s after %v", head, status, took)
		}
	}
}

// TestIsFresh: five minutes, in both directions.
func TestIsFresh(t *testing.T) {
	now := time.Unix(1_700_000_000, 5)
	for stamp, want := range map[string]bool{
		"1700000000": true, "1699999701": true, "1700000300": true, "1699999600": false, "1700000400": false,
		"": false, "x": false, "99999999999999999999": false, "9223372036854775807": false, "-9223372036854775808": false,
	} {
		if got := IsFresh(stamp, now); got != want {
			t.Errorf("%q: %v", stamp, got)
		}
	}
}
