package imapi

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestATurnIsTakenBackByASmallerShare(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := newSimulator(t)
		seen := new(tries)
		c := newPipeClient(t, sim, WithRateLimit(10), WithObserver(seen))
		slowDial(c, 2*time.Second)
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				if _, err := c.Admins(t.Context(), show); err != nil {
					t.Error(err)
				}
			})
		}
		time.Sleep(time.Second) // all have their turn, and dial
		c.SetShare(0)
		time.Sleep(time.Minute)
		if n := len(sim.Calls()); n != 0 {
			t.Fatalf("%d calls were sent without a share", n)
		}
		c.SetShare(5)
		wg.Wait()
		if peak := sim.Peak(); peak != 2 {
			t.Errorf("%d calls in the fullest second, want 2", peak)
		}
		if n := len(seen.all()); n != 8 {
			t.Errorf("%d tries, want 8: a turn that is taken back is no try", n)
		}
	})
}

func TestAPlaceThatIsNotUsedIsFreeAtOnce(t *testing.T) {
	for _, limit := range []int{1, 10} {
		t.Run(fmt.Sprintf("%d a second", limit), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLimiter(limit)
				took := lasts(func() {
					for range 100 {
						p, err := l.wait(t.Context(), line{}, time.Now())
						if err != nil {
							t.Fatal(err)
						}
						p.end()
						p.end() // once is enough
						if p.leave() {
							t.Fatal("a call left after its end")
						}
					}
				})
				if took != 0 {
					t.Errorf("100 calls that were not sent took %s", took)
				}
			})
		})
	}
}

// numbConn is a connection that can stop taking anything while nothing shows it.
type numbConn struct {
	net.Conn
	numb *atomic.Bool
}

func (c numbConn) Write(b []byte) (int, error) {
	if c.numb.Load() {
		return 0, errors.New("broken pipe")
	}
	return c.Conn.Write(b)
}

func TestADeadConnectionIsReplacedWithinTheTry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := newSimulator(t)
		seen := new(tries)
		c := newPipeClient(t, sim, WithRateLimit(1), WithObserver(seen))
		numb := new(atomic.Bool)
		transport := c.transport.(*http.Transport)
		dial := transport.DialContext
		transport.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
			conn, err := dial(ctx, network, addr)
			return numbConn{conn, numb}, err
		}
		if _, err := c.Admins(t.Context(), show); err != nil {
			t.Fatal(err)
		}
		numb.Store(true)
		transport.DialContext = dial
		if err := c.SetAdmins(t.Context(), show, []UserID{"user1"}); err != nil {
			t.Fatal(err)
		}
		if n, sent := len(seen.all()), len(sim.Calls()); n != 2 || sent != 2 {
			t.Errorf("%d tries, %d arrived, want 2 and 2", n, sent)
		}
		if peak := sim.Peak(); peak != 1 {
			t.Errorf("%d calls in the fullest second", peak)
		}
	})
}

// slowDial makes every new connection of a client take d.
func slowDial(c *Client, d time.Duration) {
	transport := c.transport.(*http.Transport)
	dial := transport.DialContext
	transport.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
		if err := sleep(ctx, d); err != nil {
			return nil, err
		}
		return dial(ctx, network, addr)
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
