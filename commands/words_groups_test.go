package commands

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"liveadmin/imapi"
)

// several makes the result of a command on several groups.
func several(cmd Command, groups ...GroupResult) Result {
	cmd.Target.Alias = "all"
	for i := range groups {
		groups[i].Group = imapi.GroupID(fmt.Sprintf("g%03d", i))
	}
	return Result{Caller: Caller{Ref: "chat:user:alice"}, Command: cmd, Groups: groups}
}

// in is a group in which an outcome has some administrators.
func in(status Status, admins int, steps ...Step) GroupResult {
	return GroupResult{
		Plan:    Plan{Known: true, Users: steps},
		Outcome: Outcome{Status: status, NowKnown: true, Now: make([]imapi.Admin, admins)},
	}
}

// TestSeveralGroups: every fact that the result of one group has is there for each of several,
// and the root names only to whom something was done.
func TestSeveralGroups(t *testing.T) {
	host, staff := Person{ID: "host"}, Person{ID: "staff"}
	later := noon.Add(time.Hour)
	added := Step{Person: host, Was: WasNot, Send: true}
	limited := Step{Person: host, Was: WasNot, Send: true, Until: noon}
	limitedLater := Step{Person: host, Was: WasNot, Send: true, Until: later}
	permanent := Step{Person: host, Was: WasAdmin}
	extended := Step{Person: host, Was: WasAdmin, Had: noon, Until: later}
	lifted := Step{Person: host, Was: WasAdmin, Had: noon}
	removed := Step{Person: host, Was: WasAdmin, Send: true}
	wasNot := Step{Person: staff, Was: WasNot, Send: true}
	ghost := Step{Person: staff, Was: WasNot, NoAccount: true}
	unread := in(Warned, 0, Step{Person: host, Was: WasUnknown, Send: true})
	unread.Plan.Known, unread.Plan.Read, unread.Outcome.NowKnown = false, &Failure{Kind: imapi.KindTransient}, false
	gone := in(Failed, 0, added)
	gone.Outcome.NowKnown = false
	gone.Outcome.Failure = &Failure{Op: "modify_admin", Code: 10010, Kind: imapi.KindNotFound}
	kept := in(Unknown, 0, limited)
	kept.Outcome.NowKnown, kept.Outcome.Failure = false, &Failure{Op: "modify_admin", Kind: imapi.KindUnknown}
	kept.Outcome.Grants = []Grant{{User: "host", Until: noon}}
	listed := in(Done, 0)
	listed.Outcome.Now = []imapi.Admin{{User: "host", Nickname: "Ho"}, {User: "staff"}}
	listed.Plan.Limits = []Grant{{User: "host", Until: noon}}
	bothAdd, two := Command{Verb: Add, Users: []Person{host, staff}}, Command{Verb: Add, Users: []Person{host}, For: time.Hour}
	const at, atLater = "2026-11-20 12:00 UTC", "2026-11-20 13:00 UTC"
	for _, tt := range []struct {
		name  string
		r     Result
		root  string
		lines []string
	}{
		{"one added, in the other permanent before", several(two, in(Done, 1, limited), in(Warned, 1, permanent)),
			"⚠️ Done with a warning · @alice · all: added host until " + at + " in 1 of 2 groups", []string{
				"all: done in 2 of 2 groups",
				"g001 ⚠️ Done with a warning. host: stays permanent: already an administrator, with no end time · 1 of 5",
				"g000 ✅ host: added, until " + at + " · 1 of 5"}},
		{"nobody added", several(two, in(Warned, 1, permanent), in(Warned, 1, permanent)),
			"⚠️ Done with a warning · @alice · add host → all · 2 of 2 groups", []string{
				"all: done in 2 of 2 groups",
				"g000, g001 ⚠️ Done with a warning. host: stays permanent: already an administrator, with no end time · 1 of 5"}},
		{"the same in all", several(two, in(Done, 3, limited), in(Done, 3, limited), in(Done, 3, limited)),
			"✅ Done · @alice · all: added host until " + at + " in 3 of 3 groups", []string{
				"all: done in 3 of 3 groups", "g000, g001, g002 ✅ host: added, until " + at + " · 3 of 5"}},
		{"other seats", several(two, in(Done, 3, limited), in(Done, 2, limited)),
			"✅ Done · @alice · all: added host until " + at + " in 2 of 2 groups", []string{
				"all: done in 2 of 2 groups", "g000 ✅ host: added, until " + at + " · 3 of 5", "g001 ✅ host: added, until " + at + " · 2 of 5"}},
		{"other ends", several(two, in(Done, 1, limitedLater), in(Done, 1, limited)),
			"✅ Done · @alice · all: added host until " + at + " or later in 2 of 2 groups", []string{
				"all: done in 2 of 2 groups", "g000 ✅ host: added, until " + atLater + " · 1 of 5", "g001 ✅ host: added, until " + at + " · 1 of 5"}},
		{"an end that is moved", several(two, in(Done, 1, extended), in(Done, 1, limited)),
			"✅ Done · @alice · all: added host until " + at + " in 1 of 2 groups, host now until " + atLater + " in 1 of 2 groups", []string{
				"all: done in 2 of 2 groups", "g000 ✅ host: already an administrator until " + at + ", now until " + atLater + " · 1 of 5",
				"g001 ✅ host: added, until " + at + " · 1 of 5"}},
		{"without an end", several(bothAdd, in(Done, 2, added, Step{Person: staff, Was: WasAdmin}), in(Warned, 2, lifted, Step{Person: staff, Was: WasAdmin}), in(Nothing, 2, permanent, Step{Person: staff, Was: WasAdmin})),
			"⚠️ Done with a warning · @alice · all: added host in 1 of 3 groups, host now permanent in 1 of 3 groups", []string{
				"all: done in 3 of 3 groups",
				"g001 ⚠️ Done with a warning. host: already an administrator until " + at + ", now permanent; staff: no change: already a permanent administrator · 2 of 5",
				"g000 ✅ host: added; staff: no change: already a permanent administrator · 2 of 5",
				"g002 ➖ host, staff: no change: already a permanent administrator · 2 of 5"}},
		{"a remove", several(Command{Verb: Remove, Users: []Person{host, staff}}, in(Done, 0, removed, wasNot), in(Nothing, 1, Step{Person: host, Was: WasNot, Send: true}, wasNot)),
			"✅ Done · @alice · all: removed host in 1 of 2 groups", []string{
				"all: done in 2 of 2 groups",
				"g000 ✅ host: removed; staff: no change: was not an administrator · 0 of 5",
				"g001 ➖ host, staff: no change: was not an administrator · 1 of 5"}},
		{"failures", several(bothAdd, in(Done, 1, added), gone, unread, in(Partly, 1, added, ghost), gone),
			"⚠️ Partly · @alice · all: added host in 3 of 5 groups", []string{
				"all: done in 2 of 5 groups",
				"g001, g004 ❌ Failed. Tencent Chat answered 10010: this group does not exist, or it was deleted.",
				"g003 ⚠️ Partly. host: added; staff: not added: no account has this UserID · 1 of 5",
				"g002 ⚠️ Done with a warning. The administrators could not be read before, so who was one is unknown. host: is an administrator now",
				"g000 ✅ host: added · 1 of 5"}},
		{"unknown", several(two, kept, in(Done, 1, limited)),
			"⚠️ Partly · @alice · all: added host until " + at + " in 1 of 2 groups", []string{
				"all: done in 1 of 2 groups",
				"g000 ❓ Unknown. Tencent Chat did not answer. host may or may not be an administrator now. The end at " + at + " stays on record.",
				"g001 ✅ host: added, until " + at + " · 1 of 5"}},
		{"a list", several(Command{Verb: List}, listed, in(Done, 0), listed),
			"✅ Done · @alice · list all", []string{
				"all: 3 of 3 groups could be read", "g000, g002 ✅ 2 of 5: host (Ho) until " + at + ", staff", "g001 ✅ 0 of 5: nobody"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := English()
			if got := w.Root(tt.r).String(); got != tt.root {
				t.Errorf("the root is\n%s\nwant\n%s", got, tt.root)
			}
			var lines []string
			for _, l := range w.Report(tt.r).Lines {
				if l.Style != Body {
					lines = append(lines, l.Text.String())
				}
			}
			if !slices.Equal(lines, tt.lines) {
				t.Errorf("it says\n%s\nwant\n%s", strings.Join(lines, "\n"), strings.Join(tt.lines, "\n"))
			}
		})
	}
}

// TestManyGroupsFold: however many groups there are, each that failed is named first; of the
// others so many are that platforms need a few messages, and how many more there are is said.
func TestManyGroupsFold(t *testing.T) {
	const all = 1000
	failed := GroupResult{Outcome: Outcome{Status: Failed, Failure: &Failure{Op: "modify_admin", Code: 10010, Kind: imapi.KindNotFound}}}
	for _, test := range []struct {
		name     string
		from, to int  // those that failed
		differ   bool // in what is true of the others
		lines    int
		more     string // about those that are not named
	}{
		{"all alike", 0, 0, false, 1, "g099 and 900 more ✅"},
		{"one failed", 207, 208, false, 2, "g099 and 899 more ✅"},
		{"many failed", 150, 450, false, 2, "g099 and 600 more ✅"},
		{"all failed", 0, all, false, 1, ""},
		{"all differ", 0, 0, true, mostLines, "900 more groups not shown here."},
		{"all differ, and many failed", 0, 300, true, mostLines, "601 more groups not shown here."},
	} {
		t.Run(test.name, func(t *testing.T) {
			groups := make([]GroupResult, all)
			for n := range groups {
				groups[n] = in(Done, 1, Step{Person: Person{ID: "user1"}, Was: WasNot, Send: true})
				if test.differ {
					groups[n].Plan.Users[0].ID = imapi.UserID(fmt.Sprintf("user%d", n))
				}
				if test.from <= n && n < test.to {
					groups[n] = failed
				}
			}
			says := English().Report(several(Command{Verb: Add, Users: byID("user1")}, groups...))
			var lines []string
			for _, l := range says.Lines {
				if l.Style == Item {
					lines = append(lines, l.Text.String())
				}
			}
			if len(lines) != test.lines {
				t.Fatalf("there are %d lines, want %d", len(lines), test.lines)
			}
			for n := test.from; n < test.to; n++ {
				if !strings.Contains(lines[0], fmt.Sprintf("g%03d", n)) {
					t.Errorf("g%03d failed and is not named", n)
				}
			}
			if said := says.String(); !strings.Contains(said, test.more) || len(said) > mostSaid+8*all {
				t.Errorf("it says, in %d bytes,\n%.3000s", len(said), said)
			}
		})
	}
}

// TestRefusalOfManyGroups: a refusal names groups that are not allowed, and however many
// these are, Discord, which shows it in one piece, has room for whom to ask.
func TestRefusalOfManyGroups(t *testing.T) {
	for _, test := range []struct {
		name   string
		groups int
		want   string
	}{
		{"as many as are named", 50, "-49."},
		{"one more", 51, "-49 and 1 more."},
		{"as many as an alias has", 1000, "-49 and 950 more."},
	} {
		t.Run(test.name, func(t *testing.T) {
			var denied []imapi.GroupID
			for n := range test.groups {
				denied = append(denied, imapi.GroupID(fmt.Sprintf("%s-%02d", strings.Repeat("g", 45), n)))
			}
			cmd := Command{Verb: Remove, Target: Target{Alias: "all", Groups: denied}}
			says := English().Refusal(1, Caller{Ref: "slack:user:U1"}, cmd, Decision{Denial: GroupsDenied, Denied: denied, Some: true}, "Sam").String()
			if !strings.Contains(says, test.want+"\nAsk Sam, and give this entry: slack:user:U1\n") || len(says) > 5000 {
				t.Errorf("it says, in %d bytes,\n%s\nwant %q", len(says), says, test.want)
			}
		})
	}
}
