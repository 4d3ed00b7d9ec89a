package discord

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
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

// FindResult looks for an entry's result: for its last page in the thread, or for any
// in the root message. What came late is looked for wherever it can stand, but not in the
// root message, which is another entry's.
func (d *Discord) FindResult(ctx context.Context, e bot.Entry) (bot.Post, bool, error) {
	ctx = chat.Gated(ctx)
	at, err := chat.ReadPost[stand](e.Root)
	if err != nil {
		return "", false, err
	}
	if e.Under != 0 {
		return d.findLate(ctx, e, at)
	}
	if at.Message == "" {
		return "", false, nil
	}
	if at.Thread != "" {
		if found, err := d.findLast(ctx, e, at.Thread, at.Message); found || err != nil {
			return chat.Post(at), found, err
		}
	}
	root, err := d.readRoot(ctx, e, at)
	return chat.Post(at), len(root.Embeds) > 0, err
}

// findLate looks for what came late since a while before its entry was accepted.
func (d *Discord) findLate(ctx context.Context, e bot.Entry, at stand) (bot.Post, bool, error) {
	for _, room := range rooms(e, at) {
		if found, err := d.findLast(ctx, e, room, idAt(e.Accepted.Add(-lookBack))); found || err != nil {
			return chat.Post(stand{Channel: room}), found, err
		}
	}
	return "", false, nil
}

// lookBack is room for a clock that is wrong.
const lookBack = time.Hour

// idAt is the ID that something made at a time would have (docs: reference, snowflakes).
func idAt(t time.Time) string {
	const epoch = 1420070400000
	return strconv.FormatInt(max(t.UnixMilli()-epoch, 0)<<22, 10)
}

// findLast looks in a room, after a message, for the page of the bot that has the entry's
// number.
func (d *Discord) findLast(ctx context.Context, e bot.Entry, room, after string) (bool, error) {
	me, err := d.me(ctx)
	if err != nil {
		return false, err
	}
	last := chat.Number(e.Number)
	id, err := d.find(ctx, room, after, func(m message) bool {
		return m.Author.ID == me.user && slices.ContainsFunc(m.Embeds, func(e embed) bool {
			return e.Footer != nil && e.Footer.Text == last
		})
	})
	return id != "", err
}

// readRoot reads the root message; one that is not there, or not for the bot to read,
// is empty.
func (d *Discord) readRoot(ctx context.Context, e bot.Entry, at stand) (m message, err error) {
	c := call{name: "reading the root message", method: http.MethodGet, into: &m}
	if h, ok := handleOf(e); ok && h.isFresh(d.now()) {
		c.path, c.open = h.original(), true
	} else {
		c.path = "/channels/" + at.Channel + "/messages/" + at.Message
	}
	if err := d.rest.do(ctx, c); !isRefusal(err) {
		return m, err
	}
	return message{}, nil
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
