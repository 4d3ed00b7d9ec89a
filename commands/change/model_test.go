package change_test

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/bottest"
	"liveadmin/commands"
	"liveadmin/commands/policy"
	"liveadmin/imapi"
	"liveadmin/imapi/simulator"
)

var modelSeed = flag.Uint64("model.seed", 0, "the seed of TestModel's first walk; 0: another one each time")

const (
	modelWalks = 8
	modelSteps = 45
)

// TestModel walks at random: people type, the console interferes, calls fail,
// readings lag. After each step what is at Tencent, on record and in the
// answer is compared with what was asked.
func TestModel(t *testing.T) {
	t.Parallel()
	seed := *modelSeed
	if seed == 0 {
		seed = rand.Uint64()
	}
	for n := range uint64(modelWalks) {
		t.Run(fmt.Sprintf("seed %d", seed+n), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { newModel(t, seed+n).walk() })
		})
	}
}

// seat is one user's place in a group.
type seat struct {
	group, user string
}

// model is what is known to be true, beside the bot.
type model struct {
	t       *testing.T
	rand    *rand.Rand
	stage   *bottest.Stage
	chat    *bottest.Chat
	lagging bool
	moved   map[string]bool // groups that the console changed less than a minute after the bot
	touched map[seat]bool   // whom the bot sent in the last minute
	owed    map[seat]bool   // given by a --for, and not made permanent since: must have a grant
	log     []string
}

var (
	modelGroups = map[string][]string{
		"@TGS#aMODEL000": {"@TGS#aMODEL000"}, "@TGS#aMODEL001": {"@TGS#aMODEL001"},
		"both": {"@TGS#aMODEL000", "@TGS#aMODEL001"}, "three": {"@TGS#aMODEL001", "@TGS#aMODEL002", "@TGS#aMODEL000"},
	}
	modelUsers = []string{"u1", "u2", "u3", "u4", "u5", "u6", "ghost"}
)

func newModel(t *testing.T, seed uint64) *model {
	m := &model{
		t: t, rand: rand.New(rand.NewPCG(seed, 0)), stage: bottest.NewStage(t, nil), chat: bottest.NewChat(),
		moved: make(map[string]bool), owed: make(map[seat]bool), touched: make(map[seat]bool),
	}
	aliases := make(map[string][]imapi.GroupID)
	for name, groups := range modelGroups {
		for _, g := range groups {
			m.stage.API.AddGroup(g, simulator.Group{})
			if name != g {
				aliases[name] = append(aliases[name], imapi.GroupID(g))
			}
		}
	}
	for _, user := range modelUsers[:6] {
		m.stage.API.AddAccount(user, "")
	}
	m.stage.Rules.Set(bot.Rules{
		Policy: policy.Policy{Rules: []policy.Rule{{Name: "ALLOWLIST", Allow: []string{bottest.Ref("alice")}}}},
		Names:  commands.NewNames(aliases, nil),
	})
	m.stage.Run(t, m.chat)
	return m
}

func (m *model) walk() {
	defer func() {
		if m.t.Failed() {
			m.t.Logf("the walk:\n%s", strings.Join(m.log, "\n"))
		}
	}()
	for range modelSteps {
		switch n := m.rand.IntN(20); {
		case n < 2:
			m.console()
		case n < 3:
			m.lag()
		case n < 5:
			m.minutes(1 + m.rand.IntN(30))
		default:
			m.say()
		}
		if m.t.Failed() {
			return
		}
	}
}

func (m *model) note(format string, args ...any) { m.log = append(m.log, fmt.Sprintf(format, args...)) }

// minutes lets time pass. What a reading could not show is shown by then.
func (m *model) minutes(n int) {
	m.note("%d minutes pass", n)
	m.stage.Clock.Advance(time.Duration(n)*time.Minute + time.Second)
	m.lagging = false
	m.stage.API.SetLag(0)
	clear(m.moved)
	clear(m.touched)
}

// lag makes readings show what was before everything that the bot does from now.
func (m *model) lag() {
	if m.lagging = !m.lagging; !m.lagging {
		m.note("readings catch up")
		m.stage.API.SetLag(0)
		return
	}
	m.minutes(1) // what the bot does within the lag is less than a minute old
	m.note("readings lag")
	m.lagging = true
	for _, g := range modelGroups["three"] {
		must(m.t, m.stage.API.SetAdmins(g, m.stage.API.Admins(g))) // shown as it is
	}
	m.stage.API.SetLag(time.Hour)
}

// console changes a group behind the bot's back.
func (m *model) console() {
	g := pick(m.rand, modelGroups["three"])
	users := m.some(modelUsers[:6], 0, 5)
	m.note("console: %s has %q", g, users)
	must(m.t, m.stage.API.SetAdmins(g, users))
	m.moved[g] = true
	for s := range m.owed {
		if s.group == g && !slices.Contains(users, s.user) {
			delete(m.owed, s)
		}
	}
}

// typed is a command as the model means it.
type typed struct {
	verb, target   string
	users, replace []string
	limited, dry   bool
	text           string
}

func (m *model) typed() typed {
	c := typed{
		verb: pick(m.rand, []string{"add", "add", "add", "add", "remove", "remove", "list"}), target: pick(m.rand, slices.Sorted(maps.Keys(modelGroups))),
	}
	c.text = c.verb + " " + c.target
	if c.verb == "list" {
		return c
	}
	shuffled := m.some(modelUsers, 2, 7)
	cut := 1 + m.rand.IntN(min(3, len(shuffled)-1))
	c.users = shuffled[:cut]
	c.text += " " + strings.Join(c.users, " ")
	if c.verb == "add" {
		if m.rand.IntN(3) == 0 {
			c.replace = shuffled[cut:min(len(shuffled), cut+2)]
			c.text += " --replace " + strings.Join(c.replace, " ")
		}
		if c.limited = m.rand.IntN(2) == 0; c.limited {
			c.text += " --for 20h"
		}
		if m.rand.IntN(4) == 0 {
			c.text += " --new"
		}
	}
	if c.dry = m.rand.IntN(8) == 0; c.dry {
		c.text += " --dry-run"
	}
	return c
}

// fault makes something of the next command go wrong.
func (m *model) fault() {
	if m.rand.IntN(4) > 0 {
		return
	}
	f := pick(m.rand, []simulator.Fault{
		{Command: "modify_admin", Kind: simulator.Reset, Times: 1},
		{Command: "modify_admin", Kind: simulator.Reset, Times: 1, Applied: true},
		{Command: "modify_admin", Kind: simulator.HTML, Times: 3},
		{Command: "modify_admin", Kind: simulator.HTML, Times: 3, Applied: true},
		{Command: "modify_admin", Code: 10056, Times: 3},
		{Command: "modify_admin", Code: 10016},
		{Command: "get_admin_list", Code: 10056, Times: 3},
		{Command: "get_admin_list", Code: 10016},
		{Command: "get_admin_list", Kind: simulator.Reset, Times: 3},
		{Command: "account_check", Code: 70500, Times: 3},
	})
	if m.lagging && f.Command == "modify_admin" && f.Code == 0 {
		return // a lost answer is settled by reading, and no reading shows it then
	}
	m.note("fault: %+v", f)
	must(m.t, m.stage.API.Inject(f))
}

func (m *model) say() {
	c := m.typed()
	m.fault()
	m.stage.API.ResetRecords()
	before, limitsBefore := m.truth(), m.limits()
	m.note("> %s", c.text)
	ctx, cancel := context.WithTimeout(m.t.Context(), 60*time.Second)
	defer cancel()
	says, err := m.chat.Say(ctx, "alice", c.text)
	must(m.t, err)
	m.stage.API.ClearFaults()
	m.note("%s", says)
	outcomes := m.outcomes(says)
	after, limits := m.truth(), m.limits()
	for _, g := range modelGroups[c.target] {
		m.honest(c, g, outcomes[g], before, after, limitsBefore, limits)
		m.sent(c, g, before)
		m.owes(c, g, outcomes[g], before, after, limits)
	}
	if len(modelGroups[c.target]) == 1 && len(m.faulty(c.target, "")) == 0 && !m.lagging && !m.moved[c.target] {
		m.now(says, after[c.target])
	}
	for s := range m.owed {
		if _, ok := limits[s]; !ok && slices.Contains(after[s.group], s.user) {
			m.t.Errorf("%s has a right from a --for in %s, and no end on record", s.user, s.group)
		}
	}
}

func pick[T any](r *rand.Rand, all []T) T { return all[r.IntN(len(all))] }

// some picks from least to most of them, in any order.
func (m *model) some(all []string, least, most int) []string {
	shuffled := slices.Clone(all)
	m.rand.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	return shuffled[:least+m.rand.IntN(most-least+1)]
}
