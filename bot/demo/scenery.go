package demo

import (
	"strings"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/terminal"
	"liveadmin/commands"
	"liveadmin/commands/policy"
	"liveadmin/imapi"
	"liveadmin/imapi/simulator"
)

// The groups of the demo.
const (
	demoGroup    = "@TGS#a6I4ZUUGO"
	demoFull     = "@TGS#aFULLHOUS"
	demoSaturday = "@TGS#aSATURDAY"
	demoSunday   = "@TGS#aSUNDAY00"
	demoChat     = "@TGS#2NOTLIVE0" // not a live group
)

// newTencent starts the stand-in. Every account exists but those that begin with "ghost".
func newTencent() (*simulator.Server, error) {
	server, err := simulator.New(simulator.App{SDKAppID: sdkAppID, Key: key, Admins: []string{admin}},
		simulator.WithAccounts(func(user string) bool { return !strings.HasPrefix(user, "ghost") }))
	if err != nil {
		return nil, err
	}
	server.AddGroup(demoGroup, simulator.Group{})
	server.AddGroup(demoFull, simulator.Group{Admins: []string{"host_1", "host_2", "host_3", "host_4"}})
	server.AddGroup(demoSaturday, simulator.Group{Admins: []string{"host_1"}})
	server.AddGroup(demoSunday, simulator.Group{})
	server.AddGroup(demoChat, simulator.Group{Type: "Public"})
	return server, server.Start()
}

// speakers are alice, who may do everything, bob, who may do a little, and
// mallory, who may do nothing.
func speakers() []string { return []string{"alice", "bob", "mallory"} }

func rules(language commands.Language) bot.Rules {
	return bot.Rules{
		Language: language,
		Policy: policy.Policy{
			Contact: "@alice",
			Rules: []policy.Rule{
				{Name: "ALLOWLIST", Allow: []string{terminal.Ref("alice")}},
				{
					Name: "rule 1", Allow: []string{terminal.Ref("bob")},
					Commands: []commands.Verb{commands.Add, commands.Remove, commands.List},
					Groups:   []string{demoGroup}, For: 8 * time.Hour,
				},
				{
					Name: "rule 2", Allow: []string{terminal.Ref("bob")},
					Commands: []commands.Verb{commands.Add},
					Groups:   []string{demoSaturday, demoSunday}, For: 8 * time.Hour,
					Approval: []string{terminal.Ref("alice")},
				},
			},
		},
		Names: commands.NewNames(map[string][]imapi.GroupID{
			"friday-show": {demoGroup},
			"full-house":  {demoFull},
			"weekend":     {demoSaturday, demoSunday},
		}, map[string][]imapi.UserID{
			"minho": {"u_8821"},
			"night": {"u_8821", "u_9902"},
		}).WithAccounts(map[string]string{terminal.Ref("bob"): "minho"}),
	}
}
