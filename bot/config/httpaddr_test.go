package config_test

import (
	"os"
	"path/filepath"
	"testing"

	"liveadmin/bot/config"
)

func TestHTTPAddr(t *testing.T) {
	for _, test := range []struct {
		name    string
		dotEnv  string
		environ []string
		want    string
		wrong   string
	}{
		{"nothing is set", "", nil, "127.0.0.1:8080", ""},
		{"in .env", "HTTP_ADDR=:9090\n", nil, ":9090", ""},
		{"the environment wins", "HTTP_ADDR=:9090\n", []string{"HTTP_ADDR=[::1]:7070"}, "[::1]:7070", ""},
		{"empty counts as not set", "HTTP_ADDR=\n", []string{"HTTP_ADDR="}, "127.0.0.1:8080", ""},
		{"everything else is wrong", "HTTP_ADR=x\nbroken line\nHTTP_ADDR=:9090\nIM_REGION=mars\n", []string{"IM_SDKAPPID=x"}, ":9090", ""},
		{"no address", "", []string{"HTTP_ADDR=nowhere"}, "",
			`HTTP_ADDR: "nowhere" is no address to listen on: write host:port, like 127.0.0.1:8080, or :8080 for every interface`},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			if test.dotEnv != "" {
				if err := os.WriteFile(filepath.Join(dir, ".env"), []byte(test.dotEnv), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			got, err := config.HTTPAddr(dir, test.environ)
			said := ""
			if err != nil {
				said = err.Error()
			}
			if got != test.want || said != test.wrong {
				t.Errorf("got %q, %q", got, said)
			}
		})
	}
}
