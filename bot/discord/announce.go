package discord

import (
	"context"
	"net/http"
	"unicode/utf8"

	"github.com/bwmarrin/discordgo"

	"liveadmin/bot"
	"liveadmin/bot/chat"
	"liveadmin/commands"
	"liveadmin/commands/words"
)

// archiveAfter is how long a thread stays open after its last message, in minutes.
const archiveAfter = 1440

// Announce opens the thread of the root message, which mostly is the first response
// already: e.Root says so. Otherwise it makes that the root message, or posts one. Where
// there is no thread, the result will be in the root message. It can be repeated.
func (d *Discord) Announce(ctx context.Context, e bot.Entry, line words.Text) (bot.Post, error) {
	at, err := d.root(ctx, e, line)
	if err != nil {
		return "", err
	}
	if at.Thread == "" && at.Why == "" {
		at.Thread, err = d.openThread(ctx, e, at)
	}
	if code(err) == discordgo.ErrCodeUnknownMessage && e.Root != "" { // the root message was deleted
		e.Root = ""
		return d.Announce(ctx, e, line)
	}
	if isRefusal(err) {
		d.log.Info("thread not created", "entry", e.Number, "channel", at.Channel, "err", err)
		at.Why, err = reasonOf(err), nil
	}
	return chat.Post(at), err
}

// root is where the root message of an entry is. If that is not on record, the first
// response becomes the root message; if it is gone, a new one is posted.
func (d *Discord) root(ctx context.Context, e bot.Entry, line words.Text) (messageRef, error) {
	if e.Root != "" {
		return chat.ReadPost[messageRef](e.Root)
	}
	at := messageRef{Channel: roomOf(e.Place), Why: whyNoThreadFor(e)}
	if e.Command.Private {
		return at, nil
	}
	m := d.rootLine(line)
	var err error
	at.Message, err = d.rewrite(ctx, e, at, m)
	if err == nil && at.Message == "" {
		at.Message, err = d.say(ctx, at.Channel, m, nonceOf(e, at.Channel, "root"))
	}
	if isRefusal(err) {
		d.log.Warn("root message not posted", "entry", e.Number, "channel", at.Channel, "err", err)
		at.Why, err = reasonOf(err), nil
	}
	return at, err
}

// whyNoThread is why the result of a command gets no thread, by why none can be opened
// where it was typed; empty: it gets one.
func whyNoThread(v commands.Verb, here reason) reason {
	if v == commands.List {
		return shortAnswer
	}
	return here
}

// whyNoThreadFor is whyNoThread for an entry. One that no command made has no handle.
func whyNoThreadFor(e bot.Entry) reason {
	if e.Command.Private {
		return forCaller
	}
	h, ok := handleOf(e)
	if !ok && e.Place.Thread != "" {
		h.Why = noThreadsHere
	}
	return whyNoThread(e.Command.Verb, h.Why)
}

// rootLine is the text of a root message.
func (d *Discord) rootLine(line words.Text) outgoing {
	return outgoing{Content: d.renderer().line(line)}
}

// rewrite changes the root message: with the handle of its command while that is
// good, then with the bot's own token. It returns the message's ID, or none if there
// is no root message.
func (d *Discord) rewrite(ctx context.Context, e bot.Entry, at messageRef, m outgoing) (id string, err error) {
	h, ok := handleOf(e)
	if ok && h.isFresh(d.now()) {
		if id, err = d.changeOriginal(ctx, h, m); !isSpent(err) {
			return id, err
		}
	}
	if at.Message == "" && ok {
		at.Message, err = d.find(ctx, at.Channel, h.ID, func(m message) bool { return m.Answer != nil && m.Answer.ID == h.ID })
	}
	if at.Message == "" {
		return "", err
	}
	err = d.change(ctx, at.Channel, at.Message, m)
	if isSpent(err) {
		return "", nil
	}
	return at.Message, err
}

// openThread opens the thread of a root message, or finds the one that is there,
// which has the message's ID.
func (d *Discord) openThread(ctx context.Context, e bot.Entry, at messageRef) (thread string, err error) {
	thread, err = d.rest.make(ctx, call{
		name: "opening a thread", entry: true, method: http.MethodPost, path: "/channels/" + at.Channel + "/messages/" + at.Message + "/threads",
		body: map[string]any{"name": threadName(e.Command), "auto_archive_duration": archiveAfter},
	})
	if code(err) == discordgo.ErrCodeThreadAlreadyCreatedForThisMessage {
		return at.Message, nil
	}
	return thread, err
}

// longestName is how many characters the name of a thread may have.
const longestName = 100

func threadName(c commands.Command) string {
	name := string(c.Verb) + " " + c.Target.Alias
	if c.Target.Alias == "" && len(c.Target.Groups) > 0 {
		name += string(c.Target.Groups[0])
	}
	if utf8.RuneCountInString(name) > longestName {
		name = string([]rune(name)[:longestName-1]) + "…"
	}
	return name
}

// Update gives the root message another line. One that was deleted, or was never
// posted, stays so; one that holds the result has its last line already. Where Discord does
// not let the bot edit it, the thread gets the last line.
func (d *Discord) Update(ctx context.Context, e bot.Entry, line words.Text) error {
	at, err := chat.ReadPost[messageRef](e.Root)
	if err != nil || at.Message == "" || at.Thread == "" && e.State == bot.Done || e.Command.Private {
		return err
	}
	m := d.rootLine(line)
	_, err = d.rewrite(ctx, e, at, m)
	if !isRefusal(err) {
		return err
	}
	d.log.Warn("root message not updated", "entry", e.Number, "channel", at.Channel, "err", err)
	if e.State != bot.Done {
		return nil
	}
	if err = d.sayOnce(ctx, at.Thread, m, nonceOf(e, at.Thread, "root"), at.Message); isRefusal(err) {
		d.log.Warn("outcome not in the thread", "entry", e.Number, "thread", at.Thread, "err", err)
		return nil
	}
	return err
}

// sayOnce posts a line in a room, unless the bot has posted the same there after another
// message.
func (d *Discord) sayOnce(ctx context.Context, room string, m outgoing, nonce, after string) error {
	me, err := d.me(ctx)
	if err != nil {
		return err
	}
	there, err := d.find(ctx, room, after, func(said message) bool {
		return said.Author.ID == me.user && said.Content == m.Content
	})
	if err == nil && there == "" {
		_, err = d.say(ctx, room, m, nonce)
	}
	return err
}
