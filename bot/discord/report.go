package discord

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/bwmarrin/discordgo"

	"liveadmin/bot"
	"liveadmin/bot/chat"
	"liveadmin/commands/words"
)

// Report posts the result in the thread; where there is none, in the root message,
// with why; where there is no root either, in the channel, or to the caller alone. It
// can be repeated. If no place takes it the error has bot.ErrNowhere.
func (d *Discord) Report(ctx context.Context, e bot.Entry, line words.Text, result words.Message) (bot.Post, error) {
	defer d.unsure.Delete(e.Number)
	at, err := chat.ReadPost[messageRef](e.Root)
	if err != nil {
		return "", err
	}
	if e.Command.Private {
		return d.confide(ctx, e, at, line, result)
	}
	if e.Waits() {
		return d.decline(ctx, e, at, line, result)
	}
	if e.Under != 0 {
		return d.late(ctx, e, at, line, result)
	}
	if at.Thread != "" {
		err := d.postResult(ctx, e, at.Thread, d.renderer().pages(result), notifiedBy(e, result))
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
	err = d.postResult(ctx, e, at.Channel, d.renderer().pages(chat.Headed(line, explained(result, at.Why.noThread(result.Language)))), notifiedBy(e, result))
	if !isRefusal(err) {
		return chat.Post(at), err
	}
	d.log.Warn("result not in its channel", "entry", e.Number, "channel", at.Channel, "err", err)
	return d.sendDirectly(ctx, e, line, result, reasonOf(err))
}

// late posts what comes after the result of another entry in the thread of that one, or
// in the room of one that never had a thread; where that does not take it, directly to
// the caller. It can be repeated.
func (d *Discord) late(ctx context.Context, e bot.Entry, at messageRef, line words.Text, result words.Message) (bot.Post, error) {
	shown, room := result, at.Thread
	if room == "" {
		shown, room = chat.Headed(line, result), at.Channel
	}
	err := d.postResult(ctx, e, room, d.renderer().pages(shown), notifiedBy(e, result))
	if !isRefusal(err) {
		return chat.Post(messageRef{Channel: room}), err
	}
	d.log.Warn("result not posted under its command", "entry", e.Number, "under", e.Under, "channel", room, "err", err)
	return d.sendDirectly(ctx, e, line, result, reasonOf(err))
}

// postResult posts a result that mentions people, which adds them to a thread.
func (d *Discord) postResult(ctx context.Context, e bot.Entry, room string, pages []outgoing, who notified) error {
	if who != nil {
		pages[0].Content, pages[0].Notified = who.mentions(), who
	}
	return d.sayAll(ctx, e, room, pages, 0)
}

// sayAll posts the pages of a result from one on, without those that are there already.
func (d *Discord) sayAll(ctx context.Context, e bot.Entry, room string, pages []outgoing, from int) error {
	shown, err := d.postedPages(ctx, e, room)
	if err != nil || shown[markOf(pages[len(pages)-1].Embeds)] { // the last is posted last
		return err
	}
	for i, p := range pages[from:] {
		if shown[markOf(p.Embeds)] {
			continue
		}
		if _, err := d.say(ctx, room, p, nonceOf(e, room, strconv.Itoa(from+i))); err != nil {
			return err
		}
	}
	return nil
}

// attach puts a result into the root message, and the other pages of a long one after it;
// where the bot is not allowed to write those, the result is cut. It finds no root if that
// was deleted.
func (d *Discord) attach(ctx context.Context, e bot.Entry, at messageRef, line words.Text, result words.Message) (found bool, err error) {
	put := func(p outgoing) (bool, error) {
		p.Content = d.rootLine(line).Content
		id, err := d.rewrite(ctx, e, at, p)
		return id != "" || err != nil, err
	}
	r := d.renderer()
	pages := r.pages(explained(result, at.Why.noThread(result.Language)))
	found, err = put(pages[0])
	if err != nil || !found {
		return found, err
	}
	if len(pages) > 1 {
		err = d.sayAll(ctx, e, at.Channel, pages, 1)
	}
	if isRefusal(err) {
		d.log.Warn("result shortened", "entry", e.Number, "channel", at.Channel, "err", err)
		_, err = put(r.single(result, r.cut(result.Language)))
	}
	if err != nil {
		return true, err
	}
	return true, d.mention(ctx, e, at, line, result)
}

// confide puts a result for the caller alone into the response that only they see; when that
// cannot be changed any more, it is a direct message.
func (d *Discord) confide(ctx context.Context, e bot.Entry, at messageRef, line words.Text, result words.Message) (bot.Post, error) {
	if h, ok := handleOf(e); ok && h.isFresh(d.now()) {
		said, own := result.Alone(line)
		m := d.renderer().single(own, words.In(own.Language).Notices.TooMuch)
		m.Content = d.rootLine(said).Content
		_, err := d.changeOriginal(ctx, h, m)
		if !isRefusal(err) {
			return chat.Post(at), err
		}
		d.log.Warn("result not in the response", "entry", e.Number, "err", err)
	}
	return d.sendDirectly(ctx, e, line, result, refused)
}

// decline answers the caller alone that something is not asked here. The response may be the root,
// which everybody sees: it is a message after that.
func (d *Discord) decline(ctx context.Context, e bot.Entry, at messageRef, line words.Text, says words.Message) (bot.Post, error) {
	if h, ok := handleOf(e); ok && h.isFresh(d.now()) {
		_, own := says.Alone(line)
		m := d.renderer().single(explained(own, at.Why.noThread(own.Language)), words.In(own.Language).Notices.TooMuch)
		m.Flags = discordgo.MessageFlagsEphemeral
		_, err := d.followUp(ctx, h, m)
		if !isRefusal(err) {
			return chat.Post(at), err
		}
		d.log.Warn("request not declined in the response", "entry", e.Number, "err", err)
	}
	return d.sendDirectly(ctx, e, line, says, refused)
}

// sendDirectly sends a result to the caller in a direct message, the last place to try.
func (d *Discord) sendDirectly(ctx context.Context, e bot.Entry, line words.Text, result words.Message, why reason) (bot.Post, error) {
	line, result = result.Alone(line)
	result = explained(result, why.direct(result.Language))
	room, err := d.rest.make(ctx, call{
		name: "opening a direct message", entry: true, method: http.MethodPost, path: "/users/@me/channels",
		body: map[string]string{"recipient_id": userOf(e.Caller.Ref)},
	})
	if err == nil {
		err = d.postResult(ctx, e, room, d.renderer().pages(chat.Headed(line, result)), notifiedBy(e, words.Message{}))
	}
	if isRefusal(err) {
		return "", fmt.Errorf("%w: %w", bot.ErrNowhere, err)
	}
	return chat.Post(messageRef{Channel: room}), err
}

// explained is a result with why it is where it is, if there is a sentence for that. The facts at
// its end stay there.
func explained(result words.Message, says words.Text) words.Message {
	if len(says) > 0 {
		result.Lines = slices.Insert(slices.Clone(result.Lines), endOf(result.Lines), words.Line{Style: words.Body, Text: says})
	}
	return result
}

// notifiedBy is whom the result of an entry notifies; nil: nobody.
func notifiedBy(e bot.Entry, result words.Message) notified {
	var all notified
	for _, ref := range e.Notified(result) {
		if user := userOf(ref); user != "" {
			all = append(all, user)
		}
	}
	return all
}

// mentions is the text that mentions them.
func (n notified) mentions() string { return "<@" + strings.Join(n, "> <@") + ">" }

// mention posts a message that notifies those whom a result notifies, beside the response
// that holds the result: that was changed, and a changed message notifies nobody. Where the bot
// may not post, it follows the response, as long as Discord takes that.
func (d *Discord) mention(ctx context.Context, e bot.Entry, at messageRef, line words.Text, result words.Message) error {
	who := notifiedBy(e, result)
	if who == nil {
		return nil
	}
	m := d.rootLine(line)
	m.Content, m.Notified = shorten(who.mentions()+" "+m.Content, longestContent), who
	nonce := nonceOf(e, at.Channel, "mention")
	var err error
	if _, unsure := d.unsure.Load(e.Number); unsure {
		err = d.sayOnce(ctx, at.Channel, m, nonce, at.Message)
	} else {
		_, err = d.say(ctx, at.Channel, m, nonce)
	}
	if h, ok := handleOf(e); isRefusal(err) && ok && h.isFresh(d.now()) {
		_, err = d.followUp(ctx, h, m)
	}
	if isRefusal(err) {
		d.log.Warn("nobody was notified of a result", "entry", e.Number, "channel", at.Channel, "err", err)
		return nil
	}
	return err
}
