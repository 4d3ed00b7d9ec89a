package slack

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"

	"liveadmin/imapi"
)

// origin is where and by whom a form was opened. It travels with the form in private_metadata,
// which its reader can see, and could send back changed.
type origin struct {
	Channel string `json:"channel,omitempty"` // empty: it was opened in no channel, and asks for one
	Thread  string `json:"thread_ts,omitempty"`
	User    string `json:"user"`
	At      int64  `json:"at"`              // in Unix seconds
	Home    bool   `json:"home,omitempty"`  // it was opened on the Home tab, which shows what becomes of it
	Group   string `json:"group,omitempty"` // that is chosen in it: option requests do not say
}

// A form is taken for a day after it was opened, by clocks that differ by some minutes.
const (
	formAge   = 24 * time.Hour
	formEarly = 5 * time.Minute
)

// seal is the bot's own mark on what it gives to a form.
type seal struct{ key []byte }

// newSeal makes the seal of the bot token, a secret that every instance of the app has, also
// after a restart. What is derived from it proves nothing about it.
func newSeal(token imapi.Secret) seal {
	return seal{mac([]byte(token.Reveal()), "liveadmin: what a form was opened with")}
}

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	_, _ = h.Write([]byte(text)) // a hash takes everything
	return h.Sum(nil)
}

// close seals an origin.
func (s seal) close(o origin) string {
	raw, _ := json.Marshal(o) // texts and numbers cannot fail
	text := base64.RawURLEncoding.EncodeToString(raw)
	return text + "." + s.sum(text)
}

func (s seal) sum(text string) string {
	return base64.RawURLEncoding.EncodeToString(mac(s.key, text))
}

// open returns the origin that was sealed; ok is false if this bot did not seal it, or not for
// the user, or too long ago.
func (s seal) open(sealed, user string, now time.Time) (o origin, ok bool) {
	text, sum, _ := strings.Cut(sealed, ".")
	if !hmac.Equal([]byte(sum), []byte(s.sum(text))) {
		return origin{}, false
	}
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || json.Unmarshal(raw, &o) != nil {
		return origin{}, false
	}
	age := now.Sub(time.Unix(o.At, 0))
	if user == "" || o.User != user || age < -formEarly || age > formAge {
		return origin{}, false
	}
	return o, true
}
