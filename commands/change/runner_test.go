package change_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"liveadmin/bot/bottest/pace"
	"liveadmin/commands"
	"liveadmin/commands/change"
	"liveadmin/commands/grammar"
	"liveadmin/commands/words"
	"liveadmin/imapi"
	"liveadmin/imapi/simulator"
	"liveadmin/imapi/simulator/pipe"
)

const (
	runKey   = "the-key-of-the-runner-test"
	runGroup = "@TGS#aRUNNERAA"
)

func TestMain(m *testing.M) { pace.SideBySide(m, 24, 8) }

// runs is a Runner before a simulator, with a record that the test writes.
type runs struct {
	*change.Runner
	t      *testing.T
	api    *simulator.Server
	now    time.Time
	limits []commands.Grant
	recent []commands.Recent
}

func newRuns(t *testing.T, rules simulator.Rules, admins ...string) *runs {
	t.Helper()
	r := &runs{t: t, now: time.Date(2026, 11, 20, 15, 30, 0, 0, time.UTC)}
	var err error
	r.api, err = simulator.New(simulator.App{SDKAppID: 1400000000, Key: runKey, Admins: []string{"administrator"}}, simulator.WithRules(rules))
	must(t, err)
	t.Cleanup(r.api.Close)
	r.api.AddGroup(runGroup, simulator.Group{Admins: admins})
	for _, user := range []string{"user1", "user2"} {
		r.api.AddAccount(user, "")
	}
	client, err := imapi.New(imapi.App{SDKAppID: 1400000000, Key: imapi.NewSecret(runKey), Identifier: "administrator"},
		imapi.WithBaseURL(pipe.URL), imapi.WithDialer(pipe.Serve(t, r.api).Dial), imapi.WithRateLimit(200))
	must(t, err)
	r.Runner = change.NewRunner(client, r, func() time.Time { return r.now })
	return r
}

func (r *runs) Grants(context.Context, imapi.GroupID) ([]commands.Grant, error) { return r.limits, nil }

func (r *runs) Recent(context.Context, imapi.GroupID, time.Time) ([]commands.Recent, error) {
	recent := slices.Clone(r.recent)
	for i := range recent {
		recent[i].At = r.now
	}
	return recent, nil
}

func (r *runs) DecidedSince(ctx context.Context, g imapi.GroupID, _ int64) ([]commands.Recent, bool, error) {
	recent, err := r.Recent(ctx, g, time.Time{})
	return recent, false, err
}

// plan plans what is typed about the group.
func (r *runs) plan(text string) (commands.Command, commands.Plan) {
	r.t.Helper()
	verb, rest, _ := strings.Cut(text, " ")
	cmd, mistake := grammar.Parse(verb+" "+runGroup+" "+rest, commands.Names{}, nil)
	if mistake != nil {
		r.t.Fatalf("%s: %+v", text, mistake)
	}
	plan, err := r.Plan(r.t.Context(), change.Asked{Entry: 1, At: r.now, Command: cmd}, runGroup)
	must(r.t, err)
	return cmd, plan
}

// apply applies a plan and returns the outcome and what is said of it.
func (r *runs) apply(cmd commands.Command, plan commands.Plan, again bool) (commands.Outcome, string) {
	r.t.Helper()
	o, err := r.Apply(r.t.Context(), cmd, runGroup, plan, again)
	must(r.t, err)
	return o, words.In(commands.English).Report(commands.Result{
		Command: cmd, Groups: []commands.GroupResult{{Group: runGroup, Plan: plan, Outcome: o}},
	}).String()
}

func (r *runs) has(want ...string) {
	r.t.Helper()
	if got := r.api.Admins(runGroup); !slices.Equal(slices.Sorted(slices.Values(got)), want) {
		r.t.Errorf("the group has %q, want %q", got, want)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// An interrupted start may have made the change: only a failure that excludes it
// is called one. The end of a --for stays on record until then.
func TestFailureAfterAnInterruption(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		fault simulator.Fault
		again bool
		want  commands.Status
	}{
		{"busy, first start", simulator.Fault{Code: 10056, Times: -1}, false, commands.Failed},
		{"busy", simulator.Fault{Code: 10056, Times: -1}, true, commands.Unknown},
		{"too many calls", simulator.Fault{Code: 60018, Times: -1}, true, commands.Unknown},
		{"key withdrawn", simulator.Fault{Code: 70020, Times: -1}, true, commands.Unknown},
		{"group deleted", simulator.Fault{Code: 10010, Times: -1}, true, commands.Failed},
		{"refused as wrong", simulator.Fault{Code: 10015, Times: -1}, true, commands.Failed},
	}
	for _, test := range tests {
		for _, text := range []string{"add user1 --for 2h", "remove user1", "add user1 --replace host --for 2h"} {
			t.Run(test.name+"/"+text, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					r := newRuns(t, simulator.Rules{}, "host")
					cmd, plan := r.plan(text)
					fault := test.fault
					fault.Command = "modify_admin"
					must(t, r.api.Inject(fault))
					o, says := r.apply(cmd, plan, test.again)
					if o.Status != test.want {
						t.Fatalf("the outcome is %s, want %s:\n%s", o.Status, test.want, says)
					}
					if unsure := test.want == commands.Unknown; unsure {
						if !strings.Contains(says, "user1") || !strings.Contains(says, "It is not known whether user1") || strings.Contains(says, "No one was added") {
							t.Errorf("it says\n%s", says)
						}
						if len(o.Grants) != len(plan.Grants) || len(o.Ungrant) > 0 || len(o.Made) == 0 || o.NowKnown {
							t.Errorf("the outcome is %+v", o)
						}
					} else if len(o.Grants) > 0 || len(o.Ungrant) != len(plan.Grants) || len(o.Made) > 0 {
						t.Errorf("the outcome is %+v", o)
					}
				})
			})
		}
	}
}

// What this bot did just before is in the plan, but not yet in what a reading
// after an interruption shows: everything is sent again.
func TestInterruptedBesideALaggingReading(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text   string
		shown  []string // by a reading that lags
		truth  []string
		recent commands.Recent
		want   []string
	}{
		{"add user1", []string{"user1"}, nil, commands.Recent{User: "user1"}, []string{"user1"}},
		{"remove user1", nil, []string{"user1"}, commands.Recent{User: "user1", Admin: true}, nil},
		{"add user2 --replace user1", nil, []string{"user1"}, commands.Recent{User: "user1", Admin: true}, []string{"user2"}},
	}
	for _, test := range tests {
		t.Run(test.text, func(t *testing.T) {
			r := newRuns(t, simulator.Rules{}, test.shown...)
			r.recent = []commands.Recent{test.recent}
			cmd, plan := r.plan(test.text)
			must(t, r.api.SetAdmins(runGroup, test.truth))
			o, says := r.apply(cmd, plan, true)
			if o.Status != commands.Done {
				t.Errorf("it says\n%s", says)
			}
			r.has(test.want...)
		})
	}
}

// A change that this bot made, or may have made, a moment before, and what the
// reading shows of it: no right is given by a --for without its end.
func TestAfterAChange(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		recent     commands.Recent
		shown      []string
		send       bool
		limited    bool // by the plan
		status     commands.Status
	}{
		{"maybe cancelled, then set for a time", "add user1 --for 1h", commands.Recent{User: "user1", Unsure: true}, []string{"user1"}, true, true, commands.Done},
		{"maybe cancelled, then set", "add user1", commands.Recent{User: "user1", Unsure: true}, []string{"user1"}, true, false, commands.Done},
		{"maybe set, then set for a time", "add user1 --for 1h", commands.Recent{User: "user1", Admin: true, Unsure: true}, nil, true, true, commands.Done},
		{"maybe set, then cancelled", "remove user1", commands.Recent{User: "user1", Admin: true, Unsure: true}, nil, true, false, commands.Done},
		{"set, not shown, then set for a time", "add user1 --for 1h", commands.Recent{User: "user1", Admin: true}, nil, true, true, commands.Done},
		{"seen to be set, then set for a time", "add user1 --for 1h", commands.Recent{User: "user1", Admin: true, Unsure: true}, []string{"user1"}, true, false, commands.Warned},
		{"seen to be cancelled, then cancelled", "remove user1", commands.Recent{User: "user1", Unsure: true}, nil, true, false, commands.Nothing},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := newRuns(t, simulator.Rules{}, test.shown...)
			r.recent = []commands.Recent{test.recent}
			cmd, plan := r.plan(test.text)
			if sent := len(commands.UsersToSend(plan.Users)) > 0; sent != test.send || len(plan.Grants) > 0 != test.limited {
				t.Errorf("the plan is %+v", plan)
			}
			o, says := r.apply(cmd, plan, false)
			if o.Status != test.status {
				t.Errorf("the outcome is %s, want %s", o.Status, test.status)
			}
			if strings.Contains(says, "until") != test.limited {
				t.Errorf("it says\n%s", says)
			}
		})
	}
}

// A dry run after an unknown outcome says what would be, not what is.
func TestDryRunAfterAnUnknownOutcome(t *testing.T) {
	t.Parallel()
	r := newRuns(t, simulator.Rules{}, "user1")
	r.recent = []commands.Recent{{User: "user1", Unsure: true}}
	cmd, plan := r.plan("add user1 --dry-run")
	if _, says := r.apply(cmd, plan, false); !strings.Contains(says, "would be added") {
		t.Errorf("it says\n%s", says)
	}
}

// Seats that are filled in part before the API says "full" are a right that was
// given: its end stays on record, and no answer says that nothing was changed.
func TestFullInPart(t *testing.T) {
	t.Parallel()
	r := newRuns(t, simulator.Rules{PartialFill: true}, "a", "b", "c")
	cmd, plan := r.plan("add user1 user2 --for 2h")
	must(t, r.api.SetAdmins(runGroup, []string{"a", "b", "c", "d"}))
	o, says := r.apply(cmd, plan, false)
	if o.Status != commands.Unknown || len(o.Grants) != 2 || len(o.Ungrant) > 0 {
		t.Errorf("the outcome is %+v", o)
	}
	for _, want := range []string{"10008", "It is not known whether user1, user2 are administrators now", "Still expires at: "} {
		if !strings.Contains(says, want) {
			t.Errorf("it says\n%s\nwant %q", says, want)
		}
	}
	r.has("a", "b", "c", "d", "user1")
}

// Who is not sent for lack of an account keeps the limit on record.
func TestLimitOfWhoIsNotSent(t *testing.T) {
	t.Parallel()
	r := newRuns(t, simulator.Rules{})
	r.limits = []commands.Grant{{Group: runGroup, User: "ghost", Until: r.now.Add(time.Hour), Length: time.Hour, Entry: 1}}
	cmd, plan := r.plan("add user1 ghost")
	o, says := r.apply(cmd, plan, false)
	if o.Status != commands.Partly || len(o.Ungrant) > 0 {
		t.Errorf("the outcome is %+v:\n%s", o, says)
	}
}

// A mistake in the program is a clear outcome. What may have been sent is unknown
// and keeps its end.
func TestBroken(t *testing.T) {
	t.Parallel()
	const sentence = "There was an error inside the bot."
	r := newRuns(t, simulator.Rules{}, "host")
	cmd, plan := r.plan("add user1 --replace host --for 2h")
	_, refused := r.plan("add user1 --replace host --for 2h --dry-run")
	group := cmd.Target.Groups[0]
	broken, err := r.BrokenPlan(t.Context(), cmd, group)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name    string
		plan    commands.Plan
		outcome commands.Outcome
		status  commands.Status
		grants  int
		says    []string
	}{
		{"in planning", broken, r.BrokenOutcome(cmd, group, broken), commands.Failed, 0, []string{"Nothing was changed", sentence}},
		{"in sending", plan, r.BrokenOutcome(cmd, group, plan), commands.Unknown, 1, []string{sentence, "It is not known whether user1, host are administrators now", "Still expires at: "}},
		{"with nothing to send", refused, r.BrokenOutcome(cmd, group, refused), commands.Failed, 0, []string{sentence}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if test.outcome.Status != test.status || len(test.outcome.Grants) != test.grants {
				t.Errorf("the outcome is %+v", test.outcome)
			}
			says := words.In(commands.English).Report(commands.Result{
				Command: cmd, Groups: []commands.GroupResult{{Group: runGroup, Plan: test.plan, Outcome: test.outcome}},
			}).String()
			for _, want := range test.says {
				if !strings.Contains(says, want) {
					t.Errorf("it says\n%s\nwant %q", says, want)
				}
			}
		})
	}
}
