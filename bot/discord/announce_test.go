package discord_test

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/bottest"
	"liveadmin/bot/bottest/fakediscord"
	"liveadmin/bot/discord"
	"liveadmin/commands"
	"liveadmin/commands/words"
)

// answeredOnce checks that a command has one root message with its outcome, one thread from that,
// and one result in it.
func (w *world) answeredOnce(room string) {
	w.T.Helper()
	roots := w.Messages(room)
	if len(roots) != 1 || !strings.Contains(roots[0].Content, "Done") || roots[0].Interaction == "" {
		w.T.Fatalf("in the channel are %+v\n%s", roots, w.Log)
	}
	if n := len(w.Messages(roots[0].Thread)); n != 1 {
		w.T.Errorf("%d messages are in the thread %q", n, roots[0].Thread)
	}
}

// TestRootAfterCrash: whichever call a process dies in, the first response stays the one
// root message, and it has one thread with one result.
func TestRootAfterCrash(t *testing.T) {
	t.Parallel()
	for _, route := range []string{fakediscord.Respond, fakediscord.StartThread, fakediscord.CreateMessage, fakediscord.EditOriginal} {
		for _, age := range []time.Duration{time.Minute, 16 * time.Minute} {
			t.Run(route+" "+age.String(), func(t *testing.T) {
				t.Parallel()
				var c bottest.Ahead
				w := open(t, "gateway", fakediscord.Config{Now: c.Now}, discord.Options{Now: c.Now, CallTime: 2 * time.Second})
				w.Inject(fakediscord.Fault{Kind: fakediscord.Hang, Applied: true, Route: route, Times: -1})
				w.says(alice, general, "add", adding("user1"))
				if err := w.WaitCalls(w.Soon(), route, 1); err != nil {
					t.Fatal(err)
				}
				w.halt()
				w.ClearFaults()
				c.Advance(age)
				w.Stage.Restart(t)
				w.start()
				w.Closed()
				w.answeredOnce(general)
				if got := w.API.Admins(group); !slices.Equal(got, []string{"user1"}) {
					t.Errorf("administrators %v", got)
				}
			})
		}
	}
}

// TestRootOfUnknownFate: when no one knows whether the first response was taken, Discord is
// asked, and its answer says where the root message is.
func TestRootOfUnknownFate(t *testing.T) {
	t.Parallel()
	for _, mode := range modes {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			w := open(t, mode, fakediscord.Config{}, discord.Options{})
			w.Inject(fakediscord.Fault{Kind: fakediscord.Reset, Route: fakediscord.Respond, Applied: true})
			w.Inject(fakediscord.Fault{Kind: fakediscord.Status, Route: fakediscord.Respond, Times: -1})
			w.says(alice, general, "add", adding("user1"))
			w.Closed()
			w.answeredOnce(general)
			if reads, edits := len(w.Calls(fakediscord.GetOriginal)), len(w.Calls(fakediscord.EditOriginal)); reads != 1 || edits != 1 {
				t.Errorf("the response was read %d times and edited %d times", reads, edits)
			}
		})
	}
}

// TestOldRoot: after a crash of which Discord does not say any more whether the first
// response was taken, the work is done at once; only the thread waits until the root
// message is found in the channel.
func TestOldRoot(t *testing.T) {
	t.Parallel()
	var c bottest.Ahead
	w := build(t, "gateway", fakediscord.Config{Now: c.Now}, discord.Options{Now: c.Now})
	i := w.kept(w.SendCommand(fakediscord.CommandInput{User: alice, Channel: general, Subcommand: "add", Forged: true}))
	resp, err := http.Post(w.URL()+"/api/v10/interactions/"+i.ID+"/"+i.Token+"/callback", "application/json",
		strings.NewReader(`{"type":4,"data":{"content":"Working"}}`))
	if err != nil || resp.StatusCode != http.StatusNoContent {
		t.Fatalf("%v %v", resp, err)
	}
	resp.Body.Close()
	w.crashed(i, c.Now(), false)
	c.Advance(16 * time.Minute)
	w.Inject(fakediscord.Fault{Kind: fakediscord.Status, Route: fakediscord.ListMessages, Times: -1})
	w.start()
	w.Until("the work is done", func() bool { return slices.Equal(w.API.Admins(group), []string{"user1"}) })
	if n := len(w.Threads(general)); n != 1 { // the one of others
		t.Errorf("%d threads are there", n)
	}
	w.ClearFaults()
	w.Closed()
	w.answeredOnce(general)
}

// TestOutcomeInThread: where Discord refuses to edit the root message, by the handle or by
// the bot's token, the outcome is said in the thread, once.
func TestOutcomeInThread(t *testing.T) {
	t.Parallel()
	for _, late := range []bool{false, true} {
		t.Run(map[bool]string{false: "by the handle", true: "by the bot's token"}[late], func(t *testing.T) {
			t.Parallel()
			var c bottest.Ahead
			w := open(t, "gateway", fakediscord.Config{Now: c.Now}, discord.Options{Now: c.Now})
			for _, route := range []string{fakediscord.EditOriginal, fakediscord.EditMessage} {
				w.Inject(fakediscord.Fault{Kind: fakediscord.Refuse, Route: route, Code: 50005, Status: 403, Times: -1})
			}
			if late { // the thread is opened when the handle is no longer of use
				w.Inject(fakediscord.Fault{Kind: fakediscord.Status, Route: fakediscord.StartThread})
			}
			i := w.says(alice, general, "add", adding("user1"))
			if late {
				if err := w.WaitCalls(w.Soon(), fakediscord.StartThread, 1); err != nil {
					t.Fatal(err)
				}
				c.Advance(16 * time.Minute)
			}
			w.Closed()
			root, _ := i.Original()
			said := w.Messages(root.Thread)
			if len(said) != 2 || !strings.HasPrefix(w.Plain(said[1]), "✅ Done · @alice") || len(said[1].Pings) > 0 {
				t.Fatalf("in the thread are %+v", said)
			}
			e := bot.Entry{Number: 2, State: bot.Done, Root: discord.MessageRef(general, root.ID, root.Thread)}
			for range 2 {
				if err := w.discord.Update(w.Soon(), e, words.Text{{Text: "It is #2"}}); err != nil || len(w.Messages(root.Thread)) != 3 {
					t.Errorf("%v, in the thread are %+v", err, w.Messages(root.Thread))
				}
				c.Advance(5 * time.Minute) // Discord forgets the nonce
			}
		})
	}
}

// TestCalmRetries: a first response that Discord's servers do not take is tried again with a
// pause that doubles.
func TestCalmRetries(t *testing.T) {
	t.Parallel()
	w := open(t, "gateway", fakediscord.Config{}, discord.Options{})
	w.Inject(fakediscord.Fault{Kind: fakediscord.Status, Route: fakediscord.Respond, Status: http.StatusBadGateway, Times: -1})
	w.says(alice, general, "whoami", nil)
	w.Until("it is given up", func() bool { return strings.Contains(w.Log.String(), "not answered") })
	if n := len(w.Calls(fakediscord.Respond)); n < 4 || n > 8 {
		t.Errorf("%d tries in three seconds", n)
	}
}

// long is a result of so many lines.
func long(entry int64, lines int) words.Message {
	m := words.Message{Entry: entry}
	for i := range lines {
		m.Lines = append(m.Lines, words.Line{Text: words.Text{{Text: fmt.Sprintf("Line %03d %s", i, strings.Repeat("x", 60))}}})
	}
	return m
}

// TestSaidOnce: of a result that was begun, and of which it is not known what is there, the rest
// is posted and nothing twice, wherever it is, also when Discord has forgotten the
// nonces.
func TestSaidOnce(t *testing.T) {
	t.Parallel()
	const number, lines, pages = 50, 200, 3
	gone := discord.MessageRef(general, "9", "999") // neither thread nor root are there
	closed := func(w *world) {
		w.EditChannel(general, func(c *fakediscord.Channel) { c.Denied = fakediscord.ViewChannel })
	}
	for _, tc := range []struct {
		name  string
		root  bot.Post // empty: a response that can have no thread
		under int64
		set   func(*world)
		in    string // empty: the caller's direct message
	}{
		{"in its thread", discord.MessageRef(general, "9", thread), 0, nil, thread},
		{"in the response", "", 0, nil, voice},
		{"in the channel", gone, 0, nil, general},
		{"in a direct message", gone, 0, closed, ""},
		{"late, in the thread of another", discord.MessageRef(general, "9", thread), 7, nil, thread},
		{"late, in a channel", discord.MessageRef(general, "9", ""), 7, nil, general},
		{"late, in a direct message", gone, 7, nil, ""},
	} {
		for shown := range pages + 1 {
			t.Run(fmt.Sprintf("%s, %d there", tc.name, shown), func(t *testing.T) {
				t.Parallel()
				var c bottest.Ahead
				w := open(t, "gateway", fakediscord.Config{Now: c.Now}, discord.Options{Now: c.Now})
				e := bot.Entry{
					Number: number, Under: tc.under, Root: tc.root, Accepted: c.Now(), Caller: commands.Caller{Ref: "discord:user:" + alice},
					Place: commands.Place{Platform: "discord", Channel: "discord:" + general},
				}
				if tc.root == "" {
					i := w.says(alice, voice, "list", fakediscord.Options{"group": group})
					e.Root = discord.MessageRef(voice, w.final(i).ID, "")
					shown = max(shown-1, 0) // the first page is the response
				}
				if tc.set != nil {
					tc.set(w)
				}
				in := cmp.Or(tc.in, w.Direct(alice))
				fault := fakediscord.Fault{Kind: fakediscord.Reset, Route: fakediscord.CreateMessage, Channel: in, After: shown}
				if shown > 0 { // it is not known of the last one
					fault.After, fault.Applied = shown-1, true
				}
				w.Inject(fault)
				said := long(number, lines)
				if _, err := w.discord.Report(w.Soon(), e, nil, said); err == nil {
					t.Fatal("the fault was not met")
				}
				for range 120 {
					w.Say(bob, in, "#50")
				}
				c.Advance(5 * time.Minute)
				again := w.platform() // after a restart, before it runs
				if _, found, err := again.FindResult(w.Soon(), e); found || err != nil {
					t.Fatalf("found %v, %v", found, err)
				}
				if _, err := again.Report(w.Soon(), e, nil, said); err != nil {
					t.Fatal(err)
				}
				w.whole(in, number, lines)
			})
		}
	}
}

// whole checks that each line of a result is once in a room, its number once, and the
// bot's other messages are none.
func (w *world) whole(room string, number, lines int) {
	w.T.Helper()
	var all strings.Builder
	for _, m := range w.Messages(room) {
		if m.Author != bob {
			all.WriteString("\n" + w.Plain(m) + "\n")
		}
	}
	text := all.String()
	for i := range lines {
		if n := strings.Count(text, fmt.Sprintf("Line %03d ", i)); n != 1 {
			w.T.Fatalf("line %d shown %d times in\n%.300s\n%s", i, n, text, w.Log)
		}
	}
	if n := strings.Count(text, fmt.Sprintf("\n#%d\n", number)); n != 1 {
		w.T.Errorf("the number shown %d times", n)
	}
}

// TestNothingOfOthersIsTaken: what is of other entries is not taken for a result, and
// what someone else says neither.
func TestNothingOfOthersIsTaken(t *testing.T) {
	t.Parallel()
	w := open(t, "gateway", fakediscord.Config{}, discord.Options{})
	e := bot.Entry{Root: discord.MessageRef(general, "9", thread), Accepted: time.Now()}
	for number := range int64(3) {
		e.Number = number + 50
		number := fmt.Sprintf("#%d", e.Number)
		w.Say(bob, thread, "<@"+w.Config().AppID+"> "+number, fakediscord.Embed{Footer: &fakediscord.Footer{Text: number}})
		if _, _, err := w.discord.FindResult(w.Soon(), e); err != nil {
			t.Fatal(err)
		}
		if _, err := w.discord.Report(w.Soon(), e, nil, long(e.Number, 1)); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(w.Messages(thread)); n != 6 {
		t.Errorf("%d messages", n)
	}
}

// TestRefusedHalfway: a long result whose thread is closed to the bot between two pages
// is shown as a whole where it is in the end, and at once.
func TestRefusedHalfway(t *testing.T) {
	t.Parallel()
	w := open(t, "gateway", fakediscord.Config{}, discord.Options{})
	e := bot.Entry{Number: 50, Root: discord.MessageRef(general, "9", thread), Accepted: time.Now()}
	w.Inject(fakediscord.Fault{Kind: fakediscord.Refuse, Code: 50013, Status: 403, Route: fakediscord.CreateMessage, Channel: thread, After: 1})
	if _, err := w.discord.Report(w.Soon(), e, nil, long(50, 200)); err != nil {
		t.Fatal(err)
	}
	w.whole(general, 50, 200)
}

// TestLongResultOnce: a process that dies between two pages of a result posts the others at
// its next start.
func TestLongResultOnce(t *testing.T) {
	t.Parallel()
	var c bottest.Ahead
	w := open(t, "gateway", fakediscord.Config{Now: c.Now}, discord.Options{Now: c.Now, CallTime: 2 * time.Second})
	w.Unlike(90)
	w.Inject(fakediscord.Fault{Kind: fakediscord.Hang, Route: fakediscord.CreateMessage, After: 1})
	i := w.says(alice, general, "add", fakediscord.Options{"group": "weekend", "users": strings.Join(bottest.LongUsers(), " "), "new": true})
	w.Until("the second page is posted", func() bool {
		return slices.ContainsFunc(w.Calls(fakediscord.CreateMessage), func(c fakediscord.Call) bool { return c.Fault != "" })
	})
	w.halt()
	c.Advance(5 * time.Minute)
	w.Stage.Restart(t)
	w.start()
	w.Closed()
	root, _ := i.Original()
	all := w.Messages(root.Thread)
	var text strings.Builder
	for _, m := range all {
		text.WriteString(w.Plain(m) + "\n")
	}
	if lines, numbers := strings.Count(text.String(), "@TGS#aMANY"), strings.Count(text.String(), "\n#1\n"); len(all) < 2 || lines != 90 || numbers != 1 {
		t.Errorf("%d groups, %d numbers in %d messages", lines, numbers, len(all))
	}
}
