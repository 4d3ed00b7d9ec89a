package discord

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"liveadmin/bot"
	"liveadmin/bot/chat"
	"liveadmin/commands"
)

// Report posts the result in the thread; where there is none, in the root message,
// with why; where there is no root either, in the channel, or to the caller alone. It
// can be repeated.
func (d *Discord) Report(ctx context.Context, e bot.Entry, line commands.Text, result commands.Message) (bot.Post, error) {
	ctx = chat.Gated(ctx)
	at, err := chat.ReadPost[stand](e.Root)
	if err != nil {
		return "", err
	}
	if e.Under != 0 {
		return d.late(ctx, e, at, line, result)
	}
	if at.Thread != "" {
		err := d.tell(ctx, e, at.Thread, d.pen().pages(result))
		if !isRefusal(err) {
			return chat.Post(at), err
		}
		d.log.Warn("result not in its thread", "entry", e.Number, "thread", at.Thread, "err", err)
		at.Thread, at.Why = "", reasonOf(err)
	}
	if at.Message != "" {
		found, err := d.attach(ctx, e, at, line, result)
		if found && !isRefusal(err) {
			return chat.Post(at), err
		}
		d.log.Warn("result not under its root", "entry", e.Number, "channel", at.Channel, "err", err)
	}
	at.Message = ""
	pages := d.pen().pages(chat.Headed(line, explained(result, at.Why)))
	if err := d.tell(ctx, e, at.Channel, pages); !isRefusal(err) {
		return chat.Post(at), err
	}
	return d.confide(ctx, e, pages)
}

// late posts what comes after the result of another entry, in the thread of that one;
// where there is none, or none any more, in the channel; where the bot is not allowed to
// write, directly to who asked. It can be repeated.
func (d *Discord) late(ctx context.Context, e bot.Entry, at stand, line commands.Text, result commands.Message) (bot.Post, error) {
	var why reason
	for _, room := range rooms(e, at) {
		shown := result
		if room != at.Thread {
			shown = chat.Headed(line, explained(result, why))
		}
		err := d.tell(ctx, e, room, d.pen().pages(shown))
		if !isRefusal(err) {
			return chat.Post(stand{Channel: room}), err
		}
		d.log.Warn("not told where it belongs", "entry", e.Number, "under", e.Under, "channel", room, "err", err)
		if room == at.Thread {
			why = reasonOf(err)
		}
	}
	return d.confide(ctx, e, d.pen().pages(chat.Headed(line, result)))
}

// rooms are where what comes late can stand, the best first: the thread, the room of the
// command that it is about, and the channel of that, if that was a thread.
func rooms(e bot.Entry, at stand) []string {
	var all []string
	for _, room := range []string{at.Thread, at.Channel, channelOf(e.Place)} {
		if room != "" && !slices.Contains(all, room) {
			all = append(all, room)
		}
	}
	return all
}

// tell posts a result. What failed mentions who asked, which brings them into a thread.
func (d *Discord) tell(ctx context.Context, e bot.Entry, room string, pages []outgoing) error {
	if e.Loud() {
		pages[0] = addressed(pages[0], e.Caller)
	}
	for i, p := range pages {
		if _, err := d.say(ctx, room, p, nonceOf(e, strconv.Itoa(i))); err != nil {
			return err
		}
	}
	return nil
}

// attach puts a result into the root message. Of a long one the other pages are
// posted before, so that a root with a page has all of them under it. It finds no root
// if that was deleted.
func (d *Discord) attach(ctx context.Context, e bot.Entry, at stand, line commands.Text, result commands.Message) (found bool, err error) {
	pages := d.pen().pages(explained(result, at.Why))
	for i, p := range pages[1:] {
		if err := d.further(ctx, e, at.Channel, p, nonceOf(e, "more"+strconv.Itoa(i))); err != nil {
			return true, err
		}
	}
	first := pages[0]
	first.Content = d.rootLine(line).Content
	if user := userOf(e.Caller.Ref); e.Loud() && user != "" {
		first.Mentions.Users = []string{user}
	}
	id, err := d.rewrite(ctx, e, at, first)
	return id != "" || err != nil, err
}

// further posts a page after the root message: where the bot is not allowed to write,
// as a response, which cannot be repeated.
func (d *Discord) further(ctx context.Context, e bot.Entry, room string, p outgoing, nonce string) error {
	_, err := d.say(ctx, room, p, nonce)
	if h, ok := handleOf(e); isRefusal(err) && ok && h.isFresh(d.now()) {
		return d.follow(ctx, h, p)
	}
	return err
}

// confide gives a result to the caller in a direct message.
func (d *Discord) confide(ctx context.Context, e bot.Entry, pages []outgoing) (bot.Post, error) {
	var direct struct {
		ID string `json:"id"`
	}
	err := d.rest.do(ctx, call{
		name: "opening a direct message", method: http.MethodPost, path: "/users/@me/channels",
		body: map[string]string{"recipient_id": userOf(e.Caller.Ref)}, into: &direct,
	})
	if err != nil {
		return "", err
	}
	return chat.Post(stand{Channel: direct.ID}), d.tell(ctx, e, direct.ID, pages)
}

// explained is a result with why it does not stand in a thread.
func explained(result commands.Message, why reason) commands.Message {
	if says := why.says(); says != "" {
		result.Lines = append(slices.Clip(result.Lines), commands.Line{Style: commands.Body, Text: commands.Text{{Text: says}}})
	}
	return result
}

// addressed mentions the caller above a page.
func addressed(p outgoing, c commands.Caller) outgoing {
	if user := userOf(c.Ref); user != "" {
		p.Content = "<@" + user + ">"
		p.Mentions.Users = []string{user}
	}
	return p
}
