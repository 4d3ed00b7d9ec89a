package cli

import (
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"liveadmin/bot/web"
)

func TestHealthcheck(t *testing.T) {
	t.Parallel()
	server, err := web.New("127.0.0.1:0", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = server.Serve(t.Context(), nil) }()
	_, port, _ := net.SplitHostPort(server.Addr())
	broken := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://"+server.Addr()+r.URL.Path, http.StatusFound)
	}))
	t.Cleanup(broken.Close)
	deaf, err := net.Listen("tcp", "127.0.0.1:0") // takes connections and says nothing
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = deaf.Close() })
	for _, test := range []struct {
		name    string
		environ []string
		code    int
		says    string // on standard error
	}{
		{"as it is configured", []string{"HTTP_ADDR=" + server.Addr()}, ExitOK, ""},
		{"no host", []string{"HTTP_ADDR=:" + port}, ExitOK, ""},
		{"every interface", []string{"HTTP_ADDR=0.0.0.0:" + port}, ExitOK, ""},
		{"every interface of both kinds", []string{"HTTP_ADDR=[::]:" + port}, ExitOK, ""},
		{"other settings are wrong", []string{"HTTP_ADDR=:" + port, "IM_REGION=mars", "SLACK_BOT_TOKEN=x"}, ExitOK, ""},
		{"nobody listens", []string{"HTTP_ADDR=" + unused(t)}, ExitFailed, "does not answer"},
		{"no answer", []string{"HTTP_ADDR=" + deaf.Addr().String()}, ExitFailed, "does not answer within 3s"},
		{"something else listens", []string{"HTTP_ADDR=" + broken.Listener.Addr().String()}, ExitFailed, "answers 302 Found"},
		{"no address", []string{"HTTP_ADDR=nowhere"}, ExitFailed, `"nowhere" is no address`},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := call(t, test.environ, "", "healthcheck")
			said := got.err != "" && strings.Contains(got.err, test.says)
			if got.code != test.code || got.out != "" || said != (test.code != ExitOK) {
				t.Errorf("got %+v", got)
			}
		})
	}
}

// unused returns an address on which nothing listens.
func unused(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}
