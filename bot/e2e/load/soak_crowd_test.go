package load

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"liveadmin/bot/bottest/fakediscord"
	"liveadmin/bot/bottest/fakeslack"
	"liveadmin/imapi/simulator"
)

// crowd is everybody who uses the program in the soak, and what goes wrong with it.
type crowd struct {
	*shipped
	acting               sync.WaitGroup
	acknowledged, missed atomic.Int64
}

const soakGroups = 20

func soakGroup(n int) string { return fmt.Sprintf("@TGS#aSOAK%04d", n%soakGroups) }

func newCrowd(t *testing.T) *crowd {
	t.Helper()
	c := &crowd{shipped: newShipped(t)}
	c.Write("liveadmin.yaml", "groups:\n  weekend: [\""+soakGroup(0)+"\", \""+soakGroup(1)+"\"]\npeople:\n  minho: user1\n")
	for n := range soakGroups {
		c.API.AddGroup(soakGroup(n), simulator.Group{Admins: []string{"host"}})
	}
	for n := range 5 {
		c.API.AddAccount(fmt.Sprint("user", n), "")
	}
	c.discord.Discord.AddUser(fakediscord.User{ID: "502", Name: "mallory"})
	c.discord.Discord.AddMember("100", fakediscord.Member{User: "502", Permissions: fakediscord.ManageMessages})
	return c
}

// typedInSlack is what people type about one group after the other, mistakes among it.
var typedInSlack = []string{
	"add GROUP minho user2", "list GROUP", "add GROUP user3 --for 1h", "history", "add GROUP user4 --for 3s", "groups",
	"add GROUP user2 --dry-run", "whoami", "ad GROUP user1", "remove GROUP user1 user2", "help add", "add weekend user0",
	"history GROUP", "remove weekend user0", "add GROUP user0 --replace user3 --reason late",
}

// filledInDiscord is what they fill in there.
var filledInDiscord = []struct {
	verb   string
	fields fakediscord.Options
}{
	{"add", fakediscord.Options{"group": "GROUP", "users": "minho user2"}},
	{"list", fakediscord.Options{"group": "GROUP"}},
	{"add", fakediscord.Options{"group": "GROUP", "users": "user3", "for": "1h"}},
	{"history", nil},
	{"add", fakediscord.Options{"group": "GROUP", "users": "user4", "for": "3s", "reason": "late"}},
	{"groups", nil},
	{"remove", fakediscord.Options{"group": "GROUP", "users": "user1 user2 user3"}},
	{"whoami", nil},
	{"add", fakediscord.Options{"group": "GROUP", "users": "user2", "dry_run": true}},
	{"help", nil},
	{"add", fakediscord.Options{"group": "GROUP", "users": "@minho"}},
}

// act lets people do the next things, in both platforms.
func (c *crowd) act(step int) {
	c.T.Helper()
	group := soakGroup(step)
	slack, discord := c.slack.Slack, c.discord.Discord
	text := typedInSlack[step%len(typedInSlack)]
	c.waits(slack.Slash("U0ALICE", "C0SHOW", strings.ReplaceAll(text, "GROUP", group)))
	filled := filledInDiscord[step%len(filledInDiscord)]
	c.fills("501", filled.verb, group, filled.fields)
	switch step % 8 {
	case 1:
		c.waits(slack.Slash("U0MALLORY", "C0SHOW", "remove "+group+" host"))
		c.fills("502", "remove", group, fakediscord.Options{"group": "GROUP", "users": "host"})
	case 3:
		root := slack.Say("U0ALICE", "C0SHOW", "", "who is on tonight?")
		c.waits(slack.Mention("U0ALICE", "C0SHOW", root.TS, "list "+group))
		discord.Autocomplete("501", "200", "remove", "users", "us", fakediscord.Options{"group": group})
	case 5:
		c.undoInSlack()
	case 7:
		c.undoInDiscord()
	}
}

// fills lets somebody in Discord fill in a command about a group.
func (c *crowd) fills(user, verb, group string, fields fakediscord.Options) {
	c.T.Helper()
	options := maps.Clone(fields)
	for name, value := range options {
		if value == "GROUP" {
			options[name] = group
		}
	}
	i := c.discord.Discord.Command(user, "200", verb, options)
	c.hears(func(ctx context.Context) error {
		_, err := i.Wait(ctx)
		return err
	})
}

// waits counts whether something in Slack is acknowledged.
func (c *crowd) waits(d *fakeslack.Delivery) {
	c.hears(func(ctx context.Context) error {
		_, err := d.Wait(ctx)
		return err
	})
}

// hears counts whether an acknowledgement comes: it can be missed while a connection is
// broken.
func (c *crowd) hears(wait func(context.Context) error) {
	c.acting.Go(func() {
		ctx, cancel := context.WithTimeout(c.T.Context(), 10*time.Second)
		defer cancel()
		if wait(ctx) != nil {
			c.missed.Add(1)
			return
		}
		c.acknowledged.Add(1)
	})
}

// undoInSlack clicks the newest Undo.
func (c *crowd) undoInSlack() {
	c.T.Helper()
	for _, m := range slices.Backward(c.slack.Slack.Messages("C0SHOW")) {
		if strings.Contains(string(m.Blocks), `"undo.0"`) {
			c.waits(c.slack.Slack.Click("U0ALICE", m, "undo.0"))
			return
		}
	}
}

// undoInDiscord clicks the newest Undo in the newest threads.
func (c *crowd) undoInDiscord() {
	c.T.Helper()
	discord := c.discord.Discord
	for _, thread := range slices.Backward(discord.Threads("200")) {
		for _, m := range discord.Messages(thread.ID) {
			for _, b := range m.Buttons() {
				if b.Label == "Undo" {
					i := discord.Click("501", m, b.CustomID)
					c.hears(func(ctx context.Context) error {
						_, err := i.Wait(ctx)
						return err
					})
					return
				}
			}
		}
	}
}

// goWrong lets the next thing go wrong.
func (c *crowd) goWrong(n int) {
	c.T.Helper()
	slack, discord := c.slack.Slack, c.discord.Discord
	all := []func(){
		func() { slack.Cut() },
		func() { discord.Cut() },
		func() { slack.Disconnect(fakeslack.RefreshRequested) },
		func() { discord.Reconnect() },
		func() { c.breaks(simulator.Fault{Kind: simulator.Reset, Times: 5}) },
		func() { slack.Inject(fakeslack.Fault{Kind: fakeslack.RateLimit, Method: "chat.postMessage", Times: 3}) },
		func() { discord.Invalidate(false) },
		func() {
			discord.Inject(fakediscord.Fault{Kind: fakediscord.RateLimit, Route: fakediscord.CreateMessage, Times: 3})
		},
		func() { slack.Disconnect(fakeslack.Warning) },
		func() { c.breaks(simulator.Fault{Code: 60007, Times: 5}) },
		func() { discord.Inject(fakediscord.Fault{Kind: fakediscord.Reset, Times: 3}) },
		c.hangup,
	}
	all[n%len(all)]()
}

// breaks lets calls to Tencent Chat fail.
func (c *crowd) breaks(f simulator.Fault) {
	c.T.Helper()
	if err := c.API.Inject(f); err != nil {
		c.T.Fatal(err)
	}
}

// hangup has the settings read again.
func (c *crowd) hangup() {
	c.T.Helper()
	if err := c.Cmd.Process.Signal(syscall.SIGHUP); err != nil {
		c.T.Fatal(err)
	}
}
