package simulator_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"liveadmin/imapi/simulator"
)

func TestModifyAdmin(t *testing.T) {
	five := []string{"a", "b", "c", "d", "e"}
	tests := []struct {
		name   string
		rules  simulator.Rules
		before []string
		body   string
		code   int
		after  []string
	}{
		{"set", simulator.Rules{}, nil, set(room, "b", "a"), 0, []string{"b", "a"}},
		{"set beside others", simulator.Rules{}, []string{"a"}, set(room, "b"), 0, []string{"a", "b"}},
		{"set who is", simulator.Rules{}, []string{"a", "b"}, set(room, "a"), 0, []string{"a", "b"}},
		{"set one twice", simulator.Rules{}, nil, set(room, "a", "a", "b"), 0, []string{"a", "b"}},
		{"set five, one of them twice", simulator.Rules{}, nil, set(room, "a", "b", "c", "d", "e", "a"), 0, five},
		{"set who is in a full group", simulator.Rules{}, five, set(room, "c"), 0, five},
		{"set over five", simulator.Rules{}, []string{"a", "b", "c", "d"}, set(room, "e", "f"), 10008, []string{"a", "b", "c", "d"}},
		{"set who was never imported", simulator.Rules{}, nil, set(room, "stranger"), 0, []string{"stranger"}},
		{"cancel", simulator.Rules{}, []string{"a", "b", "c"}, cancel(room, "b"), 0, []string{"a", "c"}},
		{"cancel the last", simulator.Rules{}, []string{"a"}, cancel(room, "a"), 0, []string{}},
		{"cancel who is none", simulator.Rules{}, []string{"a"}, cancel(room, "b", "c"), 0, []string{"a"}},
		{"cancel six", simulator.Rules{}, five, cancel(room, "a", "b", "c", "d", "e", "f"), 0, []string{}},
		{"strict accounts: stranger", simulator.Rules{StrictAccounts: true}, nil, set(room, admin, "stranger"), 10019, []string{}},
		{"strict accounts: imported", simulator.Rules{StrictAccounts: true}, nil, set(room, admin), 0, []string{admin}},
		{"no-ops refused: set who is", simulator.Rules{RefuseNoOps: true}, []string{"a"}, set(room, "a", "b"), 10004, []string{"a"}},
		{"no-ops refused: set who is not", simulator.Rules{RefuseNoOps: true}, []string{"a"}, set(room, "b"), 0, []string{"a", "b"}},
		{"no-ops refused: cancel who is none", simulator.Rules{RefuseNoOps: true}, []string{"a"}, cancel(room, "a", "b"), 10004, []string{"a"}},
		{"no-ops refused: cancel who is", simulator.Rules{RefuseNoOps: true}, []string{"a"}, cancel(room, "a"), 0, []string{}},
		{"partial fill", simulator.Rules{PartialFill: true}, []string{"a", "b", "c", "d"}, set(room, "e", "f"), 10008, five},
		{"too many with a code of its own", simulator.Rules{TooManyCode: 10005}, nil, set(room, "a", "b", "c", "d", "e", "f"), 10005, []string{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newServer(t, simulator.WithRules(tt.rules))
			s.AddGroup(room, simulator.Group{Admins: tt.before})
			wantCode(t, call(t, s, modifyAdmin, tt.body), tt.code)
			if got := s.Admins(room); !slices.Equal(got, tt.after) {
				t.Errorf("administrators %q, want %q", got, tt.after)
			}
		})
	}
}

func TestGetAdminList(t *testing.T) {
	s := newServer(t)
	s.AddAccount("user1", "Min-ho")
	s.AddGroup(room, simulator.Group{Admins: []string{"user2", "user1", "user2"}})
	r := call(t, s, getAdminList, list(room))
	want := `{"ActionStatus":"OK","Admin_List":[` +
		`{"Admin_Account":"user2","Avatar":"","NickName":""},` +
		`{"Admin_Account":"user1","Avatar":"","NickName":"Min-ho"}],"ErrorCode":0,"ErrorInfo":""}`
	if r.text != want {
		t.Errorf("answered %s\nwant     %s", r.text, want)
	}

	s = newServer(t, simulator.WithRules(simulator.Rules{NewestFirst: true}))
	s.AddGroup(room, simulator.Group{Admins: []string{"user2", "user1"}})
	if got := call(t, s, getAdminList, list(room)).admins(); !slices.Equal(got, []string{"user1", "user2"}) {
		t.Errorf("newest first: %q", got)
	}
}

func TestEmptyList(t *testing.T) {
	for _, tt := range []struct {
		name string
		how  simulator.EmptyList
		want string
	}{
		{"array", simulator.EmptyArray, `{"ActionStatus":"OK","Admin_List":[],"ErrorCode":0,"ErrorInfo":""}`},
		{"null", simulator.EmptyNull, `{"ActionStatus":"OK","Admin_List":null,"ErrorCode":0,"ErrorInfo":""}`},
		{"missing", simulator.EmptyMissing, `{"ActionStatus":"OK","ErrorCode":0,"ErrorInfo":""}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newServer(t, simulator.WithRules(simulator.Rules{EmptyList: tt.how}))
			if r := call(t, s, getAdminList, list(room)); r.text != tt.want {
				t.Errorf("answered %s, want %s", r.text, tt.want)
			}
		})
	}
}

func TestSignatureRule(t *testing.T) {
	s := newServer(t, simulator.WithRules(simulator.Rules{Signature10001: true}))
	s.SetRateCap(0)
	for _, sig := range []string{"", "garbage", sign(t, appID, "another key", admin, 60)} {
		q := query(t)
		q.Set("usersig", sig)
		wantCode(t, serve(t, s, newPost(getAdminList, q, list(room))), 10001)
	}
}

func TestAccountCheck(t *testing.T) {
	s := newServer(t)
	s.AddAccount("user1", "")
	r := call(t, s, accountCheck, check("user1", "stranger", admin))
	var got []string
	for _, item := range r.ResultItem {
		got = append(got, fmt.Sprint(item.UserID, " ", item.ResultCode, " ", item.AccountStatus))
	}
	want := []string{"user1 0 Imported", "stranger 0 NotImported", admin + " 0 Imported"}
	if !slices.Equal(got, want) {
		t.Errorf("items %q, want %q", got, want)
	}
}

func TestGroupsOfTheConsole(t *testing.T) {
	s := newServer(t)
	if err := s.SetAdmins(room, []string{"a", "b", "a"}); err != nil {
		t.Fatal(err)
	}
	if got := s.Admins(room); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("administrators %q", got)
	}
	s.Admins(room)[0] = "changed"
	if got := s.Admins(room); got[0] != "a" {
		t.Error("Admins gave away its own list")
	}
	s.RemoveGroup(room)
	if s.Admins(room) != nil {
		t.Error("a removed group still has administrators")
	}
	if s.SetAdmins(room, nil) == nil {
		t.Error("SetAdmins took a group that is not there")
	}
	wantCode(t, call(t, s, getAdminList, list(room)), 10010)
	s.AddGroup(room, simulator.Group{})
	if got := call(t, s, getAdminList, list(room)).admins(); len(got) != 0 {
		t.Errorf("a group made anew has the administrators %q", got)
	}
}

func TestLag(t *testing.T) {
	var mu sync.Mutex
	now := time.Now()
	pass := func(d time.Duration) {
		mu.Lock()
		defer mu.Unlock()
		now = now.Add(d)
	}
	s := newServer(t, simulator.WithClock(func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		return now
	}))
	s.AddGroup(room, simulator.Group{Admins: []string{"first"}})
	s.SetLag(10 * time.Second)
	shows := func(when string, want ...string) {
		t.Helper()
		if got := call(t, s, getAdminList, list(room)).admins(); !slices.Equal(got, want) {
			t.Errorf("%s: shows %q, want %q", when, got, want)
		}
	}

	shows("at the beginning", "first")
	wantCode(t, call(t, s, modifyAdmin, set(room, "second")), 0)
	shows("right after setting", "first")
	if got := s.Admins(room); !slices.Equal(got, []string{"first", "second"}) {
		t.Errorf("the true administrators are %q", got)
	}
	pass(6 * time.Second)
	wantCode(t, call(t, s, modifyAdmin, cancel(room, "first")), 0)
	pass(4*time.Second - 1)
	shows("just before the lag is over", "first")
	pass(1)
	shows("when the lag is over", "first", "second")
	pass(6 * time.Second)
	shows("when the second lag is over", "second")

	wantCode(t, call(t, s, modifyAdmin, set(room, "third")), 0)
	if err := s.SetAdmins(room, []string{"console"}); err != nil {
		t.Fatal(err)
	}
	shows("right after the console", "console")
	wantCode(t, call(t, s, modifyAdmin, set(room, "fourth")), 0)
	s.SetLag(0)
	shows("without a lag", "console", "fourth")
}

func TestConcurrentCallers(t *testing.T) {
	s := started(t, newServer(t))
	s.SetRateCap(0)
	client := newClient(t)
	const callers, rounds = 8, 20
	var wg sync.WaitGroup
	for c := range callers {
		wg.Go(func() {
			user := fmt.Sprint("user", c)
			for round := range rounds {
				for _, step := range []struct{ path, body string }{
					{modifyAdmin, set(room, user)}, {getAdminList, list(room)}, {modifyAdmin, cancel(room, user)}, {accountCheck, check(user)},
				} {
					r, err := post(t, client, s.URL(), step.path, step.body)
					if err != nil {
						t.Error(err)
						return
					}
					if r.ErrorCode != 0 && r.ErrorCode != 10008 {
						t.Errorf("code %d: %s", r.ErrorCode, r.ErrorInfo)
					}
					if len(r.AdminList) > 5 {
						t.Errorf("%d administrators", len(r.AdminList))
					}
				}
				s.AddAccount(user, "")
				s.AddGroup(fmt.Sprint("group", round), simulator.Group{})
				s.SetLag(time.Duration(round) * time.Millisecond)
				s.Calls()
				s.Peak()
			}
		})
	}
	wg.Wait()
	if got := len(s.Calls()); got != callers*rounds*4 {
		t.Errorf("%d calls on record, want %d", got, callers*rounds*4)
	}
	if got := s.Admins(room); len(got) != 0 {
		t.Errorf("%s remain administrators", strings.Join(got, ", "))
	}
}
