package discord

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/bwmarrin/discordgo"

	"liveadmin/bot"
	"liveadmin/bot/chat"
	"liveadmin/commands"
	"liveadmin/commands/words"
)

// Notify posts a message in the thread of the root, or where there is none, in its channel.
func (d *Discord) Notify(ctx context.Context, e bot.Entry, name string, m words.Message, mentions []string) (bot.Post, error) {
	at, err := chat.ReadPost[messageRef](e.Root)
	if err != nil {
		return "", err
	}
	if silent := d.unheard(ctx, e, mentions); len(silent) > 0 {
		m = explained(m, unheardRoles(m.Language, silent))
	}
	page := d.notice(name, m)
	page.Notified = mentioned(mentions)
	for _, id := range page.Notified {
		page.Content = chat.Join(page.Content, " ", "<@"+id+">")
	}
	room := at.room()
	id, err := d.say(ctx, room, page, nonceOf(e, room, name))
	if isRefusal(err) {
		return "", fmt.Errorf("%w: %w", bot.ErrNowhere, err)
	}
	return chat.Post(messageRef{Channel: room, Message: id}), err
}

// unheardRoles says which roles are not notified.
func unheardRoles(l commands.Language, refs []string) words.Text {
	says := words.In(l)
	var names words.Text
	for i, ref := range refs {
		if i > 0 {
			names = append(names, words.Span{Text: says.Joins.Items})
		}
		names = append(names, words.Span{Kind: words.Team, Text: ref})
	}
	return words.Fill(says.Discord.Unheard, words.Slots{"roles": names})
}

// room is where messages about an entry go.
func (r messageRef) room() string {
	if r.Thread != "" {
		return r.Thread
	}
	return r.Channel
}

// noticeMarks are what the notices of a request have before their number: so they differ from
// the result.
var noticeMarks = map[string]string{bot.RequestNotice: "🙋 ", bot.ReminderNotice: "⏰ ", bot.EndNotice: "🏁 "}

// notice writes a message in one piece: its buttons decide about all of it.
func (d *Discord) notice(name string, m words.Message) outgoing {
	page := d.renderer().single(m, words.In(m.Language).Notices.TooMuch)
	last := &page.Embeds[len(page.Embeds)-1]
	last.Footer = &discordgo.MessageEmbedFooter{Text: noticeMarks[name] + chat.Number(m.Entry)}
	return page
}

// FindNotice looks for a message that Notify posted.
func (d *Discord) FindNotice(ctx context.Context, e bot.Entry, name string) (bot.Post, bool, error) {
	at, err := chat.ReadPost[messageRef](e.Root)
	if err != nil {
		return "", false, err
	}
	me, err := d.me(ctx)
	if err != nil {
		return "", false, err
	}
	since := at.Message
	if since == "" {
		since = idAt(e.Accepted.Add(-lookBack))
	}
	footer := noticeMarks[name] + chat.Number(e.Number)
	id, err := d.find(ctx, at.room(), since, func(said message) bool {
		return said.Author.ID == me.user && len(said.Embeds) > 0 && markOf(said.Embeds) == footer
	})
	return chat.Post(messageRef{Channel: at.room(), Message: id}), id != "", err
}

// amended is a message that is changed: its buttons are what is here, even if there are none.
type amended struct {
	outgoing
	Components []discordgo.MessageComponent `json:"components"`
}

// EditNotice changes a message that Notify posted.
func (d *Discord) EditNotice(ctx context.Context, e bot.Entry, post bot.Post, m words.Message) error {
	at, err := chat.ReadPost[messageRef](post)
	if err != nil || at.Message == "" {
		return err
	}
	page := d.notice(bot.RequestNotice, m)
	body := amended{page, append([]discordgo.MessageComponent{}, page.Components...)}
	err = d.rest.do(ctx, call{
		name: "changing a message", entry: true, method: http.MethodPatch, path: "/channels/" + at.Channel + "/messages/" + at.Message, body: body,
	})
	if code(err) == discordgo.ErrCodePerformedOperationOnArchivedThread { // what is posted there opens it
		return fmt.Errorf("%w: %w", bot.ErrNowhere, err)
	}
	if isRefusal(err) {
		d.log.Warn("message of a request not changed", "entry", e.Number, "channel", at.Channel, "err", err)
		return nil
	}
	return err
}

// mentioned are the people and roles of Discord among some callers and memberships.
func mentioned(refs []string) (all notified) {
	for _, ref := range refs {
		if user := userOf(ref); user != "" {
			all = append(all, user)
		} else if role := roleOf(ref); role != "" {
			all = append(all, "&"+role)
		}
	}
	return all
}

// roleOf is Discord's own ID of a role, or empty if it is none.
func roleOf(ref string) string {
	id, ok := strings.CutPrefix(ref, roleRef)
	if !ok || !snowflake.MatchString(id) {
		return ""
	}
	return id
}

// alone reports whether nobody else would see what the bot posts there: it is a direct
// message, or the bot may not post what a request is written in.
func (i interaction) alone() bool {
	if i.Guild == "" {
		return true
	}
	send := uint64(discordgo.PermissionSendMessages)
	if i.Where.isThread() {
		send = discordgo.PermissionSendMessagesInThreads
	}
	allowed, known := i.may(send | discordgo.PermissionViewChannel | discordgo.PermissionEmbedLinks)
	return known && !allowed && i.noThread() != ""
}
