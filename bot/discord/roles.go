package discord

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"liveadmin/bot"
)

// How long reading the roles of a server may take, and the least time between two
// readings of the same.
const (
	rolesTime = time.Second
	rolesGap  = 10 * time.Second
)

// roles knows the server of each role that the policy names. What an interaction says of
// its caller's roles is about the roles of one server alone.
type roles struct {
	d       *Discord
	reading singleflight.Group // by server

	mu   sync.Mutex
	home map[string]string    // the server of a role, which never changes
	read map[string]time.Time // when the roles of a server were last asked for
}

// unread returns the roles that the policy names and of which an interaction does not say
// whether the caller has them: those of other servers and, in a direct message, all.
func (r *roles) unread(ctx context.Context, i interaction) []string {
	var unread []string
	for _, ref := range r.d.options.Policy().Named(roleRef) {
		if role := strings.TrimPrefix(ref, roleRef); !slices.Contains(i.Member.Roles, role) && !r.belongs(ctx, role, i.Guild) {
			unread = append(unread, ref)
		}
	}
	return unread
}

// belongs reports whether a role is known to be of a server. The first time, it reads the
// roles of that server.
func (r *roles) belongs(ctx context.Context, role, server string) bool {
	if server == "" {
		return false
	}
	if r.needs(role, server) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), rolesTime)
		defer cancel()
		_, err, _ := r.reading.Do(server, func() (any, error) { return nil, r.look(ctx, server) })
		if err != nil {
			r.d.log.Warn("the roles of a server could not be read", "guild", server, "err", err)
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.home[role] == server
}

// needs reports whether the roles of a server have to be read to place a role.
func (r *roles) needs(role, server string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.home[role] == "" && r.d.now().Sub(r.read[server]) >= rolesGap
}

// look reads the roles of a server, to place them.
func (r *roles) look(ctx context.Context, server string) error {
	found, err := r.d.rolesOf(ctx, server)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.read[server] = r.d.now()
	for _, role := range found {
		r.home[role.ID] = server
	}
	return err
}

// role is a role as Discord describes it.
type role struct {
	ID          string `json:"id"`
	Mentionable bool   `json:"mentionable"` // everybody may notify those who have it
}

// rolesOf reads the roles of a server.
func (d *Discord) rolesOf(ctx context.Context, server string) ([]role, error) {
	var found struct {
		Roles []role `json:"roles"`
	}
	err := d.rest.do(ctx, call{name: "reading the roles", method: http.MethodGet, path: "/guilds/" + server, into: &found})
	return found.Roles, err
}

// unheard returns those roles among some callers and memberships that a message about an entry
// cannot notify: the bot may not mention every role where the command was typed, and these are
// not for everybody to mention. It returns none if that is not known.
func (d *Discord) unheard(ctx context.Context, e bot.Entry, refs []string) []string {
	h, ok := handleOf(e)
	named := slices.DeleteFunc(slices.Clone(refs), func(ref string) bool { return roleOf(ref) == "" })
	if !ok || h.Loud || h.Guild == "" || len(named) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, rolesTime)
	defer cancel()
	found, err := d.rolesOf(ctx, h.Guild)
	if err != nil {
		d.log.Warn("the roles of a server could not be read", "guild", h.Guild, "err", err)
		return nil
	}
	return slices.DeleteFunc(named, func(ref string) bool {
		return slices.ContainsFunc(found, func(r role) bool { return r.ID == roleOf(ref) && r.Mentionable })
	})
}
