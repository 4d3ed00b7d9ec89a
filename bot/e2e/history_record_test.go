package e2e

import (
	"bytes"
	"cmp"
	"encoding/json"
	"net/http"
	"sync"
	"time"
)

// recorder records, outside of the program, what the program sends and when, and when
// its processes end.
type recorder struct {
	mu    sync.Mutex
	calls map[string][]exchange // to Tencent, by the random number of each call
	posts map[string]time.Time  // when the last version of a message arrived, by channel (Slack) and ID
	ends  []exchange            // from the death of a process until nothing of it can arrive
}

// exchange is a request and its response.
type exchange struct {
	in, out time.Time
	body    []byte // of the response
}

// asked is a command or a click that was acknowledged: when it was first sent, and when
// the acknowledgement was seen.
type asked struct {
	step
	at, acked time.Time
}

func newRecorder() *recorder {
	return &recorder{calls: make(map[string][]exchange), posts: make(map[string]time.Time)}
}

// api records the calls of the Tencent API.
func (c *recorder) api(server http.Handler) http.Handler {
	return c.record(server, func(r *http.Request, e exchange) {
		random := r.URL.Query().Get("random")
		c.calls[random] = append(c.calls[random], e)
	})
}

// chat records what is posted and edited.
func (c *recorder) chat(server http.Handler) http.Handler {
	return c.record(server, func(r *http.Request, e exchange) {
		var body struct {
			Channel, TS, ID string
			Resource        struct{ Message struct{ ID string } }
		}
		if r.Method == http.MethodGet || json.Unmarshal(e.body, &body) != nil {
			return
		}
		if id := cmp.Or(body.TS, body.ID, body.Resource.Message.ID); id != "" {
			c.posts[body.Channel+id] = e.in
		}
	})
}

func (c *recorder) record(server http.Handler, note func(*http.Request, exchange)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		response, e := &tee{ResponseWriter: w}, exchange{in: time.Now()}
		defer func() { // also when the server ends the connection
			c.mu.Lock()
			defer c.mu.Unlock()
			e.out, e.body = time.Now(), response.body.Bytes()
			note(r, e)
		}()
		server.ServeHTTP(response, r)
	})
}

// ended records that a process has died, once nothing of it can arrive any more.
func (c *recorder) ended(died time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ends = append(c.ends, exchange{in: died, out: time.Now()})
}

// tee keeps a copy of a response.
type tee struct {
	http.ResponseWriter
	body bytes.Buffer
}

func (t *tee) Write(p []byte) (int, error) {
	t.body.Write(p)
	return t.ResponseWriter.Write(p)
}

// Unwrap gives http.ResponseController the connection.
func (t *tee) Unwrap() http.ResponseWriter { return t.ResponseWriter }
