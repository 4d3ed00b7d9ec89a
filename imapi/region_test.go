package imapi

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"liveadmin/imapi/simulator/pipe"
)

func TestRegions(t *testing.T) {
	want := []string{"china", "singapore", "seoul", "tokyo", "frankfurt", "siliconvalley", "jakarta"}
	if got := Regions(); !slices.Equal(got, want) {
		t.Errorf("regions: %v", got)
	}
	for _, name := range want {
		r, err := ParseRegion(strings.ToUpper(name))
		if err != nil || string(r) != name {
			t.Errorf("%s: %q, %v", name, r, err)
		}
		d, err := r.domains()
		if err != nil || d.primary == "" || !strings.HasSuffix(d.backup, ".my-imcloud.com") {
			t.Errorf("%s: %+v, %v", name, d, err)
		}
	}
	for _, name := range []string{"", "mumbai", "china "} {
		if r, err := ParseRegion(name); err == nil {
			t.Errorf("%q was taken as %q", name, r)
		}
	}
}

func TestBaseURL(t *testing.T) {
	for _, row := range []struct{ name, url, want string }{
		{"https", "https://gateway.test", "https://gateway.test"},
		{"a port and a trailing slash", "https://gateway.test:8443/", "https://gateway.test:8443"},
		{"a prefix", "https://gateway.test/a/b/", "https://gateway.test/a/b"},
		{"a prefix with an escaped slash", "https://gateway.test/a%2Fb/", "https://gateway.test/a%2Fb"},
		{"http to 127.0.0.1", "http://127.0.0.1:8080", "http://127.0.0.1:8080"},
		{"http to 127.9.9.9", "http://127.9.9.9", "http://127.9.9.9"},
		{"http to ::1", "http://[::1]:8080", "http://[::1]:8080"},
		{"http to localhost", "http://localhost:8080", "http://localhost:8080"},
		{"capital letters", "HTTPS://gateway.test", "https://gateway.test"},
		{"http to a name", "http://gateway.test", ""},
		{"http to a name that begins like loopback", "http://127.0.0.1.gateway.test", ""},
		{"http to another address", "http://10.0.0.1", ""},
		{"another scheme", "ftp://127.0.0.1", ""},
		{"no scheme", "gateway.test", ""},
		{"no host", "https://", ""},
		{"a port alone", "https://:8080", ""},
		{"opaque", "https:gateway.test", ""},
		{"a user", "https://u@gateway.test", ""},
		{"a password", "https://u:hunter2@gateway.test", ""},
		{"a query", "https://gateway.test/?key=hunter2", ""},
		{"an empty query", "https://gateway.test/?", ""},
		{"a fragment", "https://gateway.test/#hunter2", ""},
		{"no URL", "https://%zz:hunter2@gateway.test", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			u, err := ParseBaseURL(row.url)
			got := ""
			if err == nil {
				got = u.String()
			}
			if got != row.want || (err == nil) != (row.want != "") {
				t.Errorf("got %q, %v", got, err)
			}
			if err != nil && strings.Contains(err.Error(), "hunter2") {
				t.Errorf("%q shows a secret", err)
			}
		})
	}
}

// twoDomains is a network with a primary and a backup.
type twoDomains struct {
	mu     sync.Mutex
	dialed []string
	down   map[string]error // nil: up
	up     *pipe.Listener
}

func (d *twoDomains) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	host, _, _ := net.SplitHostPort(addr)
	d.mu.Lock()
	d.dialed = append(d.dialed, host)
	err := d.down[host]
	d.mu.Unlock()
	if err != nil {
		return nil, err
	}
	return d.up.Dial(ctx, network, addr)
}

func (d *twoDomains) set(host string, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.down[host] = err
}

func (d *twoDomains) take() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	dialed := d.dialed
	d.dialed = nil
	return dialed
}

func newTwoDomains(t *testing.T, h http.Handler) (*Client, *twoDomains) {
	d := &twoDomains{up: pipe.Serve(t, h), down: map[string]error{}}
	c := newPipeClient(t, http.NotFoundHandler())
	c.hosts.bases = []*url.URL{{Scheme: "http", Host: "primary.test"}, {Scheme: "http", Host: "backup.test"}}
	transport := c.transport.(*http.Transport)
	transport.DialContext = d.dial
	transport.Proxy = nil
	transport.DisableKeepAlives = true // so that every call dials
	return c, d
}

func TestBackupDomain(t *testing.T) {
	noName := &net.DNSError{Err: "no such host", Name: "primary.test", IsNotFound: true}
	refused := &net.OpError{Op: "dial", Net: "tcp", Err: fmt.Errorf("connection refused")}
	reset := &net.OpError{Op: "read", Net: "tcp", Err: fmt.Errorf("connection reset by peer")}
	for _, row := range []struct {
		name   string
		down   error
		dialed []string
	}{
		{"the primary works", nil, []string{"primary.test"}},
		{"the primary does not resolve", noName, []string{"primary.test", "backup.test"}},
		{"the primary does not resolve, as net/http says it", &net.OpError{Op: "dial", Err: noName}, []string{"primary.test", "backup.test"}},
		{"the primary does not connect", refused, []string{"primary.test", "backup.test"}},
		{"the primary cuts the connection off before it is made", reset, []string{"primary.test", "backup.test"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, d := newTwoDomains(t, &okHandler{})
				d.set("primary.test", row.down)
				if _, err := c.Admins(t.Context(), show); err != nil {
					t.Error(err)
				}
				if got := d.take(); !slices.Equal(got, row.dialed) {
					t.Errorf("dialed %v, want %v", got, row.dialed)
				}
			})
		})
	}
}

func TestTheBackupIsPreferredForAWhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, d := newTwoDomains(t, &okHandler{})
		refused := &net.OpError{Op: "dial", Net: "tcp", Err: fmt.Errorf("connection refused")}
		expect := func(when string, want ...string) {
			t.Helper()
			if _, err := c.Admins(t.Context(), show); err != nil {
				t.Fatalf("%s: %v", when, err)
			}
			if got := d.take(); !slices.Equal(got, want) {
				t.Errorf("%s: dialed %v, want %v", when, got, want)
			}
		}
		d.set("primary.test", refused)
		expect("at first", "primary.test", "backup.test")
		d.set("primary.test", nil)
		time.Sleep(4 * time.Minute)
		expect("within five minutes", "backup.test")
		time.Sleep(time.Minute)
		expect("after five minutes", "primary.test")
		d.set("primary.test", refused)
		expect("down again", "primary.test", "backup.test")
		d.set("primary.test", nil)
		d.set("backup.test", refused)
		expect("now the backup is down", "backup.test", "primary.test")
		expect("and after that", "primary.test")
		d.set("primary.test", refused)
		_, err := c.Admins(t.Context(), show)
		mustFail(t, err, KindTransient, 0)
		mustFail(t, c.SetAdmins(t.Context(), show, []UserID{"user1"}), KindTransient, 0)
	})
}

func TestAHijackedNameLeadsToTheBackup(t *testing.T) {
	server := httptest.NewUnstartedServer(&okHandler{})
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // it complains of the handshake that is to fail
	server.StartTLS()
	defer server.Close()
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate()) // it is for example.com
	c := newClient(t, server.URL)
	c.hosts.bases = []*url.URL{{Scheme: "https", Host: "hijacked.test"}, {Scheme: "https", Host: "example.com"}}
	transport := c.transport.(*http.Transport)
	transport.Proxy = nil
	transport.TLSClientConfig = &tls.Config{RootCAs: roots}
	transport.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, server.Listener.Addr().String())
	}
	defer transport.CloseIdleConnections()
	if _, err := c.Admins(t.Context(), show); err != nil {
		t.Fatal(err)
	}
}

// A handshake that nobody answers leaves time for the backup within the same try.
func TestAHangingHandshakeLeadsToTheBackup(t *testing.T) {
	server := httptest.NewTLSServer(&okHandler{})
	defer server.Close()
	silent, err := net.Listen("tcp", "127.0.0.1:0") // it accepts connections, and no more
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	c := newClient(t, server.URL)
	c.hosts.bases = []*url.URL{{Scheme: "https", Host: silent.Addr().String()}, {Scheme: "https", Host: server.Listener.Addr().String()}}
	transport := c.transport.(*http.Transport)
	if transport.TLSHandshakeTimeout > tryTime/2 {
		t.Errorf("a handshake may take %s of a try", transport.TLSHandshakeTimeout)
	}
	transport.TLSHandshakeTimeout /= 4
	transport.Proxy = nil
	transport.TLSClientConfig = server.Client().Transport.(*http.Transport).TLSClientConfig
	defer transport.CloseIdleConnections()
	if _, err := c.Admins(t.Context(), show); err != nil {
		t.Fatal(err)
	}
}
