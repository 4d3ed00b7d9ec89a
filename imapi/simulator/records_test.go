package simulator_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"liveadmin/imapi/simulator"
)

func newPost(path string, q url.Values, body string) *http.Request {
	return httptest.NewRequest(http.MethodPost, path+"?"+q.Encode(), strings.NewReader(body))
}

func TestCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t)
		begin := time.Now()
		q := query(t)
		q.Set("random", "7")
		serve(t, s, newPost(modifyAdmin, q, set(room, "a", "b", "a")))
		time.Sleep(time.Second)
		serve(t, s, newPost(getAdminList, q, list("nowhere")))
		serve(t, s, newPost(accountCheck, q, check("user1")))
		serve(t, s, newPost("/", url.Values{}, "{"))

		got := s.Calls()
		sig := got[0].Signature
		later := begin.Add(time.Second)
		want := []simulator.Call{
			{At: begin, Command: "modify_admin", Group: room, Users: []string{"a", "b", "a"}, CommandType: 1, Identifier: admin, Random: "7", Signature: sig},
			{At: later, Command: "get_admin_list", Group: "nowhere", Identifier: admin, Random: "7", Signature: sig, Code: 10010},
			{At: later, Command: "account_check", Users: []string{"user1"}, Identifier: admin, Random: "7", Signature: sig},
			{At: later, Code: 60012},
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("calls\n%+v\nwant\n%+v", got, want)
		}
		if len(sig) != 16 || strings.Contains(q.Get("usersig"), sig) {
			t.Errorf("%q is no fingerprint", sig)
		}

		got[0].Users[0] = "changed"
		if s.Calls()[0].Users[0] != "a" {
			t.Error("Calls gave away its own list")
		}
		s.ResetRecords()
		if len(s.Calls()) != 0 || s.Peak() != 0 {
			t.Error("ResetRecords left something")
		}
	})
}

func TestFingerprintTellsSignaturesApart(t *testing.T) {
	s := newServer(t)
	for _, seconds := range []int{60, 61} {
		q := query(t)
		q.Set("usersig", sign(t, appID, "key", admin, seconds))
		serve(t, s, newPost(getAdminList, q, list(room)))
	}
	if calls := s.Calls(); calls[0].Signature == calls[1].Signature {
		t.Error("two signatures have one fingerprint")
	}
}

func TestPeak(t *testing.T) {
	tests := []struct {
		name  string
		after []time.Duration // between one call and the next
		want  int
	}{
		{"none", nil, 0},
		{"one", []time.Duration{0}, 1},
		{"at once", []time.Duration{0, 0, 0}, 3},
		{"a second apart", []time.Duration{0, time.Second, time.Second}, 1},
		{"just less than a second apart", []time.Duration{0, time.Second - 1, time.Second - 1}, 2},
		{"over the turn of a second", []time.Duration{900 * time.Millisecond, 50 * time.Millisecond, 100 * time.Millisecond, time.Second}, 3},
		{"the first burst is the peak", []time.Duration{0, 0, 0, 2 * time.Second, 0}, 3},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newServer(t)
				for _, d := range tt.after {
					time.Sleep(d)
					call(t, s, getAdminList, list(room))
				}
				if got := s.Peak(); got != tt.want {
					t.Errorf("peak %d, want %d", got, tt.want)
				}
			})
		})
	}
}

func TestPeakForgets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t)
		call(t, s, getAdminList, list(room))
		call(t, s, getAdminList, list(room))
		s.ResetRecords()
		call(t, s, getAdminList, list(room))
		if got := s.Peak(); got != 1 {
			t.Errorf("peak %d counts calls from before ResetRecords", got)
		}
	})
}

func TestRateCap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t)
		codes := func(n int) (ok, refused int) {
			for range n {
				switch r := call(t, s, getAdminList, list(room)); r.ErrorCode {
				case 0:
					ok++
				case 60007:
					refused++
				default:
					t.Errorf("code %d", r.ErrorCode)
				}
			}
			return ok, refused
		}
		expect := func(when string, n, wantOK, wantRefused int) {
			t.Helper()
			if ok, refused := codes(n); ok != wantOK || refused != wantRefused {
				t.Errorf("%s: %d succeeded, %d were refused; want %d, %d", when, ok, refused, wantOK, wantRefused)
			}
		}
		expect("default", 201, 200, 1)
		time.Sleep(time.Second)
		s.SetRateCap(3)
		expect("cap 3", 5, 3, 2)
		s.ResetRecords()
		expect("after forgetting the records", 1, 0, 1)
		time.Sleep(time.Second)
		expect("a second later", 4, 3, 1)
		s.SetRateCap(0)
		expect("no cap", 300, 300, 0)
		q := query(t)
		q.Del("sdkappid")
		s.SetRateCap(1)
		wantCode(t, serve(t, s, newPost(getAdminList, q, list(room))), 60012)
	})
}

func TestWaitCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t)
		done := make(chan error, 1)
		go func() { done <- s.WaitCalls(t.Context(), 2) }()
		call(t, s, getAdminList, list(room))
		synctest.Wait()
		select {
		case <-done:
			t.Fatal("returned after one call")
		default:
		}
		call(t, s, getAdminList, list(room))
		if err := <-done; err != nil {
			t.Error(err)
		}

		ctx, stop := context.WithTimeout(t.Context(), time.Second)
		defer stop()
		if err := s.WaitCalls(ctx, 3); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v, want the context's", err)
		}
	})
}
