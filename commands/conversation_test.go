package commands_test

import (
	"flag"
	"testing"

	"liveadmin/bot/bottest"
)

var update = flag.Bool("update", false, "write what was answered into the conversations")

// TestConversations says every line of testdata to the real bot, with the real
// client and the simulator behind it, and compares what it answers.
func TestConversations(t *testing.T) {
	for _, c := range bottest.Conversations(t, "testdata") {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			stage, chat := bottest.NewStage(t, nil), bottest.NewChat()
			stage.Run(t, chat)
			c.Play(t, stage, *update, chat.Ask)
		})
	}
}
