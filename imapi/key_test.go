package imapi

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"liveadmin/imapi/simulator"
)

const nextKey = "0f9e2c7a81b34d56e7f8091a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e"

// source is where a key can be read again.
type source struct {
	key   atomic.Pointer[string]
	asked atomic.Int64
}

func newSource(key string) *source {
	s := new(source)
	s.key.Store(&key)
	return s
}

func (s *source) read() (Secret, error) {
	s.asked.Add(1)
	return NewSecret(*s.key.Load()), nil
}

// rotate gives the application another key.
func rotate(t *testing.T, sim *simulator.Server, key string) {
	t.Helper()
	if err := sim.ChangeKey(key); err != nil {
		t.Fatal(err)
	}
}

func TestAKeyOfTheSourceIsTakenWithoutLosingACall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := newSimulator(t)
		sim.SetLatency(100 * time.Millisecond)
		keys := newSource(nextKey)
		c := newPipeClient(t, sim, WithKeySource(keys.read))
		if _, err := c.Admins(t.Context(), show); err != nil || keys.asked.Load() != 0 {
			t.Fatalf("%v; asked %d times without a rejection", err, keys.asked.Load())
		}
		rotate(t, sim, nextKey)
		const calls = 50
		var wg sync.WaitGroup
		for i := range calls {
			sim.AddGroup(fmt.Sprint("show", i), simulator.Group{})
			wg.Go(func() {
				if err := c.SetAdmins(t.Context(), GroupID(fmt.Sprint("show", i)), []UserID{"user1"}); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if n := keys.asked.Load(); n != 1 {
			t.Errorf("asked %d times, want once", n)
		}
		if sigs := signatures(sim); sigs != 2 {
			t.Errorf("%d signatures, want one of each key", sigs)
		}
	})
}

func TestTheSourceIsAskedForCodesThatAnotherKeyMayHelp(t *testing.T) {
	for _, row := range []struct {
		asked bool
		codes []int
	}{
		{true, []int{10001, 60004, 60005, 70001, 70003, 70005, 70009, 70016, 70032, 70052, 70346, 70347}},
		{false, []int{10004, 10010, 60006, 60007, 60010, 70013, 70014, 70020, 70050, 70403}},
	} {
		for _, code := range row.codes {
			t.Run(fmt.Sprint("code ", code), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					sim := newSimulator(t)
					inject(t, sim, simulator.Fault{Code: code})
					rotate(t, sim, nextKey)
					keys := newSource(nextKey)
					c := newPipeClient(t, sim, WithKeySource(keys.read))
					c.Within(100*time.Millisecond).Admins(t.Context(), show)
					if asked := keys.asked.Load() == 1; asked != row.asked {
						t.Errorf("asked: %t", asked)
					}
				})
			})
		}
	}
}

func TestASourceWithoutAnotherKeyChangesNothing(t *testing.T) {
	for _, row := range []struct {
		name string
		read func() (Secret, error)
		says string // in the log; "" for nothing
	}{
		{"the same key", func() (Secret, error) { return NewSecret(testKey), nil }, ""},
		{"an error", func() (Secret, error) { return NewSecret(nextKey), errors.New("permission denied") }, "permission denied"},
		{"no key", func() (Secret, error) { return Secret{}, nil }, "empty"},
		{"a key with a line break", func() (Secret, error) { return NewSecret(nextKey + "\n"), nil }, "line break"},
		{"a key with a space", func() (Secret, error) { return NewSecret(nextKey + " "), nil }, "a space"},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var log bytes.Buffer
				sim := newSimulator(t)
				c := newPipeClient(t, sim, WithKeySource(row.read), WithLogger(slog.New(slog.NewTextHandler(&log, nil))))
				rotate(t, sim, nextKey)
				_, err := c.Admins(t.Context(), show)
				mustFail(t, err, KindAuth, 70009)
				if n, sigs := len(sim.Calls()), signatures(sim); n != 2 || sigs != 2 {
					t.Errorf("%d calls with %d signatures, want 2 with 2, as without a source", n, sigs)
				}
				if !strings.Contains(log.String(), row.says) || row.says == "" && log.Len() > 0 || strings.Contains(log.String(), nextKey) {
					t.Errorf("log: %s", log.String())
				}
				rotate(t, sim, testKey)
				if _, err := c.Admins(t.Context(), show); err != nil {
					t.Errorf("with the key that stayed: %v", err)
				}
			})
		})
	}
}

func TestTheSourceIsAskedOnceInTenSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := newSimulator(t)
		keys := newSource(testKey)
		c := newPipeClient(t, sim, WithKeySource(keys.read))
		rotate(t, sim, nextKey)
		fail := func(wantAsked int64) {
			t.Helper()
			_, err := c.Admins(t.Context(), show)
			mustFail(t, err, KindAuth, 70009)
			if n := keys.asked.Load(); n != wantAsked {
				t.Errorf("asked %d times, want %d", n, wantAsked)
			}
		}
		fail(1)
		for range 9 {
			time.Sleep(time.Second)
			fail(1)
		}
		time.Sleep(time.Second)
		fail(2)
		next := nextKey
		keys.key.Store(&next)
		fail(2)
		time.Sleep(sourcePause)
		if _, err := c.Admins(t.Context(), show); err != nil {
			t.Error(err)
		}
	})
}

func TestWhoWaitsSignsLast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := newSimulator(t)
		sim.SetLatency(1500 * time.Millisecond)
		c := newPipeClient(t, sim, WithRateLimit(1), WithKeySource(newSource(nextKey).read))
		const calls = 20
		var wg sync.WaitGroup
		for range calls {
			wg.Go(func() {
				if err := c.SetAdmins(t.Context(), show, []UserID{"user1"}); err != nil {
					t.Error(err)
				}
			})
		}
		time.Sleep(5 * time.Second)
		rotate(t, sim, nextKey)
		wg.Wait()
		if n := len(sim.Calls()); n > calls+2 {
			t.Errorf("%d calls, want the %d and those that were under way again: who waits signs last", n, calls)
		}
		if sigs := signatures(sim); sigs != 2 {
			t.Errorf("%d signatures, want one of each key", sigs)
		}
	})
}

// A call that was signed anew with the old key has still a try with the new one.
func TestANewKeyCountsAlsoForACallThatWasSignedAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := newSimulator(t)
		sim.SetLatency(time.Second)
		c := newPipeClient(t, sim)
		rotate(t, sim, nextKey)
		time.AfterFunc(1500*time.Millisecond, func() { // its second try is under way
			c.signer.mu.Lock()
			defer c.signer.mu.Unlock()
			c.signer.app.Key, c.signer.current = NewSecret(nextKey), nil
		})
		if _, err := c.Admins(t.Context(), show); err != nil {
			t.Error(err)
		}
		if n, sigs := len(sim.Calls()), signatures(sim); n != 3 || sigs != 3 {
			t.Errorf("%d calls with %d signatures, want 3 with 3", n, sigs)
		}
	})
}

func TestNoAnswerBringsOutANewKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const short = "a-short-key" // not cut out for its length
		sim := newSimulator(t)
		rotate(t, sim, short)
		c := newPipeClient(t, sim)
		c.signer.app.Key = NewSecret(short)
		inject(t, sim, simulator.Fault{Code: 10004, Info: "key " + short})
		_, err := c.Admins(t.Context(), show)
		if e := mustFail(t, err, KindInput, 10004); e.Info != "key "+redacted {
			t.Errorf("info %q", e.Info)
		}
	})
}
