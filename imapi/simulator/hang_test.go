package simulator_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"liveadmin/imapi/simulator"
)

// A hanging call ends with its client; the HTTP server around it can then stop.
func TestHangUntilTheClientGivesUp(t *testing.T) {
	for _, kind := range []simulator.FaultKind{simulator.Hang, simulator.Drip} {
		t.Run(string(kind), func(t *testing.T) {
			s := newServer(t)
			around := httptest.NewServer(s)
			inject(t, s, simulator.Fault{Kind: kind})
			ctx, giveUp := context.WithCancel(t.Context())
			done := hangingCall(t, ctx, around.URL)
			if err := s.WaitCalls(t.Context(), 1); err != nil {
				t.Fatal(err)
			}
			giveUp()
			if err := <-done; !errors.Is(err, context.Canceled) {
				t.Errorf("error %v", err)
			}
			around.Close()
			if len(s.Admins(room)) != 0 {
				t.Error("it was applied")
			}
		})
	}
}

func TestHangUntilClose(t *testing.T) {
	for _, tt := range []struct {
		name  string
		fault simulator.Fault
	}{
		{"hang", simulator.Fault{Kind: simulator.Hang, Applied: true}},
		{"drip", simulator.Fault{Kind: simulator.Drip, Applied: true}},
	} {
		t.Run(tt.name+", started", func(t *testing.T) {
			s := started(t, newServer(t))
			inject(t, s, tt.fault)
			wantCutByClose(t, s, s.URL())
		})
		t.Run(tt.name+", within another server", func(t *testing.T) {
			s := newServer(t)
			around := httptest.NewServer(s)
			defer around.Close()
			inject(t, s, tt.fault)
			wantCutByClose(t, s, around.URL)
		})
	}
}

func wantCutByClose(t *testing.T, s *simulator.Server, url string) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), patience)
	defer stop()
	done := hangingCall(t, ctx, url)
	if err := s.WaitCalls(ctx, 1); err != nil {
		t.Fatal(err)
	}
	s.Close()
	if err := <-done; err == nil || ctx.Err() != nil {
		t.Errorf("error %v, want a connection that ended", err)
	}
}

func hangingCall(t *testing.T, ctx context.Context, base string) <-chan error {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, base+modifyAdmin+"?"+query(t).Encode(), strings.NewReader(set(room, "user1")))
	if err != nil {
		t.Fatal(err)
	}
	client, done := newClient(t), make(chan error, 1)
	go func() {
		res, err := client.Do(req)
		if err == nil {
			res.Body.Close()
		}
		done <- err
	}()
	return done
}

func TestHangAppliedIsOnRecord(t *testing.T) {
	s := newServer(t)
	around := httptest.NewServer(s)
	defer around.Close()
	inject(t, s, simulator.Fault{Kind: simulator.Hang, Applied: true})
	ctx, giveUp := context.WithCancel(t.Context())
	done := hangingCall(t, ctx, around.URL)
	if err := s.WaitCalls(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	giveUp()
	<-done
	around.Close()
	if got := s.Admins(room); !slices.Equal(got, []string{"user1"}) {
		t.Errorf("administrators %q", got)
	}
	if got := s.Calls()[0].Fault; got != simulator.Hang {
		t.Errorf("on record with fault %q", got)
	}
}

// A client with a limit on headers is fed up before the end of the drip.
func TestDripSendsHeaders(t *testing.T) {
	s := started(t, newServer(t))
	inject(t, s, simulator.Fault{Kind: simulator.Drip})
	transport := &http.Transport{MaxResponseHeaderBytes: 200}
	defer transport.CloseIdleConnections()
	_, err := post(t, &http.Client{Transport: transport, Timeout: patience}, s.URL(), getAdminList, list(room))
	if err == nil || !strings.Contains(err.Error(), "exceeded") {
		t.Errorf("error %v, want too many headers", err)
	}
}

// A client that leaves in the middle of its body makes no call.
func TestHalfABody(t *testing.T) {
	s := started(t, newServer(t))
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.URL(), "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(patience))
	fmt.Fprintf(conn, "POST %s?%s HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{", modifyAdmin, query(t).Encode())
	if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if answer, err := io.ReadAll(conn); err != nil || len(answer) > 0 {
		t.Errorf("answered %q, %v", answer, err)
	}
	if got := len(s.Calls()); got != 0 {
		t.Errorf("%d calls on record", got)
	}
}
