package imapi

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"time"
)

// tryTime is the time-out of one try. The API gives up after 3 s itself and
// asks its callers to wait longer than that (1047/34620).
const tryTime = 5 * time.Second

// dialTime is the time-out of the dialling, and of the TLS handshake after it: it leaves time for
// the backup domain within the same try.
const dialTime = 2 * time.Second

// The commands this package calls, as an Error and a Failure name them.
const (
	OpChange       = "modify_admin" // setting or cancelling administrators
	opGetAdminList = "get_admin_list"
	opAccountCheck = "account_check"
)

// request is a call of the API through all its tries.
type request struct {
	op       string
	group    GroupID // for the log; "" for account_check
	body     []byte
	changes  bool  // not only reads
	resigned bool  // has been tried again with another signature of the same key
	clock    *Skew // takes what the answers' Date says; nil if it is not wanted
}

func newRequest(op string, group GroupID, body any) *request {
	raw, _ := json.Marshal(body) // cannot fail: it is texts and numbers
	return &request{op: op, group: group, body: raw, changes: op == OpChange}
}

func newTransport(dial dialer) *http.Transport {
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            dial,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    dialTime,
		MaxIdleConnsPerHost:    2 * MaxRateLimit,
		IdleConnTimeout:        90 * time.Second,
		MaxResponseHeaderBytes: 64 << 10,
		DisableCompression:     true,
	}
}

// try sends a request once, and once more if its signature was rejected and
// another one may help; and for another key once again. A turn that is taken back is
// waited for anew.
func (c *Client) try(ctx context.Context, q *request, n int) (*reply, error) {
	for {
		answer, sig, err := c.send(ctx, q, n)
		if errors.Is(err, errTurnLost) {
			continue
		}
		e, failed := errors.AsType[*Error](err)
		if !failed || !keyRejected(e.Code) {
			return answer, err
		}
		another, signErr := c.signer.replace(sig, signatureRejected(e.Code))
		switch {
		case signErr != nil:
			return nil, signErr
		case another == nil, another.key == sig.key && q.resigned:
			return nil, err
		case another.key == sig.key:
			q.resigned = true
		}
	}
}

// send waits for the call's turn, posts, and judges the answer. It returns also the
// signature that the call had. It fails with an *Error, with the gate's error, with
// errTurnLost, or with the context's error if the caller gave up. It signs last: a turn
// can be long in coming.
func (c *Client) send(ctx context.Context, q *request, n int) (*reply, *signature, error) {
	b := c.budget
	if b.left() <= 0 {
		return nil, nil, outOfTime(q.op, b, "this call was not sent", false)
	}
	t, err := c.takeTurn(ctx, q.op)
	if err != nil {
		return nil, nil, err
	}
	defer t.end()
	sig, err := c.signer.signature()
	if err != nil {
		return nil, nil, err
	}
	start := time.Now()
	spending, stop := b.spend(ctx, tryTime)
	status, body, err := c.post(spending, q, sig, t)
	stop()
	if kept := t.keptBack(); kept != nil {
		return nil, nil, fmt.Errorf("%s was not sent: %w", q.op, kept)
	}
	if err != nil && ctx.Err() != nil {
		return nil, nil, gaveUp(q.op, ctx.Err())
	}
	var answer *reply
	var failure *Error
	switch {
	case err == nil:
		answer, failure = judge(q, status, body, sig)
	case b.left() <= 0:
		failure = outOfTime(q.op, b, "no answer yet", q.changes && t.connected.Load())
	default:
		failure = &Error{Op: q.op, Info: scrub(describe(err), sig), kind: passing(q.changes && t.connected.Load())}
	}
	c.report(ctx, q, n, time.Since(start), failure)
	if failure == nil {
		c.signer.accept(sig)
		return answer, sig, nil
	}
	if failure.Code == codeThrottled {
		c.penalty.start()
	}
	return nil, sig, failure
}

// judge says what an answer is, or what is wrong with it.
func judge(q *request, status int, body []byte, sig *signature) (*reply, *Error) {
	answer, fault := readReply(status, body)
	switch {
	case fault != "":
		return nil, &Error{Op: q.op, Info: scrub(fault, sig), kind: passing(q.changes)}
	case answer.ErrorCode != 0:
		return nil, &Error{Op: q.op, Code: answer.ErrorCode, Info: scrub(answer.ErrorInfo, sig), kind: kindOf(answer.ErrorCode, q.changes)}
	default:
		return answer, nil
	}
}

// post sends the request to the domain that works, and to the other one if no connection came
// about, whatever the cause: nothing has been sent by then. A wrong certificate, or a handshake
// that is cut off, is how a hijacked name shows itself.
func (c *Client) post(ctx context.Context, q *request, sig *signature, t *turn) (status int, body []byte, err error) {
	order := c.hosts.order()
	for i, base := range order {
		status, body, err = c.roundTrip(ctx, base, q, sig, t)
		if i > 0 && t.connected.Load() {
			c.hosts.connected(base)
		}
		if err == nil || t.connected.Load() {
			break
		}
	}
	return status, body, err
}

// roundTrip posts to one domain. It goes below http.Client, which follows
// redirects and puts the URL, and so the UserSig, into its errors.
//
// A request that must stay at the last moment loses its body: net/http then sends
// nothing of it, and no server can carry out a request that is shorter than its
// head says.
func (c *Client) roundTrip(ctx context.Context, base *url.URL, q *request, sig *signature, t *turn) (int, []byte, error) {
	body := bytes.NewReader(q.body)
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { t.connected.Store(true) },
		WroteHeaders: func() {
			if t.keepBack(c.gate) {
				body.Reset(nil)
			}
		},
		WroteRequest: func(httptrace.WroteRequestInfo) { t.left() },
	})
	req := &http.Request{
		Method:        http.MethodPost,
		URL:           c.url(base, q.op, sig),
		Host:          base.Host,
		Header:        http.Header{"Content-Type": {"application/json"}},
		Body:          io.NopCloser(body),
		ContentLength: int64(len(q.body)),
		GetBody: func() (io.ReadCloser, error) { // for another connection: this one took nothing
			body.Reset(q.body)
			return io.NopCloser(body), t.keptBack()
		},
	}
	began := time.Now()
	res, err := c.transport.RoundTrip(req.WithContext(ctx))
	if err != nil {
		return 0, nil, err
	}
	defer res.Body.Close()
	if q.clock != nil {
		q.clock.read(res.Header.Get("Date"), c.signer.wallClock(), time.Since(began))
	}
	answer, err := io.ReadAll(io.LimitReader(res.Body, maxReply+1))
	return res.StatusCode, answer, err
}

// url is built from its parts, since the UserSig makes it long to parse.
func (c *Client) url(base *url.URL, op string, sig *signature) *url.URL {
	path := servicePath(op)
	u := *base
	u.Path += path
	if u.RawPath != "" {
		u.RawPath += path
	}
	u.RawQuery = sig.query.Reveal() + strconv.FormatUint(uint64(c.random()), 10)
	return &u
}

// servicePath is where a command is found below the domain.
func servicePath(op string) string {
	if op == opAccountCheck {
		return "/v4/im_open_login_svc/" + op
	}
	return "/v4/group_open_avchatroom_http_svc/" + op
}

// describe says what went wrong on the way.
func describe(err error) string {
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Sprintf("no answer within %s", tryTime)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "the answer broke off"
	case errors.Is(err, io.EOF):
		return "the connection was closed before an answer came"
	default:
		return err.Error()
	}
}

// report gives what a try did to the observer and the log; never the URL.
func (c *Client) report(ctx context.Context, q *request, n int, took time.Duration, failure *Error) {
	var code int
	var kind Kind
	if failure != nil {
		code, kind = failure.Code, failure.kind
	}
	if c.observer != nil {
		c.observer.Tried(q.op, code, kind, took)
	}
	if !c.log.Enabled(ctx, slog.LevelDebug) {
		return
	}
	attrs := []slog.Attr{slog.String("op", q.op), slog.String("group", string(q.group)),
		slog.Int("try", n), slog.Duration("took", took), slog.Int("code", code)}
	if failure != nil {
		attrs = append(attrs, slog.String("kind", string(kind)), slog.String("info", failure.Info))
	}
	c.log.LogAttrs(ctx, slog.LevelDebug, "tencent chat call", attrs...)
}
