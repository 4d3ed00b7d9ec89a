package fakediscord

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// Discord's error codes that this package knows (docs: topics/opcodes-and-status-codes).
const (
	UnknownApplication  = 10002
	UnknownChannel      = 10003
	UnknownGuild        = 10004
	UnknownMessage      = 10008
	UnknownUser         = 10013
	UnknownWebhook      = 10015
	UnknownInteraction  = 10062
	UnknownCommand      = 10063
	TooManyCommands     = 30032
	TooManyCreates      = 30034
	AlreadyAcknowledged = 40060
	MissingAccess       = 50001
	NotYourMessage      = 50005
	EmptyMessage        = 50006
	CannotMessageUser   = 50007
	MissingPermissions  = 50013
	WrongChannelType    = 50024
	InvalidWebhookToken = 50027
	InvalidForm         = 50035
	ArchivedThread      = 50083
	InvalidJSON         = 50109
	ThreadExists        = 160004
	ThreadLocked        = 160005
	TooManyThreads      = 160006
)

// answer is what a call gets.
type answer struct {
	status int
	code   int // Discord's error; 0 if there is none
	body   any // nil: none
}

func ok(body any) answer      { return answer{status: http.StatusOK, body: body} }
func created(body any) answer { return answer{status: http.StatusCreated, body: body} }
func noContent() answer       { return answer{status: http.StatusNoContent} }

func (a answer) refused() bool { return a.status >= http.StatusBadRequest }

// refuse is a refusal with one of Discord's codes.
func refuse(status, code int, message string) answer {
	return answer{status: status, code: code, body: map[string]any{"message": message, "code": code}}
}

// notFound, forbidden and bad are refusals by their usual statuses.
func notFound(code int, what string) answer {
	return refuse(http.StatusNotFound, code, "Unknown "+what)
}

func forbidden(code int, message string) answer {
	return refuse(http.StatusForbidden, code, message)
}

func bad(code int, message string) answer {
	return refuse(http.StatusBadRequest, code, message)
}

func unauthorized() answer { return refuse(http.StatusUnauthorized, 0, "401: Unauthorized") }

// flaw is what is wrong with one field of a body: its path, such as
// "embeds.0.title", and a sentence. The zero value is none.
type flaw struct{ path, message string }

func flawed(path, format string, args ...any) flaw {
	return flaw{path: path, message: fmt.Sprintf(format, args...)}
}

func (f flaw) found() bool { return f != flaw{} }

// in is the flaw as it is seen from one level above.
func (f flaw) in(path string) flaw {
	f.path = path + "." + f.path
	return f
}

// answer is Discord's refusal of a body: the flaw is in objects nested as its
// path is.
func (f flaw) answer() answer {
	var nested any = map[string]any{"_errors": []any{map[string]any{"code": "INVALID", "message": f.message}}}
	steps := strings.Split(f.path, ".")
	for i := len(steps) - 1; i >= 0; i-- {
		nested = map[string]any{steps[i]: nested}
	}
	a := bad(InvalidForm, "Invalid Form Body")
	a.body.(map[string]any)["errors"] = nested
	return a
}

// write sends the answer. It fails only when the client has left.
func (a answer) write(w http.ResponseWriter) {
	if a.body == nil {
		w.WriteHeader(a.status)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(a.status)
	json.NewEncoder(w).Encode(a.body)
}
