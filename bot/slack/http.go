package slack

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"time"

	slackgo "github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"liveadmin/bot/chat"
)

// Mount mounts what Slack calls in HTTP mode: /slack/commands, /slack/events,
// /slack/interactions, and /slack/options, which is asked for the options of a form. In Socket
// Mode there is nothing to mount. The server limits the length of bodies: a read that fails with
// *http.MaxBytesError is answered 413.
func (s *Slack) Mount(mount func(pattern string, h http.Handler)) {
	if !s.overHTTP() {
		return
	}
	mount("POST /slack/commands", s.signed(s.serveCommand))
	mount("POST /slack/events", s.signed(s.serveEvent))
	mount("POST /slack/interactions", s.signed(s.serveInteraction))
	mount("POST /slack/options", s.signed(s.serveInteraction))
}

// signed lets through what Slack has signed in the last five minutes. It reads no body whose
// header cannot be right.
func (s *Slack) signed(next func(http.ResponseWriter, []byte)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Slack-Signature") == "" || !chat.IsFresh(r.Header.Get("X-Slack-Request-Timestamp"), time.Now()) {
			chat.Refuse(w, http.StatusUnauthorized, "the signature is missing or too old")
			return
		}
		body, ok := s.requests.Body(w, r)
		if !ok {
			return
		}
		v, err := slackgo.NewSecretsVerifier(r.Header, s.config.SigningSecret.Reveal())
		if err == nil {
			_, _ = v.Write(body) // a hash takes everything
			err = v.Ensure()     // in constant time
		}
		if err != nil {
			s.log.Warn("a request was refused", "path", r.URL.Path, "err", err)
			http.Error(w, "the signature is not valid", http.StatusUnauthorized)
			return
		}
		next(w, body)
	})
}

func (s *Slack) serveCommand(w http.ResponseWriter, body []byte) {
	form, err := url.ParseQuery(string(body))
	if err != nil {
		http.Error(w, "this is no form", http.StatusBadRequest)
		return
	}
	if form.Get("ssl_check") == "1" {
		return // a look at the certificate
	}
	fields := make(map[string]string) // the keys are those of the JSON in an envelope
	for name := range form {
		fields[name] = form.Get(name)
	}
	payload, _ := json.Marshal(fields) // texts alone cannot fail
	s.serve(w, socketmode.RequestTypeSlashCommands, payload)
}

func (s *Slack) serveEvent(w http.ResponseWriter, body []byte) {
	var e event
	if err := json.Unmarshal(body, &e); err != nil {
		http.Error(w, "this is no event", http.StatusBadRequest)
		return
	}
	if e.Type == "url_verification" {
		w.Header().Set("Content-Type", "text/plain")
		_, _ = io.WriteString(w, e.Challenge)
		return
	}
	s.serve(w, socketmode.RequestTypeEventsAPI, body)
}

func (s *Slack) serveInteraction(w http.ResponseWriter, body []byte) {
	form, err := url.ParseQuery(string(body))
	if err != nil || form.Get("payload") == "" {
		http.Error(w, "this is no interaction", http.StatusBadRequest)
		return
	}
	s.serve(w, socketmode.RequestTypeInteractive, []byte(form.Get("payload")))
}

// serve takes what a request brought, and answers the request when it is acknowledged. A request
// that is not acknowledged in time is answered 503, which to Slack means that it was not received.
func (s *Slack) serve(w http.ResponseWriter, kind string, payload []byte) {
	acks := make(chan any)
	ack := func(ctx context.Context, answer any) error {
		select {
		case acks <- answer:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	handled := s.take(arrival{by: time.Now().Add(s.opts.AckTime), kind: kind, payload: payload, carries: true, ack: ack})
	late := time.NewTimer(s.opts.AckTime)
	defer late.Stop()
	select {
	case answer := <-acks:
		if answer != nil {
			w.Header().Set("Content-Type", "application/json")
			_ = json.NewEncoder(w).Encode(answer)
		}
	case <-handled:
		http.Error(w, "not taken", http.StatusServiceUnavailable)
	case <-late.C:
		http.Error(w, "too slow", http.StatusServiceUnavailable)
	}
}
