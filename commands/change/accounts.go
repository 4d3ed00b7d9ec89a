package change

import (
	"context"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"liveadmin/imapi"
)

// Accounts that exist are remembered for an hour. Those that do not are asked
// again each time: someone may have logged in since.
const (
	accountKept  = time.Hour
	accountsMost = 10_000 // remembered at once
)

type accounts struct {
	now func() time.Time

	mu   sync.Mutex
	seen map[imapi.UserID]time.Time
}

// missing starts a check and returns a function that waits for it and returns
// the UserIDs that certainly no account has. A failing check finds none.
func (a *accounts) missing(ctx context.Context, api Admins, users []imapi.UserID) func() map[imapi.UserID]bool {
	ask := a.unseen(users)
	if len(ask) == 0 {
		return func() map[imapi.UserID]bool { return nil }
	}
	var none map[imapi.UserID]bool
	var broken string
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() {
			if p := recover(); p != nil { // for the waiting callers: here it would end the process
				broken = fmt.Sprintf("%v\n%s", p, debug.Stack())
			}
		}()
		none = a.check(ctx, api, ask)
	}()
	return func() map[imapi.UserID]bool {
		<-done
		if broken != "" {
			panic(broken)
		}
		return none
	}
}

// check asks which of the users have an account, and remembers those.
func (a *accounts) check(ctx context.Context, api Admins, users []imapi.UserID) map[imapi.UserID]bool {
	known, err := api.Accounts(ctx, users)
	if err != nil {
		return nil
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.seen == nil || len(a.seen)+len(known) > accountsMost {
		a.seen = make(map[imapi.UserID]time.Time)
	}
	none := make(map[imapi.UserID]bool)
	for user, exists := range known {
		if exists {
			a.seen[user] = a.now()
		} else {
			none[user] = true
		}
	}
	return none
}

// unseen returns those of the users that are not remembered.
func (a *accounts) unseen(users []imapi.UserID) []imapi.UserID {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(users), func(u imapi.UserID) bool {
		at, ok := a.seen[u]
		return ok && a.now().Sub(at) < accountKept
	})
}
