package engine_test

import (
	"testing"
	"testing/synctest"
	"time"

	"liveadmin/bot/bottest"
	"liveadmin/commands"
	"liveadmin/imapi"
	"liveadmin/imapi/simulator"
)

// TestDoneOfLongAgo: done alone shows the groups in which the record knows the caller as an
// administrator, also when what made them one was long ago, and many entries about them before.
func TestDoneOfLongAgo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		stage, chat := open(t)
		for _, g := range []string{"@TGS#aREPLACED", "@TGS#aREMOVED0", "@TGS#aTRIED000", "@TGS#aNEWER000"} {
			stage.API.AddGroup(g, simulator.Group{})
		}
		rules := stage.Rules.Get()
		rules.Names = commands.NewNames(nil, map[string][]imapi.UserID{"mallory": {"user1"}}).WithAccounts(map[string]string{bottest.Ref("mallory"): "mallory"})
		stage.Rules.Set(rules)
		stage.Run(t, chat)
		talk(t, chat,
			"alice: add GROUP user1", "alice: add GROUP user1 --dry-run", "alice: remove GROUP user1 --dry-run",
			"alice: add @TGS#aREPLACED user1", "alice: add @TGS#aREPLACED user2 --replace user1",
			"alice: add @TGS#aREMOVED0 user1", "alice: remove @TGS#aREMOVED0 user1",
			"alice: add @TGS#aTRIED000 user1 --dry-run",
		)
		for range 30 { // more than were looked at once
			talk(t, chat, "alice: add @TGS#aNEWER000 user1", "alice: remove @TGS#aNEWER000 user1")
		}
		const both = "• @TGS#aGROUPAAA"
		says(t, talk(t, chat, "mallory: done"), both, "!@TGS#aREPLACED", "!@TGS#aREMOVED0", "!@TGS#aTRIED000", "!@TGS#aNEWER000")
		stage.Clock.Advance(31 * 24 * time.Hour)
		until(t, "what was long ago is forgotten", func() bool {
			e, _, err := stage.Journal.Entry(t.Context(), 1)
			return err == nil && e.Command.Verb == ""
		})
		talk(t, chat, "alice: add @TGS#aNEWER000 user1")
		says(t, talk(t, chat, "mallory: done"), both, "• @TGS#aNEWER000", "!@TGS#aREPLACED", "!@TGS#aREMOVED0", "!@TGS#aTRIED000")
	})
}

// TestDoneOfSeveralInHistory: who may not know of an alias's groups reads in the history what the answer to
// done said, and not that one of them does not exist, also long after.
func TestDoneOfSeveralInHistory(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		stage, chat := open(t)
		rules := stage.Rules.Get()
		rules.Names = commands.NewNames(map[string][]imapi.GroupID{"shows": {groupA, "@TGS#aNOTTHERE"}}, map[string][]imapi.UserID{"mallory": {"user1"}}).
			WithAccounts(map[string]string{bottest.Ref("mallory"): "mallory"})
		stage.Rules.Set(rules)
		stage.Run(t, chat)
		talk(t, chat, "alice: add GROUP user1")
		says(t, talk(t, chat, "mallory: done shows"), "✅ Done")
		says(t, talk(t, chat, "mallory: done shows"), "➖ No change")
		for code, want := range map[int]string{60008: "❓ Unknown", 60010: "❌ Failed"} {
			check(t, stage.API.Inject(simulator.Fault{Command: "modify_admin", Group: groupA, Code: code, Times: -1}))
			says(t, talk(t, chat, "mallory: done shows"), want)
			stage.API.ClearFaults()
		}
		says(t, talk(t, chat, "mallory: history"), "done shows   ✅ Done", "done shows   ➖ No change", "done shows   ❓ Unknown", "done shows   ❌ Failed", "!Partly")
		stage.Clock.Advance(31 * 24 * time.Hour)
		until(t, "what was long ago is forgotten", func() bool {
			e, _, err := stage.Journal.Entry(t.Context(), 5)
			return err == nil && e.Command.Verb == ""
		})
		says(t, talk(t, chat, "mallory: history"), "done shows   ✅ Done", "done shows   ➖ No change", "done shows   ❓ Unknown", "!Partly", "!Failed")
	})
}
