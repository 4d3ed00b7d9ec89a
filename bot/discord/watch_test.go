package discord

import (
	"errors"
	"net"
	"testing"
	"testing/synctest"
	"time"
)

// socket is one that is watched, with its other end.
type socket struct {
	net.Conn
	w     *watch
	other net.Conn
	began time.Time
	ended time.Time // when it could not be read any more
}

func openSocket(t *testing.T) *socket {
	here, there := net.Pipe()
	s := &socket{w: newWatch(5 * time.Second), other: there, began: time.Now()}
	s.w.begin(here)
	s.Conn = watched{here, s.w}
	go func() {
		for b := make([]byte, 8); ; {
			if _, err := s.Read(b); err != nil {
				s.ended = time.Now()
				return
			}
		}
	}()
	go func() {
		for b := make([]byte, 8); ; {
			if _, err := there.Read(b); err != nil {
				return
			}
		}
	}()
	t.Cleanup(func() {
		here.Close()
		there.Close()
		synctest.Wait()
	})
	return s
}

func (s *socket) says(t *testing.T) {
	t.Helper()
	if _, err := s.Write([]byte("beat")); err != nil {
		t.Errorf("after %v: %v", time.Since(s.began), err)
	}
}

func (s *socket) hears(t *testing.T) {
	t.Helper()
	if _, err := s.other.Write([]byte("ack")); err != nil {
		t.Errorf("after %v: %v", time.Since(s.began), err)
	}
	synctest.Wait()
}

// lasted is how long the socket could be read.
func (s *socket) lasted(t *testing.T) time.Duration {
	t.Helper()
	time.Sleep(10 * time.Minute)
	synctest.Wait()
	if s.ended.IsZero() {
		t.Fatal("it lives")
	}
	select {
	case <-s.w.broken:
	default:
		t.Error("nobody was told")
	}
	return s.ended.Sub(s.began)
}

const beat = 41250 * time.Millisecond

// TestWatch: a socket lives while its heartbeats are answered, and ends five seconds
// after the second one that was not.
func TestWatch(t *testing.T) {
	for _, tc := range []struct {
		name string
		live func(*testing.T, *socket)
		want time.Duration
	}{
		{"never greeted", func(t *testing.T, s *socket) { s.hears(t) }, greetTime},
		{"nothing is said or heard", func(t *testing.T, s *socket) { s.w.greet() }, mostSilence},
		{"answered three times, then never", func(t *testing.T, s *socket) {
			s.w.greet()
			for range 3 {
				s.says(t)
				s.hears(t)
				time.Sleep(beat)
			}
			s.says(t)
			time.Sleep(beat)
			s.says(t)
		}, 4*beat + 5*time.Second},
		{"answered late", func(t *testing.T, s *socket) {
			s.w.greet()
			s.says(t)
			time.Sleep(beat)
			s.says(t)
			time.Sleep(4 * time.Second)
			s.hears(t)
			time.Sleep(beat - 4*time.Second)
			s.says(t)
			s.hears(t)
		}, 2*beat + mostSilence},
		{"cut by the other side", func(t *testing.T, s *socket) {
			s.w.greet()
			time.Sleep(time.Second)
			s.other.Close()
		}, time.Second},
		{"hung up", func(t *testing.T, s *socket) {
			s.w.greet()
			time.Sleep(time.Second)
			s.w.hangUp()
		}, time.Second},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := openSocket(t)
				tc.live(t, s)
				if got := s.lasted(t); got != tc.want {
					t.Errorf("it lasted %v, want %v", got, tc.want)
				}
			})
		})
	}
}

// TestChatty: a session that says too much is cut off, so that it does not use up the
// IDENTIFYs of a day.
func TestChatty(t *testing.T) {
	for _, tc := range []struct {
		name  string
		greet bool
		most  int
	}{
		{"before it is ready", false, greetWrites},
		{"then", true, mostWrites},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := openSocket(t)
				if tc.greet {
					s.w.greet()
					for range 3 * mostWrites { // slowly, it may go on for ever
						time.Sleep(2 * writesTime / mostWrites)
						s.says(t)
						s.hears(t)
					}
					s.w.greet()
				}
				began := time.Since(s.began)
				for range tc.most {
					s.says(t)
					s.hears(t)
				}
				if _, err := s.Write([]byte("more")); !errors.Is(err, errChatty) {
					t.Errorf("written with %v", err)
				}
				if got := s.lasted(t); got != began {
					t.Errorf("it lasted %v, want %v", got, began)
				}
			})
		})
	}
}

// TestEarlierSocket: the end of a socket that was replaced says nothing about the
// present one.
func TestEarlierSocket(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openSocket(t)
		before := s.other
		here, there := net.Pipe()
		s.w.begin(here)
		before.Close()
		synctest.Wait()
		select {
		case <-s.w.broken:
			t.Error("it counts")
		default:
		}
		s.w.hangUp()
		there.Close()
	})
}
