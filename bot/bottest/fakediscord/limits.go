package fakediscord

import (
	"fmt"
	"hash/fnv"
	"math"
	"net/http"
	"strconv"
	"time"
)

// plenty is what a bucket has where no limit was set: never used up.
const plenty = 50

// limits are the rate limits. The Server's lock guards them.
type limits struct {
	routes  map[string]limit
	windows map[string]*window // by route and what it is about
}

// limit is how many requests a bucket takes in a time.
type limit struct {
	requests int
	per      time.Duration
}

// window is a bucket's running time.
type window struct {
	ends time.Time
	used int
}

func newLimits() limits {
	return limits{routes: make(map[string]limit), windows: make(map[string]*window)}
}

// SetLimit lets a route take so many requests in a time, for each channel, guild, or
// interaction token; more get 429. With 0 requests there is no limit, as at the start.
func (s *Server) SetLimit(route string, requests int, per time.Duration) {
	s.host.Change(func() {
		delete(s.limits.routes, route)
		if requests > 0 {
			s.limits.routes[route] = limit{requests, per}
		}
		s.limits.windows = make(map[string]*window)
	})
}

// spend takes a call from its bucket, sets the headers that describe it, and reports
// whether there was room; if not, the answer says so. The state is locked.
func (l *limits) spend(h http.Header, route, major string) (answer, bool) {
	set, limited := l.routes[route], true
	if set.requests == 0 {
		set, limited = limit{plenty, time.Second}, false
	}
	key, now := route+" "+major, time.Now()
	w := l.windows[key]
	if w == nil || !now.Before(w.ends) {
		w = &window{ends: now.Add(set.per)}
		l.windows[key] = w
	}
	w.used++
	left := w.ends.Sub(now)
	hash := fnv.New64a()
	hash.Write([]byte(route))
	h.Set("X-RateLimit-Bucket", fmt.Sprintf("%016x", hash.Sum64()))
	h.Set("X-RateLimit-Limit", strconv.Itoa(set.requests))
	h.Set("X-RateLimit-Reset", fmt.Sprintf("%.3f", float64(w.ends.UnixMilli())/1000))
	if limited && w.used > set.requests {
		return tooMany(h, left, false), false
	}
	remaining := set.requests - w.used
	if !limited {
		remaining = max(remaining, 1)
	}
	h.Set("X-RateLimit-Remaining", strconv.Itoa(remaining))
	h.Set("X-RateLimit-Reset-After", fmt.Sprintf("%.3f", left.Seconds()))
	return answer{}, true
}

// tooMany is the answer to a call beyond a limit, with its headers.
func tooMany(h http.Header, after time.Duration, global bool) answer {
	h.Set("Retry-After", strconv.Itoa(int(math.Ceil(after.Seconds()))))
	h.Set("X-RateLimit-Reset-After", fmt.Sprintf("%.3f", after.Seconds()))
	h.Set("X-RateLimit-Remaining", "0")
	h.Set("X-RateLimit-Scope", "user")
	if global {
		h.Set("X-RateLimit-Global", "true")
		h.Set("X-RateLimit-Scope", "global")
	}
	return answer{status: http.StatusTooManyRequests, body: map[string]any{
		"message": "You are being rate limited.", "retry_after": after.Seconds(), "global": global,
	}}
}
