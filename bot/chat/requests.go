package chat

import (
	"errors"
	"io"
	"net/http"
	"os"
	"strconv"
	"time"
)

// Bodies of requests are read only a few at once, each within a time, so that no one can
// fill the memory with requests that no service has signed.
const (
	mostBodies = 32
	placeTime  = 500 * time.Millisecond // to wait for one of the places
	bodyTime   = 2 * time.Second
)

// clockError is how far the time of a signed request can be off.
const clockError = 5 * time.Minute

// IsFresh reports whether the time of a signed request, in Unix seconds, is within five
// minutes of now.
func IsFresh(stamp string, now time.Time) bool {
	unix, err := strconv.ParseInt(stamp, 10, 64)
	return err == nil && now.Sub(time.Unix(unix, 0)).Abs() <= clockError
}

// Requests reads the requests with which a service calls the bot. Make it with NewRequests.
type Requests struct{ places chan struct{} }

// NewRequests returns a reader of requests, of which it reads 32 at once.
func NewRequests() *Requests { return &Requests{make(chan struct{}, mostBodies)} }

// Body reads the body of a request whose header could be the service's. If it cannot, it
// answers the request: 503 if there is no place to read it within half a second, 413 if it is
// longer than the server takes, 408 if it takes more than two seconds.
func (q *Requests) Body(w http.ResponseWriter, r *http.Request) (body []byte, ok bool) {
	late := time.NewTimer(placeTime)
	defer late.Stop()
	select {
	case q.places <- struct{}{}:
		defer func() { <-q.places }()
	case <-late.C:
		Refuse(w, http.StatusServiceUnavailable, "too many requests at once")
		return nil, false
	}
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(time.Now().Add(bodyTime)) // a recorder of a test has none
	body, err := io.ReadAll(r.Body)
	if err != nil {
		status := http.StatusBadRequest
		if _, long := errors.AsType[*http.MaxBytesError](err); long {
			status = http.StatusRequestEntityTooLarge
		} else if errors.Is(err, os.ErrDeadlineExceeded) {
			status = http.StatusRequestTimeout
		}
		Refuse(w, status, "the body cannot be read")
		return nil, false
	}
	_ = control.SetReadDeadline(time.Time{})
	return body, true
}

// Refuse answers a request whose body is not read, and ends the connection: otherwise
// net/http reads the body before it answers.
func Refuse(w http.ResponseWriter, status int, why string) {
	w.Header().Set("Connection", "close")
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(bodyTime))
	http.Error(w, why, status)
}
