// Package slack is the bot in Slack, on Socket Mode or signed HTTP requests: the
// same code behind both.
//
// What Slack sends is decoded (inbound.go), taken to the bot's door and acknowledged
// (receive.go), and so are forms (form.go, filled.go, seal.go); what the bot says is written in
// Slack's idiom (page.go, as rich.go and markup.go write lines) and posted (post.go, report.go) or
// shown on a Home tab (home.go). The caller is identified by IDs and by the installing workspace
// alone (caller.go).
package slack

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/chat"
	"liveadmin/commands/policy"
	"liveadmin/imapi"
)

// Name is the platform's name in places and callers.
const Name = "slack"

// Options are what else the platform needs. Log and Policy are required.
type Options struct {
	Log    *slog.Logger
	Policy func() policy.Policy // in force; the user groups that it names are read
	Now    func() time.Time     // for the age of what was read; nil: time.Now

	Accounts []string // of the people in the config file, as callers are named; Check alone looks for them

	// Gate is asked right before an HTTP request about an entry leaves. With an error nothing
	// is sent, and the request fails with it. nil: it is open.
	Gate func() error
	// Shared reports whether other instances were alive lately: while the gate is closed, Slack
	// should deliver to them. nil: there are none.
	Shared func() bool

	CallTime time.Duration // limit of one HTTP call; 0: 10 s
	Silence  time.Duration // after which a socket counts as dead; 0: 30 s
	Refresh  time.Duration // between two readings of the user groups; 0: 90 s
	Recheck  time.Duration // between two questions whether a token is revoked; 0: 25 s

	AckTime      time.Duration // in which a delivery is acknowledged, of the 3 s that Slack waits; 0: 2.5 s
	LanguageWait time.Duration // of an answer for the language of its reader; 0: 300 ms
}

// Slack is a bot.Platform and a bot.Finder. Make one with New, mount it in HTTP
// mode, then let the bot run it once.
type Slack struct {
	opts   Options // with their defaults
	log    *slog.Logger
	config Config

	api       *api
	health    *chat.Health
	inflight  *chat.Inflight
	queue     *chat.RateQueue // by channel
	requests  *chat.Requests
	seal      seal     // of forms
	members   sync.Map // by user group, "S…"
	languages languages
	lastRead  atomic.Int64             // when a socket last brought anything, in Unix nanoseconds
	self      atomic.Pointer[identity] // from the first answer of auth.test on
	blind     sync.Map                 // channels whose history the app may not read
	begun     sync.Map                 // by entry number: the posted part of a result
	homes     homes
	renewals  renewals

	sectionsOnly atomic.Bool // Slack has refused rich_text
}

var (
	_ bot.Platform  = (*Slack)(nil)
	_ bot.Finder    = (*Slack)(nil)
	_ bot.Directory = (*Slack)(nil)
	_ bot.Linguist  = (*Slack)(nil)
	_ bot.Watcher   = (*Slack)(nil)
)

// New returns the platform. Its error is bot.Problems if the Config is not valid.
func New(c Config, o Options) (*Slack, error) {
	switch {
	case o.Log == nil || o.Policy == nil:
		return nil, errors.New("slack: a log and a policy are required")
	case !c.HasCredentials():
		return nil, errors.New("slack: credentials are missing: a bot token, and an app token (Socket Mode) or a signing secret (HTTP)")
	case o.CallTime < 0 || o.Silence < 0 || o.Refresh < 0 || o.Recheck < 0 || o.AckTime < 0 || o.LanguageWait < 0:
		return nil, errors.New("slack: a time is below zero")
	}
	if problems := c.Validate(); len(problems) > 0 {
		return nil, problems
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Gate == nil {
		o.Gate = func() error { return nil }
	}
	if o.Shared == nil {
		o.Shared = func() bool { return false }
	}
	o.CallTime = cmp.Or(o.CallTime, 10*time.Second)
	o.Silence = cmp.Or(o.Silence, 30*time.Second)
	o.Refresh = cmp.Or(o.Refresh, 90*time.Second)
	o.AckTime = cmp.Or(o.AckTime, 2500*time.Millisecond)
	o.LanguageWait = cmp.Or(o.LanguageWait, 300*time.Millisecond)
	return &Slack{
		opts: o, log: o.Log, config: c, api: newAPI(c, o),
		health: chat.NewHealth("Slack", o.Log), inflight: chat.NewInflight(o.Log),
		queue: chat.NewRateQueue(), requests: chat.NewRequests(), seal: newSeal(c.BotToken),
	}, nil
}

// Name is "slack".
func (s *Slack) Name() string { return Name }

// Run receives until the context ends. It returns an error that wraps bot.ErrRevoked once a
// token is revoked, by the answers of Slack to questions about the token alone; it retries
// everything else.
func (s *Slack) Run(ctx context.Context, door bot.Door) error {
	ctx, end := chat.Bound(ctx, s.api.botToken, s.api.appToken)
	defer end()
	introduce := func(ctx context.Context) (wait time.Duration, err error) {
		err = s.identify(ctx)
		return limitOf(err).Pause, err
	}
	if err := s.health.Introduce(ctx, introduce); err != nil {
		return s.health.Ended(ctx)
	}
	s.homes.open(ctx)
	s.inflight.Open(door)
	var fresh sync.WaitGroup
	fresh.Go(func() { s.keepFresh(ctx) })
	if s.overHTTP() {
		s.health.Up()
		<-ctx.Done()
		s.finish()
	} else {
		s.listen(ctx)
	}
	fresh.Wait()
	return s.health.Ended(ctx)
}

// Accepted asks only whether Slack accepts the tokens. If not, the error wraps bot.ErrRevoked.
// It does not need Run.
func (s *Slack) Accepted(ctx context.Context) error {
	if s.overHTTP() {
		return s.api.askBotToken(ctx)
	}
	return errors.Join(s.api.askBotToken(ctx), s.api.askAppToken(ctx))
}

// finish takes nothing more and waits for what is being handled.
func (s *Slack) finish() {
	s.health.Down("stopping")
	s.inflight.Close()
}

// State reports whether commands can arrive: in Socket Mode while a socket was greeted and is not
// silent, over HTTP once Slack has accepted the bot token. It fits web.Check.
func (s *Slack) State(context.Context) (ready bool, reason string) {
	ready, reason = s.health.State()
	if ready && !s.overHTTP() && time.Since(time.Unix(0, s.lastRead.Load())) >= s.opts.Silence {
		return false, "the socket is silent"
	}
	return ready, reason
}

// overHTTP reports whether Slack's deliveries come as HTTP requests.
func (s *Slack) overHTTP() bool { return s.config.AppToken.Empty() }

// keepFresh reads what can change, now and then from time to time: the members of user
// groups, and whether the bot token is still valid.
func (s *Slack) keepFresh(ctx context.Context) {
	for {
		s.readGroups(ctx)
		if !chat.Sleep(ctx, s.opts.Refresh) {
			return
		}
		err := s.identify(ctx)
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			s.log.Warn("Slack does not answer", "err", err)
		}
		if s.overHTTP() {
			s.health.Answered(err)
		}
	}
}

// identify asks who the bot is and remembers it.
func (s *Slack) identify(ctx context.Context) error {
	me, err := s.api.whoAmI(ctx)
	if err != nil {
		return err
	}
	if me.TeamID == "" || me.UserID == "" {
		return fmt.Errorf("%s: the answer does not say whose bot this is", authTest)
	}
	s.self.Store(&identity{team: me.TeamID, enterprise: me.EnterpriseID, user: me.UserID, name: me.User})
	return nil
}

// Config is the app in Slack. With an app token it works in Socket Mode, otherwise
// over HTTP with the signing secret. The tags name and explain the variables.
type Config struct {
	BotToken      imapi.Secret `env:"SLACK_BOT_TOKEN" doc:"The bot token, xoxb-…. Turns Slack on."`
	AppToken      imapi.Secret `env:"SLACK_APP_TOKEN" doc:"The app-level token, xapp-…, for Socket Mode."`
	SigningSecret imapi.Secret `env:"SLACK_SIGNING_SECRET" doc:"The signing secret, for HTTP mode. Used when there is no app-level token."`
	APIURL        string       `env:"SLACK_API_URL" doc:"Replaces https://slack.com/api/."`
}

// HasCredentials reports whether there is all that is needed to connect.
func (c Config) HasCredentials() bool {
	return !c.BotToken.Empty() && (!c.AppToken.Empty() || !c.SigningSecret.Empty())
}

// Validate returns everything that is wrong. A Config without any credentials is valid:
// it leaves Slack out.
func (c Config) Validate() bot.Problems {
	var p bot.Problems
	p.Check("SLACK_BOT_TOKEN", c.BotToken.CheckToken("xoxb-"), `copy the bot token from the app's page "OAuth & Permissions" again`)
	p.Check("SLACK_APP_TOKEN", c.AppToken.CheckToken("xapp-"), `copy the app-level token from the app's page "Basic Information" again`)
	p.Check("SLACK_SIGNING_SECRET", c.SigningSecret.CheckToken(""), `copy the signing secret from the app's page "Basic Information" again`)
	switch {
	case !c.BotToken.Empty() && !c.HasCredentials():
		p.Add("SLACK_BOT_TOKEN", "is set without a way for commands to arrive", "set SLACK_APP_TOKEN too (Socket Mode), or SLACK_SIGNING_SECRET (HTTP mode)")
	case c.BotToken.Empty() && !c.AppToken.Empty():
		p.Add("SLACK_APP_TOKEN", "is set without SLACK_BOT_TOKEN", "set SLACK_BOT_TOKEN too, or remove SLACK_APP_TOKEN")
	case c.BotToken.Empty() && !c.SigningSecret.Empty():
		p.Add("SLACK_SIGNING_SECRET", "is set without SLACK_BOT_TOKEN", "set SLACK_BOT_TOKEN too, or remove SLACK_SIGNING_SECRET")
	}
	if c.APIURL != "" {
		_, err := imapi.ParseBaseURL(c.APIURL)
		p.Check("SLACK_API_URL", err, "write a URL like https://slack.com/api/")
	}
	return p
}
