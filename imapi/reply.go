package imapi

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxReply is how many bytes of an answer are read.
const maxReply = 1 << 20

// envelope is in every answer (1047/34620). Success is "OK" and 0 together.
type envelope struct {
	ActionStatus string
	ErrorCode    int
	ErrorInfo    string
}

// reply is an answer of any of the commands. Fields that are missing or null
// are empty, and unknown ones are ignored.
type reply struct {
	envelope
	Admins []struct {
		Account  UserID `json:"Admin_Account"`
		Nickname string `json:"NickName"`
	} `json:"Admin_List"` // of get_admin_list (1047/60524)
	Accounts []struct {
		User   UserID `json:"UserID"`
		Status string `json:"AccountStatus"` // "Imported" or "NotImported"
	} `json:"ResultItem"` // of account_check (1047/34956)
}

// readReply takes an answer apart. A fault says why it is no answer of the API:
// what was asked for may or may not have been done.
func readReply(status int, body []byte) (_ *reply, fault string) {
	switch {
	case status >= http.StatusInternalServerError:
		return nil, fmt.Sprintf("HTTP %d instead of an answer %s", status, body)
	case len(body) > maxReply:
		return nil, fmt.Sprintf("HTTP %d with an answer of more than %d bytes", status, maxReply)
	case len(body) == 0:
		return nil, fmt.Sprintf("HTTP %d with an empty answer", status)
	}
	r, ok := decode(body)
	if !ok {
		return nil, fmt.Sprintf("HTTP %d with an answer that is not the API's JSON: %s", status, body)
	}
	if r.ActionStatus != "OK" && r.ErrorCode == 0 {
		return nil, fmt.Sprintf("HTTP %d with ActionStatus %q and ErrorCode 0: %s", status, r.ActionStatus, r.ErrorInfo)
	}
	return r, ""
}

// decode reads the JSON of an answer. Of a failure the envelope is enough.
func decode(body []byte) (_ *reply, ok bool) {
	r := new(reply)
	if json.Unmarshal(body, r) == nil {
		return r, true
	}
	r = new(reply)
	return r, json.Unmarshal(body, &r.envelope) == nil && r.ErrorCode != 0
}

// admins returns the administrators in the order of their UserIDs: the API's
// own order means nothing.
func (r *reply) admins() []Admin {
	admins := make([]Admin, 0, len(r.Admins))
	for _, a := range r.Admins {
		if a.Account != "" {
			admins = append(admins, Admin{User: a.Account, Nickname: a.Nickname})
		}
	}
	byUser := func(a, b Admin) int { return strings.Compare(string(a.User), string(b.User)) }
	slices.SortStableFunc(admins, byUser)
	return slices.CompactFunc(admins, func(a, b Admin) bool { return a.User == b.User })
}

// accounts returns of each of the users whether there is an account, and whether the
// answer says so of all of them.
func (r *reply) accounts(users []UserID) (known map[UserID]bool, complete bool) {
	known = make(map[UserID]bool)
	for _, a := range r.Accounts {
		if slices.Contains(users, a.User) && (a.Status == "Imported" || a.Status == "NotImported") {
			known[a.User] = a.Status == "Imported"
		}
	}
	return known, len(known) == len(users)
}

// What is cut out of texts that come from outside: a query of ours that
// someone echoes, and any run of characters as long as a key or a UserSig.
var (
	echoedQuery = regexp.MustCompile(`(?i)(usersig|sdkappid|identifier)(=|%3D)[^\s"'<>]*`)
	longRun     = regexp.MustCompile(`[A-Za-z0-9+/*_=%-]{60,}`)
)

// maxInfo is about how many bytes of such a text are kept.
const maxInfo = 200

// scrub makes a text of the outside fit to be shown: no secret, no control
// character, not long.
func scrub(text string, sig *signature) string {
	for _, secret := range []Secret{sig.key, sig.text} {
		text = strings.ReplaceAll(text, secret.Reveal(), redacted)
	}
	text = echoedQuery.ReplaceAllString(text, redacted)
	text = longRun.ReplaceAllString(text, redacted)
	text = strings.Map(func(r rune) rune {
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, text)
	return cut(strings.Join(strings.Fields(text), " "))
}

// cut shortens a text to maxInfo bytes, between two characters.
func cut(text string) string {
	if len(text) <= maxInfo {
		return text
	}
	end := maxInfo
	for !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + "…"
}
