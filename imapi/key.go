package imapi

import (
	"errors"
	"time"
)

// sourcePause is how often the source of keys is asked at most.
const sourcePause = 10 * time.Second

// WithKeySource names where the secret key can be read again. It is asked when
// Tencent rejects a key or a signature, once in 10 s at most, while calls wait for
// it. If it has another key, that one is used from then on, and the rejected call
// is signed and sent again. An error, which is logged, and a key that is no key
// change nothing.
func WithKeySource(source func() (Secret, error)) Option {
	return func(s *settings) { s.keySource = source }
}

// SetKey makes key the one that is used from now on, and forgets the UserSig made
// with the old one. A call that is rejected because it was under way with that one
// is signed and sent again. The error says what is wrong with the key; the old one
// then stays.
func (c *Client) SetKey(key Secret) error {
	if err := checkKey(key); err != nil {
		return err
	}
	c.signer.setKey(key)
	return nil
}

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

func (s *signer) setKey(key Secret) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.takeKeyLocked(key)
}

// takeKeyLocked reports whether the key is another one.
func (s *signer) takeKeyLocked(key Secret) bool {
	if key.Reveal() == s.app.Key.Reveal() {
		return false
	}
	s.app.Key, s.current = key, nil
	s.log.Info("calls are signed with another secret key from now on")
	return true
}

// readKeyLocked asks the source, and reports whether it has another key.
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
	return s.takeKeyLocked(key)
}
