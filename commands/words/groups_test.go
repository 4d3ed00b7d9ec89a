package words

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"liveadmin/commands"
	"liveadmin/commands/change"
	"liveadmin/commands/policy"
	"liveadmin/imapi"
)

// several makes the result of a command on several groups.
func several(cmd commands.Command, groups ...commands.GroupResult) commands.Result {
	cmd.Target.Alias = "all"
	for i := range groups {
		groups[i].Group = imapi.GroupID(fmt.Sprintf("g%03d", i))
	}
	return commands.Result{Caller: commands.Caller{Ref: "chat:user:alice"}, Command: cmd, Groups: groups}
}

// in is a group in which an outcome has some administrators.
func in(status commands.Status, admins int, steps ...commands.Step) commands.GroupResult {
	return commands.GroupResult{
		Plan:    commands.Plan{Known: true, Users: steps},
		Outcome: commands.Outcome{Status: status, NowKnown: true, Now: make([]imapi.Admin, admins)},
	}
}

// TestSeveralGroups: every fact that the result of one group has is there for each of several,
// and the root names only to whom something was done.
func TestSeveralGroups(t *testing.T) {
	host, staff := commands.Person{ID: "host"}, commands.Person{ID: "staff"}
	later := noon.Add(time.Hour)
	added := commands.Step{Person: host, Prior: commands.WasNot, Send: true}
	limited := commands.Step{Person: host, Prior: commands.WasNot, Send: true, Until: noon}
	limitedLater := commands.Step{Person: host, Prior: commands.WasNot, Send: true, Until: later}
	permanent := commands.Step{Person: host, Prior: commands.WasAdmin}
	extended := commands.Step{Person: host, Prior: commands.WasAdmin, Had: noon, Until: later}
	lifted := commands.Step{Person: host, Prior: commands.WasAdmin, Had: noon}
	removed := commands.Step{Person: host, Prior: commands.WasAdmin, Send: true}
	wasNot := commands.Step{Person: staff, Prior: commands.WasNot, Send: true}
	ghost := commands.Step{Person: staff, Prior: commands.WasNot, NoAccount: true}
	unread := in(commands.Warned, 0, commands.Step{Person: host, Prior: commands.WasUnknown, Send: true})
	unread.Plan.Known, unread.Plan.Read, unread.Outcome.NowKnown = false, &commands.Failure{Kind: imapi.KindTransient}, false
	gone := in(commands.Failed, 0, added)
	gone.Outcome.NowKnown, gone.Plan.Known = false, false
	gone.Outcome.Failure = &commands.Failure{Op: "modify_admin", Code: 10010, Kind: imapi.KindNotFound}
	full := in(commands.Failed, 5, added)
	full.Plan.Refusal = commands.SeatsTaken
	for _, user := range []imapi.UserID{"a", "b", "c", "d", "e"} {
		full.Plan.Before = append(full.Plan.Before, imapi.Admin{User: user})
	}
	kept := in(commands.Unknown, 0, limited)
	kept.Outcome.NowKnown, kept.Outcome.Failure = false, &commands.Failure{Op: "modify_admin", Kind: imapi.KindUnknown}
	kept.Outcome.Grants = []commands.Grant{{User: "host", Until: noon}}
	listed := in(commands.Done, 0)
	listed.Outcome.Now = []imapi.Admin{{User: "host", Nickname: "Ho"}, {User: "staff"}}
	listed.Plan.Existing = []commands.Grant{{User: "host", Until: noon}}
	bothAdd, two := commands.Command{Verb: commands.Add, Users: []commands.Person{host, staff}}, commands.Command{Verb: commands.Add, Users: []commands.Person{host}, For: time.Hour}
	const at, atLater = "2026-11-20 12:00 UTC", "2026-11-20 13:00 UTC"
	for _, tt := range []struct {
		name  string
		r     commands.Result
		root  string
		lines []string
	}{
		{"one added, in the other permanent before", several(two, in(commands.Done, 1, limited), in(commands.Warned, 1, permanent)),
			"⚠️ Done with a warning · @alice · all: added host (until " + at + ") in 1 of 2 groups", []string{
				"all: done in 2 of 2 groups",
				"g001 ⚠️ Done with a warning. host: stays permanent: already an administrator, with no end time · 1 of 5 seats",
				"g000 ✅ host: added, until " + at + " · 1 of 5 seats"}},
		{"nobody added", several(two, in(commands.Warned, 1, permanent), in(commands.Warned, 1, permanent)),
			"⚠️ Done with a warning · @alice · all: add host · 2 of 2 groups", []string{
				"all: done in 2 of 2 groups",
				"g000, g001 ⚠️ Done with a warning. host: stays permanent: already an administrator, with no end time · 1 of 5 seats"}},
		{"the same in all", several(two, in(commands.Done, 3, limited), in(commands.Done, 3, limited), in(commands.Done, 3, limited)),
			"✅ Done · @alice · all: added host (until " + at + ") in 3 of 3 groups", []string{
				"all: done in 3 of 3 groups", "g000, g001, g002 ✅ host: added, until " + at + " · 3 of 5 seats"}},
		{"other seats", several(two, in(commands.Done, 3, limited), in(commands.Done, 2, limited)),
			"✅ Done · @alice · all: added host (until " + at + ") in 2 of 2 groups", []string{
				"all: done in 2 of 2 groups", "g000 ✅ host: added, until " + at + " · 3 of 5 seats", "g001 ✅ host: added, until " + at + " · 2 of 5 seats"}},
		{"other ends", several(two, in(commands.Done, 1, limitedLater), in(commands.Done, 1, limited)),
			"✅ Done · @alice · all: added host (until " + at + " or later) in 2 of 2 groups", []string{
				"all: done in 2 of 2 groups", "g000 ✅ host: added, until " + atLater + " · 1 of 5 seats", "g001 ✅ host: added, until " + at + " · 1 of 5 seats"}},
		{"an end that is moved", several(two, in(commands.Done, 1, extended), in(commands.Done, 1, limited)),
			"✅ Done · @alice · all: added host (until " + at + ") in 1 of 2 groups; host now until " + atLater + " in 1 of 2 groups", []string{
				"all: done in 2 of 2 groups", "g000 ✅ host: until " + atLater + " (before: until " + at + ") · 1 of 5 seats",
				"g001 ✅ host: added, until " + at + " · 1 of 5 seats"}},
		{"without an end", several(bothAdd, in(commands.Done, 2, added, commands.Step{Person: staff, Prior: commands.WasAdmin}), in(commands.Warned, 2, lifted, commands.Step{Person: staff, Prior: commands.WasAdmin}), in(commands.Nothing, 2, permanent, commands.Step{Person: staff, Prior: commands.WasAdmin})),
			"⚠️ Done with a warning · @alice · all: added host in 1 of 3 groups; host now permanent in 1 of 3 groups", []string{
				"all: done in 3 of 3 groups",
				"g001 ⚠️ Done with a warning. host: now permanent (before: until " + at + "); staff: no change: already a permanent administrator · 2 of 5 seats",
				"g000 ✅ host: added; staff: no change: already a permanent administrator · 2 of 5 seats",
				"g002 ➖ host, staff: no change: already a permanent administrator · 2 of 5 seats"}},
		{"a remove", several(commands.Command{Verb: commands.Remove, Users: []commands.Person{host, staff}}, in(commands.Done, 0, removed, wasNot), in(commands.Nothing, 1, commands.Step{Person: host, Prior: commands.WasNot, Send: true}, wasNot)),
			"✅ Done · @alice · all: removed host in 1 of 2 groups", []string{
				"all: done in 2 of 2 groups",
				"g000 ✅ host: removed; staff: no change: was not an administrator · 0 of 5 seats",
				"g001 ➖ host, staff: no change: was not an administrator · 1 of 5 seats"}},
		{"failures", several(bothAdd, in(commands.Done, 1, added), gone, unread, in(commands.Partly, 1, added, ghost), gone),
			"⚠️ Partly done · @alice · all: added host in 3 of 5 groups", []string{
				"all: done in 2 of 5 groups",
				"g001, g004 ❌ Failed. Tencent Chat answered 10010: this group does not exist, or it was deleted.",
				"g003 ⚠️ Partly done. host: added; staff: not added: no account has this UserID · 1 of 5 seats",
				"g002 ⚠️ Done with a warning. I could not read the administrators before, so I do not know who already was one. host: is an administrator now",
				"g000 ✅ host: added · 1 of 5 seats"}},
		{"unknown", several(two, kept, in(commands.Done, 1, limited)),
			"⚠️ Partly done · @alice · all: added host (until " + at + ") in 1 of 2 groups", []string{
				"all: done in 1 of 2 groups",
				"g000 ❓ Unknown. Tencent Chat did not answer. It is not known whether host is an administrator now. Still expires at: " + at + "",
				"g001 ✅ host: added, until " + at + " · 1 of 5 seats"}},
		{"a dry run that would fail in one", several(commands.Command{Verb: commands.Add, Users: []commands.Person{host}, DryRun: true}, full, in(commands.Done, 1, permanent), gone),
			"⚠️ Partly done · @alice · dry run · all: add host · 1 of 3 groups", []string{
				"Dry run: nothing was changed in all. I could read 2 of 3 groups.",
				"g000 ❌ Failed. It has 5 of 5 administrators: a, b, c, d, e. With this change it would have 6.",
				"g002 ❌ Failed. Tencent Chat answered 10010: this group does not exist, or it was deleted.",
				"g001 ✅ host: no change: already a permanent administrator · 1 of 5 seats"}},
		{"a list", several(commands.Command{Verb: commands.List}, listed, in(commands.Done, 0), listed),
			"✅ Done · @alice · all: list", []string{
				"all: read 3 of 3 groups", "g000, g002 ✅ 2 of 5 seats: host (Ho) (until " + at + "), staff", "g001 ✅ 0 of 5 seats: no administrators"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := In(commands.English)
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
	failed := commands.GroupResult{Outcome: commands.Outcome{Status: commands.Failed, Failure: &commands.Failure{Op: "modify_admin", Code: 10010, Kind: imapi.KindNotFound}}}
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
		{"all differ", 0, 0, true, mostLines, "900 more groups not shown here: ✅ Done"},
		{"all differ, and many failed", 0, 300, true, mostLines, "601 more groups not shown here: ✅ Done"},
	} {
		t.Run(test.name, func(t *testing.T) {
			groups := make([]commands.GroupResult, all)
			for n := range groups {
				groups[n] = in(commands.Done, 1, commands.Step{Person: commands.Person{ID: "user1"}, Prior: commands.WasNot, Send: true})
				if test.differ {
					groups[n].Plan.Users[0].ID = imapi.UserID(fmt.Sprintf("user%d", n))
				}
				if test.from <= n && n < test.to {
					groups[n] = failed
				}
			}
			says := In(commands.English).Report(several(commands.Command{Verb: commands.Add, Users: people("user1")}, groups...))
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
			cmd := commands.Command{Verb: commands.Remove, Target: commands.Target{Alias: "all", Groups: denied}}
			says := In(commands.English).Naming(commands.Names{}, "Sam").Refusal(1, commands.Caller{Ref: "slack:user:U1"}, cmd, policy.Decision{Denial: policy.GroupsDenied, Denied: denied, Some: true}).String()
			if !strings.Contains(says, test.want+"\nAsk Sam, to allow: slack:user:U1\n") || len(says) > 5000 {
				t.Errorf("it says, in %d bytes,\n%s\nwant %q", len(says), says, test.want)
			}
		})
	}
}

// people are named by their UserIDs.
func people(ids ...imapi.UserID) []commands.Person {
	var all []commands.Person
	for _, id := range ids {
		all = append(all, commands.Person{ID: id})
	}
	return all
}

// TestManyGroupsWarn: of those for which there is no room, each outcome is said, and what needs
// a look is shown before what is as it was asked.
func TestManyGroupsWarn(t *testing.T) {
	var groups []commands.GroupResult
	for n := range 600 {
		status := []commands.Status{commands.Done, commands.Nothing, commands.Warned}[n%3]
		groups = append(groups, in(status, n%5, commands.Step{Person: commands.Person{ID: imapi.UserID(fmt.Sprint("user", n))}, Prior: commands.WasNot, Send: true}))
	}
	says := In(commands.English).Report(several(commands.Command{Verb: commands.Add, Users: people("user1")}, groups...)).String()
	for _, want := range []string{
		"• g002 ⚠️ Done with a warning.", "100 more groups not shown here: ⚠️ Done with a warning",
		"200 more groups not shown here: ✅ Done", "200 more groups not shown here: ➖ No change",
	} {
		if !strings.Contains(says, want) {
			t.Errorf("it lacks %q:\n%s", want, says)
		}
	}
}

// TestFacts: in every language a fact is a name, a colon and one value, and the name is what
// Line.Value says.
func TestFacts(t *testing.T) {
	fact := regexp.MustCompile(`^[^:：]+(: |：)\{\w+\}。?$`)
	for _, l := range commands.Languages {
		w := In(l)
		for _, sentence := range []string{w.Now.Admins, w.Names.Reason, w.Requests.Can, w.Requests.By, w.Requests.Approved} {
			if !fact.MatchString(sentence) {
				t.Errorf("%s: %q", l, sentence)
			}
		}
		var m Message
		m.fact(w.Now.Admins, Slots{"n": number(1), "seats": number(5), "users": code("user1")})
		line := m.Lines[0]
		if line.Style != Fact || line.Text[line.Value].Text != "user1" || !strings.ContainsAny(line.Text[line.Value-1].Text, ":：") {
			t.Errorf("%s: the line is %+v", l, line)
		}
	}
}

// TestBoardFolds: of many aliases the others are named, and who is temporary is shown behind
// them, those first that end first.
func TestBoardFolds(t *testing.T) {
	var aliases []commands.Target
	for n := range 600 {
		aliases = append(aliases, commands.Target{Alias: fmt.Sprintf("show-%03d", n), Groups: []imapi.GroupID{"@TGS#a"}})
	}
	var limits []commands.Grant
	for n := range 60 {
		limits = append(limits, commands.Grant{Group: "@TGS#a", User: imapi.UserID(fmt.Sprint("user", n)), Until: noon.Add(time.Duration(n) * time.Minute)})
	}
	for _, l := range commands.Languages {
		m := In(l).Board(1, aliases, limits)
		says := m.String()
		for _, want := range []string{"• show-024   @TGS#a\n• show-025", "show-074", "525", "user0", "user24", "35"} {
			if !strings.Contains(says, want) {
				t.Errorf("%s: it lacks %q:\n%s", l, want, says)
			}
		}
		if strings.Contains(says, "show-075") || strings.Contains(says, "user25") || len(says) > 4000 {
			t.Errorf("%s: it says, in %d bytes,\n%s", l, len(says), says)
		}
	}
}

// TestSeatsOfFullGroups: a table has the seats of a full group, whether the bot or Tencent says so, and of
// none that is not known.
func TestSeatsOfFullGroups(t *testing.T) {
	five := make([]imapi.Admin, imapi.Seats)
	found, said, unread := in(commands.Failed, 4), in(commands.Failed, 3), in(commands.Failed, 0)
	found.Plan.Refusal, found.Plan.Before, found.Outcome.Holders = commands.SeatsTaken, five[:4], five[:4]
	said.Outcome.Holders, said.Outcome.Failure = five, &commands.Failure{Kind: imapi.KindFull}
	unread.Outcome.NowKnown, unread.Outcome.Failure = false, &commands.Failure{Kind: imapi.KindTransient}
	m := In(commands.English).Report(several(commands.Command{Verb: commands.Add}, found, said, unread))
	var seats []string
	for _, l := range m.Lines {
		if l.Cells != nil {
			seats = append(seats, l.Cells[3].String())
		}
	}
	if want := []string{"4/5", "5/5", ""}; !slices.Equal(seats, want) {
		t.Errorf("the seats are %q, want %q", seats, want)
	}
}

// TestFreeSeat: to press Replace is advised where there are such buttons.
func TestFreeSeat(t *testing.T) {
	var holders []imapi.Admin
	for _, user := range []imapi.UserID{"a", "b", "c", "d", "e"} {
		holders = append(holders, imapi.Admin{User: user})
	}
	step := func(user imapi.UserID) commands.Step {
		return commands.Step{Person: commands.Person{ID: user}, Prior: commands.WasNot, Send: true}
	}
	full := commands.GroupResult{
		Group: "g1", Plan: commands.Plan{Refusal: commands.SeatsTaken, Known: true, Users: []commands.Step{step("user1")}},
		Outcome: commands.Outcome{Status: commands.Failed, Holders: holders},
	}
	twice := full
	twice.Plan.Users = append(slices.Clone(full.Plan.Users), step("user2"))
	add := commands.Command{Verb: commands.Add, Target: commands.Target{Groups: []imapi.GroupID{"g1"}}}
	dry, both := add, add
	dry.DryRun, both.Target = true, commands.Target{Alias: "both", Groups: []imapi.GroupID{"g1", "g2"}}
	for _, r := range []commands.Result{
		{Command: add, Groups: []commands.GroupResult{full}},
		{Command: add, Groups: []commands.GroupResult{twice}},
		{Command: dry, Groups: []commands.GroupResult{full}},
		{Command: both, Groups: []commands.GroupResult{full, in(commands.Done, 1, step("user1"))}},
	} {
		m := In(commands.English).Report(r)
		buttons := slices.ContainsFunc(m.Actions, func(a Action) bool { return strings.HasPrefix(a.Name, "replace-") })
		if says := m.String(); strings.Contains(says, "press Replace") != buttons || !strings.Contains(says, "Remove someone first") {
			t.Errorf("with buttons %v it says\n%s", buttons, says)
		}
	}
}

// TestSomeGroupsOfAnAlias: what ends or is extended in some of an alias's groups, because somebody
// was permanent in the others, is about those, in every language.
func TestSomeGroupsOfAnAlias(t *testing.T) {
	target := commands.Target{Alias: "all", Groups: []imapi.GroupID{"g000", "g001", "g002"}}
	limits := []commands.Grant{{Group: "g001", User: "user1", Until: noon, Entry: 1}, {Group: "g002", User: "user1", Until: noon, Entry: 1}}
	for _, l := range commands.Languages {
		for _, verb := range []commands.Verb{commands.Remind, commands.End, commands.Extend} {
			cmd := change.OfLimits(verb, target, limits)
			r := commands.Result{Command: cmd, Caller: commands.Caller{Ref: "chat:user:alice"}, Groups: []commands.GroupResult{in(commands.Done, 0), in(commands.Done, 0)}}
			for i := range r.Groups {
				r.Groups[i].Group = cmd.Target.Groups[i]
			}
			w := In(l)
			both := w.list(w.groupNames(cmd.Target.Groups)).String()
			for what, says := range map[string]string{
				"root": w.Root(r).String(), "head": w.Report(r).Lines[0].Text.String(),
				"request": w.wanted(Request{Caller: "chat:user:alice", Command: cmd}).String(),
			} {
				if !strings.Contains(says, both) {
					t.Errorf("%s: %s, the %s: %s", l, verb, what, says)
				}
			}
			refused := policy.Decision{Denial: policy.GroupsDenied, Denied: cmd.Target.Groups[:1], Some: true}
			if says := w.Refusal(1, r.Caller, cmd, refused).Lines[0].Text.String(); !strings.Contains(says, "g001") || strings.Contains(says, "g002") {
				t.Errorf("%s: %s, the refusal: %s", l, verb, says)
			}
		}
	}
}

// TestReminderOfSeveral: a reminder says in which groups it is of whom, if it is not of the same
// people in all.
func TestReminderOfSeveral(t *testing.T) {
	host, staff := commands.Step{Person: commands.Person{ID: "host"}}, commands.Step{Person: commands.Person{ID: "staff"}}
	cmd := commands.Command{Verb: commands.Remind, Users: people("host", "staff"), Grants: []commands.Grant{{Until: noon}}}
	const head = "Reminder: host, staff in 3 groups of all, until 2026-11-20 12:00 UTC."
	for _, test := range []struct {
		name string
		r    commands.Result
		want []string
	}{
		{"the same in all", several(cmd, in(commands.Done, 2, host, staff), in(commands.Done, 2, host, staff), in(commands.Done, 2, host, staff)), []string{head}},
		{"others in one", several(cmd, in(commands.Done, 2, host), in(commands.Done, 2, staff), in(commands.Done, 2, host)), []string{head, "g000, g002: host", "g001: staff"}},
		{"nobody any more in one", several(cmd, in(commands.Done, 2, host, staff), in(commands.Nothing, 2), in(commands.Done, 2, host)), []string{head, "g000: host, staff", "g002: host"}},
	} {
		var got []string
		for _, l := range In(commands.English).Report(test.r).Lines {
			got = append(got, l.Text.String())
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s: it says %q, want %q", test.name, got, test.want)
		}
	}
}
