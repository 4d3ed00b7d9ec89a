package crash

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"liveadmin/bot/bottest/fakediscord"
)

// step is one thing that somebody does.
type step struct {
	who     string // "": somebody who may do everything
	verb    string // "": a click on Undo under the newest answer
	users   string
	replace string
	limit   string
	press   string   // a click on this button
	on      *message // of this request, as the person sees it
	alone   bool     // the answer is for the caller alone
	ends    bool     // the limit is over, and that is said, before anything else is done
}

// Others who do something.
const (
	stranger = "STRANGER" // who is on no allowlist
	asker    = "BOB"      // who may add administrators if somebody approves
)

// asks reports whether a step makes a request.
func (s step) asks() bool { return s.who == asker && s.verb != "" }

// The config file gives this person, who is allowed everything, a UserID.
const ownUser = "user0"

// routine is what is done in a place, over and over. Whatever happens to the bot, the
// answers are the same: who depends on the clock waits for it. Where there are several
// groups, it depends on the clock whether they end together, so that nothing ends.
func (p *place) routine() []step {
	all := []step{
		{who: asker, verb: "add", users: "user8", limit: "2h"},
		{press: "approve"},
		{verb: "add", users: "user1 user2"},
		{verb: "add", users: "user2 user3", limit: "2h"},
		{who: stranger, verb: "add", users: "user9", alone: true},
		{verb: "add", users: "user4", replace: "host"},
		{},
		{verb: "remove", users: "user1 user9"},
		{verb: "list"},
		{verb: "add", users: "user5", limit: "2s", ends: true},
		{verb: "add", users: "user5", limit: "soon", alone: true},
		{verb: "add", users: "user6 user7 user8 user9"},
		{verb: "add", users: "user3"},
		{},
		{verb: "help", alone: true},
		{verb: "remove", users: "user2 user3 user4 user8"},
		{verb: "add", users: ownUser},
		{verb: "done"},
	}
	if p.refuses {
		all = slices.Concat([]step{
			{who: asker, verb: "add", users: "user7"}, {press: "deny"}, {who: asker, verb: "add", users: "user7"}, {who: asker, press: "withdraw"},
		}, all)
	}
	if len(p.groups) > 1 {
		all = slices.DeleteFunc(all, func(s step) bool { return s.ends })
	}
	return all
}

// place is a channel in which people talk about one group, or about several by one name.
type place struct {
	tw      *town
	chat    chatter
	channel string
	group   string // as it is typed
	groups  []string
	answers int                                                 // that are in it when everything that was said is answered
	heard   int                                                 // commands, not clicks, that were acknowledged
	steps   []step                                              // in place of the routine
	refuses bool                                                // requests are denied and withdrawn there, too
	handles []string                                            // that came with what was said
	asked   []asked                                             // what was acknowledged
	life    func(context.Context, *rand.Rand, *allowance) error // in the wild
}

// chatter is how people talk on a platform.
type chatter interface {
	// say does a step, and returns what is waited for.
	say(p *place, s step) attempt
	// posted is what the bot has said in a channel and its threads.
	posted(channel string) []message
	// whispered is what the bot has said to who is allowed everything alone.
	whispered(channel string) []string
	// place is what the record calls a channel.
	place(channel string) string
	// opened waits until people can talk to the bot at all.
	opened(ctx context.Context) error
	// wait waits for something to be said.
	wait(ctx context.Context, check func() bool) error
}

// attempt is something that was said to the bot and may not have been heard.
type attempt interface {
	// heard waits until it is acknowledged.
	heard(context.Context) error
	// again says it once more, as it happens on that platform.
	again()
	// handle is the secret that came with it for answering, or "".
	handle() string
}

// How long people wait for an acknowledgement, after which Slack and Discord have given up (3 s),
// and for one that a process sent before it died.
const (
	patience = 3200 * time.Millisecond
	onItsWay = time.Second / 2
)

// say does a step, and once more until it is acknowledged.
func (p *place) say(ctx context.Context, s step) error {
	if err := errors.Join(p.tw.alive(ctx), p.chat.opened(ctx)); err != nil {
		return err
	}
	began := time.Now()
	said := p.chat.say(p, s)
	for {
		if h := said.handle(); h != "" {
			p.handles = append(p.handles, h)
		}
		if p.tw.hears(ctx, said) {
			p.count(s, began)
			return nil
		}
		if err := errors.Join(p.tw.alive(ctx), ctx.Err()); err != nil {
			return fmt.Errorf("%+v in %s is not acknowledged: %w", s, p.channel, err)
		}
		said.again()
	}
}

// count counts what becomes of a step that was first done at a time, and is acknowledged.
func (p *place) count(s step, at time.Time) {
	if s.alone {
		return
	}
	p.asked = append(p.asked, asked{s, at, time.Now()})
	if !s.asks() && s.press == "" {
		p.answers++
	}
	if s.verb != "" {
		p.heard++
	}
}

// decide presses a button of the newest request until that is decided: a press that finds the
// request posted and not yet on record has to be repeated.
func (p *place) decide(ctx context.Context, s step) error {
	if err := p.chat.wait(ctx, func() bool { return undecided(p.chat.posted(p.channel)).about != 0 }); err != nil {
		return fmt.Errorf("no request in %s: %w", p.channel, err)
	}
	open := undecided(p.chat.posted(p.channel))
	s.on = &open
	for {
		if err := p.say(ctx, s); err != nil {
			return err
		}
		waiting, end := context.WithTimeout(ctx, patience)
		err := p.chat.wait(waiting, func() bool { return undecided(p.chat.posted(p.channel)).about != open.about })
		end()
		switch {
		case err == nil && s.press == "approve":
			p.answers++
			return nil
		case err == nil || ctx.Err() != nil:
			return err
		}
	}
}

// hears reports whether something is acknowledged before the patience ends, or nobody
// is left who could have heard it.
func (tw *town) hears(ctx context.Context, said attempt) bool {
	waiting, end := context.WithTimeout(ctx, patience)
	defer end()
	go func() {
		defer end()
		tw.dead(waiting)
	}()
	if said.heard(waiting) == nil {
		return true
	}
	<-waiting.Done() // it failed at once: nobody was there
	late, over := context.WithTimeout(ctx, onItsWay)
	defer over()
	return said.heard(late) == nil
}

// live does steps, over and over, as many as are allowed.
func (p *place) live(ctx context.Context, allowed *allowance) error {
	steps := p.steps
	if steps == nil {
		steps = p.routine()
	}
	for n := 0; ; n++ {
		if more, err := allowed.wait(ctx, n); err != nil || !more {
			return err
		}
		s := steps[n%len(steps)]
		if s.verb == "" {
			if err := p.answered(ctx); err != nil {
				return err
			}
		}
		say := p.say
		if s.press != "" {
			say = p.decide
		}
		if err := say(ctx, s); err != nil {
			return err
		}
		if s.ends {
			p.answers++
		}
		if s.ends || s.verb == "list" { // a list lets others go first while it is unclear whether it runs
			if err := p.answered(ctx); err != nil {
				return err
			}
		}
	}
}

// answered waits until everything that was said is answered.
func (p *place) answered(ctx context.Context) error {
	err := p.chat.wait(ctx, func() bool { return len(results(p.chat.posted(p.channel))) >= p.answers })
	if err != nil {
		return fmt.Errorf("%d answers in %s, want %d: %w", len(results(p.chat.posted(p.channel))), p.channel, p.answers, err)
	}
	return nil
}

// allowance is how many steps may be done.
type allowance struct {
	steps atomic.Int64
	last  atomic.Bool // there will be no more
}

// wait waits until step n may be done, and returns false if it never may.
func (a *allowance) wait(ctx context.Context, n int) (bool, error) {
	for {
		last := a.last.Load()
		if int64(n) < a.steps.Load() {
			return true, nil
		}
		if last {
			return false, nil
		}
		select {
		case <-time.After(5 * time.Millisecond):
		case <-ctx.Done():
			return false, ctx.Err()
		}
	}
}

// onGroup reports whether a step names a group.
func (s step) onGroup() bool { return s.verb != "help" && s.verb != "whoami" }

// typed is a step as it is typed.
func (s step) typed(group string) string {
	words := []string{s.verb}
	if s.onGroup() {
		words = append(words, group, s.users)
	}
	if s.limit != "" {
		words = append(words, "--for", s.limit)
	}
	if s.replace != "" {
		words = append(words, "--replace", s.replace)
	}
	return strings.TrimSpace(strings.Join(words, " "))
}

// fields are a step as it is filled in.
func (s step) fields(group string) fakediscord.Options {
	options := fakediscord.Options{}
	if s.onGroup() {
		options["group"] = group
	}
	for name, value := range map[string]string{"users": s.users, "for": s.limit, "replace": s.replace} {
		if value != "" {
			options[name] = value
		}
	}
	return options
}
