package crash

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"

	"liveadmin/bot"
	"liveadmin/imapi/simulator"
)

// roam does steps at random, as many as are allowed, and waits for nothing but
// acknowledgements: ends fall due in between, clicks meet what has changed since.
func (p *place) roam(ctx context.Context, random *rand.Rand, allowed *allowance) error {
	for n := 0; ; n++ {
		if more, err := allowed.wait(ctx, n); err != nil || !more {
			return err
		}
		s := anyStep(random)
		if s.verb == "" && undoable(p.chat.posted(p.channel)).text == "" {
			continue // there is nothing to click on
		}
		if err := p.say(ctx, s); err != nil {
			return err
		}
	}
}

func anyStep(random *rand.Rand) step {
	anybody := func() string {
		users := []string{fmt.Sprint("user", 1+random.IntN(5))}
		if random.IntN(3) == 0 {
			users = append(users, fmt.Sprint("user", 6+random.IntN(3)))
		}
		return strings.Join(users, " ")
	}
	switch random.IntN(10) {
	case 0, 1:
		return step{}
	case 2, 3:
		return step{verb: "remove", users: anybody()}
	case 4:
		return step{verb: "list"}
	case 5:
		return step{verb: "add", users: "user9", replace: anybody()}
	}
	limits := []string{"", "1s", "2s", "3s", "2h"}
	return step{verb: "add", users: anybody(), limit: limits[random.IntN(len(limits))]}
}

// resist gives somebody a right that ends, and lets the ending fail until it rests
// between two tries. That takes as long as several steps.
func (p *place) resist(ctx context.Context, _ *rand.Rand, allowed *allowance) error {
	for n := 0; ; n += 14 {
		if more, err := allowed.wait(ctx, n); err != nil || !more {
			return err
		}
		if err := p.say(ctx, step{verb: "add", users: "user1", limit: "2s"}); err != nil {
			return err
		}
		if err := p.answered(ctx); err != nil {
			return err
		}
		const noPermission = 10007
		err := p.tw.api.Inject(simulator.Fault{Command: "modify_admin", Group: p.group, Code: noPermission, Times: -1})
		if err != nil {
			return err
		}
		err = p.tw.until(ctx, "an end rests, or is over", func(r *ledger) bool {
			return r.resting(p.group) || len(r.grantsOf(p.group)) == 0
		})
		p.tw.api.ClearFaults()
		if err != nil {
			return err
		}
		err = p.tw.until(ctx, "the end is over", func(r *ledger) bool {
			return len(r.grantsOf(p.group)) == 0 && len(r.openIn(p.group)) == 0
		})
		if err != nil {
			return err
		}
		p.answers = len(results(p.chat.posted(p.channel)))
	}
}

// resting reports whether a change of a group rests.
func (l *ledger) resting(group string) bool {
	for _, e := range l.openIn(group) {
		for _, c := range e.Changes {
			if string(c.Group) == group && c.State == bot.Resting {
				return true
			}
		}
	}
	return false
}
