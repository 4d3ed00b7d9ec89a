package chat

import (
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

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
