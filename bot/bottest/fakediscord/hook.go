package fakediscord

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

// Signature is how a request over HTTP is signed.
type Signature int

// The signatures.
const (
	Signed       Signature = iota // as Discord does: Ed25519 over the timestamp and the body, now
	BadSignature                  // with another key
	Altered                       // rightly, but then a space was added to the body
	TooOld                        // rightly, six minutes ago
	TooNew                        // rightly, in six minutes
	Garbled                       // no hex in the header
	Unsigned                      // no header at all
)

// Response is the app's answer over HTTP.
type Response struct {
	Status int // 0 if there was none
	Header http.Header
	Body   []byte
	Took   time.Duration
	Err    error // why there was no answer
}

// UseHTTP delivers interactions from now on to an Interactions Endpoint URL instead of
// the gateway; sessions stay open and get none. With "" it goes back to the gateway.
func (s *Server) UseHTTP(endpoint string) {
	s.host.Change(func() { s.hub.endpoint = endpoint })
}

// VerifyEndpoint is what Discord does when an Interactions Endpoint URL is saved: a PING
// that must be answered, and a bad signature that must be refused with 401.
func (s *Server) VerifyEndpoint(ctx context.Context) error {
	good := s.Ping(ctx, Signed)
	var pong struct{ Type int }
	if json.Unmarshal(good.Body, &pong) != nil || good.Status != http.StatusOK || pong.Type != 1 {
		return fmt.Errorf("fakediscord: PING got %d %s, %v", good.Status, good.Body, good.Err)
	}
	if bad := s.Ping(ctx, BadSignature); bad.Status != http.StatusUnauthorized {
		return fmt.Errorf("fakediscord: a bad signature got %d %s, %v", bad.Status, bad.Body, bad.Err)
	}
	return nil
}

// Ping sends a PING to the endpoint.
func (s *Server) Ping(ctx context.Context, sign Signature) Response {
	var body []byte
	s.host.Change(func() {
		body = encode(map[string]any{
			"id": s.nextID(), "application_id": s.config.AppID, "type": pingType, "token": "ping", "version": 1,
		})
	})
	return s.Post(ctx, body, sign)
}

// Post sends any body to the endpoint, signed. Discord waits Config.AckWithin.
func (s *Server) Post(ctx context.Context, body []byte, sign Signature) Response {
	s.host.Lock()
	endpoint := s.hub.endpoint
	s.host.Unlock()
	began := time.Now()
	r, err := s.post(ctx, endpoint, body, sign)
	r.Took, r.Err = time.Since(began), err
	return r
}

func (s *Server) post(ctx context.Context, endpoint string, body []byte, sign Signature) (Response, error) {
	ctx, cancel := context.WithTimeout(ctx, s.config.AckWithin)
	defer cancel()
	header := s.signature(body, sign)
	if sign == Altered {
		body = append(bytes.Clone(body), ' ')
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, endpoint, bytes.NewReader(body))
	if err != nil {
		return Response{}, fmt.Errorf("fakediscord: %w", err)
	}
	req.Header = header
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "Discord-Interactions/1.0 (+https://discord.com)")
	resp, err := s.host.Client.Do(req)
	if err != nil {
		return Response{}, fmt.Errorf("fakediscord: %w", err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return Response{}, fmt.Errorf("fakediscord: reading the answer: %w", err)
	}
	return Response{Status: resp.StatusCode, Header: resp.Header, Body: answer}, nil
}

// signature is the headers of a signature over the body as it is meant.
func (s *Server) signature(body []byte, sign Signature) http.Header {
	h := make(http.Header)
	at := s.config.Now()
	switch sign {
	case Unsigned:
		return h
	case TooOld:
		at = at.Add(-6 * time.Minute)
	case TooNew:
		at = at.Add(6 * time.Minute)
	}
	stamp := strconv.FormatInt(at.Unix(), 10)
	signed := ed25519.Sign(s.key, append([]byte(stamp), body...))
	if sign == BadSignature {
		signed[0] ^= 0xff
	}
	text := hex.EncodeToString(signed)
	if sign == Garbled {
		text = "not hex"
	}
	h.Set("X-Signature-Timestamp", stamp)
	h.Set("X-Signature-Ed25519", text)
	return h
}

// deliver sends the app an interaction, over HTTP or to every session.
func (s *Server) deliver(i *Interaction) {
	endpoint := ""
	s.host.Change(func() {
		if endpoint = s.hub.endpoint; endpoint != "" {
			return
		}
		if s.hub.dispatch("INTERACTION_CREATE", i.payload) == 0 && len(i.callbacks) == 0 {
			i.failed = ErrNobody
		}
	})
	if endpoint != "" {
		s.host.Beside(func() { s.ask(i) })
	}
}

// ask posts an interaction and takes the answer as its first response, unless it is
// 202: then the response comes by the API.
func (s *Server) ask(i *Interaction) {
	r := s.Post(s.host.Life, i.payload, i.sign)
	s.host.Change(func() {
		i.responses = append(i.responses, r)
		switch {
		case r.Status == http.StatusOK:
			s.callback(i, r.Body)
		case r.Err != nil:
			i.failed = fmt.Errorf("the application did not respond: %w", r.Err)
		case r.Status != http.StatusAccepted:
			i.failed = fmt.Errorf("the application did not respond: it answered %d", r.Status)
		}
	})
}
