package simulator_test

import (
	"net/http"
	"testing"
	"time"

	"liveadmin/imapi/simulator"
)

func TestChangeKey(t *testing.T) {
	s := newServer(t)
	const next = "another key"
	if err := s.ChangeKey(""); err == nil {
		t.Error("an empty key was taken")
	}
	call := func(key string, want int) {
		t.Helper()
		q := query(t)
		q.Set("usersig", sign(t, appID, key, admin, 60))
		wantCode(t, serve(t, s, newPost(getAdminList, q, list(room))), want)
	}
	call(key, 0)
	if err := s.ChangeKey(next); err != nil {
		t.Fatal(err)
	}
	call(key, 70009)
	call(next, 0)
}

func TestDateIsOfItsClock(t *testing.T) {
	at := time.Now().Add(-time.Hour)
	s := newServer(t, simulator.WithClock(func() time.Time { return at }))
	for name, f := range map[string]simulator.Fault{
		"an answer": {Command: "none"},
		"a refusal": {Code: 10010},
		"a page":    {Kind: simulator.HTML},
	} {
		t.Run(name, func(t *testing.T) {
			inject(t, s, f)
			if got, want := call(t, s, getAdminList, list(room)).header.Get("Date"), at.UTC().Format(http.TimeFormat); got != want {
				t.Errorf("Date %q, want %q", got, want)
			}
		})
	}
}
