package simulator_test

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/tencentyun/tls-sig-api-v2-golang/tencentyun"

	"liveadmin/imapi/simulator"
)

// pack makes a UserSig of any text.
func pack(text string) string {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	w.Write([]byte(text))
	w.Close()
	return strings.NewReplacer("+", "*", "/", "-", "=", "_").Replace(base64.StdEncoding.EncodeToString(b.Bytes()))
}

func TestCodesOfTheURL(t *testing.T) {
	s := newServer(t)
	s.AddAccount("user1", "")
	with := func(name, value string) func(url.Values) {
		return func(q url.Values) { q.Set(name, value) }
	}
	without := func(name string) func(url.Values) {
		return func(q url.Values) { q.Del(name) }
	}
	post := http.MethodPost
	tests := []struct {
		name   string
		method string
		path   string
		change func(url.Values)
		code   int
	}{
		{"correct", post, getAdminList, func(url.Values) {}, 0},
		{"GET", http.MethodGet, getAdminList, func(url.Values) {}, 60002},
		{"PUT", http.MethodPut, getAdminList, func(url.Values) {}, 60002},
		{"no sdkappid", post, getAdminList, without("sdkappid"), 60012},
		{"parameter name in another case", post, getAdminList, func(q url.Values) { q.Del("sdkappid"); q.Set("SdkAppId", strconv.Itoa(appID)) }, 60012},
		{"unknown sdkappid", post, getAdminList, with("sdkappid", "1400000002"), 70020},
		{"sdkappid is no number", post, getAdminList, with("sdkappid", "app"), 70020},
		{"no identifier", post, getAdminList, without("identifier"), 60004},
		{"empty identifier", post, getAdminList, with("identifier", ""), 60004},
		{"no usersig", post, getAdminList, without("usersig"), 60005},
		{"empty usersig", post, getAdminList, with("usersig", ""), 70002},
		{"usersig is not base64", post, getAdminList, with("usersig", "garbage!"), 70003},
		{"usersig is not zlib", post, getAdminList, with("usersig", "Z2FyYmFnZQ__"), 70003},
		{"usersig is cut", post, getAdminList, func(q url.Values) { q.Set("usersig", q.Get("usersig")[:100]) }, 70003},
		{"usersig holds no JSON", post, getAdminList, with("usersig", pack("garbage")), 70003},
		{"usersig holds other JSON", post, getAdminList, with("usersig", pack("{}")), 70003},
		{"usersig holds wrong types", post, getAdminList, with("usersig", pack(`{"TLS.ver":2,"TLS.identifier":"administrator","TLS.sdkappid":1400000001,"TLS.sig":"c2ln"}`)), 70003},
		{"usersig inflates without end", post, getAdminList, with("usersig", pack(strings.Repeat(" ", 1<<20)+"{}")), 70003},
		{"usersig with a userbuf", post, getAdminList, func(q url.Values) {
			sig, err := tencentyun.GenUserSigWithBuf(appID, key, admin, 60, []byte("buf"))
			if err != nil {
				t.Fatal(err)
			}
			q.Set("usersig", sig)
		}, 70003},
		{"usersig of another key", post, getAdminList, with("usersig", sign(t, appID, "another key", admin, 60)), 70009},
		{"usersig of another identifier", post, getAdminList, with("usersig", sign(t, appID, key, "user1", 60)), 70013},
		{"usersig of another sdkappid", post, getAdminList, with("usersig", sign(t, 1400000002, key, admin, 60)), 70014},
		{"expired usersig", post, getAdminList, with("usersig", sign(t, appID, key, admin, -60)), 70001},
		{"not an app administrator", post, getAdminList, func(q url.Values) {
			q.Set("identifier", "user1")
			q.Set("usersig", sign(t, appID, key, "user1", 60))
		}, 60010},
		{"no random", post, getAdminList, without("random"), 60002},
		{"random above 32 bits", post, getAdminList, with("random", "4294967296"), 60002},
		{"negative random", post, getAdminList, with("random", "-1"), 60002},
		{"random is no number", post, getAdminList, with("random", "dice"), 60002},
		{"no contenttype", post, getAdminList, without("contenttype"), 60002},
		{"another contenttype", post, getAdminList, with("contenttype", "xml"), 60002},
		{"contenttype in another case", post, getAdminList, with("contenttype", "JSON"), 60002},
		{"unknown group command", post, "/v4/group_open_avchatroom_http_svc/modify_owner", func(url.Values) {}, 10003},
		{"unknown service", post, "/v4/group_open_http_svc/get_group_info", func(url.Values) {}, 60009},
		{"unknown login command", post, "/v4/im_open_login_svc/kick", func(url.Values) {}, 60009},
		{"command of another service", post, "/v4/im_open_login_svc/get_admin_list", func(url.Values) {}, 60009},
		{"another version", post, "/v3/group_open_avchatroom_http_svc/get_admin_list", func(url.Values) {}, 60009},
		{"longer path", post, getAdminList + "/", func(url.Values) {}, 60009},
		{"root", post, "/", func(url.Values) {}, 60009},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			q := query(t)
			tt.change(q)
			r := serve(t, s, httptest.NewRequest(tt.method, tt.path+"?"+q.Encode(), strings.NewReader(list(room))))
			wantCode(t, r, tt.code)
		})
	}
}

func TestUnreadableQuery(t *testing.T) {
	s := newServer(t)
	req := httptest.NewRequest(http.MethodPost, getAdminList+"?"+query(t).Encode()+"&x=%zz", strings.NewReader(list(room)))
	wantCode(t, serve(t, s, req), 60002)
}

// The connectivity check of the FAQ of 1047/34620: HEAD gets HTTP status 200.
func TestHead(t *testing.T) {
	s := started(t, newServer(t))
	res, err := http.Head(s.URL())
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Errorf("status %d, want 200", res.StatusCode)
	}
}

func TestCodesOfTheBody(t *testing.T) {
	hundred := make([]string, 101)
	for i := range hundred {
		hundred[i] = "user" + strconv.Itoa(i)
	}
	long := strings.Repeat("g", 49)
	tests := []struct {
		name string
		path string
		body string
		code int
	}{
		{"empty", modifyAdmin, "", 60003},
		{"not JSON", modifyAdmin, "{", 60003},
		{"JSON and more", modifyAdmin, set(room, "user1") + "}", 60003},
		{"over 1 MiB", modifyAdmin, set(room, strings.Repeat("u", 1<<20)), 60003},
		{"not an object", modifyAdmin, "[]", 10004},
		{"null", modifyAdmin, "null", 10004},
		{"set: no group", modifyAdmin, `{"CommandType":1,"Admin_Account":["user1"]}`, 10004},
		{"set: group is a number", modifyAdmin, `{"GroupId":1,"CommandType":1,"Admin_Account":["user1"]}`, 10004},
		{"set: field name in another case", modifyAdmin, `{"GroupID":"show","CommandType":1,"Admin_Account":["user1"]}`, 10004},
		{"set: no command type", modifyAdmin, `{"GroupId":"show","Admin_Account":["user1"]}`, 10004},
		{"set: command type 0", modifyAdmin, `{"GroupId":"show","CommandType":0,"Admin_Account":["user1"]}`, 10004},
		{"set: command type 3", modifyAdmin, `{"GroupId":"show","CommandType":3,"Admin_Account":["user1"]}`, 10004},
		{"set: command type is a string", modifyAdmin, `{"GroupId":"show","CommandType":"1","Admin_Account":["user1"]}`, 10004},
		{"set: command type is no integer", modifyAdmin, `{"GroupId":"show","CommandType":1.5,"Admin_Account":["user1"]}`, 10004},
		{"set: no accounts", modifyAdmin, `{"GroupId":"show","CommandType":1}`, 10004},
		{"set: empty accounts", modifyAdmin, `{"GroupId":"show","CommandType":1,"Admin_Account":[]}`, 10004},
		{"set: accounts are a string", modifyAdmin, `{"GroupId":"show","CommandType":1,"Admin_Account":"user1"}`, 10004},
		{"set: account is a number", modifyAdmin, `{"GroupId":"show","CommandType":1,"Admin_Account":["user1",2]}`, 60015},
		{"set: account is null", modifyAdmin, `{"GroupId":"show","CommandType":1,"Admin_Account":[null]}`, 60015},
		{"set: empty account", modifyAdmin, set("show", ""), 10004},
		{"set: account of 33 bytes", modifyAdmin, set("show", strings.Repeat("u", 33)), 10004},
		{"set: six accounts", modifyAdmin, set("show", "a", "b", "c", "d", "e", "f"), 10004},
		{"set: empty group", modifyAdmin, set("", "user1"), 10015},
		{"set: group of 48 bytes", modifyAdmin, set(long[:48], "user1"), 10010},
		{"set: group of 49 bytes", modifyAdmin, set(long, "user1"), 10015},
		{"set: group with a control character", modifyAdmin, set("show\n", "user1"), 10015},
		{"set: group that is not ASCII", modifyAdmin, set("shöw", "user1"), 10015},
		{"set: unknown group", modifyAdmin, set("nowhere", "user1"), 10010},
		{"set: group in another case", modifyAdmin, set(strings.ToLower(room), "user1"), 10010},
		{"set: another type", modifyAdmin, set("public", "user1"), 10007},
		{"set: plan missing", modifyAdmin, set("poor", "user1"), 10008},
		{"set: no seat", modifyAdmin, set("full", "user1"), 10008},
		{"set: type before plan", modifyAdmin, set("poor public", "user1"), 10007},
		{"cancel: unknown group", modifyAdmin, cancel("nowhere", "user1"), 10010},
		{"cancel: plan missing", modifyAdmin, cancel("poor", "user1"), 10008},
		{"list: no group", getAdminList, "{}", 10004},
		{"list: group is a list", getAdminList, `{"GroupId":["show"]}`, 10004},
		{"list: empty group", getAdminList, list(""), 10015},
		{"list: unknown group", getAdminList, list("nowhere"), 10010},
		{"list: another type", getAdminList, list("public"), 10007},
		{"list: plan missing", getAdminList, list("poor"), 10008},
		{"check: no items", accountCheck, "{}", 70402},
		{"check: empty items", accountCheck, check(), 70402},
		{"check: items are an object", accountCheck, `{"CheckItem":{"UserID":"user1"}}`, 70402},
		{"check: item is a string", accountCheck, `{"CheckItem":["user1"]}`, 70402},
		{"check: item without a user", accountCheck, `{"CheckItem":[{}]}`, 70402},
		{"check: user is a number", accountCheck, `{"CheckItem":[{"UserID":1}]}`, 60015},
		{"check: empty user", accountCheck, check(""), 70402},
		{"check: 101 items", accountCheck, check(hundred...), 70206},
		{"check: 100 items", accountCheck, check(hundred[:100]...), 0},
	}
	s := newServer(t)
	s.AddGroup("show", simulator.Group{})
	s.AddGroup("full", simulator.Group{Admins: []string{"a", "b", "c", "d", "e"}})
	s.AddGroup("public", simulator.Group{Type: "Public"})
	s.AddGroup("poor", simulator.Group{PlanMissing: true})
	s.AddGroup("poor public", simulator.Group{Type: "Public", PlanMissing: true})
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			wantCode(t, call(t, s, tt.path, tt.body), tt.code)
		})
	}
	if got := s.Admins("show"); len(got) != 0 {
		t.Errorf("refused calls made %q administrators", got)
	}
	if got := s.Admins("full"); !slices.Equal(got, []string{"a", "b", "c", "d", "e"}) {
		t.Errorf("a refused call made %q the administrators", got)
	}
}

// The answer to a call with two mistakes is about the one that is checked first.
func TestOrderOfChecks(t *testing.T) {
	s := newServer(t)
	for _, tt := range []struct {
		name   string
		path   string
		change func(url.Values)
		body   string
		code   int
	}{
		{"signature before address", "/nowhere", func(q url.Values) { q.Set("usersig", "x") }, "", 70003},
		{"random before path", "/nowhere", func(q url.Values) { q.Del("random") }, "", 60002},
		{"path before body", "/nowhere", func(url.Values) {}, "", 60009},
		{"body before parameters", modifyAdmin, func(url.Values) {}, "{", 60003},
		{"parameters before group", modifyAdmin, func(url.Values) {}, set("nowhere"), 10004},
		{"accounts before group", modifyAdmin, func(url.Values) {}, set("nowhere", "a", "b", "c", "d", "e", "f"), 10004},
	} {
		t.Run(tt.name, func(t *testing.T) {
			q := query(t)
			tt.change(q)
			wantCode(t, serve(t, s, httptest.NewRequest(http.MethodPost, tt.path+"?"+q.Encode(), strings.NewReader(tt.body))), tt.code)
		})
	}
}

// wantCode also holds what is true of every answer.
func wantCode(t *testing.T, r reply, code int) {
	t.Helper()
	if r.status != http.StatusOK || r.ErrorCode != code {
		t.Errorf("status %d, code %d (%s), want 200 and %d", r.status, r.ErrorCode, r.ErrorInfo, code)
	}
	if (r.ActionStatus == "OK") != (code == 0) || (r.ErrorInfo == "") != (code == 0) {
		t.Errorf("code %d comes with status %q and info %q", r.ErrorCode, r.ActionStatus, r.ErrorInfo)
	}
	if r.ActionStatus != "OK" && r.ActionStatus != "FAIL" {
		t.Errorf("ActionStatus %q", r.ActionStatus)
	}
}

// The last second of a UserSig is valid, the next is not. The UserSig is not of
// the library's making: it was computed from the description in 1047/34385.
func TestExpiry(t *testing.T) {
	const (
		demoKey  = "5bd2850fff3ecb11d7c805251c51ee463a25727bddc2385f3fa8bfee1bb93b5e"
		sig      = "eJyrVgrxCdYrSy1SslIy0jNQ0gHzM1NS80oy0zLBwokpuZl5mcUlRYkl*UVQBcUp2YkFBZkpSlaGJgZQAJFJrSjILEpVsrIwM4EJlWTmAgUMzVEVFmemAw2v9HFM1S43Dw9NDS0tTAqzzNAPiTC3KDUyzA9xz9TOtIwqMCw1DijIizQzsFWqBQC8iDOS"
		signedAt = 1700000000
	)
	for _, tt := range []struct {
		after int64
		code  int
	}{{0, 0}, {86400, 0}, {86401, 70001}} {
		t.Run(fmt.Sprintf("after %d s", tt.after), func(t *testing.T) {
			s, err := simulator.New(
				simulator.App{SDKAppID: 1400000000, Key: demoKey, Admins: []string{admin}},
				simulator.WithClock(func() time.Time { return time.Unix(signedAt+tt.after, 0) }))
			if err != nil {
				t.Fatal(err)
			}
			q := query(t)
			q.Set("sdkappid", "1400000000")
			q.Set("usersig", sig)
			r := serve(t, s, httptest.NewRequest(http.MethodPost, accountCheck+"?"+q.Encode(), strings.NewReader(check("user1"))))
			wantCode(t, r, tt.code)
		})
	}
}
