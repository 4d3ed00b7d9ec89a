package discord

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"

	"liveadmin/bot"
	"liveadmin/bot/chat"
)

// outgoing is a message as Discord takes it. Of one that is changed, what is left out
// remains as it is.
type outgoing struct {
	Content    string                       `json:"content,omitempty"`
	Embeds     []discordgo.MessageEmbed     `json:"embeds,omitempty"`
	Components []discordgo.MessageComponent `json:"components,omitempty"`
	Flags      discordgo.MessageFlags       `json:"flags,omitempty"`
	Notified   notified                     `json:"allowed_mentions"`

	// A repeated message with the same nonce is the first one, for a few minutes.
	Nonce        string `json:"nonce,omitempty"`
	EnforceNonce bool   `json:"enforce_nonce,omitempty"`
}

// notified are the people whom a message notifies, whatever is in its text, and the roles,
// each after an &.
type notified []string

// MarshalJSON always writes the field "parse", and empty: without it, everyone is notified.
func (n notified) MarshalJSON() ([]byte, error) {
	var users, roles []string
	for _, id := range n {
		if role, ok := strings.CutPrefix(id, "&"); ok {
			roles = append(roles, role)
		} else {
			users = append(users, id)
		}
	}
	return json.Marshal(struct {
		Parse []string `json:"parse"`
		Users []string `json:"users,omitempty"`
		Roles []string `json:"roles,omitempty"`
	}{[]string{}, users, roles})
}

// message is a message as Discord sends it.
type message struct {
	ID      string                   `json:"id"`
	Author  identified               `json:"author"`
	Content string                   `json:"content"`
	Embeds  []discordgo.MessageEmbed `json:"embeds"`
	Answer  *identified              `json:"interaction_metadata"` // of a response: the interaction
}

// identified is anything of Discord's of which only the ID is needed.
type identified struct {
	ID string `json:"id"`
}

// messageRef is where the messages of an entry are: what bot.Post holds in Discord.
type messageRef struct {
	Channel string `json:"channel"`           // of the root
	Message string `json:"message,omitempty"` // the root; empty: none could be posted
	Thread  string `json:"thread,omitempty"`  // empty: the result is in the root itself
	Why     reason `json:"why,omitempty"`     // there is no thread, or no root; with neither this nor a thread, one is to be opened
}

// Room is the channel of the root.
func (r messageRef) Room() string { return r.Channel }

// say posts a message in a channel or thread with the bot's own token. It can be
// repeated.
func (d *Discord) say(ctx context.Context, room string, m outgoing, nonce string) (id string, err error) {
	m.Nonce, m.EnforceNonce = nonce, true
	return d.rest.make(ctx, call{
		name: "posting a message", entry: true, method: http.MethodPost, path: "/channels/" + room + "/messages", body: m,
	})
}

// change changes a message with the bot's own token.
func (d *Discord) change(ctx context.Context, room, id string, m outgoing) error {
	return d.rest.do(ctx, call{
		name: "changing a message", entry: true, method: http.MethodPatch, path: "/channels/" + room + "/messages/" + id, body: m,
	})
}

// changeOriginal changes the original response.
func (d *Discord) changeOriginal(ctx context.Context, h handle, m outgoing) (id string, err error) {
	return d.rest.make(ctx, call{
		name: "changing the response", entry: true, method: http.MethodPatch, path: h.original(), body: m, open: true,
	})
}

// followUp posts a message after the original response, also where the bot may not post.
func (d *Discord) followUp(ctx context.Context, h handle, m outgoing) (id string, err error) {
	return d.rest.make(ctx, call{
		name: "following the response", entry: true, method: http.MethodPost, path: h.webhook(), body: m, open: true,
	})
}

// nonceOf names a message of an entry in a room, in up to twenty-five characters: the
// same one in another room is another message.
func nonceOf(e bot.Entry, room, part string) string {
	return strconv.FormatInt(e.Number, 36) + "." + room[max(len(room)-6, 0):] + "." + part
}

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

// postedPages are the marks of the bot's pages in a room, if some of an entry's may be there.
func (d *Discord) postedPages(ctx context.Context, e bot.Entry, room string) (map[string]bool, error) {
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
func markOf(embeds []discordgo.MessageEmbed) string {
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

// find looks for a message after another, and returns its ID or nothing. Where the
// bot is not allowed to read, there is nothing.
func (d *Discord) find(ctx context.Context, room, after string, fits func(message) bool) (id string, err error) {
	for range mostSearched {
		var page []message
		err := d.rest.do(ctx, call{
			name: "reading messages", entry: true, method: http.MethodGet, into: &page,
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
