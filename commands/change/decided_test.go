package change_test

import (
	"reflect"
	"testing"
	"time"

	"liveadmin/commands"
	"liveadmin/commands/change"
	"liveadmin/imapi"
	"liveadmin/imapi/simulator"
)

// What a failure puts back decides nothing about anybody.
func TestDecided(t *testing.T) {
	t.Parallel()
	host := commands.Recent{User: "host"}
	limit := []commands.Grant{{Group: runGroup, User: "user1", Until: time.Unix(1, 0)}}
	busy := &commands.Failure{Kind: imapi.KindUnknown}
	tests := []struct {
		name    string
		outcome commands.Outcome
		want    []commands.Recent
	}{
		{"a limit is moved", commands.Outcome{Status: commands.Done, Grants: limit}, []commands.Recent{{User: "user1", Admin: true}}},
		{"a limit is lifted", commands.Outcome{Status: commands.Warned, Ungrant: []imapi.UserID{"user1"}}, []commands.Recent{{User: "user1", Admin: true}}},
		{"it is kept, since nobody knows", commands.Outcome{Status: commands.Unknown, Failure: busy, Grants: limit}, []commands.Recent{{User: "user1", Admin: true}}},
		{"it failed", commands.Outcome{Status: commands.Failed, Failure: busy, Ungrant: []imapi.UserID{"user1"}}, nil},
		{
			"it failed, and the old one is not set again",
			commands.Outcome{Status: commands.Partly, Failure: busy, Old: commands.NotRestored, Ungrant: []imapi.UserID{"user1"}, Made: []commands.Recent{host}},
			[]commands.Recent{host},
		},
		{
			"it never began, since the old one may be gone",
			commands.Outcome{Status: commands.Unknown, Failure: busy, Old: commands.MaybeGone, Ungrant: []imapi.UserID{"user1"}, Made: []commands.Recent{host}},
			[]commands.Recent{host},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := change.Decided(test.outcome); !reflect.DeepEqual(got, test.want) {
				t.Errorf("decided %+v, want %+v", got, test.want)
			}
		})
	}
}

// An expiration in a group that is gone is the end of that administrator all the same.
func TestEndOfAGroup(t *testing.T) {
	t.Parallel()
	r := newRuns(t, simulator.Rules{}, "user1")
	r.limits = []commands.Grant{{ID: 7, Group: runGroup, User: "user1", Until: r.now, Length: time.Hour, Entry: 1}}
	cmd := change.OfLimits(commands.End, commands.Target{}, r.limits)
	plan, err := r.Plan(t.Context(), change.Asked{Entry: 2, At: r.now, Command: cmd}, runGroup)
	must(t, err)
	r.api.RemoveGroup(runGroup)
	o, _ := r.apply(cmd, plan, false)
	want := []commands.Recent{{User: "user1", At: r.now, Ended: true}}
	if got := change.Decided(o); o.Status != commands.Nothing || !reflect.DeepEqual(got, want) {
		t.Errorf("the outcome is %s, decided %+v, want %+v", o.Status, got, want)
	}
}

// An expiration names the groups as its command did, whichever of them was done first.
func TestEndInOrder(t *testing.T) {
	t.Parallel()
	saturday, sunday := imapi.GroupID("@TGS#aSAT"), imapi.GroupID("@TGS#aSUN")
	target := commands.Target{Alias: "weekend", Groups: []imapi.GroupID{saturday, sunday}}
	limits := []commands.Grant{{ID: 1, Group: sunday, User: "user1", Entry: 1}, {ID: 2, Group: saturday, User: "user1", Entry: 1}}
	if cmd := change.OfLimits(commands.End, target, limits); !reflect.DeepEqual(cmd.Target, target) {
		t.Errorf("the end is about %+v, want %+v", cmd.Target, target)
	}
}
