package engine_test

import (
	"context"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/bottest"
	"liveadmin/bot/engine"
	"liveadmin/commands"
)

// doubtfulChat is a chat whose acknowledgements stay unclear until it says.
type doubtfulChat struct {
	*bottest.Chat
	word atomic.Pointer[error] // what it says; nil: nothing yet
}

func (c *doubtfulChat) Confirm(context.Context, bot.Entry) (bot.Post, error) {
	if word := c.word.Load(); word != nil {
		return "", *word
	}
	return "", errUnclear
}

func (c *doubtfulChat) say(word error) { c.word.Store(&word) }

// doubtful brings a command whose acknowledgement is unclear.
func doubtful(t *testing.T, chat *bottest.Chat, key, text string) {
	t.Helper()
	_ = door(t, chat).Receive(t.Context(), bot.Delivery{
		Key: key, Text: text, Caller: commands.Caller{Ref: bottest.Ref("alice")},
		Place: commands.Place{Platform: bottest.Platform, Channel: "chat:channel"},
	}, func(context.Context, bot.Answer) (bot.Post, error) { return "", errUnclear })
}

// TestUnclearLetsOthersGoFirst: an entry of which it is not clear whether it runs holds its
// groups for a few seconds, and a list not at all; it runs behind the others once it is
// confirmed, here or after a restart, and never if it was not taken.
func TestUnclearLetsOthersGoFirst(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, text string
		most       time.Duration
		restart    bool
		word       error
		after      []string
		what       bot.Event
	}{
		{"confirmed", "add " + groupA + " user1", 7 * time.Second, false, nil, []string{"user1"}, bot.WasSettled},
		{"not taken", "add " + groupA + " user1", 7 * time.Second, false, bot.ErrNotRun, nil, bot.WasUnanswered},
		{"killed while it rests, and confirmed", "add " + groupA + " user1", 7 * time.Second, true, nil, []string{"user1"}, bot.WasSettled},
		{"killed while it rests, and not taken", "add " + groupA + " user1", 7 * time.Second, true, bot.ErrNotRun, nil, bot.WasUnanswered},
		{"a list", "list " + groupA, 2 * time.Second, false, nil, nil, bot.WasSettled},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				stage, chat := open(t)
				doubt := &doubtfulChat{Chat: chat}
				stop := stage.Start(t, doubt)
				doubtful(t, chat, "1", test.text)
				began := time.Now()
				tell(t, chat, "remove GROUP user1")
				if took := time.Since(began); took > test.most {
					t.Errorf("the next command took %v", took)
				}
				if slices.Contains(chat.Written(), "root 1") {
					t.Error("the unclear one was announced")
				}
				if !resting(t, stage) {
					t.Error("the unclear one does not rest")
				}
				if test.restart {
					stop(engine.ErrRestart)
					stage.Restart(t)
					stage.Run(t, doubt)
					tell(t, chat, "remove GROUP user1")
				}
				doubt.say(test.word)
				closed(t, stage)
				admins(t, stage, groupA, test.after...)
				if got := states(t, stage); !slices.Contains(got, test.what) || slices.Contains(got, bot.WasUnanswered) != (test.word != nil) {
					t.Errorf("on record %v", got)
				}
			})
		})
	}
}
