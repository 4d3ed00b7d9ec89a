package engine_test

import (
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
	"liveadmin/commands/change"
	"liveadmin/commands/policy"
	"liveadmin/imapi"
	"liveadmin/imapi/simulator"
)

var undoSeed = flag.Uint64("undo.seed", 0, "the seed of TestUndoModel's first walk; 0: another one each time")

// TestUndoModel walks at random: people add and remove, limits end, clocks go forward and
// back, the record is purged, and undos are pressed, tried again, or run after any delay.
// An undo changes somebody only if nothing has changed them since what it undoes, and
// then it does.
func TestUndoModel(t *testing.T) {
	t.Parallel()
	seed := *undoSeed
	if seed == 0 {
		seed = rand.Uint64()
	}
	for n := range uint64(8) {
		t.Run(fmt.Sprintf("seed %d", seed+n), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				newUndoModel(t, seed+n).walk(40)
			})
		})
	}
}

// condition is what somebody is in the group.
type condition struct {
	admin bool
	until int64 // the end of their limit on record; 0: none
}

// deed is what a command changed.
type deed struct {
	entry  int64
	before map[string]condition // of those whom it changed
	purges int                  // before it
}

type undoModel struct {
	t     *testing.T
	rand  *rand.Rand
	stage *bottest.Stage
	chat  *bottest.Chat
	stop  func()
	state map[string]condition
	last  map[string]int64   // the command that changed somebody last; -1: an undo or the clock
	named map[string][]int64 // the commands that named somebody
	deeds []deed
	tries map[int64]deed // undos that can be tried again
	purge int
	log   []string
}

var undoUsers = []string{"user1", "user2", "user3"}

func newUndoModel(t *testing.T, seed uint64) *undoModel {
	stage, chat := open(t)
	stage.Rules.Set(bot.Rules{Policy: policy.Policy{Rules: []policy.Rule{
		{Name: "ALLOWLIST", Allow: []string{bottest.Ref("alice")}},
		{Name: "rule 1", Allow: []string{bottest.Ref("bob")}, For: time.Hour},
	}}})
	m := &undoModel{
		t: t, rand: rand.New(rand.NewPCG(seed, 1)), stage: stage, chat: chat,
		last: make(map[string]int64), named: make(map[string][]int64), tries: make(map[int64]deed),
	}
	m.state = m.look()
	m.stop = stage.Run(t, chat)
	return m
}

func (m *undoModel) walk(steps int) {
	defer func() {
		if m.t.Failed() {
			m.t.Logf("the walk:\n%s", strings.Join(m.log, "\n"))
		}
	}()
	for range steps {
		switch n := m.rand.IntN(20); {
		case n < 9:
			m.say()
		case n < 13:
			m.wait()
		case n < 17:
			m.press()
		case n < 18:
			m.tryAgain()
		default:
			m.late()
		}
		if m.t.Failed() {
			return
		}
	}
}

func (m *undoModel) note(format string, args ...any) {
	m.log = append(m.log, fmt.Sprintf(format, args...))
}

// look reads what everybody is.
func (m *undoModel) look() map[string]condition {
	m.t.Helper()
	grants, err := m.stage.Journal.Grants(m.t.Context(), imapi.GroupID(groupA))
	check(m.t, err)
	admins := m.stage.API.Admins(groupA)
	all := make(map[string]condition)
	for _, u := range undoUsers {
		s := condition{admin: slices.Contains(admins, u)}
		for _, g := range grants {
			if string(g.User) == u {
				s.until = g.Until.UnixMicro()
			}
		}
		all[u] = s
	}
	return all
}

// changed takes over what everybody is now, and returns what those were whom by changed.
func (m *undoModel) changed(by int64) map[string]condition {
	now, before := m.look(), make(map[string]condition)
	for _, u := range undoUsers {
		if now[u] != m.state[u] {
			before[u] = m.state[u]
			m.last[u] = by
		}
	}
	m.state = now
	return before
}

func (m *undoModel) say() {
	who, users := pick(m.rand, "alice", "bob"), slices.Clone(undoUsers)
	m.rand.Shuffle(len(users), func(i, j int) { users[i], users[j] = users[j], users[i] })
	users = users[:1+m.rand.IntN(2)]
	text := "add " + groupA + " " + strings.Join(users, " ")
	switch m.rand.IntN(6) {
	case 0, 1:
		text = strings.Replace(text, "add", "remove", 1)
	case 2, 3:
		text += " --for " + pick(m.rand, "20m", "1h")
	case 4:
		text = "add " + groupA + " " + strings.Join(users, " --replace ")
	}
	m.note("%s > %s", who, text)
	answer, err := m.chat.Deliver(soon(m.t), fmt.Sprint("said", len(m.log)), who, text)
	check(m.t, err)
	check(m.t, second(m.chat.Result(soon(m.t), answer.Entry)))
	for _, u := range users {
		m.named[u] = append(m.named[u], answer.Entry)
	}
	d := deed{answer.Entry, m.changed(answer.Entry), m.purge}
	m.note("#%d changed %v", d.entry, d.before)
	if len(d.before) > 0 {
		m.deeds = append(m.deeds, d)
	}
}

func (m *undoModel) wait() {
	by := pick(m.rand, 30*time.Second, 2*time.Minute, 20*time.Minute, 3*time.Hour, 26*time.Hour, -20*time.Minute)
	m.note("the clock moves by %v", by)
	m.stage.Clock.Advance(by)
	m.quiet()
	m.changed(-1)
}

// quiet waits until nothing is due or open. What is due is read first: it is open
// from the moment when it no longer counts as due.
func (m *undoModel) quiet() {
	until(m.t, "nothing is due or open", func() bool {
		due, err := m.stage.Journal.Due(m.t.Context(), m.stage.Clock.Now())
		check(m.t, err)
		open, err := m.stage.Journal.Unclosed(m.t.Context())
		check(m.t, err)
		return len(open)+len(due.Over)+len(due.Near) == 0
	})
}

// press presses the undo of some command; the API may fail then.
func (m *undoModel) press() {
	if len(m.deeds) == 0 {
		return
	}
	d := pick(m.rand, m.deeds...)
	failing := m.rand.IntN(4) == 0
	if failing {
		check(m.t, m.stage.API.Inject(simulator.Fault{Command: "get_admin_list", Kind: simulator.Reset, Times: -1}))
	}
	undo := m.click(d, change.UndoAction, d.entry)
	m.stage.API.ClearFaults()
	if failing && undo != 0 {
		m.tries[undo] = d
	}
}

func (m *undoModel) tryAgain() {
	for undo, d := range m.tries {
		m.click(d, change.RetryAction, undo)
		return
	}
}

// click presses a button of an undo of a command, and returns the undo's number.
func (m *undoModel) click(d deed, action string, under int64) int64 {
	who := pick(m.rand, "alice", "bob")
	answer, err := m.chat.Press(soon(m.t), who, action, under)
	check(m.t, err)
	e, _, err := m.stage.Journal.Entry(m.t.Context(), d.entry)
	check(m.t, err)
	inTime := m.stage.Clock.Now().Sub(e.Accepted) <= change.UndoFor
	m.note("%s presses %s of #%d, which undoes #%d: #%d", who, action, under, d.entry, answer.Entry)
	if runs := answer.Private == nil; runs != inTime {
		m.t.Errorf("the undo of #%d runs: %v, within its day: %v", d.entry, runs, inTime)
	}
	if answer.Private != nil {
		return 0
	}
	check(m.t, second(m.chat.Result(soon(m.t), answer.Entry)))
	m.judge(d, answer.Entry, who, 0)
	return answer.Entry
}

// late accepts an undo when the process ends, which starts again after any delay.
func (m *undoModel) late() {
	if len(m.deeds) == 0 {
		return
	}
	d := pick(m.rand, m.deeds...)
	e, found, err := m.stage.Journal.Entry(m.t.Context(), d.entry)
	check(m.t, err)
	if !found || e.Command.Verb == "" {
		return // forgotten
	}
	m.quiet()
	m.stop()
	delay := pick(m.rand, time.Second, 5*time.Minute, 14*time.Minute, 15*time.Minute, 5*time.Hour, 26*time.Hour, 72*time.Hour, 40*24*time.Hour)
	m.note("stopped with an undo of #%d, for %v", d.entry, delay)
	undo := acceptUndo(m.t, m.stage, d.entry)
	m.stage.Clock.Advance(delay)
	m.stage.Restart(m.t)
	if m.rand.IntN(2) == 0 && delay > 30*24*time.Hour {
		n, err := m.stage.Journal.Purge(m.t.Context(), m.stage.Clock.Now().Add(-30*24*time.Hour))
		check(m.t, err)
		m.note("%d purged", n)
	}
	if delay > 30*24*time.Hour {
		m.purge++ // at the start, too
	}
	m.stop = m.stage.Run(m.t, m.chat)
	check(m.t, second(m.chat.Result(soon(m.t), undo)))
	m.judge(d, undo, "alice", delay)
	m.quiet()
	m.changed(-1)
}

// judge compares what an undo did with what was decided since the command that it undoes.
func (m *undoModel) judge(d deed, undo int64, who string, late time.Duration) {
	e, _, err := m.stage.Journal.Entry(m.t.Context(), undo)
	check(m.t, err)
	plan := e.Changes[0].Plan
	m.note("#%d: %q, sends %v and %v, limits %v", undo, plan.Refusal, commands.UsersToSend(plan.Users), commands.UsersToSend(plan.Old), plan.Grants)
	sets := len(e.Command.Reversals[0].Set) > 0
	if tooLate := sets && late >= 15*time.Minute; tooLate != (plan.Refusal == commands.TooLate) {
		m.t.Errorf("#%d waited %v and sets somebody: %v; refused: %q", undo, late, sets, plan.Refusal)
	}
	touched := append(commands.UsersToSend(plan.Users), commands.UsersToSend(plan.Old)...)
	for _, g := range plan.Grants {
		if m.state[string(g.User)].until != g.Until.UnixMicro() {
			touched = append(touched, g.User)
		}
	}
	for _, u := range touched {
		if last := m.last[string(u)]; plan.Refusal == "" && last != d.entry {
			m.t.Errorf("#%d, the undo of #%d, changes %s, whom #%d changed since", undo, d.entry, u, last)
		}
	}
	for _, s := range plan.Users {
		if most := plan.At.Add(time.Hour); who == "bob" && s.Send && (s.Until.IsZero() || s.Until.After(most)) {
			m.t.Errorf("#%d: bob gives %s the right until %v, and may until %v", undo, s.ID, s.Until, most)
		}
	}
	last := maps.Clone(m.last)
	m.changed(-1)
	if late > 0 || d.purges != m.purge || plan.Refusal != "" && plan.Refusal != commands.NothingToDo {
		return
	}
	for u, was := range d.before {
		named := m.named[u]
		if last[u] != d.entry || named[len(named)-1] != d.entry {
			continue
		}
		over := was.until != 0 && was.until <= plan.At.UnixMicro()
		if is := m.state[u]; !over && is.admin != was.admin {
			m.t.Errorf("#%d, the undo of #%d, leaves %s as %+v, who was %+v", undo, d.entry, u, is, was)
		}
	}
}

func pick[T any](r *rand.Rand, all ...T) T { return all[r.IntN(len(all))] }
