package imapi

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
)

func TestNewRefuses(t *testing.T) {
	good := testApp()
	base := WithBaseURL("https://gateway.test")
	with := func(change func(*App)) App { a := good; change(&a); return a }
	for _, row := range []struct {
		name string
		app  App
		opts []Option
		says string
	}{
		{"no SDKAppID", with(func(a *App) { a.SDKAppID = 0 }), []Option{base}, "SDKAppID"},
		{"a negative SDKAppID", with(func(a *App) { a.SDKAppID = -1 }), []Option{base}, "SDKAppID"},
		{"no key", with(func(a *App) { a.Key = Secret{} }), []Option{base}, "secret key is empty"},
		{"a key with a line break", with(func(a *App) { a.Key = NewSecret(testKey + "\n") }), []Option{base}, "line break"},
		{"no identifier", with(func(a *App) { a.Identifier = "" }), []Option{base}, "identifier"},
		{"an identifier of 33 bytes", with(func(a *App) { a.Identifier = strings.Repeat("a", 33) }), []Option{base}, "identifier"},
		{"neither region nor base URL", good, nil, "region"},
		{"an unknown region", good, []Option{WithRegion("mars")}, "mars"},
		{"plain http to the outside", good, []Option{WithBaseURL("http://gateway.test")}, "https"},
		{"a limit of 0", good, []Option{base, WithRateLimit(0)}, "rate limit"},
		{"a limit of 201", good, []Option{base, WithRateLimit(201)}, "rate limit"},
		{"no logger", good, []Option{base, WithLogger(nil)}, "logger"},
	} {
		t.Run(row.name, func(t *testing.T) {
			c, err := New(row.app, row.opts...)
			if err == nil || c != nil {
				t.Fatalf("got %v, %v", c, err)
			}
			if !strings.Contains(err.Error(), row.says) {
				t.Errorf("%q does not name %q", err, row.says)
			}
			if strings.Contains(err.Error(), testKey) {
				t.Errorf("%q shows the key", err)
			}
		})
	}
	t.Run("everything wrong is said at once", func(t *testing.T) {
		_, err := New(App{}, WithRateLimit(-1))
		for _, says := range []string{"SDKAppID", "secret key", "identifier", "region", "rate limit"} {
			if !strings.Contains(err.Error(), says) {
				t.Errorf("%q does not name %q", err, says)
			}
		}
	})
}

func TestNewAccepts(t *testing.T) {
	for _, row := range []struct {
		name  string
		opts  []Option
		bases []string
		limit int
	}{
		{"a region", []Option{WithRegion("tokyo")}, []string{"https://adminapijpn.im.qcloud.com", "https://adminapijpn.my-imcloud.com"}, 100},
		{"a base URL instead of a region", []Option{WithRegion("tokyo"), WithBaseURL("https://gateway.test/im/")}, []string{"https://gateway.test/im"}, 100},
		{"everything", []Option{WithRegion("china"), WithRateLimit(1), WithLogger(slog.Default())},
			[]string{"https://console.tim.qq.com", "https://adminapi.my-imcloud.com"}, 1},
	} {
		t.Run(row.name, func(t *testing.T) {
			c, err := New(testApp(), row.opts...)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, base := range c.hosts.order() {
				got = append(got, base.String())
			}
			if !slices.Equal(got, row.bases) {
				t.Errorf("calls %v, want %v", got, row.bases)
			}
			if c.limiter.limit != row.limit {
				t.Errorf("limit %d", c.limiter.limit)
			}
		})
	}
}

// Also through unexported fields, which fmt reads without asking their methods.
func TestPrintingAClientShowsNoSecret(t *testing.T) {
	c := newClient(t, "https://gateway.test")
	sig, err := c.signer.signature()
	if err != nil {
		t.Fatal(err)
	}
	for _, value := range []any{c, *c, c.signer.app, c.signer, sig, *sig} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x"} {
			shown := fmt.Sprintf(verb, value)
			if strings.Contains(shown, testKey) || strings.Contains(shown, sig.text.Reveal()) {
				t.Errorf("%s of a %T shows a secret", verb, value)
			}
		}
	}
}
