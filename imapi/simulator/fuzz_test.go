package simulator_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"liveadmin/imapi/simulator"
)

// Whatever comes, the answer is an envelope, and no one gets a sixth seat.
func FuzzBody(f *testing.F) {
	for _, body := range []string{set(room, "a", "b"), cancel(room, "a"), list(room), check("a", "b"), "{}", "null", "", `{"GroupId":`} {
		f.Add(body)
	}
	s := newServer(f)
	s.SetRateCap(0)
	q := query(f).Encode()
	f.Fuzz(func(t *testing.T, body string) {
		s.AddGroup(room, simulator.Group{Admins: []string{"x", "y", "z"}})
		for _, path := range []string{modifyAdmin, getAdminList, accountCheck} {
			r := serve(t, s, httptest.NewRequest(http.MethodPost, path+"?"+q, strings.NewReader(body)))
			wantCode(t, r, r.ErrorCode)
		}
		if got := s.Admins(room); len(got) > 5 {
			t.Errorf("administrators %q", got)
		}
		s.ResetRecords()
	})
}

// No UserSig that was made without the key is taken, and none is worse than
// refused.
func FuzzUserSig(f *testing.F) {
	s := newServer(f)
	s.SetRateCap(0)
	forged := sign(f, appID, "another key", admin, 86400)
	for _, sig := range []string{forged, forged[:40], pack("{}"), pack(`{"TLS.sdkappid":1400000001,"TLS.expire":9e9}`), "****", ""} {
		f.Add(sig)
	}
	q := query(f)
	f.Fuzz(func(t *testing.T, sig string) {
		q.Set("usersig", sig)
		r := serve(t, s, newPost(getAdminList, q, list(room)))
		if r.ErrorCode < 70001 || r.ErrorCode > 70014 {
			t.Errorf("the UserSig %q got code %d", sig, r.ErrorCode)
		}
		s.ResetRecords()
	})
}

// Without a UserSig nothing is carried out, whatever the address.
func FuzzAddress(f *testing.F) {
	f.Add(modifyAdmin, "random=1&contenttype=json")
	f.Add("/v4//", "sdkappid=%zz;")
	s := newServer(f)
	s.SetRateCap(0)
	f.Fuzz(func(t *testing.T, path, rawQuery string) {
		req := httptest.NewRequest(http.MethodPost, "/", strings.NewReader("{}"))
		req.URL = &url.URL{Path: path, RawQuery: rawQuery}
		if r := serve(t, s, req); r.ErrorCode == 0 {
			t.Errorf("%q?%q was taken without a UserSig", path, rawQuery)
		}
		s.ResetRecords()
	})
}
