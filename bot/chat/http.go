package chat

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"liveadmin/bot"
)

// mostIdle is how many connections to one host are kept for later calls.
const mostIdle = 64

// NewClient returns a client with connections of its own, whose calls take up to callTime.
// route, unless it is nil, leads each request to where it goes.
func NewClient(callTime time.Duration, route func(*http.Request) *http.Request) *http.Client {
	base := http.DefaultTransport.(*http.Transport).Clone()
	base.MaxIdleConnsPerHost = mostIdle
	return &http.Client{
		Timeout: callTime, Transport: transport{base, route},
		// A redirect would carry a token to wherever it points.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Gated returns a client on the same connections for requests about an entry, which another
// instance may own by then: gate is asked right before each leaves, and its error ends the
// request. Anything else may be sent at any time: people are answered while the database is
// down, too. A nil gate is open.
func Gated(c *http.Client, gate func() error) *http.Client {
	gated := *c
	if gate != nil {
		gated.Transport = gatedTransport{c.Transport, gate}
	}
	return &gated
}

type gatedTransport struct {
	http.RoundTripper
	gate func() error
}

func (t gatedTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := t.gate(); err != nil {
		if r.Body != nil {
			_ = r.Body.Close()
		}
		return nil, &heldError{err}
	}
	ctx, end := answerable(r.Context())
	resp, err := t.RoundTripper.RoundTrip(r.WithContext(ctx))
	if err != nil {
		end()
		return nil, err
	}
	resp.Body = &endingBody{resp.Body, end}
	return resp, nil
}

// lastAnswer is how long a request that has left may still take when the bot stops: what was
// posted, but is not known to be, would be posted again at the next start.
const lastAnswer = time.Second / 2

// answerable returns the context of a request that is about to leave. It ends with another one,
// or lastAnswer later if that ends because the bot stops. end releases it.
func answerable(of context.Context) (_ context.Context, end func()) {
	ctx, cancel := context.WithCancelCause(context.WithoutCancel(of))
	if of.Err() != nil {
		cancel(of.Err())
	}
	unbind := context.AfterFunc(of, func() {
		if errors.Is(context.Cause(of), bot.ErrStopped) {
			Sleep(ctx, lastAnswer)
		}
		cancel(of.Err())
	})
	return ctx, func() {
		unbind()
		cancel(nil)
	}
}

// endingBody is a body after which something ends.
type endingBody struct {
	io.ReadCloser
	end func()
}

func (b *endingBody) Close() error {
	defer b.end()
	return b.ReadCloser.Close()
}

type transport struct {
	base  http.RoundTripper
	route func(*http.Request) *http.Request
}

func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if t.route != nil {
		r = t.route(r)
	}
	resp, err := t.base.RoundTrip(r)
	if err != nil {
		return nil, WithoutURL(err)
	}
	resp.Body = &limitedBody{resp.Body, longestAnswer}
	return resp, nil
}

// longestAnswer is how many bytes of an answer are read at most, after decompression.
const longestAnswer = 8 << 20

// ErrTooLong is in the error of reading an answer that is longer than any of a service's.
var ErrTooLong = errors.New("the answer is too long")

// limitedBody is the body of an answer, of which no more than left bytes can be read.
type limitedBody struct {
	io.ReadCloser
	left int64
}

func (b *limitedBody) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, ErrTooLong
	}
	n, err := b.ReadCloser.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	return n, err
}

// heldError is why a request was not sent: the gate's error.
type heldError struct{ error }

func (e *heldError) Error() string { return "not sent: " + e.error.Error() }
func (e *heldError) Unwrap() error { return e.error }

// IsHeld reports whether the gate ended a request.
func IsHeld(err error) bool {
	_, held := errors.AsType[*heldError](err)
	return held
}

// IsUnsent reports whether a request certainly did not reach the service.
func IsUnsent(err error) bool {
	e, ok := errors.AsType[*net.OpError](err)
	return ok && e.Op == "dial" || IsHeld(err)
}

// WithoutURL drops the address from an error of net/http: it holds response URLs and tokens,
// which are secrets.
func WithoutURL(err error) error {
	if inner, ok := errors.AsType[*url.Error](err); ok {
		return inner.Err
	}
	return err
}
