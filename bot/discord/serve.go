package discord

import (
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"liveadmin/bot/chat"
)

// clockError is how far the time of a signed request can be off.
const clockError = 5 * time.Minute

// Mount mounts what Discord calls in HTTP mode: /discord/interactions. On the gateway
// there is nothing to mount. The length of bodies is for the server to limit: a
// reading that fails with *http.MaxBytesError is answered 413.
func (d *Discord) Mount(mount func(pattern string, h http.Handler)) {
	if d.overHTTP() {
		mount("POST /discord/interactions", http.HandlerFunc(d.serve))
	}
}

// serve takes what Discord has signed. The first response to it goes through the API,
// as on the gateway, so that its fate is known; 202 tells that there is none here.
func (d *Discord) serve(w http.ResponseWriter, r *http.Request) {
	body, ok := chat.ReadBody(w, r)
	if !ok {
		return
	}
	if !d.verify(r.Header, body) {
		d.log.Warn("a request was refused: its signature is not valid")
		http.Error(w, "the signature is not valid", http.StatusUnauthorized)
		return
	}
	var i interaction
	switch {
	case json.Unmarshal(body, &i) != nil:
		http.Error(w, "this is no interaction", http.StatusBadRequest)
	case i.Kind == pingKind:
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(response{Kind: pong})
	case !d.take(body):
		http.Error(w, "the bot is not running", http.StatusServiceUnavailable)
	default:
		w.WriteHeader(http.StatusAccepted)
	}
}

// verify checks the signature over the time and the body as it came.
func (d *Discord) verify(h http.Header, body []byte) bool {
	stamp := h.Get("X-Signature-Timestamp")
	signature, err := hex.DecodeString(h.Get("X-Signature-Ed25519"))
	if err != nil || !ed25519.Verify(d.key, append([]byte(stamp), body...), signature) {
		return false
	}
	unix, err := strconv.ParseInt(stamp, 10, 64)
	return err == nil && d.now().Sub(time.Unix(unix, 0)).Abs() <= clockError
}
