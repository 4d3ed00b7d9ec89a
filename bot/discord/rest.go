package discord

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/bwmarrin/discordgo"

	"liveadmin/bot/chat"
	"liveadmin/imapi"
)

// The REST API: Discord's own host, and the path on any.
const (
	apiHost = "https://discord.com"
	apiPath = "/api/v10"
)

// banTime is how long a ban is taken to last that does not say it itself.
const banTime = time.Minute

// longestReason is how many characters of a refusal's words are kept.
const longestReason = 300

// rest makes the calls. Their errors are free of secrets.
type rest struct {
	host    string // scheme://host[:port]
	token   imapi.Secret
	http    *http.Client
	log     *slog.Logger
	gate    func() error    // of requests about an entry
	queue   *chat.RateQueue // by kind
	recheck *chat.Recheck
	banned  atomic.Pointer[time.Time] // until when nothing is sent; nil: there was no ban yet
}

// call is one call of the API.
type call struct {
	name   string // as errors call it: the path may hold a token
	method string
	path   string
	body   any  // nil: none
	into   any  // nil: the answer is of no interest
	open   bool // the path itself is the permission: the bot's token is not sent
	entry  bool // it is about an entry: not sent while the gate is closed
}

// kind names the calls that Discord slows together: those of a sort, about the same
// channel, server or interaction (docs: topics/rate-limits).
func (c call) kind() string {
	about := 3 // "", "channels", "123"
	if strings.HasPrefix(c.path, "/webhooks/") {
		about = 4 // "", "webhooks", the application, the token
	}
	parts := strings.Split(c.path, "/")
	return c.name + strings.Join(parts[:min(about, len(parts))], "/")
}

// do makes a call. While Discord answers that it is too much, it waits for as long
// as Discord asks, and calls again.
func (r *rest) do(ctx context.Context, c call) error {
	return r.queue.Do(ctx, c.kind(), func(ctx context.Context) (chat.Limit, error) { return r.send(ctx, c) })
}

// make makes a call and returns the ID of what Discord has made or changed.
func (r *rest) make(ctx context.Context, c call) (id string, err error) {
	var made identified
	c.into = &made
	err = r.do(ctx, c)
	return made.ID, err
}

// send makes a call once, and returns what Discord says of its limits. If Discord answers
// that the bot's token is not valid, that is rechecked.
func (r *rest) send(ctx context.Context, c call) (chat.Limit, error) {
	l, err := r.exchange(ctx, c)
	if err == nil {
		return l, nil
	}
	err = fmt.Errorf("%s: %w", c.name, chat.WithoutURL(err))
	if !c.open && answerOf(err).Status == http.StatusUnauthorized {
		err = fmt.Errorf("%w: %w", err, errToken)
		r.recheck.Report()
	}
	return l, err
}

// ban is in force while Cloudflare, in front of Discord, answers this address with a page
// (docs: topics/rate-limits, invalid requests). Every further call would prolong it.
func (r *rest) ban() *apiError {
	if until := r.banned.Load(); until != nil && time.Until(*until) > 0 {
		return &apiError{Status: http.StatusTooManyRequests, Page: true, RetryAfter: time.Until(*until)}
	}
	return nil
}

func (r *rest) exchange(ctx context.Context, c call) (chat.Limit, error) {
	if banned := r.ban(); banned != nil {
		return limitOf(nil, banned), banned
	}
	req, err := r.request(ctx, c)
	if err != nil {
		return chat.Limit{}, err
	}
	client := r.http
	if c.entry {
		client = chat.Gated(client, r.gate)
	}
	resp, err := client.Do(req)
	if err != nil {
		return chat.Limit{}, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return chat.Limit{}, err
	}
	if resp.StatusCode >= 300 {
		refused := refusal(resp, body)
		if refused.isBan() {
			until := time.Now().Add(refused.RetryAfter)
			r.banned.Store(&until)
			r.log.Warn("Cloudflare refuses calls from this address, none are made to Discord for a while", "for", refused.RetryAfter)
		}
		return limitOf(resp.Header, refused), refused
	}
	l := limitOf(resp.Header, nil)
	if c.into == nil || resp.StatusCode == http.StatusNoContent {
		return l, nil
	}
	if err := json.Unmarshal(body, c.into); err != nil {
		return l, errors.New("the answer cannot be read")
	}
	return l, nil
}

func (r *rest) request(ctx context.Context, c call) (*http.Request, error) {
	var body io.Reader
	if c.body != nil {
		text, err := json.Marshal(c.body)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(ctx, c.method, r.host+apiPath+c.path, body)
	if err != nil {
		return nil, err
	}
	req.Header.Set("User-Agent", "DiscordBot (liveadmin, 1)")
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if !c.open {
		req.Header.Set("Authorization", "Bot "+r.token.Reveal())
	}
	return req, nil
}

// refusal reads an answer that is none.
func refusal(resp *http.Response, body []byte) *apiError {
	var said struct {
		Code       int     `json:"code"`
		Message    string  `json:"message"`
		RetryAfter float64 `json:"retry_after"`
		Global     bool    `json:"global"`
	}
	e := &apiError{Status: resp.StatusCode, Page: strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html")}
	if json.Unmarshal(body, &said) == nil {
		e.Code, e.Message, e.Global = said.Code, shorten(said.Message, longestReason), said.Global
	}
	if e.Status == http.StatusTooManyRequests {
		e.RetryAfter = seconds(said.RetryAfter)
		if e.RetryAfter == 0 {
			wait, _ := strconv.ParseFloat(resp.Header.Get("Retry-After"), 64)
			e.RetryAfter = max(seconds(wait), time.Second)
			if wait == 0 && e.Page {
				e.RetryAfter = banTime
			}
		}
	}
	return e
}

// limitOf is what an answer says of how fast calls of its kind can follow.
func limitOf(h http.Header, refused *apiError) chat.Limit {
	if refused != nil && refused.Status == http.StatusTooManyRequests {
		return chat.Limit{Refused: true, Pause: refused.RetryAfter, Global: refused.Global || refused.isBan()}
	}
	if h.Get("X-RateLimit-Remaining") != "0" {
		return chat.Limit{}
	}
	after, _ := strconv.ParseFloat(h.Get("X-RateLimit-Reset-After"), 64)
	return chat.Limit{Pause: seconds(after)}
}

func seconds(s float64) time.Duration {
	if !(s > 0) {
		return 0
	}
	return time.Duration(min(s, chat.MostPause.Seconds()) * float64(time.Second))
}

// apiError is Discord's refusal of a call.
type apiError struct {
	Status  int    // HTTP
	Code    int    // Discord's own; 0 if it gave none
	Message string // Discord's words for it
	Page    bool   // a web page: something on the way to Discord says so

	RetryAfter time.Duration // of a 429
	Global     bool          // of a 429: for every call of the bot
}

func (e *apiError) Error() string {
	if e.Code == 0 {
		return fmt.Sprintf("HTTP %d", e.Status)
	}
	return fmt.Sprintf("HTTP %d, code %d: %s", e.Status, e.Code, e.Message)
}

// errToken is in the error of a call that Discord answered with "the bot's token is not
// valid". One such answer proves nothing: see chat.Recheck.
var errToken = errors.New("discord does not accept the bot's token")

// answerOf is what Discord answered to a call that failed with err; the zero value if it
// did not answer.
func answerOf(err error) apiError {
	if e, ok := errors.AsType[*apiError](err); ok {
		return *e
	}
	return apiError{}
}

// code is Discord's own number of an error, or 0.
func code(err error) int { return answerOf(err).Code }

// isRefusal reports whether Discord understood the call and did not carry it out,
// nor will when it is repeated. What something on the way to Discord says is no refusal.
func isRefusal(err error) bool {
	e := answerOf(err)
	switch {
	case e.Page, errors.Is(err, errToken): // another token can do it
		return false
	case e.Status == http.StatusTooManyRequests, e.Status == http.StatusRequestTimeout:
		return false
	}
	return e.Status >= 400 && e.Status < 500
}

// isBan reports whether it is not Discord that asks to wait, but Cloudflare in front of it,
// for every call from this address.
func (e *apiError) isBan() bool { return e.Page && e.Status == http.StatusTooManyRequests }

// isUnsent reports whether a call certainly did not reach Discord.
func isUnsent(err error) bool {
	return chat.IsUnsent(err) || answerOf(err).Status == http.StatusTooManyRequests
}

// isSpent reports whether a response can no longer be changed with the handle that
// came with its command.
func isSpent(err error) bool {
	switch code(err) {
	case discordgo.ErrCodeUnknownWebhook, discordgo.ErrCodeUnknownMessage, discordgo.ErrCodeInvalidWebhookTokenProvided:
		return true
	}
	return isMissing(err)
}

// isMissing reports whether Discord says that there is no such thing.
func isMissing(err error) bool { return isRefusal(err) && answerOf(err).Status == http.StatusNotFound }
