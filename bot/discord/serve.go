package discord

import (
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"net/http"

	"liveadmin/bot/chat"
)

// Mount mounts what Discord calls in HTTP mode: /discord/interactions. On the gateway
// there is nothing to mount. The server limits the length of bodies: a read
// that fails with *http.MaxBytesError is answered 413.
func (d *Discord) Mount(mount func(pattern string, h http.Handler)) {
	if d.overHTTP() {
		mount("POST /discord/interactions", http.HandlerFunc(d.serve))
	}
}

// serve takes what Discord has signed. The first response to it goes through the API,
// as on the gateway, so that its fate is known; 202 says that there is none here.
func (d *Discord) serve(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get(signatureHeader) == "" || !chat.IsFresh(r.Header.Get(timeHeader), d.now()) {
		chat.Refuse(w, http.StatusUnauthorized, "the signature is missing or too old")
		return
	}
	body, ok := d.requests.Body(w, r)
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

// The headers of a signed request (docs: interactions/overview).
const (
	signatureHeader = "X-Signature-Ed25519"
	timeHeader      = "X-Signature-Timestamp"
)

// verify checks the signature over the time and the body as it came.
func (d *Discord) verify(h http.Header, body []byte) bool {
	signature, err := hex.DecodeString(h.Get(signatureHeader))
	return err == nil && ed25519.Verify(d.key, append([]byte(h.Get(timeHeader)), body...), signature)
}
