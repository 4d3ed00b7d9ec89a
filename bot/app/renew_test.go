package app

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"liveadmin/bot/config"
	"liveadmin/bot/journal"
	"liveadmin/bot/web"
)

// TestRenewWithoutTheDatabase: while the database does not answer, new settings are not used: the
// bot would not start with them, nor with those before.
func TestRenewWithoutTheDatabase(t *testing.T) {
	t.Chdir(t.TempDir())
	cfg, err := config.Load(".", []string{
		"IM_SDKAPPID=1400000000", "IM_SECRET_KEY=canary", "IM_REGION=singapore", "SLACK_BOT_TOKEN=xoxb-1", "SLACK_APP_TOKEN=xapp-1",
	})
	if err != nil {
		t.Fatal(err)
	}
	record, err := journal.Open(t.Context(), cfg.Database.Reveal(), cfg.IM.SDKAppID)
	if err != nil {
		t.Fatal(err)
	}
	r := &running{cfg: cfg, record: record, service: &service{
		read: func() (config.Config, error) { return cfg, nil }, metrics: web.NewMetrics(Built()), log: slog.New(slog.DiscardHandler),
	}}
	if _, err := r.renew(t.Context()); err != nil {
		t.Errorf("the settings are refused: %v", err)
	}
	if err := record.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := r.renew(t.Context()); err == nil {
		t.Error("the settings are used without a database")
	}
}

// TestRenewWithAnotherDatabase: one that does not answer, or is of another application, is found out
// while the bot goes on. One that is not there yet is made at the start.
func TestRenewWithAnotherDatabase(t *testing.T) {
	t.Chdir(t.TempDir())
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	settings := []string{"IM_SDKAPPID=1400000000", "IM_SECRET_KEY=canary", "IM_REGION=singapore", "SLACK_BOT_TOKEN=xoxb-1", "SLACK_APP_TOKEN=xapp-1"}
	cfg, err := config.Load(".", settings)
	if err != nil {
		t.Fatal(err)
	}
	record, err := journal.Open(t.Context(), cfg.Database.Reveal(), cfg.IM.SDKAppID)
	if err != nil {
		t.Fatal(err)
	}
	defer record.Close()
	for _, test := range []struct {
		change string
		good   bool
	}{
		{"DATABASE_URL=postgres://u:canary@" + silent.Addr().String() + "/d?connect_timeout=1", false},
		{"IM_SDKAPPID=1400000001", false},
		{"DATABASE_URL=sqlite://another.db", true},
	} {
		r := &running{cfg: cfg, record: record, service: &service{
			read:    func() (config.Config, error) { return config.Load(".", append(slices.Clone(settings), test.change)) },
			metrics: web.NewMetrics(Built()), log: slog.New(slog.DiscardHandler),
		}}
		if _, err := r.renew(t.Context()); (err == nil) != test.good {
			t.Errorf("%s: %v", test.change, err)
		}
	}
}

// away is a platform that is not ready.
type away struct{ platform }

func (away) State(context.Context) (ready bool, reason string) {
	return false, "its credentials are revoked"
}

// TestRenewAfterFailure: settings that were found unasked, and with which the bot could not run, are
// tried again after a while, and not each time that they are looked at; other credentials are at once.
func TestRenewAfterFailure(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var key atomic.Value
		var read atomic.Int32
		now := func() (cfg config.Config, err error) {
			read.Add(1)
			cfg.Discord.PublicKey = key.Load().(string)
			return cfg, nil
		}
		key.Store("new")
		failed, _ := now()
		s := &service{log: slog.New(slog.DiscardHandler), read: now, failed: fmt.Sprint(credentials(failed)), failedAt: time.Now()}
		go (&running{service: s, platforms: []platform{away{}}}).renewed(t.Context(), nil)
		tried := func() int32 { // each look reads the settings once, and each try once more
			before := read.Load()
			time.Sleep(lookGap)
			synctest.Wait()
			return read.Load() - before - 1
		}
		if tried() != 0 {
			t.Error("they are tried again at once")
		}
		key.Store("newer")
		if tried() != 1 {
			t.Error("others are not tried")
		}
		key.Store("new")
		time.Sleep(failedGap)
		synctest.Wait()
		if tried() != 1 {
			t.Error("they are not tried again")
		}
	})
}
