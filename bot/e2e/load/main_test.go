package load

import (
	"testing"

	"liveadmin/bot/app"
	"liveadmin/bot/e2e/harness"
)

func TestMain(m *testing.M) { harness.Main(m, func() []app.Option { return nil }) }
