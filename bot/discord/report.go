package discord

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"liveadmin/bot"
	"liveadmin/commands"
)

// Report posts the result in the thread; where there is none, in the root message,
// with why; where there is no root either, in the channel, or to the caller alone. It
// can be repeated.
func (d *Discord) Report(ctx context.Context, e bot.Entry, line commands.Text, result commands.Message) (bot.Post, error) {
	at, err := readStand(e.Root)
	if err != nil {
		return "", err
	}
	if at.Thread != "" {
		err := d.tell(ctx, e, at.Thread, d.pen().pages(result))
		if !isRefusal(err) {
			return at.post(), err
		}
		d.log.Warn("result not in its thread", "entry", e.Number, "thread", at.Thread, "err", err)
		at.Thread, at.Why = "", reasonOf(err)
	}
	if at.Message != "" {
		found, err := d.attach(ctx, e, at, line, result)
		if found && !isRefusal(err) {
			return at.post(), err
		}
		d.log.Warn("result not under its root", "entry", e.Number, "channel", at.Channel, "err", err)
	}
	at.Message = ""
	pages := d.pen().pages(headed(result, line, at.Why))
	if err := d.tell(ctx, e, at.Channel, pages); !isRefusal(err) {
		return at.post(), err
	}
	return d.confide(ctx, e, pages)
}

// tell posts a result. What failed mentions who asked, which brings them into a thread.
func (d *Discord) tell(ctx context.Context, e bot.Entry, room string, pages []outgoing) error {
	if isLoud(e) {
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
	pages := d.pen().pages(headed(result, nil, at.Why))
	for i, p := range pages[1:] {
		if err := d.further(ctx, e, at.Channel, p, nonceOf(e, "more"+strconv.Itoa(i))); err != nil {
			return true, err
		}
	}
	first := pages[0]
	first.Content = d.rootLine(line).Content
	if user := userOf(e.Caller.Ref); isLoud(e) && user != "" {
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
	return stand{Channel: direct.ID}.post(), d.tell(ctx, e, direct.ID, pages)
}

// headed puts the root's line before a result, if there is one, and behind it why it
// does not stand in a thread.
func headed(result commands.Message, line commands.Text, why reason) commands.Message {
	result.Lines = slices.Clone(result.Lines)
	if line != nil {
		result.Lines = slices.Insert(result.Lines, 0, commands.Line{Text: line})
	}
	if says := why.says(); says != "" {
		result.Lines = append(result.Lines, commands.Line{Style: commands.Body, Text: commands.Text{{Text: says}}})
	}
	return result
}

// isLoud reports whether a result mentions who asked: it failed, or nobody knows.
func isLoud(e bot.Entry) bool {
	var parts []commands.Status
	for _, c := range e.Changes {
		if c.Outcome != nil {
			parts = append(parts, c.Outcome.Status)
		}
	}
	together := commands.Together(parts)
	return together == commands.Failed || together == commands.Unknown
}

// addressed mentions the caller above a page.
func addressed(p outgoing, c commands.Caller) outgoing {
	if user := userOf(c.Ref); user != "" {
		p.Content = "<@" + user + ">"
		p.Mentions.Users = []string{user}
	}
	return p
}
