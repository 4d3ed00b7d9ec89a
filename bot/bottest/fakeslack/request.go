package fakeslack

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Signature is how a request over HTTP is signed.
type Signature int

// The signatures.
const (
	Signed       Signature = iota // as Slack does: v0, HMAC-SHA256, now
	BadSignature                  // with another secret
	Altered                       // rightly, but then a byte was added to the body
	TooOld                        // rightly, six minutes ago
	TooNew                        // rightly, in six minutes
	Unsigned                      // no header at all
)

// Request is a request from Slack to the app.
type Request struct {
	Path        string // below the app's URL: "/slack/events"
	ContentType string
	Body        []byte
	Header      http.Header // beside those of the signature
	Sign        Signature
}

// Response is the app's answer.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
	Took   time.Duration
}

const (
	formType = "application/x-www-form-urlencoded"
	jsonType = "application/json"
)

// UseHTTP delivers from now on to an app's URL instead of sockets: commands to
// /slack/commands, events to /slack/events, clicks and forms to /slack/interactions, questions
// for options to /slack/options. With "" it goes back to Socket Mode.
func (s *Server) UseHTTP(appURL string) {
	s.host.Change(func() { s.hub.appURL = strings.TrimSuffix(appURL, "/") })
}

// Send sends a request to the app's URL and returns the answer. Slack waits
// Config.AckWithin.
func (s *Server) Send(ctx context.Context, r Request) (Response, error) {
	s.host.Lock()
	base := s.hub.appURL
	s.host.Unlock()
	return s.sendTo(ctx, base, r)
}

// VerifyURL is what Slack does when an events URL is entered: it returns whether the
// app echoed the challenge.
func (s *Server) VerifyURL(ctx context.Context) (bool, error) {
	challenge := unique()
	r, err := s.Send(ctx, Request{
		Path: "/slack/events", ContentType: jsonType,
		Body: encode(map[string]string{"token": "deprecated", "challenge": challenge, "type": "url_verification"}),
	})
	return r.Status == http.StatusOK && strings.Contains(string(r.Body), challenge), err
}

// CheckSSL is Slack's probe of the certificate of a commands URL.
func (s *Server) CheckSSL(ctx context.Context) (Response, error) {
	form := url.Values{"ssl_check": {"1"}, "token": {"deprecated"}}
	return s.Send(ctx, Request{Path: "/slack/commands", ContentType: formType, Body: []byte(form.Encode())})
}

func (s *Server) sendTo(ctx context.Context, base string, r Request) (Response, error) {
	ctx, cancel := context.WithTimeout(ctx, s.config.AckWithin)
	defer cancel()
	body := r.Body
	if r.Sign == Altered {
		body = append(bytes.Clone(body), '&')
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, base+r.Path, bytes.NewReader(body))
	if err != nil {
		return Response{}, fmt.Errorf("fakeslack: %w", err)
	}
	if r.Header != nil {
		req.Header = r.Header.Clone()
	}
	req.Header.Set("Content-Type", r.ContentType)
	req.Header.Set("User-Agent", "Slackbot 1.0 (+https://api.slack.com/robots)")
	s.sign(req.Header, r)
	at := time.Now()
	resp, err := s.host.Client.Do(req)
	if err != nil {
		return Response{Took: time.Since(at)}, fmt.Errorf("fakeslack: %w", err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return Response{Took: time.Since(at)}, fmt.Errorf("fakeslack: reading the answer: %w", err)
	}
	return Response{Status: resp.StatusCode, Header: resp.Header, Body: answer, Took: time.Since(at)}, nil
}

// sign sets the headers of a signature over the body as it is meant.
func (s *Server) sign(h http.Header, r Request) {
	at, secret := s.config.Now(), s.config.SigningSecret
	switch r.Sign {
	case Unsigned:
		return
	case BadSignature:
		secret += "x"
	case TooOld:
		at = at.Add(-6 * time.Minute)
	case TooNew:
		at = at.Add(6 * time.Minute)
	}
	stamp := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(mac, "v0:%s:%s", stamp, r.Body)
	h.Set("X-Slack-Request-Timestamp", stamp)
	h.Set("X-Slack-Signature", "v0="+hex.EncodeToString(mac.Sum(nil)))
}

// post makes the nth attempt of a Delivery over HTTP.
func (s *Server) post(d *Delivery, base string, n int) {
	resp, err := s.sendTo(s.host.Life, base, d.request(n))
	a := Ack{
		Attempt: n, Took: resp.Took, Bytes: len(resp.Body), Status: resp.Status, Body: resp.Body, Err: err,
	}
	if kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")); kind == jsonType {
		a.Payload = resp.Body
	} else if text := strings.TrimSpace(string(resp.Body)); text != "" {
		a.Payload = encode(map[string]string{"text": text})
	}
	s.host.Change(func() { s.settle(d, a) })
}

// request is a Delivery's nth attempt as a request.
func (d *Delivery) request(n int) Request {
	r := Request{ContentType: formType, Header: make(http.Header), Sign: d.sign}
	switch d.kind {
	case slashCommands:
		var fields map[string]string
		json.Unmarshal(d.payload, &fields) // all of them are strings
		form := make(url.Values)
		for name, value := range fields {
			form.Set(name, value)
		}
		r.Path, r.Body = "/slack/commands", []byte(form.Encode())
	case interactive:
		r.Path, r.Body = "/slack/interactions", []byte(url.Values{"payload": {string(d.payload)}}.Encode())
		if d.options {
			r.Path = "/slack/options"
		}
	default:
		r.Path, r.ContentType, r.Body = "/slack/events", jsonType, d.payload
		if n > 1 {
			r.Header.Set("X-Slack-Retry-Num", strconv.Itoa(n-1))
			r.Header.Set("X-Slack-Retry-Reason", "http_timeout")
		}
	}
	return r
}
