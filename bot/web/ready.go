package web

import (
	"context"
	"encoding/json"
	"net/http"
	"sync"
	"time"
)

// checkTime is how long all checks together may take.
const checkTime = 2 * time.Second

// Check is a part of the program that is ready or says why it is not. The reason
// is shown to everyone who asks, so it holds no secret; one that is ready can have
// something to say, too. State must end with its context.
type Check struct {
	Name  string
	State func(context.Context) (ready bool, reason string)
}

// Pinged checks what can be pinged, like a database. The error itself is not
// shown: it may tell where the database is.
func Pinged(name string, ping func(context.Context) error) Check {
	return Check{Name: name, State: func(ctx context.Context) (bool, string) {
		if ping(ctx) != nil {
			return false, "does not answer"
		}
		return true, ""
	}}
}

type report struct {
	Ready bool            `json:"ready"`
	Parts map[string]part `json:"parts"`
}

type part struct {
	Ready  bool   `json:"ready"`
	Reason string `json:"reason,omitempty"`
}

// readiness asks every check at the same time.
func readiness(checks []Check) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), checkTime)
		defer cancel()
		parts := make([]part, len(checks))
		var asked sync.WaitGroup
		for i, c := range checks {
			asked.Go(func() { parts[i].Ready, parts[i].Reason = c.State(ctx) })
		}
		asked.Wait()
		all := report{Ready: true, Parts: make(map[string]part)}
		for i, c := range checks {
			all.Parts[c.Name] = parts[i]
			all.Ready = all.Ready && parts[i].Ready
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "no-store")
		if !all.Ready {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		_ = json.NewEncoder(w).Encode(all)
	})
}
