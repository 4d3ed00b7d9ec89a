package app

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/config"
	"liveadmin/commands"
)

// chat is a platform, with whether it is ready and what calls it over HTTP.
type chat interface {
	bot.Platform
	bot.Finder
	State(context.Context) (ready bool, reason string)
	Mount(func(pattern string, h http.Handler))
}

// renewal is a platform whose credentials can change while it runs: then another with
// the new ones takes its place, and both run until the new one is ready, so that
// nothing that people say in between is lost.
type renewal struct {
	read        func() (config.Config, error)     // the settings as they are now
	credentials func(config.Config) any           // the part of them that is the platform's; comparable
	build       func(config.Config) (chat, error) // a platform with them
	every       time.Duration                     // after so long, another takes its place with the same credentials; 0: never
	log         *slog.Logger

	fresh chan candidate // is to take the place

	mu      sync.RWMutex
	now     candidate
	routes  map[string]http.Handler
	doubted time.Time
}

// candidate is a platform, and the credentials that it has.
type candidate struct {
	chat
	credentials any
}

// init builds the platform with the credentials as they are.
func (r *renewal) init(cfg config.Config) error {
	now, err := r.with(cfg)
	if err != nil {
		return err
	}
	r.fresh = make(chan candidate, 1)
	r.use(now)
	return nil
}

// use makes a platform the one that posts and is called.
func (r *renewal) use(c candidate) {
	routes := make(map[string]http.Handler)
	c.Mount(func(pattern string, h http.Handler) { routes[pattern] = h })
	r.mu.Lock()
	defer r.mu.Unlock()
	r.now, r.routes = c, routes
}

func (r *renewal) current() candidate {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.now
}

// Renew reads the credentials again. It does not wait. If they have changed, a platform with the new
// ones will take the place of this one.
func (r *renewal) Renew() {
	next, changed, err := r.changed()
	switch {
	case err != nil:
		r.log.Error("the credentials could not be read again; the old ones stay", "platform", r.Name(), "err", err)
	case changed:
		select {
		case <-r.fresh: // nobody needs the one before any more
		default:
		}
		r.fresh <- next
	}
}

// doubtGap is how often a doubt about the credentials makes them be read again.
const doubtGap = 10 * time.Second

// Doubt says that the credentials may have changed, as whoever has the wrong ones can
// say, too. It does not wait.
func (r *renewal) Doubt() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if now := time.Now(); now.Sub(r.doubted) >= doubtGap {
		r.doubted = now
		go r.Renew()
	}
}

// changed builds a platform with the credentials as they are now, if they are others.
func (r *renewal) changed() (candidate, bool, error) {
	cfg, err := r.read()
	if err != nil || r.credentials(cfg) == r.current().credentials {
		return candidate{}, false, err
	}
	next, err := r.with(cfg)
	return next, err == nil, err
}

// anew builds a platform with the credentials as they are now.
func (r *renewal) anew() (candidate, error) {
	cfg, err := r.read()
	if err != nil {
		return candidate{}, err
	}
	return r.with(cfg)
}

func (r *renewal) with(cfg config.Config) (candidate, error) {
	built, err := r.build(cfg)
	return candidate{built, r.credentials(cfg)}, err
}

// Name is the name of the platform.
func (r *renewal) Name() string { return r.current().Name() }

// State is of the platform that posts now.
func (r *renewal) State(ctx context.Context) (ready bool, reason string) {
	return r.current().State(ctx)
}

// Mount mounts what calls the platform, whichever it is then.
func (r *renewal) Mount(mount func(pattern string, h http.Handler)) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	for pattern := range r.routes {
		mount(pattern, http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			r.mu.RLock()
			h := r.routes[pattern]
			r.mu.RUnlock()
			if h == nil {
				http.NotFound(w, req)
				return
			}
			h.ServeHTTP(w, req)
		}))
	}
}

// Announce, Update, Report, FindRoot and FindResult are those of the platform that posts
// now.

func (r *renewal) Announce(ctx context.Context, e bot.Entry, root commands.Text) (bot.Post, error) {
	return r.current().Announce(ctx, e, root)
}

func (r *renewal) Update(ctx context.Context, e bot.Entry, root commands.Text) error {
	return r.current().Update(ctx, e, root)
}

func (r *renewal) Report(ctx context.Context, e bot.Entry, root commands.Text, result commands.Message) (bot.Post, error) {
	return r.current().Report(ctx, e, root, result)
}

func (r *renewal) FindRoot(ctx context.Context, e bot.Entry) (bot.Post, bool, error) {
	return r.current().FindRoot(ctx, e)
}

func (r *renewal) FindResult(ctx context.Context, e bot.Entry) (bot.Post, bool, error) {
	return r.current().FindResult(ctx, e)
}

// confirming is a renewal of a platform that can tell whether it took an
// acknowledgement.
type confirming struct{ *renewal }

func (c confirming) Confirm(ctx context.Context, e bot.Entry) (bot.Post, error) {
	return c.current().chat.(bot.Confirmer).Confirm(ctx, e)
}
