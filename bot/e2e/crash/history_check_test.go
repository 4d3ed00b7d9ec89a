package crash

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/anishathalye/porcupine"
)

// event is an operation in the history of a group. apply returns the state after it, or
// an error if it cannot happen in that state.
type event struct {
	group string
	what  string
	apply func(groupState) (groupState, error)
}

// searchTime limits the search for an order.
const searchTime = time.Minute

// historyModel is the model of all groups, each of them a partition.
var historyModel = porcupine.Model{
	Partition: func(all []porcupine.Operation) (parts [][]porcupine.Operation) {
		index := make(map[string]int)
		for _, o := range all {
			group := o.Input.(*event).group
			if _, found := index[group]; !found {
				index[group], parts = len(parts), append(parts, nil)
			}
			parts[index[group]] = append(parts[index[group]], o)
		}
		return parts
	},
	Init: func() any { return newGroupState() },
	Step: func(s, input, _ any) (bool, any) {
		next, err := input.(*event).apply(s.(groupState))
		return err == nil, next
	},
	Equal:             func(a, b any) bool { return a.(groupState).equal(b.(groupState)) },
	DescribeOperation: func(input, _ any) string { return input.(*event).what },
	DescribeState:     func(s any) string { return s.(groupState).String() },
}

// checkHistory fails the test unless some order of everything that happened to each
// group explains what was answered, what Tencent was sent and returned, and what Tencent
// and the record hold at the end.
func (tw *town) checkHistory() {
	tw.t.Helper()
	if why := tw.unexplained(); why != "" {
		tw.t.Error(why)
	}
}

// unexplained returns why no order explains the history, or "".
func (tw *town) unexplained() string {
	t := tw.t
	t.Helper()
	all, statuses := tw.history()
	result, info := porcupine.CheckOperationsVerbose(historyModel, all, searchTime)
	t.Logf("history of %d operations, outcomes %v: %s", len(all), statuses, result)
	if result == porcupine.Ok {
		return ""
	}
	picture := filepath.Join(t.ArtifactDir(), "history.html")
	if err := porcupine.VisualizePath(historyModel, info, picture); err != nil {
		t.Error(err)
	}
	return fmt.Sprintf("no order explains the history (%s); it is drawn in %s, which -artifacts keeps\n%s", result, picture, whyNot(all, info))
}

// whyNot describes, for each group without an order, the state after the longest order
// that was found, and why no other operation can be the next one.
func whyNot(all []porcupine.Operation, info porcupine.LinearizationInfo) string {
	var text strings.Builder
	parts := historyModel.Partition(all)
	for i, orders := range info.PartialLinearizationsOperations() {
		var longest []porcupine.Operation
		for _, order := range orders {
			if len(order) > len(longest) {
				longest = order
			}
		}
		if len(longest) == len(parts[i]) {
			continue
		}
		state, last := newGroupState(), "nothing"
		for _, o := range longest {
			last = o.Input.(*event).what
			state, _ = o.Input.(*event).apply(state)
		}
		left := slices.DeleteFunc(slices.Clone(parts[i]), func(o porcupine.Operation) bool {
			return slices.ContainsFunc(longest, func(done porcupine.Operation) bool { return done.Input == o.Input })
		})
		fmt.Fprintf(&text, "%s, after %d of %d operations, the last of them %s:\n  %s\n",
			left[0].Input.(*event).group, len(longest), len(parts[i]), last, state)
		first := slices.MinFunc(left, func(a, b porcupine.Operation) int { return int(a.Return - b.Return) })
		for _, o := range left {
			if o.Call <= first.Return {
				_, err := o.Input.(*event).apply(state)
				fmt.Fprintf(&text, "  not next: %s: %v\n", o.Input.(*event).what, err)
			}
		}
	}
	return text.String()
}

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
