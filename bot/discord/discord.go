package discord

import (
	"cmp"
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"liveadmin/bot"
	"liveadmin/imapi"
)

// Name is the platform's name in places and callers.
const Name = "discord"

// Config is the application in Discord. With a public key it works over HTTP,
// otherwise on the gateway.
type Config struct {
	Token     imapi.Secret
	PublicKey string // hex, as the developer portal shows it
	GuildID   string // register the command in this server only; empty: in all
	APIURL    string // scheme://host[:port]; empty: https://discord.com
}

// Options are what else the platform needs. Log is required.
type Options struct {
	Log *slog.Logger
	Now func() time.Time // for the age of commands and signatures; nil: time.Now

	CallTime time.Duration // of one HTTP call at most; 0: 10 s
	Refresh  time.Duration // between two looks whether the token is valid, over HTTP; 0: 90 s
	Grace    time.Duration // after two heartbeats without an answer; 0: 5 s
}

// Discord is a bot.Platform, a bot.Finder and a bot.Confirmer. Make one with New,
// mount it in HTTP mode, then let the bot run it once.
type Discord struct {
	config  Config
	key     ed25519.PublicKey
	log     *slog.Logger
	now     func() time.Time
	refresh time.Duration
	grace   time.Duration

	rest    rest
	acks    *http.Client // for first responses alone
	state   state
	whoami  atomic.Pointer[identity] // from the first answer on
	command atomic.Value             // string: the ID of the registered command

	mu   sync.Mutex
	door bot.Door       // while interactions are taken; else nil
	busy sync.WaitGroup // interactions being handled
}

// identity is whose bot this is.
type identity struct {
	app  string // the application
	user string // the bot itself
}

var (
	_ bot.Platform  = (*Discord)(nil)
	_ bot.Finder    = (*Discord)(nil)
	_ bot.Confirmer = (*Discord)(nil)
)

// New returns the platform, or tells what of its settings cannot be.
func New(c Config, o Options) (*Discord, error) {
	if o.Log == nil {
		return nil, errors.New("discord: a log is required")
	}
	if c.Token.Empty() {
		return nil, errors.New("discord: the bot token is missing")
	}
	if c.GuildID != "" && !snowflake.MatchString(c.GuildID) {
		return nil, fmt.Errorf("discord: %q is no ID of a server", c.GuildID)
	}
	if o.CallTime < 0 || o.Refresh < 0 || o.Grace < 0 {
		return nil, errors.New("discord: a time is below zero")
	}
	key, err := readKey(c.PublicKey)
	if err != nil {
		return nil, err
	}
	api, err := readURL(c.APIURL)
	if err != nil {
		return nil, err
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	d := &Discord{
		config: c, key: key, log: o.Log, now: o.Now,
		refresh: cmp.Or(o.Refresh, 90*time.Second), grace: cmp.Or(o.Grace, 5*time.Second),
		rest: newREST(c.Token, newClient(api, cmp.Or(o.CallTime, 10*time.Second))),
		acks: newClient(api, ackTime),
	}
	d.state.set("not started")
	return d, nil
}

func readKey(text string) (ed25519.PublicKey, error) {
	key, err := hex.DecodeString(text)
	if err != nil || len(key) != 0 && len(key) != ed25519.PublicKeySize {
		return nil, errors.New("discord: the public key is not the one that the developer portal shows: 64 hexadecimal digits")
	}
	return key, nil
}

func readURL(text string) (*url.URL, error) {
	if text == "" {
		return nil, nil
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || *u != (url.URL{Scheme: u.Scheme, Host: u.Host}) {
		return nil, errors.New("discord: the API's address must be scheme://host[:port]")
	}
	return u, nil
}

// Name is "discord".
func (d *Discord) Name() string { return Name }

// overHTTP reports whether interactions come as HTTP requests.
func (d *Discord) overHTTP() bool { return len(d.key) > 0 }

// Run receives until the context ends. It returns an error with bot.ErrRevoked if the
// token is not valid any more, and tries everything else again.
func (d *Discord) Run(ctx context.Context, door bot.Door) error {
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	stop := context.AfterFunc(d.rest.revoked, func() { end(context.Cause(d.rest.revoked)) })
	defer stop()
	if err := d.introduce(ctx); err != nil {
		return d.ended(ctx)
	}
	go d.keepRegistered(ctx)
	d.open(door)
	if d.overHTTP() {
		d.attend(ctx)
		d.finish()
	} else {
		d.listen(ctx)
	}
	return d.ended(ctx)
}

// ended tells why the context ended: nothing if it was asked to.
func (d *Discord) ended(ctx context.Context) error {
	if cause := context.Cause(ctx); errors.Is(cause, bot.ErrRevoked) {
		d.state.set(cause.Error())
		return cause
	}
	d.state.set("stopped")
	return nil
}

// introduce asks Discord who the bot is, until it answers.
func (d *Discord) introduce(ctx context.Context) error {
	var pause backoff
	for {
		err := d.identify(ctx)
		if err == nil || ctx.Err() != nil {
			return ctx.Err()
		}
		d.state.set(unanswered(err))
		d.log.Warn("discord does not answer", "err", err)
		if !pause.wait(ctx) {
			return ctx.Err()
		}
	}
}

// unanswered is why the bot is not ready if Discord answers with an error, or empty.
func unanswered(err error) string {
	if err == nil {
		return ""
	}
	return "Discord does not answer as it should: " + err.Error()
}

// identify asks who the bot is and remembers it.
func (d *Discord) identify(ctx context.Context) error {
	var app struct {
		ID  string `json:"id"`
		Key string `json:"verify_key"`
	}
	var me user
	err := d.rest.do(ctx, call{name: "asking for the bot", method: http.MethodGet, path: "/users/@me", into: &me})
	if err == nil {
		err = d.rest.do(ctx, call{name: "asking for the application", method: http.MethodGet, path: "/oauth2/applications/@me", into: &app})
	}
	if err != nil {
		return err
	}
	if !snowflake.MatchString(app.ID) || !snowflake.MatchString(me.ID) {
		return errors.New("the answer does not tell whose bot this is")
	}
	if d.overHTTP() && app.Key != "" && app.Key != hex.EncodeToString(d.key) {
		return errors.New("DISCORD_PUBLIC_KEY is not the key of this application: copy it from the developer portal")
	}
	d.whoami.Store(&identity{app: app.ID, user: me.ID})
	return nil
}

// me is whose bot this is. Entries that were left open are worked on before the
// platform runs: then it is asked.
func (d *Discord) me(ctx context.Context) (identity, error) {
	if d.whoami.Load() == nil {
		if err := d.identify(ctx); err != nil {
			return identity{}, err
		}
	}
	return *d.whoami.Load(), nil
}

// attend waits in HTTP mode, and looks from time to time whether the token is valid.
func (d *Discord) attend(ctx context.Context) {
	d.state.set("")
	every := time.NewTicker(d.refresh)
	defer every.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
		if err := d.identify(ctx); ctx.Err() == nil {
			d.state.set(unanswered(err))
		}
	}
}

// stopTime is how long what was already heard may take to be recorded and answered
// when the platform is asked to stop.
const stopTime = 3 * time.Second

// finish takes nothing more and waits for what is being handled.
func (d *Discord) finish() {
	d.open(nil)
	d.state.set("stopping")
	done := make(chan struct{})
	go func() {
		d.busy.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(stopTime):
		d.log.Warn("interactions were left unfinished")
	}
}

// open lets interactions through a door, or through none any more.
func (d *Discord) open(door bot.Door) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.door = door
}

// enter counts an interaction in and returns the door for it, or nil if none is taken.
func (d *Discord) enter() bot.Door {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.door != nil {
		d.busy.Add(1)
	}
	return d.door
}
