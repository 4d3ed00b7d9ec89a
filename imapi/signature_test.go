package imapi

import (
	"bytes"
	"compress/zlib"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tencentyun/tls-sig-api-v2-golang/tencentyun"

	"liveadmin/imapi/simulator"
)

type sigFields struct {
	Version    string `json:"TLS.ver"`
	Identifier string `json:"TLS.identifier"`
	SDKAppID   int64  `json:"TLS.sdkappid"`
	Expire     int64  `json:"TLS.expire"`
	Time       int64  `json:"TLS.time"`
	Sig        string `json:"TLS.sig"`
}

// unpack reads a UserSig as 1047/34385 describes it.
func unpack(t *testing.T, userSig string) sigFields {
	t.Helper()
	packed, err := base64.StdEncoding.DecodeString(strings.NewReplacer("*", "+", "-", "/", "_", "=").Replace(userSig))
	if err != nil {
		t.Fatal(err)
	}
	unpacker, err := zlib.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	var f sigFields
	if err := json.NewDecoder(unpacker).Decode(&f); err != nil {
		t.Fatal(err)
	}
	return f
}

// hmacOf is the algorithm as documented, apart from any library.
func hmacOf(f sigFields, key string) string {
	mac := hmac.New(sha256.New, []byte(key))
	fmt.Fprintf(mac, "TLS.identifier:%s\nTLS.sdkappid:%d\nTLS.time:%d\nTLS.expire:%d\n", f.Identifier, f.SDKAppID, f.Time, f.Expire)
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

func TestSignatureVectors(t *testing.T) {
	vectors := []sigFields{
		{"2.0", "administrator", 1400000000, 86400, 1700000000, "yLAe+w7WUeUuqbV9h/TX78u21oTGi+i9Zp1u3PpnY60="},
		{"2.0", "xiaojun", 1400000000, 15552000, 1700000000, "LvA7d/Iw7gSsnskvVzBDPOCCDbuNCw4GHwTC0bip+B4="},
		{"2.0", "user_1-A", 88888888, 1, 0, "cbyyxEPT1uqNSe3TXu6IYpt3Xs5jQoMCi2ZDjl9Elp0="},
	}
	for _, v := range vectors {
		if got := hmacOf(v, testKey); got != v.Sig {
			t.Errorf("%s: the documented algorithm gives %s, want %s", v.Identifier, got, v.Sig)
		}
	}
	const packed = "eJyrVgrxCdYrSy1SslIy0jNQ0gHzM1NS80oy0zLBwokpuZl5mcUlRYkl*UVQBcUp2YkFBZkpSlaGJgZQAJFJrSjILEpVsrIwM4EJlWTmAgUMzVEVFmemAw2v9HFM1S43Dw9NDS0tTAqzzNAPiTC3KDUyzA9xz9TOtIwqMCw1DijIizQzsFWqBQC8iDOS"
	if got := unpack(t, packed); got != vectors[0] {
		t.Errorf("the packed vector holds %+v", got)
	}
	synctest.Test(t, func(t *testing.T) { // the library knows only the clock of the machine
		time.Sleep(time.Until(time.Unix(1700000000, 0)))
		for _, v := range vectors[:2] {
			userSig, err := tencentyun.GenUserSig(int(v.SDKAppID), testKey, v.Identifier, int(v.Expire))
			if err != nil {
				t.Fatal(err)
			}
			if got := unpack(t, userSig); got != v {
				t.Errorf("the library made %+v, want %+v", got, v)
			}
		}
	})
}

func TestSignatureIsValidForADayAtLeast(t *testing.T) {
	s := &signer{app: testApp(), now: time.Now}
	sig, err := s.signature()
	if err != nil {
		t.Fatal(err)
	}
	f := unpack(t, sig.text.Reveal())
	if f.Sig != hmacOf(f, testKey) || f.Identifier != testAdmin || f.SDKAppID != testAppID || f.Version != "2.0" {
		t.Errorf("signed %+v", f)
	}
	later := time.Now().Add(24 * time.Hour)
	if err := tencentyun.VerifyUserSig(testAppID, testKey, testAdmin, sig.text.Reveal(), later); err != nil {
		t.Errorf("after a day: %v", err)
	}
}

func TestSignatureIsRenewed(t *testing.T) {
	start := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	for _, row := range []struct {
		name  string
		then  time.Time
		renew bool
	}{
		{"a moment later", start.Add(time.Second), false},
		{"nearly a day later", start.Add(24*time.Hour - time.Second), false},
		{"a day later, a day before its end", start.Add(24 * time.Hour), true},
		{"the clock was set back", start.Add(-time.Second), true},
		{"the clock was set back by a year", start.AddDate(-1, 0, 0), true},
	} {
		t.Run(row.name, func(t *testing.T) {
			now := start
			s := &signer{app: testApp(), now: func() time.Time { return now }}
			first, err := s.signature()
			if err != nil {
				t.Fatal(err)
			}
			now = row.then
			second, err := s.signature()
			if err != nil {
				t.Fatal(err)
			}
			if renewed := first != second; renewed != row.renew {
				t.Errorf("renewed: %t", renewed)
			}
		})
	}
}

func TestASetBackWallClockIsNoticedThroughMonotonicTime(t *testing.T) {
	now := time.Now() // carries a monotonic reading, by which no time would have passed
	s := &signer{app: testApp(), now: func() time.Time { return now }}
	sig, err := s.signature()
	if err != nil {
		t.Fatal(err)
	}
	if !sig.made.Equal(now) || sig.made != now.Round(0) {
		t.Error("the time of signing is not a pure wall clock time")
	}
}

func TestARejectedSignatureIsReplacedOnce(t *testing.T) {
	for _, code := range []int{10001, 60004, 60005, 70001, 70003, 70005, 70009, 70052, 70346, 70347} {
		t.Run(fmt.Sprintf("code %d", code), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sim := newSimulator(t)
				c := newPipeClient(t, sim)
				inject(t, sim, simulator.Fault{Code: code})
				if _, err := c.Admins(t.Context(), show); err != nil {
					t.Fatal(err)
				}
				if n, sigs := len(sim.Calls()), signatures(sim); n != 2 || sigs != 2 {
					t.Errorf("%d calls with %d signatures, want 2 with 2", n, sigs)
				}

				sim.ResetRecords()
				inject(t, sim, simulator.Fault{Code: code, Times: -1})
				_, err := c.Admins(t.Context(), show)
				mustFail(t, err, KindAuth, code)
				if n := len(sim.Calls()); n != 2 {
					t.Errorf("%d calls while every signature is rejected, want 2", n)
				}
			})
		})
	}
	for _, code := range []int{70013, 70016, 70032} {
		t.Run(fmt.Sprintf("%d cannot be helped by signing again", code), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sim := newSimulator(t)
				inject(t, sim, simulator.Fault{Code: code})
				_, err := newPipeClient(t, sim).Admins(t.Context(), show)
				mustFail(t, err, KindAuth, code)
				if n := len(sim.Calls()); n != 1 {
					t.Errorf("%d calls, want 1", n)
				}
			})
		})
	}
}

func signatures(s *simulator.Server) int {
	seen := map[string]bool{}
	for _, call := range s.Calls() {
		seen[call.Signature] = true
	}
	return len(seen)
}

func TestAWrongKeyMakesNoLoop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := newSimulator(t)
		app := testApp()
		app.Key = NewSecret("not-the-key")
		c := newPipeClient(t, sim)
		c.signer.app = app
		for range 10 {
			_, err := c.Admins(t.Context(), show)
			mustFail(t, err, KindAuth, 70009)
		}
		if n, sigs := len(sim.Calls()), signatures(sim); n != 11 || sigs != 2 {
			t.Errorf("%d calls with %d signatures, want 11 with 2", n, sigs)
		}
		time.Sleep(time.Minute)
		_, err := c.Admins(t.Context(), show)
		mustFail(t, err, KindAuth, 70009)
		if n, sigs := len(sim.Calls()), signatures(sim); n != 13 || sigs != 3 {
			t.Errorf("after a minute: %d calls with %d signatures, want 13 with 3", n, sigs)
		}
	})
}

func TestACallIsTriedAgainOnceForItsSignature(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := newSimulator(t)
		inject(t, sim, simulator.Fault{Code: 70001, Times: -1})
		c := newPipeClient(t, sim)
		q := &request{op: opGetAdminList, group: show, body: []byte("{}"), resigned: true}
		_, err := c.budgeted().try(t.Context(), q, 2)
		mustFail(t, err, KindAuth, 70001)
		if n := len(sim.Calls()); n != 1 {
			t.Errorf("%d calls, want 1", n)
		}
	})
}

func TestACallIsSignedAnewOnceHoweverLongItWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := newSimulator(t)
		sim.SetLatency(time.Second)
		inject(t, sim, simulator.Fault{Code: 70001, Times: -1})
		c := newPipeClient(t, sim)
		time.AfterFunc(time.Second/2, func() { c.SetShare(0) })
		time.AfterFunc(5*time.Minute, func() { c.SetShare(1) })
		_, err := c.Admins(t.Context(), show)
		mustFail(t, err, KindAuth, 70001)
		if n := len(sim.Calls()); n != 2 {
			t.Errorf("%d calls, want 2", n)
		}
	})
}

func TestCallsSideBySideShareTheNewSignature(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := newSimulator(t)
		sim.SetLatency(time.Second)
		c := newPipeClient(t, sim)
		inject(t, sim, simulator.Fault{Code: 70001, Times: 50})
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() {
				if _, err := c.Admins(t.Context(), show); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if n, sigs := len(sim.Calls()), signatures(sim); n != 100 || sigs != 2 {
			t.Errorf("%d calls with %d signatures, want 100 with 2", n, sigs)
		}
	})
}

func TestTheClientSignsForTheWire(t *testing.T) {
	var query map[string][]string
	c := newPipeClient(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		query = r.URL.Query()
		fmt.Fprint(w, `{"ActionStatus":"OK","ErrorCode":0}`)
	}))
	c.signer.app.Identifier = "a&b=c d"
	if _, err := c.Admins(t.Context(), show); err != nil {
		t.Fatal(err)
	}
	if got := query["identifier"]; len(got) != 1 || got[0] != "a&b=c d" {
		t.Errorf("identifier on the wire: %q", got)
	}
	if err := tencentyun.VerifyUserSig(testAppID, testKey, "a&b=c d", query["usersig"][0], time.Now()); err != nil {
		t.Errorf("the usersig on the wire: %v", err)
	}
}
