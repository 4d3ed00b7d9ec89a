package discord_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"liveadmin/bot"
	"liveadmin/bot/bottest/fakediscord"
	"liveadmin/bot/discord"
)

// join begins another session of the same bot. leave ends it.
func (w *world) join() (leave func()) {
	w.T.Helper()
	ctx, end := context.WithCancel(context.Background())
	other := w.platform()
	ended := make(chan error, 1)
	go func() { ended <- other.Run(ctx, w.Stage.Bot) }()
	leave = sync.OnceFunc(func() {
		end()
		if err := <-ended; err != nil {
			w.T.Error(err)
		}
	})
	w.T.Cleanup(leave)
	if err := w.WaitSessions(w.Soon(), 2); err != nil {
		w.T.Fatal(err)
	}
	return leave
}

// TestHandOver: while two sessions of one token overlap in one process, each gets every
// interaction; all are answered and carried out once, and when one of them ends, too.
func TestHandOver(t *testing.T) {
	t.Parallel()
	w := open(t, "gateway", fakediscord.Config{}, discord.Options{})
	leave := w.join()
	once := func(i *fakediscord.Interaction) {
		t.Helper()
		w.answered(i)
		if n := len(slices.DeleteFunc(i.Callbacks(), func(c fakediscord.Callback) bool { return !c.Accepted() })); n != 1 {
			t.Errorf("callbacks %+v", i.Callbacks())
		}
	}
	var undoable fakediscord.Message
	add := func(users string) {
		t.Helper()
		i := w.says(alice, general, "add", adding(users))
		_, replies := w.result(i)
		if once(i); len(replies) != 1 {
			t.Fatalf("%d replies", len(replies))
		}
		undoable = replies[0]
	}
	for n := range 4 {
		add(fmt.Sprintf("user%d", n))
		i := w.says(alice, general, "whoami", nil)
		w.private(i)
		once(i)
		once(w.kept(w.Autocomplete(alice, general, "list", "group", "", nil)))
	}
	w.Closed()
	once(w.kept(w.Click(alice, undoable, button(t, undoable, "Undo"))))
	w.Closed()
	leave()
	add("user4")
	w.Closed()
	if got := w.API.Admins(group); !slices.Equal(got, []string{"user0", "user1", "user2", "user4"}) {
		t.Errorf("administrators %v", got)
	}
	if n := len(w.Rows(bot.WasAccepted)); n != 6 || len(w.Messages(general)) != 5 || len(w.Rows(bot.WasAnswered)) != 4 {
		t.Errorf("%d entries, %d messages, %d answers", n, len(w.Messages(general)), len(w.Rows(bot.WasAnswered)))
	}
	if rows := w.Rows(bot.WasUnanswered); len(rows) > 0 || len(w.Ephemerals(alice)) != 4 {
		t.Errorf("not answered are %+v, %d answers", rows, len(w.Ephemerals(alice)))
	}
	for _, in := range w.Identifies() {
		if in.Intents != 0 {
			t.Errorf("a session with the intents %d", in.Intents)
		}
	}
	if strings.Contains(w.Log.String(), "level=WARN") {
		t.Errorf("the log warns\n%s", w.Log)
	}
}
