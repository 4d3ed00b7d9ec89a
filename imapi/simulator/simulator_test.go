package simulator_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/tencentyun/tls-sig-api-v2-golang/tencentyun"

	"liveadmin/imapi/simulator"
)

const (
	appID = 1400000001
	key   = "0123456789abcdef0123456789abcdef"
	admin = "administrator"
	room  = "@TGS#a6I4ZUUGO"

	modifyAdmin  = "/v4/group_open_avchatroom_http_svc/modify_admin"
	getAdminList = "/v4/group_open_avchatroom_http_svc/get_admin_list"
	accountCheck = "/v4/im_open_login_svc/account_check"
)

// reply is an answer as a client sees it.
type reply struct {
	ActionStatus string
	ErrorCode    int
	ErrorInfo    string
	AdminList    []struct{ Admin_Account, Avatar, NickName string } `json:"Admin_List"`
	ResultItem   []struct {
		UserID, ResultInfo, AccountStatus string
		ResultCode                        int
	}

	status int
	header http.Header
	text   string
}

func (r reply) admins() []string {
	var users []string
	for _, item := range r.AdminList {
		users = append(users, item.Admin_Account)
	}
	return users
}

// newServer has one live group without administrators.
func newServer(t testing.TB, opts ...simulator.Option) *simulator.Server {
	t.Helper()
	s, err := simulator.New(simulator.App{SDKAppID: appID, Key: key, Admins: []string{admin}}, opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	s.AddGroup(room, simulator.Group{})
	return s
}

func started(t testing.TB, s *simulator.Server) *simulator.Server {
	t.Helper()
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	return s
}

func sign(t testing.TB, app int, key, identifier string, seconds int) string {
	t.Helper()
	sig, err := tencentyun.GenUserSig(app, key, identifier, seconds)
	if err != nil {
		t.Fatal(err)
	}
	return sig
}

// query is what a correct call has in its URL.
func query(t testing.TB) url.Values {
	t.Helper()
	return url.Values{
		"sdkappid":    {strconv.Itoa(appID)},
		"identifier":  {admin},
		"usersig":     {sign(t, appID, key, admin, 86400)},
		"random":      {"4294967295"},
		"contenttype": {"json"},
	}
}

// call makes a correct call without a network.
func call(t testing.TB, s *simulator.Server, path, body string) reply {
	t.Helper()
	return serve(t, s, httptest.NewRequest(http.MethodPost, path+"?"+query(t).Encode(), strings.NewReader(body)))
}

func serve(t testing.TB, s *simulator.Server, req *http.Request) reply {
	t.Helper()
	rec := httptest.NewRecorder()
	s.ServeHTTP(rec, req)
	return read(t, rec.Result())
}

// post makes a correct call over the network.
func post(t testing.TB, client *http.Client, base, path, body string) (reply, error) {
	t.Helper()
	res, err := client.Post(base+path+"?"+query(t).Encode(), "application/json", strings.NewReader(body))
	if err != nil {
		return reply{}, err
	}
	return read(t, res), nil
}

func read(t testing.TB, res *http.Response) reply {
	t.Helper()
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	r := reply{status: res.StatusCode, header: res.Header, text: string(text)}
	if res.StatusCode == http.StatusOK {
		if err := json.Unmarshal(text, &r); err != nil {
			t.Fatalf("the answer %q is not JSON: %v", text, err)
		}
	}
	return r
}

func encode(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(text)
}

func set(group string, users ...string) string {
	return encode(map[string]any{"GroupId": group, "CommandType": 1, "Admin_Account": users})
}

func cancel(group string, users ...string) string {
	return encode(map[string]any{"GroupId": group, "CommandType": 2, "Admin_Account": users})
}

func list(group string) string { return encode(map[string]any{"GroupId": group}) }

func check(users ...string) string {
	items := []map[string]string{}
	for _, user := range users {
		items = append(items, map[string]string{"UserID": user})
	}
	return encode(map[string]any{"CheckItem": items})
}
