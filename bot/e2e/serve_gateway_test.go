package e2e

import (
	"encoding/pem"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"liveadmin/bot/bottest/fakediscord"
	"liveadmin/bot/e2e/harness"
)

// tlsFront serves a handler, which may come later, with TLS: for 127.0.0.1 and example.com,
// by an authority of its own, whose certificate is in the file.
func tlsFront(t *testing.T) (front *httptest.Server, handler *atomic.Pointer[http.Handler], authority string) {
	t.Helper()
	handler = new(atomic.Pointer[http.Handler])
	front = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { (*handler.Load()).ServeHTTP(w, r) }))
	t.Cleanup(front.Close)
	authority = filepath.Join(t.TempDir(), "authority.pem")
	cert := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: front.Certificate().Raw})
	if err := os.WriteFile(authority, cert, 0o600); err != nil {
		t.Fatal(err)
	}
	return front, handler, authority
}

// proxyTo is an HTTP proxy that knows CONNECT alone, and leads to one address. It counts
// what it was asked for.
func proxyTo(t *testing.T, addr string) (proxy *httptest.Server, asked *atomic.Int64) {
	t.Helper()
	asked = new(atomic.Int64)
	proxy = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodConnect || r.Host != "example.com:443" {
			http.Error(w, "no way", http.StatusForbidden)
			return
		}
		there, err := net.Dial("tcp", addr)
		if err != nil {
			http.Error(w, "no way", http.StatusBadGateway)
			return
		}
		defer there.Close()
		here, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		defer here.Close()
		asked.Add(1)
		_, _ = io.WriteString(here, "HTTP/1.1 200 Connection established\r\n\r\n")
		go func() {
			defer here.Close()
			_, _ = io.Copy(here, there)
		}()
		_, _ = io.Copy(there, here)
	}))
	t.Cleanup(proxy.Close)
	return proxy, asked
}

// TestServeGateway: the gateway is reached over TLS whose certificate is verified, straight
// or through the proxy of the environment, as the API is.
func TestServeGateway(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name     string
		proxied  bool
		verified bool // the authority is known
	}{
		{"TLS", false, true},
		{"TLS through a proxy", true, true},
		{"TLS by an unknown authority", false, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			front, handler, authority := tlsFront(t)
			host := front.Listener.Addr().String()
			if tc.proxied {
				host = "example.com"
			}
			l := harness.BeforeDiscord(harness.New(t), fakediscord.Config{Heartbeat: time.Second, Gateway: "wss://" + host + "/socket"}, false)
			inner, err := url.Parse(l.Discord.URL())
			if err != nil {
				t.Fatal(err)
			}
			var h http.Handler = httputil.NewSingleHostReverseProxy(inner)
			handler.Store(&h)
			if tc.verified {
				l.Env = append(l.Env, "SSL_CERT_FILE="+authority, "DISCORD_API_URL=https://"+host)
			}
			var asked *atomic.Int64
			if tc.proxied {
				var proxy *httptest.Server
				proxy, asked = proxyTo(t, front.Listener.Addr().String())
				l.Env = append(l.Env, "HTTPS_PROXY="+proxy.URL)
			}
			if !tc.verified {
				l.Begin(harness.Program(t, l.Dir, l.Env))
				l.Until("it does not connect", func() bool { return strings.Contains(l.Logged(), "certificate signed by unknown authority") })
				if n := len(l.Discord.Identifies()); n > 0 {
					t.Errorf("%d sessions", n)
				}
				l.Stop()
				return
			}
			l.Start()
			l.Command("add", "Added 1 of 1 administrator", fakediscord.Options{"group": "@TGS#a6I4ZUUGO", "users": "user1"})
			if tc.proxied && asked.Load() < 2 {
				t.Errorf("the proxy was asked %d times", asked.Load())
			}
			l.Stop()
		})
	}
}

// TestServeBadMessages: the program lives on after what makes discordgo crash, and counts it.
func TestServeBadMessages(t *testing.T) {
	t.Parallel()
	l := harness.NewInDiscord(t, false)
	l.Start()
	for _, text := range []string{`null`, `{"op":0,"t":"GUILD_CREATE","s":2,"d":null}`, `{"op":0,"t":"VOICE_STATE_UPDATE","s":3,"d":null}`, `{"op":0,"t":"READY","s":4,"d":{"guilds":[null]}}`} {
		l.Discord.SendText(text)
	}
	l.Command("list", "has 0 of 5 administrators", fakediscord.Options{"group": "@TGS#a6I4ZUUGO"})
	if text := l.Read("/metrics"); !strings.Contains(text, "\nliveadmin_gateway_messages_dropped_total 4\n") {
		t.Errorf("the messages are not counted in\n%s", text)
	}
	if n := len(l.Discord.Identifies()); n != 1 {
		t.Errorf("%d sessions were begun", n)
	}
	l.Stop()
}
