package imapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"liveadmin/imapi/simulator"
)

func TestWireFormat(t *testing.T) {
	for _, row := range []struct {
		name, path, body string
		call             func(c *Client) error
	}{
		{"setting", "/v4/group_open_avchatroom_http_svc/modify_admin", `{"GroupId":"@TGS#a6I4ZUUGO","CommandType":1,"Admin_Account":["10001","user2"]}`,
			func(c *Client) error { return c.SetAdmins(t.Context(), show, []UserID{"10001", "user2"}) }},
		{"cancelling", "/v4/group_open_avchatroom_http_svc/modify_admin", `{"GroupId":"@TGS#a6I4ZUUGO","CommandType":2,"Admin_Account":["user2"]}`,
			func(c *Client) error { return c.CancelAdmins(t.Context(), show, []UserID{"user2"}) }},
		{"reading", "/v4/group_open_avchatroom_http_svc/get_admin_list", `{"GroupId":"@TGS#a6I4ZUUGO"}`,
			func(c *Client) error { _, err := c.Admins(t.Context(), show); return err }},
		{"looking for an account", "/v4/im_open_login_svc/account_check", `{"CheckItem":[{"UserID":"10001"}]}`,
			func(c *Client) error { _, err := c.Accounts(t.Context(), []UserID{"10001"}); return err }},
	} {
		t.Run(row.name, func(t *testing.T) {
			var got *http.Request
			var body []byte
			c := newPipeClient(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				got = r
				body, _ = io.ReadAll(r.Body)
				fmt.Fprint(w, `{"ActionStatus":"OK","ErrorCode":0,"ResultItem":[{"UserID":"10001","ResultCode":0,"AccountStatus":"Imported"}]}`)
			}))
			base, err := ParseBaseURL("http://127.0.0.1/a%2Fb/")
			if err != nil {
				t.Fatal(err)
			}
			c.hosts.bases[0] = base
			c.random = func() uint32 { return 4294967295 }
			if err := row.call(c); err != nil {
				t.Fatal(err)
			}
			if got.Method != http.MethodPost || got.URL.EscapedPath() != "/a%2Fb"+row.path {
				t.Errorf("%s %s", got.Method, got.URL.EscapedPath())
			}
			if string(body) != row.body {
				t.Errorf("body %s, want %s", body, row.body)
			}
			for key, want := range map[string]string{"sdkappid": "1400000000", "identifier": testAdmin, "random": "4294967295", "contenttype": "json"} {
				if value := got.URL.Query().Get(key); value != want {
					t.Errorf("%s is %q, want %q", key, value, want)
				}
			}
		})
	}
}

func TestAccounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := newSimulator(t)
		c := newPipeClient(t, sim)
		var users []UserID
		for i := range maxAccounts {
			users = append(users, UserID(fmt.Sprint("user", i)))
			if i%2 == 0 {
				sim.AddAccount(fmt.Sprint("user", i), "")
			}
		}
		known, err := c.Accounts(t.Context(), append(users, users...))
		if err != nil {
			t.Fatal(err)
		}
		if len(known) != maxAccounts || !known["user0"] || known["user1"] || !known["user98"] || known["user99"] {
			t.Errorf("got %d: %v", len(known), known)
		}
		if n := len(sim.Calls()); n != 1 {
			t.Errorf("%d calls, want 1", n)
		}
	})
}

func TestAccountsWithoutAVerdictAreNoAnswer(t *testing.T) {
	for name, item := range map[string]string{
		"missing":        `{"UserID":"somebody else","AccountStatus":"Imported"}`,
		"another status": `{"UserID":"user1","ResultCode":70107,"AccountStatus":""}`,
	} {
		t.Run(name, func(t *testing.T) {
			c := newPipeClient(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				fmt.Fprintf(w, `{"ActionStatus":"OK","ErrorCode":0,"ResultItem":[%s]}`, item)
			}))
			_, err := c.Accounts(t.Context(), []UserID{"user1"})
			mustFail(t, err, KindTransient, 0)
		})
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newPipeClient(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/elsewhere" {
				t.Error("the UserSig was sent elsewhere")
			}
			http.Redirect(w, r, "/elsewhere?"+r.URL.RawQuery, http.StatusTemporaryRedirect)
		}))
		_, err := c.Admins(t.Context(), show)
		e := mustFail(t, err, KindTransient, 0)
		if !strings.Contains(e.Info, "HTTP 307") {
			t.Errorf("info %q", e.Info)
		}
	})
}

func TestAnswersWithoutEndAreCutOff(t *testing.T) {
	const ok = `{"ActionStatus":"OK","ErrorCode":0}`
	for _, row := range []struct {
		name    string
		handler http.HandlerFunc
		says    string
	}{
		{"a body", func(w http.ResponseWriter, _ *http.Request) {
			for {
				if _, err := io.WriteString(w, strings.Repeat(" ", 64<<10)); err != nil {
					return
				}
			}
		}, "more than 1048576 bytes"},
		{"a header", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X", strings.Repeat("x", 200<<10))
			io.WriteString(w, ok)
		}, "header"},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				_, err := newPipeClient(t, row.handler).Admins(t.Context(), show)
				if e := mustFail(t, err, KindTransient, 0); !strings.Contains(e.Info, row.says) {
					t.Errorf("info %q", e.Info)
				}
			})
		})
	}
}

// watch keeps every UserSig that arrives, and what is logged.
type watch struct {
	http.Handler
	mu   sync.Mutex
	sigs []string
	log  bytes.Buffer
}

func (w *watch) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	w.sigs = append(w.sigs, r.URL.Query().Get("usersig"))
	w.mu.Unlock()
	w.Handler.ServeHTTP(rw, r)
}

func (w *watch) Write(line []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.log.Write(line)
}

// noSecrets makes every call and looks for secrets in everything that comes of
// it.
func (w *watch) noSecrets(t *testing.T) {
	t.Helper()
	log := slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: slog.LevelDebug}))
	c := newPipeClient(t, w, WithLogger(log))
	_, readErr := c.Admins(t.Context(), show)
	_, accountErr := c.Accounts(t.Context(), []UserID{"user1"})
	var seen []string
	for _, err := range []error{readErr, accountErr, c.SetAdmins(t.Context(), show, []UserID{"user1"}), c.CancelAdmins(t.Context(), show, []UserID{"user1"})} {
		seen = append(seen, fmt.Sprintf("%v %+v %#v", err, err, err))
		if e, ok := errors.AsType[*Error](err); ok {
			raw, _ := json.Marshal(e)
			seen = append(seen, e.Info, e.Meaning(), e.Remedy(), string(raw))
		}
	}
	if w.log.Len() == 0 || len(w.sigs) == 0 {
		t.Fatalf("%d bytes were logged, %d UserSigs arrived", w.log.Len(), len(w.sigs))
	}
	seen = append(seen, w.log.String())
	for _, text := range seen {
		for _, secret := range append(w.sigs, testKey) {
			// A piece of a secret is too much as well.
			for _, piece := range []string{secret[:20], secret[len(secret)-20:]} {
				if strings.Contains(text, piece) {
					t.Fatalf("a secret is in %q", text)
				}
			}
		}
		if strings.Contains(text, "usersig=") {
			t.Fatalf("a query is in %q", text)
		}
	}
}

func TestNoFaultOfTheSimulatorBringsOutASecret(t *testing.T) {
	var faults []simulator.Fault
	for _, kind := range []simulator.FaultKind{simulator.HTML, simulator.Reset, simulator.Hang, simulator.Drip,
		simulator.Empty, simulator.Truncate, simulator.BreakOff, simulator.Oversize, simulator.ExtraKeys} {
		faults = append(faults, simulator.Fault{Kind: kind})
	}
	for _, code := range []int{0, 10004, 10008, 70009, 70050, 65432} {
		faults = append(faults, simulator.Fault{Kind: simulator.Refuse, Code: code}, simulator.Fault{Kind: simulator.Contradict, Code: code})
	}
	for _, f := range faults {
		t.Run(fmt.Sprintf("%s %d", f.Kind, f.Code), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sim := newSimulator(t)
				f.Info, f.EchoURL, f.Times = "key "+testKey, true, -1
				inject(t, sim, f)
				(&watch{Handler: sim}).noSecrets(t)
			})
		})
	}
}

func TestNoHostileAnswerBringsOutASecret(t *testing.T) {
	reply := func(format string, args ...any) func(r *http.Request) string {
		return func(r *http.Request) string {
			body := fmt.Sprintf(strings.ReplaceAll(format, "URL", r.URL.String()), args...)
			return fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
		}
	}
	for name, answer := range map[string]func(r *http.Request) string{
		"the URL as the answer":      reply("URL"),
		"the URL in JSON":            reply(`{"ActionStatus":"FAIL","ErrorCode":10004,"ErrorInfo":"URL"}`),
		"the URL after long padding": reply(`{"ActionStatus":"FAIL","ErrorCode":10004,"ErrorInfo":"%sURL"}`, strings.Repeat("x ", 95)),
		"the URL as ActionStatus":    reply(`{"ActionStatus":"URL","ErrorCode":0}`),
		"the URL for a number":       reply(`{"ActionStatus":"OK","ErrorCode":"URL"}`),
		"the URL as a list":          reply(`{"ActionStatus":"OK","ErrorCode":0,"Admin_List":"URL","ResultItem":"URL"}`),
		"NUL bytes":                  reply("\x00\x00URL\x00"),
		"deeply nested":              reply(`%s`, strings.Repeat("[", 20000)),
		"the URL as a header":        func(r *http.Request) string { return "HTTP/1.1 200 OK\r\n" + r.URL.String() + "\r\n\r\n" },
		"the URL as the status line": func(r *http.Request) string { return r.URL.String() + "\r\n\r\n" },
		"the URL as the status":      func(r *http.Request) string { return "HTTP/1.1 " + r.URL.String() + "\r\n\r\n" },
		"the URL as the length": func(r *http.Request) string {
			return "HTTP/1.1 200 OK\r\nContent-Length: " + r.URL.String() + "\r\n\r\n"
		},
		"the URL as the encoding": func(r *http.Request) string {
			return "HTTP/1.1 200 OK\r\nTransfer-Encoding: " + r.URL.String() + "\r\n\r\n"
		},
		"a bad chunk": func(r *http.Request) string {
			return "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + r.URL.String() + "\r\n"
		},
		"a redirect": func(r *http.Request) string { return "HTTP/1.1 302 Found\r\nLocation: " + r.URL.String() + "\r\n\r\n" },
		"a huge header": func(*http.Request) string {
			return "HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", 200<<10) + "\r\n\r\n"
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				(&watch{Handler: raw(answer)}).noSecrets(t)
			})
		})
	}
}

// raw answers with bytes of its own and closes the connection.
func raw(answer func(r *http.Request) string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}
		defer func(conn net.Conn) { conn.Close() }(conn)
		io.WriteString(conn, answer(r))
	})
}
