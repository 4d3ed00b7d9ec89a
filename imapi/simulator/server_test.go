package simulator_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"liveadmin/imapi/simulator"
)

func TestNewRefuses(t *testing.T) {
	good := simulator.App{SDKAppID: appID, Key: key, Admins: []string{admin}}
	tests := []struct {
		name   string
		change func(*simulator.App)
		option simulator.Option
		want   string
	}{
		{"no SDKAppID", func(a *simulator.App) { a.SDKAppID = 0 }, nil, "SDKAppID"},
		{"negative SDKAppID", func(a *simulator.App) { a.SDKAppID = -1 }, nil, "SDKAppID"},
		{"no key", func(a *simulator.App) { a.Key = "" }, nil, "key"},
		{"no administrator", func(a *simulator.App) { a.Admins = nil }, nil, "administrator"},
		{"malformed administrator", func(a *simulator.App) { a.Admins = []string{""} }, nil, "UserID"},
		{"no clock", nil, simulator.WithClock(nil), "clock"},
		{"code of no meaning", nil, simulator.WithRules(simulator.Rules{TooManyCode: 1}), "TooManyCode"},
		{"unknown empty list", nil, simulator.WithRules(simulator.Rules{EmptyList: 3}), "EmptyList"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			app, opts := good, []simulator.Option{}
			if tt.change != nil {
				tt.change(&app)
			}
			if tt.option != nil {
				opts = append(opts, tt.option)
			}
			s, err := simulator.New(app, opts...)
			if err == nil || s != nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("New: %v, %v; want an error about %q", s, err, tt.want)
			}
		})
	}
}

func TestStartAndClose(t *testing.T) {
	s := newServer(t)
	if s.URL() != "" {
		t.Errorf("URL %q before Start", s.URL())
	}
	started(t, s)
	if err := s.Start(); err == nil {
		t.Error("started twice")
	}
	if !strings.HasPrefix(s.URL(), "http://127.0.0.1:") {
		t.Errorf("URL %q", s.URL())
	}
	r, err := post(t, newClient(t), s.URL(), getAdminList, list(room))
	if err != nil {
		t.Fatal(err)
	}
	wantCode(t, r, 0)
	if got, has := r.header["Content-Type"]; has {
		t.Errorf("Content-Type %q, Tencent's sample has none", got)
	}

	s.Close()
	s.Close()
	if _, err := post(t, newClient(t), s.URL(), getAdminList, list(room)); err == nil {
		t.Error("answered after Close")
	}
	closed := newServer(t)
	closed.Close()
	if err := closed.Start(); err == nil {
		t.Error("started after Close")
	}
}

func TestLatency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t)
		s.SetLatency(3 * time.Second)
		begin := time.Now()
		wantCode(t, call(t, s, getAdminList, list(room)), 0)
		if took := time.Since(begin); took != 3*time.Second {
			t.Errorf("took %v", took)
		}
		s.SetLatency(0)
		begin = time.Now()
		wantCode(t, call(t, s, getAdminList, list(room)), 0)
		if took := time.Since(begin); took != 0 {
			t.Errorf("took %v without latency", took)
		}
	})
}

// A client that gives up does not stop what it sent.
func TestLatencyOutlivesTheClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t)
		s.SetLatency(3 * time.Second)
		ctx, giveUp := context.WithTimeout(t.Context(), time.Second)
		defer giveUp()
		serve(t, s, newPost(modifyAdmin, query(t), set(room, "user1")).WithContext(ctx))
		if got := s.Admins(room); !slices.Equal(got, []string{"user1"}) {
			t.Errorf("administrators %q", got)
		}
	})
}

// Where there is no connection to take over, net/http aborts.
func TestCloseEndsLatency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t)
		s.SetLatency(time.Hour)
		begin, ended := time.Now(), make(chan any, 1)
		go func() {
			defer func() { ended <- recover() }()
			call(t, s, modifyAdmin, set(room, "user1"))
		}()
		synctest.Wait()
		s.Close()
		if got := <-ended; got != http.ErrAbortHandler {
			t.Errorf("the call ended with %v", got)
		}
		if time.Since(begin) != 0 || len(s.Admins(room)) != 0 {
			t.Error("Close let the call go on")
		}
	})
}
