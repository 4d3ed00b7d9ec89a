package discord

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"liveadmin/bot/chat"
)

// apiError is Discord's refusal of a call.
type apiError struct {
	Status  int    // HTTP
	Code    int    // Discord's own; 0 if it gave none
	Message string // Discord's words for it
	Page    bool   // a web page: something on the way to Discord says so

	RetryAfter time.Duration // of a 429
	Global     bool          // of a 429: for every call of the bot
}

func (e *apiError) Error() string {
	if e.Code == 0 {
		return fmt.Sprintf("HTTP %d", e.Status)
	}
	return fmt.Sprintf("HTTP %d, code %d: %s", e.Status, e.Code, e.Message)
}

// errToken is in the error of a call that Discord answered with "the bot's token is not
// valid". One such answer proves nothing: see chat.Recheck.
var errToken = errors.New("discord does not accept the bot's token")

// Discord's codes that decide something (docs: topics/opcodes-and-status-codes).
const (
	unknownChannel     = 10003
	unknownMessage     = 10008
	unknownWebhook     = 10015
	unknownInteraction = 10062
	alreadyAnswered    = 40060
	missingAccess      = 50001
	cannotDirect       = 50007
	missingPermissions = 50013
	invalidToken       = 50027
	threadArchived     = 50083
	threadThere        = 160004
	threadLocked       = 160005
	tooManyThreads     = 160006
)

// code is Discord's own number of an error, or 0.
func code(err error) int {
	if e, ok := errors.AsType[*apiError](err); ok {
		return e.Code
	}
	return 0
}

// status is the HTTP status of an error, or 0.
func status(err error) int {
	if e, ok := errors.AsType[*apiError](err); ok {
		return e.Status
	}
	return 0
}

// isRefusal reports whether Discord understood the call and did not carry it out,
// nor will when it is repeated. What something on the way to Discord says is no refusal.
func isRefusal(err error) bool {
	e, ok := errors.AsType[*apiError](err)
	switch {
	case !ok, e.Page, errors.Is(err, errToken): // another token can do it
		return false
	case e.Status == http.StatusTooManyRequests, e.Status == http.StatusRequestTimeout:
		return false
	}
	return e.Status >= 400 && e.Status < 500
}

// isBan reports whether it is not Discord that asks to wait, but Cloudflare in front of it,
// for every call from this address.
func (e *apiError) isBan() bool { return e.Page && e.Status == http.StatusTooManyRequests }

// isUnsent reports whether a call certainly did not reach Discord.
func isUnsent(err error) bool {
	return chat.IsUnsent(err) || status(err) == http.StatusTooManyRequests
}

// isSpent reports whether a response can no longer be changed with the handle that
// came with its command.
func isSpent(err error) bool {
	switch code(err) {
	case unknownWebhook, unknownMessage, invalidToken:
		return true
	}
	return isMissing(err)
}

// isMissing reports whether Discord says that there is no such thing.
func isMissing(err error) bool { return isRefusal(err) && status(err) == http.StatusNotFound }
