package imapi

import (
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strconv"
	"sync"
	"time"

	"github.com/tencentyun/tls-sig-api-v2-golang/tencentyun"
)

const (
	// signatureTime is how long a UserSig is valid. Tencent asks for a day at
	// least (1047/34385); a leaked one gives away the application for as long.
	signatureTime = 48 * time.Hour
	// renewAfter leaves a day for clocks that disagree.
	renewAfter = 24 * time.Hour
	// resignPause is how long a new signature that was rejected too is kept.
	resignPause = time.Minute
)

// signature is a UserSig and what became of it.
type signature struct {
	text     Secret
	query    Secret    // all of a URL's query but the random number at its end
	key      Secret    // what it was made with
	made     time.Time // wall clock
	second   bool      // made because the one before was rejected
	accepted bool
}

// signer holds the one UserSig that all calls use.
type signer struct {
	app    App // mu guards its Key
	now    func() time.Time
	source func() (Secret, error) // nil without WithKeySource
	log    *slog.Logger

	mu      sync.Mutex
	current *signature // nil before the first, and after a change of the key
	serial  int
	asked   time.Time // when the source was asked last
}

// signature returns the cached UserSig, or a new one if it is a day old or if
// the clock was set back before it was made.
func (s *signer) signature() (*signature, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.signatureLocked()
}

func (s *signer) signatureLocked() (*signature, error) {
	if s.current != nil {
		age := s.wallClock().Sub(s.current.made)
		if age >= 0 && age < renewAfter {
			return s.current, nil
		}
	}
	return s.signLocked(false)
}

// replace takes a signature that the API rejected and returns the one to try
// instead: the one that was made meanwhile, one of another key, or, if resign is
// true, a new one of the same key. It returns nil if there is none. A new one that
// was rejected less than a minute ago, with none accepted since, has no successor:
// signing again would not help, and leads to 70050.
func (s *signer) replace(rejected *signature, resign bool) (*signature, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current != rejected || s.readKeyLocked() {
		return s.signatureLocked()
	}
	if !resign || rejected.second && !rejected.accepted && s.wallClock().Sub(rejected.made) < resignPause {
		return nil, nil
	}
	return s.signLocked(true)
}

func (s *signer) accept(sig *signature) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sig.accepted = true
}

// signLocked makes the validity a second longer each time, so that two
// signatures of the same second still differ.
func (s *signer) signLocked(second bool) (*signature, error) {
	const variants = 3600
	s.serial = (s.serial + 1) % variants
	seconds := int(signatureTime.Seconds()) + s.serial
	made := s.wallClock()
	text, err := tencentyun.GenUserSig(int(s.app.SDKAppID), s.app.Key.Reveal(), s.app.Identifier, seconds)
	if err != nil {
		return nil, fmt.Errorf("sign for %s: %w", s.app.Identifier, err)
	}
	s.current = &signature{text: NewSecret(text), query: s.query(text), key: s.app.Key, made: made, second: second}
	return s.current, nil
}

func (s *signer) query(sig string) Secret {
	return NewSecret(url.Values{
		"sdkappid":    {strconv.FormatInt(s.app.SDKAppID, 10)},
		"identifier":  {s.app.Identifier},
		"usersig":     {sig},
		"contenttype": {"json"},
	}.Encode() + "&random=")
}

// wallClock drops the monotonic reading, which would hide a clock set back.
func (s *signer) wallClock() time.Time { return s.now().Round(0) }

// sourcePause is the shortest time between two readings of the source of keys.
const sourcePause = 10 * time.Second

func checkKey(key Secret) error {
	if key.Empty() {
		return errors.New("the secret key is empty")
	}
	for _, r := range key.Reveal() {
		if r <= ' ' || r > '~' {
			return errors.New("the secret key has a character that no key has (a space, a line break or the like)")
		}
	}
	return nil
}

// readKeyLocked asks the source, and reports whether it has another key, which is used
// from then on.
func (s *signer) readKeyLocked() bool {
	if s.source == nil || !s.asked.IsZero() && time.Since(s.asked) < sourcePause {
		return false
	}
	s.asked = time.Now()
	key, err := s.source()
	if err == nil {
		err = checkKey(key)
	}
	if err != nil {
		s.log.Warn("the secret key could not be read again", "err", err)
		return false
	}
	if key.Reveal() == s.app.Key.Reveal() {
		return false
	}
	s.app.Key, s.current = key, nil
	s.log.Info("calls are signed with another secret key from now on")
	return true
}
