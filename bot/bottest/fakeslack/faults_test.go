package fakeslack_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"liveadmin/bot/bottest/fakeslack"
)

func TestFaults(t *testing.T) {
	for _, row := range []struct {
		name   string
		fault  fakeslack.Fault
		ts     bool // the client gets one
		posted bool // the message
		err    func(error) bool
	}{
		{"rate limit", fakeslack.Fault{Kind: fakeslack.RateLimit, RetryAfter: 7 * time.Second}, false, false, func(err error) bool {
			var limited *slack.RateLimitedError
			return errors.As(err, &limited) && limited.RetryAfter == 7*time.Second
		}},
		{"refuse", fakeslack.Fault{Kind: fakeslack.Refuse, Code: "fatal_error"}, false, false, func(err error) bool {
			return err != nil && err.Error() == "fatal_error"
		}},
		{"no error", fakeslack.Fault{Kind: fakeslack.NoError}, false, false, isNil},
		{"no ts", fakeslack.Fault{Kind: fakeslack.NoTS}, false, true, isNil},
		{"status", fakeslack.Fault{Kind: fakeslack.Status}, false, false, func(err error) bool {
			var status slack.StatusCodeError
			return errors.As(err, &status) && status.Code == 500
		}},
		{"reset", fakeslack.Fault{Kind: fakeslack.Reset}, false, false, isReset},
		{"reset, applied", fakeslack.Fault{Kind: fakeslack.Reset, Applied: true}, false, true, isReset},
		{"of another method", fakeslack.Fault{Kind: fakeslack.Reset, Method: "chat.update"}, true, true, isNil},
		{"of another channel", fakeslack.Fault{Kind: fakeslack.Reset, Channel: open}, true, true, isNil},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := workspace(t, fakeslack.Config{})
			s.Inject(row.fault)
			_, ts, err := client(s).PostMessageContext(soon(t), general, text("x"))
			if !row.err(err) || (ts != "") != row.ts {
				t.Errorf("got ts %q, %v", ts, err)
			}
			if got := s.Messages(general); (len(got) == 1) != row.posted {
				t.Errorf("there is %+v", got)
			}
			if row.ts {
				return
			}
			if got := s.Calls("chat.postMessage"); got[0].Fault != row.fault.Kind {
				t.Errorf("on record is %+v", got[0])
			}
			post(t, s, general, text("once only"))
		})
	}
}

func isNil(err error) bool { return err == nil }

func isReset(err error) bool {
	return err != nil && (strings.Contains(err.Error(), "reset") || strings.Contains(err.Error(), "EOF"))
}

func TestFaultsForSeveralCalls(t *testing.T) {
	s := workspace(t, fakeslack.Config{})
	s.Inject(fakeslack.Fault{Kind: fakeslack.Refuse, Code: "a", Times: 2})
	s.Inject(fakeslack.Fault{Kind: fakeslack.Refuse, Code: "b", Times: -1})
	var got []string
	for range 5 {
		_, err := client(s).AuthTestContext(soon(t))
		got = append(got, code(t, err))
	}
	s.ClearFaults()
	_, err := client(s).AuthTestContext(soon(t))
	got = append(got, code(t, err))
	if strings.Join(got, " ") != "a a b b b " {
		t.Errorf("got %q", got)
	}
}

func TestHangEndsWithTheClientOrTheServer(t *testing.T) {
	s := workspace(t, fakeslack.Config{})
	s.Inject(fakeslack.Fault{Kind: fakeslack.Hang, Times: 2})
	for _, end := range []func(cancel func()){func(cancel func()) { cancel() }, func(func()) { s.Close() }} {
		ctx, cancel := context.WithCancel(soon(t))
		before := len(s.Calls(""))
		go func() {
			s.Wait(ctx, func() bool { return len(s.Calls("")) > before })
			end(cancel)
		}()
		if _, err := client(s).AuthTestContext(ctx); err == nil {
			t.Error("there is an answer")
		}
		cancel()
	}
}

// TestLate: a call is carried out when its client has given up.
func TestLate(t *testing.T) {
	s := workspace(t, fakeslack.Config{})
	s.Inject(fakeslack.Fault{Kind: fakeslack.Late})
	ctx, cancel := context.WithCancel(soon(t))
	go func() {
		s.Wait(ctx, func() bool { return len(s.Calls("")) > 0 })
		cancel()
	}()
	if _, _, err := client(s).PostMessageContext(ctx, general, text("x")); err == nil {
		t.Error("there is an answer")
	}
	if _, err := s.WaitMessage(soon(t), func(fakeslack.Message) bool { return true }); err != nil {
		t.Error(err)
	}
}

func TestLatency(t *testing.T) {
	s := workspace(t, fakeslack.Config{})
	const latency = 30 * time.Millisecond
	for _, d := range []time.Duration{latency, 0} {
		s.SetLatency(d)
		at := time.Now()
		post(t, s, general, text("x"))
		if took := time.Since(at); took < d {
			t.Errorf("took %v", took)
		}
	}
}
