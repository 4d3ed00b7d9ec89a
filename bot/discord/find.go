package discord

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/chat"
)

// How far a message is looked for: so many pages of messages.
const (
	searchPage   = 100
	mostSearched = 10
)

// FindRoot finds nothing: Announce finds the root itself when it is repeated.
func (d *Discord) FindRoot(context.Context, bot.Entry) (bot.Post, bool, error) {
	return "", false, nil
}

// FindResult finds nothing either. It notes that an earlier Report may have posted the
// result, or a part of it, so that the next one looks before it posts: from the entry's
// root on, or without one of its own, from a while before the entry was accepted.
func (d *Discord) FindResult(_ context.Context, e bot.Entry) (bot.Post, bool, error) {
	at, err := chat.ReadPost[messageRef](e.Root)
	if err != nil {
		return "", false, err
	}
	since := at.Message
	if e.Under != 0 || since == "" {
		since = idAt(e.Accepted.Add(-lookBack))
	}
	d.unsure.Store(e.Number, since)
	return "", false, nil
}

// standing are the marks of the pages of the bot that are in a room, if some of an
// entry's may.
func (d *Discord) standing(ctx context.Context, e bot.Entry, room string) (map[string]bool, error) {
	since, unsure := d.unsure.Load(e.Number)
	if !unsure {
		return nil, nil
	}
	me, err := d.me(ctx)
	if err != nil {
		return nil, err
	}
	marks := make(map[string]bool)
	_, err = d.find(ctx, room, since.(string), func(m message) bool {
		if m.Author.ID == me.user && len(m.Embeds) > 0 {
			marks[markOf(m.Embeds)] = true
		}
		return false
	})
	return marks, err
}

// markOf distinguishes the pages of results: the last one by its entry's number, the others by
// what they say. Discord trims that.
func markOf(embeds []embed) string {
	var all []string
	for _, e := range embeds {
		if e.Footer != nil {
			return e.Footer.Text
		}
		all = append(all, strings.TrimSpace(e.Description))
	}
	return strings.Join(all, "\n")
}

// lookBack is room for a clock that is wrong.
const lookBack = time.Hour

// idAt is the ID that something made at a time would have (docs: reference, snowflakes).
func idAt(t time.Time) string {
	const epoch = 1420070400000
	return strconv.FormatInt(max(t.UnixMilli()-epoch, 0)<<22, 10)
}

// findOriginal looks for the response to an interaction.
func (d *Discord) findOriginal(ctx context.Context, room string, h handle) (id string, err error) {
	return d.find(ctx, room, h.ID, func(m message) bool { return m.Answer != nil && m.Answer.ID == h.ID })
}

// find looks for a message after another, and returns its ID or nothing. Where the
// bot is not allowed to read, there is nothing.
func (d *Discord) find(ctx context.Context, room, after string, fits func(message) bool) (id string, err error) {
	for range mostSearched {
		var page []message
		err := d.rest.do(ctx, call{
			name: "reading messages", method: http.MethodGet, into: &page,
			path: fmt.Sprintf("/channels/%s/messages?after=%s&limit=%d", room, after, searchPage),
		})
		if isRefusal(err) {
			return "", nil
		}
		if err != nil {
			return "", err
		}
		for _, m := range page {
			if fits(m) {
				return m.ID, nil
			}
			if newer(m.ID, after) {
				after = m.ID
			}
		}
		if len(page) < searchPage {
			break
		}
	}
	return "", nil
}

// newer compares two of Discord's IDs, which grow.
func newer(a, b string) bool { return len(a) > len(b) || len(a) == len(b) && a > b }
