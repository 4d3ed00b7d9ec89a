package imapi

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"liveadmin/imapi/simulator"
	"liveadmin/imapi/simulator/pipe"
)

var errShut = errors.New("the lease has run out")

// shutAfter is a gate that lets n requests through.
func shutAfter(n int) (gate func() error, asked *atomic.Int64) {
	asked = new(atomic.Int64)
	return func() error {
		if asked.Add(1) > int64(n) {
			return errShut
		}
		return nil
	}, asked
}

// mustBeShut fails unless a call ended with the gate's error and no other.
func mustBeShut(t *testing.T, err error) {
	t.Helper()
	if _, failed := errors.AsType[*Error](err); failed || !errors.Is(err, errShut) {
		t.Fatalf("got %v, want the gate's error", err)
	}
}

// Whatever goes on between the requests of a call, a gate that shuts before one
// of them ends it there.
func TestTheGateIsAskedBeforeEveryRequest(t *testing.T) {
	set := func(ctx context.Context, c *Client) error { return c.SetAdmins(ctx, show, []UserID{"user1"}) }
	for _, row := range []struct {
		name     string
		fault    simulator.Fault
		call     func(context.Context, *Client) error
		requests int // without a gate
	}{
		{"a reading", simulator.Fault{Command: "none"}, func(ctx context.Context, c *Client) error { _, err := c.Admins(ctx, show); return err }, 1},
		{"a change", simulator.Fault{Command: "none"}, set, 1},
		{"a reading that is tried again", simulator.Fault{Kind: simulator.Reset, Times: 2},
			func(ctx context.Context, c *Client) error { _, err := c.Admins(ctx, show); return err }, 3},
		{"another signature", simulator.Fault{Code: 70001}, set, 2},
		{"too often", simulator.Fault{Code: 60007, Times: 2}, set, 3},
		{"a change in doubt, settled by reading", simulator.Fault{Kind: simulator.Hang, Applied: true}, set, 2},
		{"a change in doubt, sent again", simulator.Fault{Kind: simulator.Hang}, set, 3},
		{"a change in doubt to the end", simulator.Fault{Kind: simulator.Hang, Command: OpChange, Times: -1}, set, 6},
		{"10008, explained by reading", simulator.Fault{Code: 10008}, set, 2},
		{"10004, settled by reading", simulator.Fault{Code: 10004}, set, 2},
		{"users in two parts", simulator.Fault{Command: "none"}, func(ctx context.Context, c *Client) error {
			return c.CancelAdmins(ctx, show, []UserID{"a", "b", "c", "d", "e", "f"})
		}, 2},
		{"accounts", simulator.Fault{Command: "none"}, func(ctx context.Context, c *Client) error {
			_, err := c.Accounts(ctx, []UserID{"user1"})
			return err
		}, 1},
	} {
		for through := range row.requests + 1 {
			t.Run(fmt.Sprintf("%s, %d let through", row.name, through), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					sim := newSimulator(t)
					inject(t, sim, row.fault)
					gate, asked := shutAfter(through)
					c := newPipeClient(t, sim, WithGate(gate))
					err := row.call(t.Context(), c)
					want := through
					if through < row.requests {
						mustBeShut(t, err)
						want++
					} else if errors.Is(err, errShut) {
						t.Error(err)
					}
					if n := len(sim.Calls()); n != through {
						t.Errorf("%d requests were sent, want %d", n, through)
					}
					if n := asked.Load(); n != int64(want) {
						t.Errorf("the gate was asked %d times, want %d", n, want)
					}
				})
			})
		}
	}
}

func TestBehindAShutGateNotAByteLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate, _ := shutAfter(0)
		l := pipe.Listen()
		c := newPipeClient(t, http.NotFoundHandler(), WithGate(gate), WithDialer(l.Dial))
		arrived := make(chan []byte)
		go func() {
			conn, err := l.Accept()
			if err != nil {
				t.Error(err)
				return
			}
			defer conn.Close()
			bytes, _ := io.ReadAll(conn)
			arrived <- bytes
		}()
		mustBeShut(t, c.SetAdmins(t.Context(), show, []UserID{"user1"}))
		if bytes := <-arrived; len(bytes) > 0 {
			t.Errorf("%q left", bytes)
		}
	})
}

// A long head does not fit into the buffer that net/http keeps it in; without its
// body it is still no request.
func TestBehindAShutGateNoRequestIsComplete(t *testing.T) {
	served := new(atomic.Int64)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if _, err := io.ReadAll(r.Body); err == nil {
			served.Add(1)
		}
	}))
	gate, _ := shutAfter(0)
	c := newClient(t, server.URL, WithGate(gate))
	base, err := url.Parse(server.URL + "/" + strings.Repeat("long", 8<<10))
	if err != nil {
		t.Fatal(err)
	}
	c.hosts.bases = []*url.URL{base}
	mustBeShut(t, c.SetAdmins(t.Context(), show, []UserID{"user1"}))
	server.Close() // waits for what it serves
	if n := served.Load(); n != 0 {
		t.Errorf("%d requests arrived", n)
	}
}

func TestTheGateIsAskedLate(t *testing.T) {
	for _, row := range []struct {
		name  string
		delay func(t *testing.T, c *Client) // what takes at least a second before the request goes
	}{
		{"after the connection was made", func(_ *testing.T, c *Client) { slowDial(c, 1500*time.Millisecond) }},
		{"after the wait for the limiter", func(t *testing.T, c *Client) {
			for range 3 {
				p, err := c.limiter.wait(t.Context(), line{}, time.Now())
				if err != nil {
					t.Fatal(err)
				}
				depart(t, p)
			}
		}},
		{"after the wait for a share", func(_ *testing.T, c *Client) {
			c.SetShare(0)
			time.AfterFunc(2*time.Second, func() { c.SetShare(1) })
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sim := newSimulator(t)
				start := time.Now()
				c := newPipeClient(t, sim, WithRateLimit(1), WithGate(func() error {
					if time.Since(start) >= time.Second {
						return errShut
					}
					return nil
				}))
				row.delay(t, c)
				_, err := c.Admins(t.Context(), show)
				mustBeShut(t, err)
				if n := len(sim.Calls()); n != 0 {
					t.Errorf("%d requests were sent", n)
				}
			})
		})
	}
}

func TestAShutGateCostsThoseBehindNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := newSimulator(t)
		open := new(atomic.Bool)
		c := newPipeClient(t, sim, WithRateLimit(1), WithGate(func() error {
			if open.Load() {
				return nil
			}
			return errShut
		}))
		took := lasts(func() {
			for range 10 {
				mustBeShut(t, c.SetAdmins(t.Context(), show, []UserID{"user1"}))
			}
			open.Store(true)
			if err := c.SetAdmins(t.Context(), show, []UserID{"user1"}); err != nil {
				t.Error(err)
			}
		})
		if took != 0 {
			t.Errorf("the limiter counted what was not sent: it took %s", took)
		}
	})
}

// net/http would try a request of which nothing was written on every idle
// connection in turn.
func TestAShutGateIsNotAskedForEveryIdleConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const idle = 20
		gate, asked := shutAfter(idle)
		c := newPipeClient(t, &okHandler{takes: time.Second}, WithGate(gate))
		for range idle {
			go c.Admins(t.Context(), show)
		}
		time.Sleep(10 * time.Second)
		_, err := c.Admins(t.Context(), show)
		mustBeShut(t, err)
		if n := asked.Load(); n != idle+1 {
			t.Errorf("asked %d times, want %d", n, idle+1)
		}
	})
}

func TestBehindAShutGateTheObserverIsToldOfNoTry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate, _ := shutAfter(0)
		seen := new(tries)
		c := newPipeClient(t, &okHandler{}, WithGate(gate), WithObserver(seen))
		_, err := c.Admins(t.Context(), show)
		mustBeShut(t, err)
		if got := seen.all(); len(got) != 0 {
			t.Errorf("observed %v", got)
		}
	})
}

func TestWithoutAGateEverythingGoes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		if _, err := newPipeClient(t, &okHandler{}, WithGate(nil)).Admins(t.Context(), show); err != nil {
			t.Error(err)
		}
	})
}
