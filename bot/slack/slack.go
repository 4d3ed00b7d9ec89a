package slack

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	slackgo "github.com/slack-go/slack"

	"liveadmin/bot"
	"liveadmin/commands"
	"liveadmin/imapi"
)

// Name is the platform's name in places and callers.
const Name = "slack"

// Config is the app in Slack. With an app token it works in Socket Mode, otherwise
// over HTTP with the signing secret.
type Config struct {
	BotToken      imapi.Secret
	AppToken      imapi.Secret
	SigningSecret imapi.Secret
	APIURL        string // ends in "/"; empty: https://slack.com/api/
}

// Options are what else the platform needs. Log and Policy are required.
type Options struct {
	Log    *slog.Logger
	Policy func() commands.Policy // in force; the user groups that it names are read
	Now    func() time.Time       // for the age of what was read; nil: time.Now

	CallTime time.Duration // of one HTTP call at most; 0: 10 s
	Silence  time.Duration // after which a socket counts as dead; 0: 30 s
	Refresh  time.Duration // between two readings of the user groups; 0: 90 s
}

// Slack is a bot.Platform and a bot.Finder. Make one with New, mount it in HTTP
// mode, then let the bot run it once.
type Slack struct {
	config  Config
	log     *slog.Logger
	silence time.Duration
	refresh time.Duration

	api    api
	lines  *lines
	groups *userGroups
	state  state
	self   atomic.Pointer[identity] // from the first answer of auth.test on
	blind  sync.Map                 // channels whose history the app may not read

	mu   sync.Mutex
	door bot.Door       // while deliveries are taken; else nil
	busy sync.WaitGroup // deliveries being handled
}

var (
	_ bot.Platform = (*Slack)(nil)
	_ bot.Finder   = (*Slack)(nil)
)

// New returns the platform, or tells what of its settings cannot be.
func New(c Config, o Options) (*Slack, error) {
	switch {
	case o.Log == nil || o.Policy == nil:
		return nil, errors.New("slack: a log and a policy are required")
	case c.BotToken.Empty():
		return nil, errors.New("slack: the bot token is missing")
	case c.AppToken.Empty() && c.SigningSecret.Empty():
		return nil, errors.New("slack: an app token (Socket Mode) or a signing secret (HTTP) is missing")
	case c.APIURL != "" && !strings.HasSuffix(c.APIURL, "/"):
		return nil, errors.New("slack: the API's address must end in /")
	case o.CallTime < 0 || o.Silence < 0 || o.Refresh < 0:
		return nil, errors.New("slack: a time is below zero")
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	s := &Slack{
		config: c, log: o.Log,
		silence: cmp.Or(o.Silence, 30*time.Second),
		refresh: cmp.Or(o.Refresh, 90*time.Second),
		api:     newAPI(c, cmp.Or(o.CallTime, 10*time.Second), o.Log),
		lines:   newLines(),
	}
	s.groups = &userGroups{api: &s.api, policy: o.Policy, now: o.Now, log: o.Log, read: make(map[string]members)}
	s.state.set("not started")
	return s, nil
}

// Name is "slack".
func (s *Slack) Name() string { return Name }

// Run receives until the context ends. It returns an error with bot.ErrRevoked if
// the credentials are not valid any more, and tries everything else again.
func (s *Slack) Run(ctx context.Context, door bot.Door) error {
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	stop := context.AfterFunc(s.api.revoked, func() { end(context.Cause(s.api.revoked)) })
	defer stop()
	if err := s.introduce(ctx); err != nil {
		return s.ended(ctx)
	}
	s.groups.refresh(ctx, *s.self.Load())
	var fresh sync.WaitGroup
	fresh.Go(func() { s.keepFresh(ctx) })
	s.open(door)
	if s.overHTTP() {
		s.state.set("")
		<-ctx.Done()
		s.finish()
	} else {
		s.listen(ctx)
	}
	fresh.Wait()
	return s.ended(ctx)
}

// overHTTP reports whether Slack's deliveries come as HTTP requests.
func (s *Slack) overHTTP() bool { return s.config.AppToken.Empty() }

// unanswered is why the bot is not ready if Slack answers with an error, or empty.
func unanswered(err error) string {
	if err == nil {
		return ""
	}
	return "Slack does not answer as it should: " + err.Error()
}

// ended tells why the context ended: nothing if it was asked to.
func (s *Slack) ended(ctx context.Context) error {
	if cause := context.Cause(ctx); errors.Is(cause, bot.ErrRevoked) {
		s.state.set(cause.Error())
		return cause
	}
	s.state.set("stopped")
	return nil
}

// introduce asks Slack who the bot is, until it answers.
func (s *Slack) introduce(ctx context.Context) error {
	var pause backoff
	for {
		err := s.identify(ctx)
		if err == nil || ctx.Err() != nil {
			return ctx.Err()
		}
		s.state.set(unanswered(err))
		s.log.Warn("slack does not answer", "err", err)
		if !pause.wait(ctx, err) {
			return ctx.Err()
		}
	}
}

// keepFresh reads again, from time to time, what can change: the members of user
// groups, and whether the bot token is still valid.
func (s *Slack) keepFresh(ctx context.Context) {
	every := time.NewTicker(s.refresh)
	defer every.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
		err := s.identify(ctx)
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			s.log.Warn("slack does not answer", "err", err)
		}
		if s.overHTTP() {
			s.state.set(unanswered(err))
		}
		s.groups.refresh(ctx, *s.self.Load())
	}
}

// stopTime is how long what was already heard may take to be recorded and
// acknowledged when the platform is asked to stop.
const stopTime = 3 * time.Second

// finish takes nothing more and waits for what is being handled.
func (s *Slack) finish() {
	s.open(nil)
	s.state.set("stopping")
	done := make(chan struct{})
	go func() {
		s.busy.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(stopTime):
		s.log.Warn("deliveries were left unfinished")
	}
}

// open lets deliveries through a door, or through none any more.
func (s *Slack) open(door bot.Door) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.door = door
}

// enter counts a delivery in and returns the door for it, or nil if none is taken.
func (s *Slack) enter() bot.Door {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.door != nil {
		s.busy.Add(1)
	}
	return s.door
}

// identify asks who the bot is and remembers it.
func (s *Slack) identify(ctx context.Context) error {
	var me *slackgo.AuthTestResponse
	err := s.api.call(ctx, authTest, func(ctx context.Context) (err error) {
		me, err = s.api.AuthTestContext(ctx)
		return err
	})
	if err != nil {
		return err
	}
	if me.TeamID == "" || me.UserID == "" {
		return fmt.Errorf("%s: the answer does not tell whose bot this is", authTest)
	}
	s.self.Store(&identity{team: me.TeamID, enterprise: me.EnterpriseID, user: me.UserID, name: me.User})
	return nil
}
