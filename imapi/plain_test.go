package imapi

import (
	"encoding/json"
	"reflect"
	"testing"
)

func TestReadPlain(t *testing.T) {
	for _, row := range []struct {
		name, body string
		ordinary   bool
	}{
		{"a change", `{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0}`, true},
		{"a failure", `{"ActionStatus":"FAIL","ErrorInfo":"群组不存在","ErrorCode":10010}`, true},
		{"a list", `{"ActionStatus":"OK","ErrorCode":0,"Admin_List":[{"Admin_Account":"a","NickName":"阿","Avatar":"https://x"},{"Admin_Account":"7"}]}`, true},
		{"accounts", `{"ActionStatus":"OK","ErrorCode":0,"ResultItem":[{"UserID":"a","ResultCode":0,"ResultInfo":"","AccountStatus":"Imported"}]}`, true},
		{"white space", " {\r\n\t\"ActionStatus\" : \"OK\" , \"ErrorCode\" : 0 , \"Admin_List\" : [ ] } \n", true},
		{"no fields", `{}`, true},
		{"a field twice", `{"ErrorCode":1,"ErrorCode":2}`, true},

		{"a list twice", `{"Admin_List":[{"Admin_Account":"a","NickName":"n"}],"Admin_List":[{"Admin_Account":"b"}]}`, false},
		{"accounts twice", `{"ResultItem":[{"UserID":"a","AccountStatus":"Imported"}],"ResultItem":[{"UserID":"b"}]}`, false},
		{"an unknown field", `{"ErrorCode":0,"ErrorDisplay":""}`, false},
		{"an unknown field of an admin", `{"Admin_List":[{"Role":""}]}`, false},
		{"an unknown field of an account", `{"ResultItem":[{"Role":""}]}`, false},
		{"a name in other letters", `{"errorcode":7}`, false},
		{"an escape", `{"ErrorInfo":"\u7fa4"}`, false},
		{"an escape in a name", `{"Error\u0043ode":7}`, false},
		{"a control character", "{\"ErrorInfo\":\"a\nb\"}", false},
		{"no UTF-8", "{\"ErrorInfo\":\"\xff\"}", false},
		{"null", `null`, false},
		{"null for a list", `{"Admin_List":null}`, false},
		{"null for an admin", `{"Admin_List":[null]}`, false},
		{"a negative code", `{"ErrorCode":-1}`, false},
		{"a code with a fraction", `{"ErrorCode":1.5}`, false},
		{"a code with an exponent", `{"ErrorCode":1e3}`, false},
		{"a code with a zero before it", `{"ErrorCode":07}`, false},
		{"a long code", `{"ErrorCode":1234567890}`, false},
		{"a code as text", `{"ErrorCode":"0"}`, false},
		{"a comma too much", `{"ErrorCode":0,}`, false},
		{"a comma too few", `{"ErrorCode":0"ErrorInfo":""}`, false},
		{"a comma too much in a list", `{"Admin_List":[{},]}`, false},
		{"truncated in a text", `{"ActionStatus":"O`, false},
		{"truncated in a list", `{"Admin_List":[{}`, false},
		{"two answers", `{}{}`, false},
		{"nothing", ``, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			if _, ordinary := readPlain([]byte(row.body)); ordinary != row.ordinary {
				t.Errorf("ordinary: %v", ordinary)
			}
			sameAsJSON(t, []byte(row.body))
		})
	}
}

// sameAsJSON holds readPlain to what encoding/json makes of a body.
func sameAsJSON(t *testing.T, body []byte) {
	t.Helper()
	got, ordinary := readPlain(body)
	if !ordinary {
		return
	}
	var want reply
	if err := json.Unmarshal(body, &want); err != nil {
		t.Fatalf("%q was read, but is no JSON of an answer: %v", body, err)
	}
	if len(want.Admins) == 0 {
		want.Admins = nil
	}
	if len(want.Accounts) == 0 {
		want.Accounts = nil
	}
	if !reflect.DeepEqual(*got, want) {
		t.Errorf("%q was read as %+v, want %+v", body, *got, want)
	}
}

func FuzzReadPlain(f *testing.F) {
	for _, seed := range []string{
		`{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0}`,
		`{"ActionStatus":"FAIL","ErrorInfo":"群组不存在","ErrorCode":10010}`,
		` {"Admin_List" : [ {"Admin_Account":"a","NickName":"n","Avatar":"x"}, {} ] } `,
		`{"ResultItem":[{"UserID":"a","ResultCode":0,"ResultInfo":"","AccountStatus":"Imported"}]}`,
		`{"Admin_List":[],"Admin_List":[{}],"ResultItem":[null],"errorcode":-1.5e3,"a":"\u0000\xff"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(sameAsJSON)
}
