package crash

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"liveadmin/bot/bottest/fakediscord"
	"liveadmin/bot/bottest/fakeslack"
	"liveadmin/bot/bottest/pace"
	"liveadmin/bot/e2e/harness"
	"liveadmin/bot/journal/journaltest"
	"liveadmin/imapi/simulator"
)

var crashSeed = flag.Uint64("crash.seed", 0, "what TestCrash and TestHistory draw their lots with; 0: another each time")

// rounds returns how often a program is killed: some times in the quick suite, and so often
// in each minute of the long one.
func rounds(quick, minute int) int {
	if length := pace.Length(); length > 0 {
		return max(quick, int(length.Minutes()*float64(minute)))
	}
	return quick
}

// stepsARound is how much more is allowed to be done, in each place, with every kill.
const stepsARound = 2

// populate opens the places in which people talk.
func (tw *town) populate() {
	tw.places = []*place{
		tw.inSlack("C0SLASH", "@TGS#aSLASH", false),
		tw.inSlack("C0MENTION", "@TGS#aMENTION", true),
		tw.inSlack("C0MANY", "many", false, "@TGS#aMANY1", "@TGS#aMANY2"),
		tw.inDiscord("201", "@TGS#aDISCORD"),
		tw.inDiscord("202", "several", "@TGS#aSEVERAL1", "@TGS#aSEVERAL2"),
	}
	tw.places[1].refuses, tw.places[3].refuses = true, true
	tw.wild = []*place{
		tw.inSlack("C0WILD", "wild", false, "@TGS#aWILD1", "@TGS#aWILD2"),
		tw.inDiscord("203", "@TGS#aWOODS"),
		tw.inSlack("C0STUBBORN", "@TGS#aSTUBBORN", false),
	}
	tw.wild[2].life = tw.wild[2].resist
	tw.name(time.Hour)
}

// rulesOfTown lets somebody ask for administrators, on each platform.
const rulesOfTown = `people:
  own: {id: ` + ownUser + `, slack: U0ALICE, discord: "501"}
rules:
  - allow: ["slack:user:U0BOB", "discord:user:502"]
    commands: [add]
    approval: ["slack:user:U0ALICE", "discord:user:501"]
`

// name names the groups of places that have several, and says how long a request waits.
func (tw *town) name(waits time.Duration) {
	tw.t.Helper()
	var config strings.Builder
	fmt.Fprintf(&config, "requests_expire: %s\n%sgroups:\n", waits, rulesOfTown)
	for _, p := range slices.Concat(tw.places, tw.wild) {
		if len(p.groups) > 1 {
			fmt.Fprintf(&config, "  %s: [%q, %q]\n", p.group, p.groups[0], p.groups[1])
		}
	}
	for _, i := range tw.instances {
		if err := os.WriteFile(filepath.Join(i.Dir, "liveadmin.yaml"), []byte(config.String()), 0o600); err != nil {
			tw.t.Fatal(err)
		}
	}
}

func (tw *town) inSlack(channel, group string, mentions bool, groups ...string) *place {
	tw.slack.AddChannel(fakeslack.Channel{ID: channel, Members: []string{"U0ALICE", "U0" + asker, "U0" + channel, tw.slack.Config().BotUser}})
	return tw.place(slackTalk{tw.slack, mentions}, channel, group, groups)
}

func (tw *town) inDiscord(channel, group string, groups ...string) *place {
	tw.discord.AddChannel(fakediscord.Channel{ID: channel, Guild: townGuild})
	return tw.place(discordTalk{tw.discord}, channel, group, groups)
}

func (tw *town) place(chat chatter, channel, group string, groups []string) *place {
	if len(groups) == 0 {
		groups = []string{group}
	}
	for _, g := range groups {
		tw.api.AddGroup(g, simulator.Group{Admins: []string{"host"}})
	}
	p := &place{tw: tw, chat: chat, channel: channel, group: group, groups: groups}
	p.life = p.roam
	return p
}

// people are those who live in a town for a while.
type people struct {
	allowed allowance
	gone    sync.WaitGroup
	mu      sync.Mutex
	errs    error
}

// settle lets people live in a town.
func (tw *town) settle(ctx context.Context, random *rand.Rand) *people {
	all := &people{}
	live := func(how func() error) {
		all.gone.Go(func() {
			err := how()
			all.mu.Lock()
			defer all.mu.Unlock()
			all.errs = errors.Join(all.errs, err)
		})
	}
	for _, p := range tw.places {
		live(func() error { return p.live(ctx, &all.allowed) })
	}
	if random == nil {
		return all
	}
	for _, p := range tw.wild {
		own := rand.New(rand.NewPCG(random.Uint64(), 0))
		live(func() error { return p.life(ctx, own, &all.allowed) })
	}
	return all
}

// leave lets people do what they are still allowed to, and go.
func (p *people) leave() error {
	p.allowed.last.Store(true)
	p.gone.Wait()
	return p.errs
}

// TestCrash kills the program again and again, at random moments and at each point of
// its flow, while people talk to it on both platforms, and compares what they were
// promised with what is on record, what Tencent Chat holds, and what is posted in the
// threads.
func TestCrash(t *testing.T) {
	t.Parallel()
	seed := *crashSeed
	if seed == 0 {
		seed = rand.Uint64()
	}
	t.Logf("to draw the same lots: -crash.seed %d", seed)
	rounds := rounds(2, 7)
	steps := int64(stepsARound * rounds)
	want := quietly(t, steps)
	for n, test := range []struct {
		name      string
		quick     bool
		postgres  bool
		instances int
	}{
		{"a file", true, false, 1},
		{"PostgreSQL", false, true, 1},
		{"PostgreSQL, two instances", true, true, 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if !test.quick {
				pace.Long(t)
			}
			database := ""
			if test.postgres {
				database = journaltest.Postgres(t)
			}
			tw := newTown(t, database, test.instances)
			tw.populate()
			tw.slow()
			tw.survive(rand.New(rand.NewPCG(seed, uint64(n))), rounds, steps)
			tw.check(want)
			tw.checkHistory()
		})
	}
}

// quietly is what is answered by a program that nobody kills.
func quietly(t *testing.T, steps int64) map[string][]string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second+time.Duration(steps)*time.Second)
	defer cancel()
	tw := newTown(t, "", 1)
	tw.populate()
	all := tw.settle(ctx, nil)
	all.allowed.steps.Store(steps)
	p := tw.begin(tw.instances[0], "")
	tw.finish(ctx, all, p)
	answers := make(map[string][]string)
	for _, p := range tw.places {
		answers[p.channel] = p.story()
	}
	return answers
}

// survive kills one instance after the other, and lets them finish in the end.
func (tw *town) survive(random *rand.Rand, rounds int, steps int64) {
	tw.t.Helper()
	ctx, cancel := context.WithTimeout(tw.t.Context(), 60*time.Second+time.Duration(steps)*4*time.Second)
	defer cancel()
	all := tw.settle(ctx, random)
	lots := points()
	random.Shuffle(len(lots), func(i, j int) { lots[i], lots[j] = lots[j], lots[i] })
	running := make([]*process, len(tw.instances))
	for i := 1; i < len(running); i++ {
		running[i] = tw.begin(tw.instances[i], "")
	}
	var met []string
	for round := range rounds {
		i, point, most := round%len(running), "", time.Duration(random.IntN(2000))*time.Millisecond
		if running[i] != nil {
			running[i].kill()
			<-running[i].buried
		}
		if round%4 > 0 { // else at a random moment
			point, most = fmt.Sprintf("%s %d", lots[round%len(lots)], 1+random.IntN(2)), 3*time.Second
		}
		running[i] = tw.begin(tw.instances[i], point)
		all.allowed.steps.Add(steps / int64(rounds))
		select {
		case <-running[i].buried:
			met = append(met, point)
		case <-time.After(most):
		}
	}
	tw.t.Logf("killed %d times, at these points: %q", rounds, met)
	for i, p := range running {
		if p != nil {
			p.kill()
			<-p.buried
		}
		running[i] = tw.begin(tw.instances[i], "")
	}
	tw.finish(ctx, all, running...)
}

// finish lets people do what they are still allowed to, waits until everything is
// done, and stops the program as an operator does.
func (tw *town) finish(ctx context.Context, all *people, running ...*process) {
	tw.t.Helper()
	if err := all.leave(); err != nil {
		tw.t.Fatalf("%v; log:\n%s", err, tw.logged())
	}
	if err := tw.until(ctx, "everything is done", (*ledger).settled); err != nil {
		tw.t.Fatalf("%v; log:\n%s", err, tw.logged())
	}
	for i, p := range running {
		tw.instances[i].stop(p)
	}
}

func (tw *town) logged() string {
	var all []string
	for _, i := range tw.instances {
		all = append(all, i.Logged())
	}
	return strings.Join(all, "\n")
}

// check compares the ledgers.
func (tw *town) check(want map[string][]string) {
	t := tw.t
	t.Helper()
	l := tw.read(context.WithoutCancel(t.Context()), t)
	l.checkTrail(t)
	secrets := append(tw.instances[0].Secrets, tw.sigs...)
	for _, p := range slices.Concat(tw.places, tw.wild) {
		p.checkPosts(t, l)
		for _, g := range p.groups {
			tw.checkGroup(t, l, g)
		}
		if answers, compared := want[p.channel]; compared {
			p.checkStory(t, answers)
		}
		secrets = append(secrets, p.handles...)
	}
	log := tw.logged()
	harness.CheckSecrets(t, "the log", log, append(secrets, journaltest.Password))
	dump := tw.dump()
	harness.CheckSecrets(t, "the database", dump, secrets)
	for _, bad := range []string{"DATA RACE", "panic"} {
		if strings.Contains(log, bad) {
			t.Errorf("%s in the log", bad)
		}
	}
	if t.Failed() {
		dir := t.ArtifactDir()
		t.Logf("with -artifacts, the log and the database are kept in %s", dir)
		_ = os.WriteFile(filepath.Join(dir, "log"), []byte(log), 0o600)
		_ = os.WriteFile(filepath.Join(dir, "database"), []byte(dump), 0o600)
	}
}
