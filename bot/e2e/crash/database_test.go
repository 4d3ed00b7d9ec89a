package crash

import (
	"context"
	"strings"
	"testing"
	"time"

	"liveadmin/bot/bottest/pace"
	"liveadmin/bot/journal/journaltest"
	"liveadmin/imapi/simulator"
)

// TestCrashDatabase takes the database away for a while, in the middle of a command:
// others are refused, and nothing is done that is not on record; help still answers.
// When it is back, everything goes on.
func TestCrashDatabase(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		quick bool
		open  func(t *testing.T) (url string, away, back outage)
	}{
		{"a full disk", true, func(t *testing.T) (string, outage, outage) {
			return "", func(i *instance, p *process) { i.disk(p, fillsDisk) }, func(i *instance, p *process) { i.disk(p, freesDisk) }
		}},
		{"a stopped server", false, func(t *testing.T) (string, outage, outage) {
			s := journaltest.NewServer(t)
			return s.Database(t), func(*instance, *process) { s.Stop(t) }, func(*instance, *process) { s.Start(t) }
		}},
		{"a server that crashed", false, func(t *testing.T) (string, outage, outage) {
			s := journaltest.NewServer(t)
			return s.Database(t), func(*instance, *process) { s.Kill(t) }, func(*instance, *process) { s.Start(t) }
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if !test.quick {
				pace.Long(t)
			}
			url, away, back := test.open(t)
			tw := newTown(t, url, 1)
			tw.populate()
			tw.withoutDatabase(away, back)
		})
	}
}

// outage takes the database away from a program, or gives it back.
type outage func(*instance, *process)

func (tw *town) withoutDatabase(away, back outage) {
	t := tw.t
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Second)
	defer cancel()
	i := tw.instances[0]
	p := tw.begin(i, "")
	i.awaitReady(p)
	begun, others := tw.places[0], tw.places[1:]
	tw.say(ctx, step{verb: "add", users: "user1", limit: "2h"}, others...)()
	if err := tw.api.Inject(simulator.Fault{Kind: simulator.Hang, Group: begun.group, Command: "modify_admin"}); err != nil {
		t.Fatal(err)
	}
	tw.say(ctx, step{verb: "add", users: "user1", limit: "2h"}, begun)()
	tw.waitFor(ctx, "one command is left in the middle", func(l *ledger) bool {
		return len(l.entries) == 1 && len(changing(tw.api, begun.group)) == 1
	})
	calls := len(tw.api.Calls())

	away(i, p)
	tw.say(ctx, step{verb: "add", users: "user2", alone: true}, others...)()
	for _, other := range others {
		other.hears(ctx, "record") // not, or nobody knows: a connection has just been lost
	}
	tw.say(ctx, step{verb: "help", alone: true}, others...)()
	tw.say(ctx, step{verb: "whoami", alone: true}, others...)()
	for _, other := range others {
		other.hears(ctx, "/liveadmin add")
		other.hears(ctx, "ALLOWLIST")
	}
	i.Until("not ready", func() bool { return !i.isReady() })
	for _, c := range tw.api.Calls()[calls:] {
		if c.Group != begun.group {
			t.Errorf("called without a record: %+v", c)
		}
	}

	back(i, p)
	i.Until("ready again", i.isReady)
	tw.say(ctx, step{verb: "add", users: "user3"}, others...)()
	tw.waitFor(ctx, "everything is done", (*ledger).settled)
	i.stop(p)
	tw.check(nil)
}

// hears waits until someone in a place gets a private answer.
func (p *place) hears(ctx context.Context, what string) {
	p.tw.t.Helper()
	err := p.chat.wait(ctx, func() bool { return strings.Contains(strings.Join(p.chat.whispered(p.channel), "\n"), what) })
	if err != nil {
		p.tw.t.Errorf("no one in %s gets %q: %v; but:\n%s", p.channel, what, err, strings.Join(p.chat.whispered(p.channel), "\n"))
	}
}
