// Package discord is the bot in Discord, on the gateway or on signed HTTP requests:
// the same code behind both.
//
// What Discord sends is decoded (interaction.go), passed to the bot's door and answered
// first (receive.go, callback.go); what the bot says is written in Discord's markup
// (render.go, page.go, form.go) and posted (announce.go, report.go, message.go). The connection
// is kept by listen.go, the commands by register.go.
package discord

import (
	"cmp"
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"liveadmin/bot"
	"liveadmin/bot/chat"
	"liveadmin/commands/policy"
)

// Name is the platform's name in places and callers.
const Name = "discord"

// Options are what else the platform needs. Log and Policy are required, and Memory for Run.
type Options struct {
	Log    *slog.Logger
	Policy func() policy.Policy // in force; the servers of the roles that it names are looked up
	Memory Memory               // of where the command is registered
	Now    func() time.Time     // for the age of commands and signatures; nil: time.Now

	// Gate is asked right before each HTTP request leaves that is about an entry; with an
	// error, which the request then fails with, nothing is sent. nil: it is open.
	Gate func() error

	// Dropped is called for each bad message that came through the gateway and was dropped.
	// It must be quick. nil: they are not counted.
	Dropped func()

	Accounts []string // of people in the config file, for Check

	CallTime time.Duration // limit of one HTTP call; 0: 10 s
	Refresh  time.Duration // between two looks whether the token is valid, over HTTP, and two tries to register; 0: 90 s
	Grace    time.Duration // after two heartbeats without an answer; 0: 5 s
	Recheck  time.Duration // between two questions whether the token is revoked; 0: 25 s
	Renew    time.Duration // after which another session takes the place of one; 0: 12 h and up to a tenth more
}

// Discord is a bot.Platform, a bot.Finder and a bot.Confirmer. Make one with New,
// mount it in HTTP mode, then let the bot run it once.
type Discord struct {
	config  Config
	options Options // with its defaults
	key     ed25519.PublicKey
	log     *slog.Logger
	now     func() time.Time
	dialer  *websocket.Dialer

	rest     rest
	roles    roles
	health   *chat.Health
	gateway  atomic.Pointer[chat.Health] // of the connection in use, if there is one
	inflight *chat.Inflight
	requests *chat.Requests
	whoami   atomic.Pointer[identity] // from the first answer on
	command  atomic.Value             // string: the ID of the registered command
	unsure   sync.Map                 // by number, entries whose result may be posted: since which ID
}

// renewTime is how long a session is used.
const renewTime = 12 * time.Hour

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

// New returns the platform. Its error is bot.Problems if the Config is not valid.
func New(c Config, o Options) (*Discord, error) {
	if o.Log == nil || o.Policy == nil {
		return nil, errors.New("discord: a log and a policy are required")
	}
	if !c.HasCredentials() {
		return nil, errors.New("discord: the bot token is missing")
	}
	if problems := c.Validate(); len(problems) > 0 {
		return nil, problems
	}
	if o.CallTime < 0 || o.Refresh < 0 || o.Grace < 0 || o.Recheck < 0 || o.Renew < 0 {
		return nil, errors.New("discord: a time is below zero")
	}
	key, _ := c.key()   // Validate
	host, _ := c.host() // has seen them
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Dropped == nil {
		o.Dropped = func() {}
	}
	o.CallTime, o.Refresh = cmp.Or(o.CallTime, 10*time.Second), cmp.Or(o.Refresh, 90*time.Second)
	o.Grace, o.Renew = cmp.Or(o.Grace, 5*time.Second), cmp.Or(o.Renew, renewTime+rand.N(renewTime/10))
	d := &Discord{
		config: c, key: key, options: o, log: o.Log, now: o.Now, dialer: newDialer(),
		rest:   rest{host: host, token: c.Token, http: chat.NewClient(o.CallTime, nil), log: o.Log, gate: o.Gate, queue: chat.NewRateQueue()},
		health: chat.NewHealth("Discord", o.Log), inflight: chat.NewInflight(o.Log), requests: chat.NewRequests(),
	}
	d.roles = roles{d: d, home: make(map[string]string), read: make(map[string]time.Time)}
	d.rest.recheck = chat.NewRecheck(o.Recheck, d.askToken)
	return d, nil
}

// Accepted asks Discord whether it accepts the bot's token, and whether the public key is the
// application's. If not the token, the error wraps bot.ErrRevoked. Run is not needed for it.
func (d *Discord) Accepted(ctx context.Context) error {
	if err := d.askToken(ctx); err != nil {
		return err
	}
	return d.identify(ctx)
}

// askToken asks Discord nothing but whether it accepts the bot's token. If not, the error wraps
// bot.ErrRevoked.
func (d *Discord) askToken(ctx context.Context) error {
	err := d.rest.do(ctx, call{name: "asking for the bot", method: http.MethodGet, path: "/users/@me"})
	if errors.Is(err, errToken) {
		err = fmt.Errorf("%w: %w", err, bot.ErrRevoked)
	}
	return err
}

// Name is "discord".
func (d *Discord) Name() string { return Name }

// overHTTP reports whether interactions come as HTTP requests.
func (d *Discord) overHTTP() bool { return len(d.key) > 0 }

// Run receives until the context ends. It returns an error that wraps bot.ErrRevoked once
// the token is revoked, by Discord's answers to questions about the token alone; it retries
// everything else.
func (d *Discord) Run(ctx context.Context, door bot.Door) error {
	ctx, end := chat.Bound(ctx, d.rest.recheck)
	defer end()
	ask := func(ctx context.Context) (time.Duration, error) { return 0, d.identify(ctx) }
	if err := d.health.Introduce(ctx, ask); err != nil {
		return d.health.Ended(ctx)
	}
	go d.keepRegistered(ctx)
	d.inflight.Open(door)
	if d.overHTTP() {
		d.attend(ctx)
	} else {
		d.listen(ctx)
	}
	d.health.Down("stopping")
	d.inflight.Close() // waits for what is being handled
	return d.health.Ended(ctx)
}

// State reports whether commands can arrive: through the gateway while a session is
// ready, over HTTP while Discord accepts the bot's token. It fits web.Check.
func (d *Discord) State(context.Context) (ready bool, reason string) {
	return cmp.Or(d.gateway.Load(), d.health).State()
}

// identify asks who the bot is and remembers it.
func (d *Discord) identify(ctx context.Context) error {
	me, app, err := d.introduced(ctx)
	if err != nil {
		return err
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
	d.health.Up()
	for chat.Sleep(ctx, d.options.Refresh) {
		if err := d.identify(ctx); ctx.Err() == nil {
			d.health.Answered(err)
		}
	}
}
