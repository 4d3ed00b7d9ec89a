package commands_test

import (
	"flag"
	"regexp"
	"slices"
	"testing"
	"testing/synctest"

	"liveadmin/bot/bottest"
	"liveadmin/bot/bottest/pace"
	"liveadmin/commands"
)

var update = flag.Bool("update", false, "write what was answered into the conversations")

func TestMain(m *testing.M) { pace.SideBySide(m, 12, 8) }

// TestConversations says every line of testdata to the real bot, with the real
// client and the simulator behind it, and compares what it answers, in every language. The
// answers in other languages than English are in a folder each, to be read side by side.
func TestConversations(t *testing.T) {
	for _, english := range append(bottest.Conversations(t, "testdata"), bottest.Conversations(t, "testdata/requests")...) {
		for _, l := range commands.Languages {
			c := english
			if l != commands.English {
				c = english.In(t, l)
			}
			t.Run(string(l)+"/"+c.Name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					stage, chat := bottest.NewStage(t, nil), bottest.NewChat()
					stage.Run(t, chat)
					c.Play(t, stage, *update, chat.Ask)
				})
			})
		}
	}
}

// facts are what has to be the same in every language: IDs, numbers of entries, codes.
var facts = regexp.MustCompile(`@TGS#\w+|#\d+|\b(user|host|ghost|u_)\w*\d+\b|\b\d{5}\b|friday-show|weekend`)

// TestConversationsAgree: an answer has the same IDs, numbers and codes in every language.
func TestConversationsAgree(t *testing.T) {
	for _, english := range bottest.Conversations(t, "testdata") {
		for _, l := range commands.Languages[1:] {
			other := english.In(t, l)
			for i, turn := range english.Talk {
				want, got := factsOf(turn.Answer), factsOf(other.Talk[i].Answer)
				if turn.Answer != "" && !slices.Equal(got, want) {
					t.Errorf("%s, %s: %q has %v, in English %v", english.Name, l, turn.Text, got, want)
				}
			}
		}
	}
}

// factsOf returns the different facts of an answer.
func factsOf(answer string) []string {
	all := facts.FindAllString(answer, -1)
	slices.Sort(all)
	return slices.Compact(all)
}
