package change_test

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"liveadmin/bot"
	"liveadmin/commands"
	"liveadmin/imapi/simulator"
)

// honest compares what is said to have happened with what did.
func (m *model) honest(c typed, g string, status commands.Status, before, after map[string][]string, limitsBefore, limits map[seat]bool) {
	same := slices.Equal(before[g], after[g])
	doubtful := slices.ContainsFunc(m.faulty(g, "modify_admin"), func(call simulator.Call) bool { return call.Fault != simulator.Refuse })
	switch status {
	case commands.Failed:
		if !same {
			m.t.Errorf("%s: %s, but %q became %q", g, status, before[g], after[g])
		}
		if !maps.Equal(in(limitsBefore, g), in(limits, g)) {
			m.t.Errorf("%s: %s, but the limits became %v", g, status, in(limits, g))
		}
	case commands.Nothing:
		if !same && !m.moved[g] {
			m.t.Errorf("%s: %s, but %q became %q", g, status, before[g], after[g])
		}
	case commands.Unknown:
		if !doubtful && !m.moved[g] {
			m.t.Errorf("%s: %s, but every call was answered", g, status)
		}
	case commands.Done, commands.Warned, commands.Partly:
	default:
		m.t.Errorf("%s: the outcome is %q", g, status)
	}
	if (c.dry || c.verb == "list") && (!same || !maps.Equal(in(limitsBefore, g), in(limits, g))) {
		m.t.Errorf("%s: changed without a change", g)
	}
}

// sent checks who was sent.
func (m *model) sent(c typed, g string, before map[string][]string) {
	read := !m.lagging && !m.moved[g] && len(m.faulty(g, "get_admin_list")) == 0
	var touched []string
	for _, call := range m.stage.API.Calls() {
		if call.Command != "modify_admin" || call.Group != g {
			continue
		}
		switch {
		case c.dry, c.verb == "list":
			m.t.Errorf("%s: sent %q", g, call.Users)
		case c.verb == "remove" && (call.CommandType != 2 || !slices.Equal(call.Users, c.users)):
			m.t.Errorf("%s: a remove sent %+v", g, call)
		case c.verb == "add" && call.CommandType == 2 && !slices.Equal(call.Users, c.replace):
			m.t.Errorf("%s: sent to be cancelled: %q", g, call.Users)
		case c.verb == "add" && call.CommandType == 1 && !subset(call.Users, slices.Concat(c.users, c.replace)):
			m.t.Errorf("%s: sent to be set: %q", g, call.Users)
		}
		for _, u := range call.Users {
			if again := slices.Contains(before[g], u) && !m.touched[seat{g, u}]; again && read && call.CommandType == 1 && slices.Contains(c.users, u) {
				m.t.Errorf("%s: %s was sent, an administrator already", g, u)
			}
			touched = append(touched, u)
		}
	}
	for _, u := range touched {
		m.touched[seat{g, u}] = true
	}
}

// owes keeps the account of rights that must have an end on record, and of ends
// that must be gone.
func (m *model) owes(c typed, g string, status commands.Status, before, after map[string][]string, limits map[seat]bool) {
	certain := status == commands.Done || status == commands.Warned || status == commands.Nothing
	if c.dry || c.verb == "list" {
		return
	}
	for _, u := range c.users {
		s := seat{g, u}
		is, was := slices.Contains(after[g], u), slices.Contains(before[g], u)
		switch {
		case c.verb == "remove" && certain, c.verb == "add" && !c.limited && certain:
			delete(m.owed, s)
			if limits[s] {
				m.t.Errorf("%s: the limit of %s is still on record", g, u)
			}
		case c.verb == "add" && !c.limited && (status == commands.Unknown || status == commands.Partly):
			if !limits[s] {
				delete(m.owed, s) // it was asked for without an end
			}
		case c.verb == "add" && c.limited && is && !was:
			m.owed[s] = true
		}
	}
	for _, u := range c.replace {
		if certain && limits[seat{g, u}] && !slices.Contains(after[g], u) {
			m.t.Errorf("%s: %s was replaced, and the limit is still on record", g, u)
		}
	}
	for s := range m.owed {
		if !slices.Contains(after[s.group], s.user) && !limits[s] {
			delete(m.owed, s)
		}
	}
}

var nowLine = regexp.MustCompile(`Administrators now \((\d) of 5\): (.*)`)

// now compares the last line of an answer with the truth.
func (m *model) now(says string, truth []string) {
	found := nowLine.FindStringSubmatch(says)
	if found == nil {
		return
	}
	var users []string
	if found[2] != "none" {
		users = strings.Split(found[2], ", ")
	}
	slices.Sort(users)
	if !slices.Equal(users, truth) || found[1] != fmt.Sprint(len(truth)) {
		m.t.Errorf("it says %q, and true is %q", found[0], truth)
	}
}

// faulty returns the calls about a group that a fault met.
func (m *model) faulty(group, command string) []simulator.Call {
	return slices.DeleteFunc(m.stage.API.Calls(), func(c simulator.Call) bool {
		return c.Group != group || c.Fault == "" || command != "" && c.Command != command
	})
}

var modelNumber = regexp.MustCompile(`#(\d+)(?:   \[[^\]]+\])*\s*$`)

// outcomes reads from the audit trail how the entry of an answer ended.
func (m *model) outcomes(says string) map[string]commands.Status {
	var number int64
	found := modelNumber.FindStringSubmatch(says)
	if found == nil {
		m.t.Fatalf("no entry number in\n%s", says)
	}
	_, err := fmt.Sscan(found[1], &number)
	must(m.t, err)
	records, err := m.stage.Journal.Trail(m.t.Context(), bot.Filter{Number: number})
	must(m.t, err)
	all := make(map[string]commands.Status)
	for _, r := range records {
		if r.Event == bot.WasSettled {
			all[string(r.Group)] = r.Outcome
		}
	}
	return all
}

// truth is who is an administrator where, sorted.
func (m *model) truth() map[string][]string {
	all := make(map[string][]string)
	for _, g := range modelGroups["three"] {
		all[g] = m.stage.API.Admins(g)
		slices.Sort(all[g])
	}
	return all
}

// limits is who has a limit on record.
func (m *model) limits() map[seat]bool {
	grants, err := m.stage.Journal.Grants(m.t.Context(), "")
	must(m.t, err)
	all := make(map[seat]bool)
	for _, g := range grants {
		all[seat{string(g.Group), string(g.User)}] = true
	}
	return all
}

func in(limits map[seat]bool, group string) map[seat]bool {
	here := maps.Clone(limits)
	maps.DeleteFunc(here, func(s seat, _ bool) bool { return s.group != group })
	return here
}

func subset(some, all []string) bool {
	return !slices.ContainsFunc(some, func(s string) bool { return !slices.Contains(all, s) })
}
