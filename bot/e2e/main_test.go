package e2e

import (
	"os"
	"testing"

	"liveadmin/bot/app"
	"liveadmin/bot/e2e/harness"
)

// doom is what the program dies of at SIGUSR1.
const doom = "LIVEADMIN_TEST_DOOM"

func TestMain(m *testing.M) {
	harness.Main(m, func() []app.Option {
		if of, doomed := os.LookupEnv(doom); doomed {
			go dieOnSignal(of)
		}
		return nil
	})
}
