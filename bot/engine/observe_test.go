package engine_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/bottest"
	"liveadmin/bot/engine"
	"liveadmin/commands"
	"liveadmin/commands/change"
	"liveadmin/imapi"
)

// observed is what a bot's observer got.
type observed struct {
	mu           sync.Mutex
	acknowledged int
	ended        []string // "add done, posted"
	gaveUp       int
}

func (o *observed) Acknowledged(string, time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.acknowledged++
}

func (o *observed) Decided(string, bot.Event, time.Duration) {}

func (o *observed) Ended(platform string, verb commands.Verb, outcome commands.Status, took time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	how := fmt.Sprintf("%s %s %s", platform, verb, outcome)
	if took > 0 {
		how += ", posted"
	}
	o.ended = append(o.ended, how)
}

func (o *observed) GaveUp(string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.gaveUp++
}

// all is everything so far.
func (o *observed) all() (acknowledged int, ended []string, gaveUp int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.acknowledged, slices.Clone(o.ended), o.gaveUp
}

// TestLogLine: however a command ends, the log has one line of it, always with the same
// keys, and the observer gets it once.
func TestLogLine(t *testing.T) {
	t.Parallel()
	press := func(action string, entry int64) func(*bottest.Chat, context.Context, string) error {
		return func(c *bottest.Chat, ctx context.Context, who string) error {
			return second(c.Press(ctx, who, action, entry))
		}
	}
	say := func(text string) func(*bottest.Chat, context.Context, string) error {
		return func(c *bottest.Chat, ctx context.Context, who string) error { return second(c.Say(ctx, who, text)) }
	}
	const a = " group=" + groupA + " "
	tests := []struct {
		name, who string
		do        func(*bottest.Chat, context.Context, string) error
		line      string // between the entry's number and the time that it took
		ended     string
	}{
		{"done", "alice", say("add " + groupA + " user1"), "alice verb=add" + a + "outcome=done code=0", "add done, posted"},
		{"failed with a code", "alice", say("list @TGS#aNOBODY"), "alice verb=list group=@TGS#aNOBODY outcome=failed code=10010", "list failed, posted"},
		{"an alias", "alice", say("add both user1"), "alice verb=add group=both outcome=done code=0", "add done, posted"},
		{"refused", "mallory", say("remove both user1"), "mallory verb=remove group=both outcome=refused code=0", "remove refused"},
		{"a mistake", "alice", say("add " + groupA), `alice verb=add group="" outcome=mistaken code=0`, "add mistaken"},
		{"no command", "alice", say("frobnicate"), `alice verb="" group="" outcome=mistaken code=0`, " mistaken"},
		{"a question", "alice", say("whoami"), `alice verb=whoami group="" outcome=answered code=0`, "whoami answered"},
		{"a button that does nothing", "alice", press(change.UndoAction, 99), `alice verb="" group="" outcome=mistaken code=0`, " mistaken"},
		{"a button that is refused", "mallory", press(change.UndoAction, 1), "mallory verb=remove" + a + "outcome=refused code=0", "remove refused"},
		{"not run", "alice", notRun, "alice verb=add" + a + "outcome=failed code=0", "add failed"},
	}
	stage, chat := open(t)
	rules := stage.Rules.Get()
	rules.Names = commands.NewNames(map[string][]imapi.GroupID{"both": {groupA, groupB}}, nil)
	stage.Rules.Set(rules)
	var log bottest.Log
	var seen observed
	run(t, stage, func(p *engine.Parts) {
		p.Log, p.Observer = slog.New(slog.NewTextHandler(&log, nil)), &seen
		p.Now = ticking(stage.Clock)
	}, chat)
	keys := regexp.MustCompile(`msg=(?:"command completed"|"command answered"|"command not run") (.*) took=\S+\n`)
	for n, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			check(t, test.do(chat, soon(t), test.who))
			until(t, "it is observed", func() bool {
				_, ended, _ := seen.all()
				return len(ended) > n && len(keys.FindAllString(log.String(), -1)) > n
			})
			lines := keys.FindAllStringSubmatch(log.String(), -1)
			want := fmt.Sprintf("entry=%d platform=chat caller=chat:user:%s", n+1, test.line)
			if got := lines[n][1]; got != want || len(lines) > n+1 {
				t.Errorf("logged %q\n  want %q\nin %s", got, want, log.String())
			}
			if _, ended, _ := seen.all(); ended[n] != "chat "+test.ended || len(ended) > n+1 {
				t.Errorf("observed %q, want %q", ended, test.ended)
			}
		})
	}
	if says := log.String(); strings.Count(says, "msg=\"remedy for a failure\"") != 1 || !strings.Contains(says, "entry=2 code=10010 remedy=\"Check the group ID in the console.") {
		t.Errorf("the remedies in %s", says)
	}
	if acknowledged, _, gaveUp := seen.all(); acknowledged != len(tests) || gaveUp != 0 {
		t.Errorf("%d acknowledged, %d given up", acknowledged, gaveUp)
	}
}

// ticking is a clock that moves with each look.
func ticking(c *bottest.Clock) func() time.Time {
	return func() time.Time {
		c.Advance(time.Millisecond)
		return c.Now()
	}
}

// notRun brings a command whose acknowledgement the platform does not take.
func notRun(c *bottest.Chat, ctx context.Context, who string) error {
	door, err := c.Door(ctx)
	if err != nil {
		return err
	}
	err = door.Receive(ctx, bot.Delivery{
		Key: "chat:not run", Text: "add " + groupA + " user1",
		Caller: commands.Caller{Ref: bottest.Ref(who)}, Place: commands.Place{Platform: bottest.Platform},
	}, func(context.Context, bot.Answer) (bot.Post, error) { return "", bot.ErrNotRun })
	if !errors.Is(err, bot.ErrNotRun) {
		return fmt.Errorf("it was run, or failed: %v", err)
	}
	return nil
}
