package imapi

import (
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestReadReply(t *testing.T) {
	for _, row := range []struct {
		name   string
		status int
		body   string
		code   int
		fault  string // a part of it; "" for none
	}{
		{"success", 200, `{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0}`, 0, ""},
		{"success with HTTP 201 and unknown fields", 201, `{"ActionStatus":"OK","ErrorCode":0,"ErrorDisplay":{"a":[1]},"RequestId":7}`, 0, ""},
		{"failure", 200, `{"ActionStatus":"FAIL","ErrorInfo":"gone","ErrorCode":10010}`, 10010, ""},
		{"failure with HTTP 403", 403, `{"ActionStatus":"FAIL","ErrorInfo":"gone","ErrorCode":60021}`, 60021, ""},
		{"OK with a code", 200, `{"ActionStatus":"OK","ErrorCode":10007}`, 10007, ""},
		{"FAIL with 0", 200, `{"ActionStatus":"FAIL","ErrorInfo":"odd","ErrorCode":0}`, 0, "ErrorCode 0: odd"},
		{"no ActionStatus", 200, `{"ErrorCode":0}`, 0, "ActionStatus"},
		{"ok in small letters", 200, `{"ActionStatus":"ok","ErrorCode":0}`, 0, "ActionStatus"},
		{"success with HTTP 500", 500, `{"ActionStatus":"OK","ErrorCode":0}`, 0, "HTTP 500"},
		{"failure with a list of another type", 200, `{"ActionStatus":"FAIL","ErrorCode":10010,"Admin_List":""}`, 10010, ""},
		{"success with a list of another type", 200, `{"ActionStatus":"OK","ErrorCode":0,"Admin_List":"a"}`, 0, "not the API's JSON"},
		{"success with a number for an account", 200, `{"ActionStatus":"OK","ErrorCode":0,"Admin_List":[{"Admin_Account":7}]}`, 0, "not the API's JSON"},
		{"nothing", 200, ``, 0, "empty"},
		{"null", 200, `null`, 0, "ActionStatus"},
		{"a list", 200, `[]`, 0, "not the API's JSON: []"},
		{"a page", 404, `<html>`, 0, "HTTP 404"},
		{"truncated", 200, `{"ActionStatus":"OK","Err`, 0, "not the API's JSON"},
		{"two answers", 200, `{"ActionStatus":"OK","ErrorCode":0}{}`, 0, "not the API's JSON"},
		{"a code as text", 200, `{"ActionStatus":"OK","ErrorCode":"0"}`, 0, "not the API's JSON"},
		{"a code too large", 200, `{"ActionStatus":"FAIL","ErrorCode":1e30}`, 0, "not the API's JSON"},
		{"a code with a fraction", 200, `{"ActionStatus":"FAIL","ErrorCode":1.5}`, 0, "not the API's JSON"},
		{"a code with a zero before it", 200, `{"ActionStatus":"FAIL","ErrorCode":07}`, 0, "not the API's JSON"},
		{"a negative code", 200, `{"ActionStatus":"FAIL","ErrorCode":-1}`, -1, ""},
		{"a code twice", 200, `{"ActionStatus":"FAIL","ErrorCode":1,"ErrorCode":2}`, 2, ""},
		{"a comma too much", 200, `{"ActionStatus":"OK","ErrorCode":0,}`, 0, "not the API's JSON"},
		{"a control character in a text", 200, "{\"ActionStatus\":\"OK\",\"ErrorInfo\":\"a\nb\"}", 0, "not the API's JSON"},
		{"too large", 200, strings.Repeat(" ", maxReply+1), 0, "more than 1048576 bytes"},
	} {
		t.Run(row.name, func(t *testing.T) {
			r, fault := readReply(row.status, []byte(row.body))
			if (fault == "") != (row.fault == "") || !strings.Contains(fault, row.fault) {
				t.Fatalf("fault %q, want %q", fault, row.fault)
			}
			if fault == "" && r.ErrorCode != row.code {
				t.Errorf("code %d, want %d", r.ErrorCode, row.code)
			}
		})
	}
}

func TestAdminListIsReadInEveryForm(t *testing.T) {
	for _, row := range []struct {
		name, fields string
		want         []Admin
	}{
		{"missing", ``, []Admin{}},
		{"null", `,"Admin_List":null`, []Admin{}},
		{"empty", `,"Admin_List":[]`, []Admin{}},
		{"in another order", `,"Admin_List":[{"Admin_Account":"b","NickName":"Bo","Avatar":""},{"Admin_Account":"a"}]`, []Admin{{"a", ""}, {"b", "Bo"}}},
		{"the same field twice", `,"Admin_List":[{"Admin_Account":"a"},{"Admin_Account":"c"}],"Admin_List":[{"Admin_Account":"b"}]`, []Admin{{"b", ""}}},
		{"with escapes, no UTF-8 and unknown fields", `,"Admin_List":[{"Admin_Account":"a","Role":"","NickName":"\u7fa4` + "\xff" + `"}]`, []Admin{{"a", "群\uFFFD"}}},
		{"twice, and nobody", `,"Admin_List":[{"Admin_Account":"a","NickName":"A"},null,{},{"Admin_Account":"a"}]`, []Admin{{"a", "A"}}},
	} {
		t.Run(row.name, func(t *testing.T) {
			r, fault := readReply(200, []byte(`{"ActionStatus":"OK","ErrorCode":0`+row.fields+`}`))
			if fault != "" {
				t.Fatal(fault)
			}
			if got := r.admins(); !slices.Equal(got, row.want) {
				t.Errorf("got %v, want %v", got, row.want)
			}
		})
	}
}

func TestScrub(t *testing.T) {
	sig := &signature{key: NewSecret(testKey), text: NewSecret("eAEAbQCS*short-sig_")}
	for _, row := range []struct{ name, in, want string }{
		{"an ordinary text", "this group does not exist", "this group does not exist"},
		{"other languages", "群组不存在", "群组不存在"},
		{"the key", "key " + testKey + "!", "key [redacted]!"},
		{"the UserSig", "got eAEAbQCS*short-sig_.", "got [redacted]."},
		{"a query", "POST /v4/x?sdkappid=14&identifier=a&usersig=abc&random=1 failed", "POST /v4/x?[redacted] failed"},
		{"a query in other letters", `href="?UserSig=abc">`, `href="?[redacted]">`},
		{"an encoded query", "x%3Fusersig%3Dabc x", "x%3F[redacted] x"},
		{"something as long as an old UserSig", "sig " + strings.Repeat("aB3*", 60) + " bad", "sig [redacted] bad"},
		{"control characters", "a\x00b\x1b[31mc\r\nd\u202ee", "a b [31mc d e"},
		{"no UTF-8", "a\xff\xfeb", "a b"},
		{"long", strings.Repeat("word ", 100), strings.TrimSpace(strings.Repeat("word ", 40)) + " …"},
		{"long, cut between characters", strings.Repeat("群", 100), strings.Repeat("群", 66) + "…"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := scrub(row.in, sig); got != row.want {
				t.Errorf("got %q, want %q", got, row.want)
			}
		})
	}
}

func FuzzReply(f *testing.F) {
	for _, seed := range []string{
		`{"ActionStatus":"OK","ErrorCode":0,"Admin_List":[{"Admin_Account":"a","NickName":"n"}]}`,
		`{"ActionStatus":"OK","ErrorCode":0,"ResultItem":[{"UserID":"a","AccountStatus":"Imported"}]}`,
		`{"ActionStatus":"FAIL","ErrorInfo":"\u0000usersig=x","ErrorCode":10010}`,
		` {"Admin_List" : [ {"Admin_Account":"a"}, {} ],"Admin_List":[null],"ResultItem":[null],"errorcode":-1.5e3} `,
		`<html>502</html>`, ``, `null`, `[]`, "\xff",
	} {
		f.Add(200, []byte(seed))
		f.Add(502, []byte(seed))
	}
	sig := &signature{key: NewSecret(testKey), text: NewSecret("eAEAbQCS*short-sig_")}
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		for _, op := range []string{OpChange, opGetAdminList, opAccountCheck} {
			r, e := judge(&request{op: op, changes: op == OpChange}, status, body, sig)
			if e == nil {
				users := usersOf(r.admins())
				if !slices.IsSorted(users) || slices.Contains(users, "") || len(slices.Compact(users)) != len(r.admins()) {
					t.Errorf("read %q", users)
				}
				known, complete := r.accounts([]UserID{"a", "b"})
				_, a := known["a"]
				_, b := known["b"]
				if complete != (a && b) || !complete && len(known) > 1 || len(known) > 2 {
					t.Errorf("accounts %v, complete: %t", known, complete)
				}
				continue
			}
			if op != OpChange && (e.kind == KindUnknown || e.kind == KindFullOrPlan) {
				t.Errorf("a reading is of kind %q", e.kind)
			}
			if e.kind == "" || len(e.Info) > maxInfo+len("…") || !utf8.ValidString(e.Info) {
				t.Errorf("kind %q, info %q", e.kind, e.Info)
			}
			if strings.ContainsFunc(e.Info, func(r rune) bool { return !unicode.IsPrint(r) }) {
				t.Errorf("not printable: %q", e.Info)
			}
			if strings.Contains(e.Info, testKey) || strings.Contains(e.Info, sig.text.Reveal()) {
				t.Errorf("a secret: %q", e.Info)
			}
			if meaning, remedy := Explain(e.Op, e.Code, e.kind); meaning == "" || remedy == "" {
				t.Errorf("code %d is not explained", e.Code)
			}
		}
	})
}
