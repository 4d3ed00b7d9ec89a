package app

import (
	"log/slog"
	"testing"

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
