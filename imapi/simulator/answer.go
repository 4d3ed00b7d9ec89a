package simulator

import (
	"encoding/json"
	"maps"
	"net/http"
)

// The codes that are sent without being asked for (1047/34620, 1047/60525,
// 1047/34348).
const (
	codeHTTPParse        = 60002
	codeNotJSON          = 60003
	codeNoIdentifier     = 60004
	codeNoSignature      = 60005
	codeTooFrequent      = 60007
	codeBadPath          = 60009
	codeNotAppAdmin      = 60010
	codeNoSDKAppID       = 60012
	codeAccountNotString = 60015

	codeExpired         = 70001
	codeEmptySignature  = 70002
	codeIllegal         = 70003
	codeWrongKey        = 70009
	codeOtherIdentifier = 70013
	codeOtherSDKAppID   = 70014
	codeUnknownSDKAppID = 70020
	codeBatchCount      = 70206
	codeLoginParameter  = 70402

	codeNotLoggedIn     = 10001
	codeUnknownCommand  = 10003
	codeBadParameter    = 10004
	codeTooManyAccounts = 10005
	codeWrongGroupType  = 10007
	CodeFullOrPlan      = 10008
	codeNoSuchGroup     = 10010
	codeBadGroupID      = 10015
	codeNoSuchAccount   = 10019
)

// answer is what a call gets.
type answer struct {
	status string // ActionStatus; "" for what goes with the code
	code   int
	info   string
	fields map[string]any // besides the three of every answer
}

func (a answer) encode() []byte {
	body := map[string]any{}
	maps.Copy(body, a.fields)
	body["ActionStatus"] = a.actionStatus()
	body["ErrorCode"] = a.code
	body["ErrorInfo"] = a.info
	text, err := json.Marshal(body)
	if err != nil {
		// Strings, integers and lists of them always encode.
		return nil
	}
	return text
}

func (a answer) actionStatus() string {
	switch {
	case a.status != "":
		return a.status
	case a.code == 0:
		return "OK"
	default:
		return "FAIL"
	}
}

// with returns the answer with one more field.
func (a answer) with(name string, value any) answer {
	fields := map[string]any{name: value}
	maps.Copy(fields, a.fields)
	a.fields = fields
	return a
}

// send writes it without a Content-Type, as in the sample of 1047/34620.
func (a answer) send(w http.ResponseWriter) { sendRaw(w, a.encode()) }

func sendRaw(w http.ResponseWriter, body []byte) {
	w.Header()["Content-Type"] = nil
	w.Write(body) // fails only if the client is gone
}
