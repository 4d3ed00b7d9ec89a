package discord

import (
	"context"
	"net/http"
	"strconv"

	"liveadmin/bot"
)

// outgoing is a message as Discord takes it. Of one that is changed, what is left out
// stays as it is.
type outgoing struct {
	Content    string   `json:"content,omitempty"`
	Embeds     []embed  `json:"embeds,omitempty"`
	Components []row    `json:"components,omitempty"`
	Flags      int      `json:"flags,omitempty"`
	Mentions   mentions `json:"allowed_mentions"`

	// A repeated message with the same nonce is the first one, for a few minutes.
	Nonce        string `json:"nonce,omitempty"`
	EnforceNonce bool   `json:"enforce_nonce,omitempty"`
}

type embed struct {
	Description string  `json:"description,omitempty"`
	Footer      *footer `json:"footer,omitempty"`
}

type footer struct {
	Text string `json:"text"`
}

// onlyCaller is the flag of a message that only the caller sees.
const onlyCaller = 1 << 6

// mentions are whom a message notifies: no one, whatever is in its text, or one.
type mentions struct {
	Parse []string `json:"parse"` // always there and empty: without it, everyone is notified
	Users []string `json:"users,omitempty"`
}

func nobody() mentions { return mentions{Parse: []string{}} }

// message is a message as Discord sends it.
type message struct {
	ID      string  `json:"id"`
	Author  user    `json:"author"`
	Content string  `json:"content"`
	Embeds  []embed `json:"embeds"`
	Answer  *struct {
		ID string `json:"id"`
	} `json:"interaction_metadata"` // of a response
}

// messageRef is where the messages of an entry are: what bot.Post holds in Discord.
type messageRef struct {
	Channel string `json:"channel"`           // of the root
	Message string `json:"message,omitempty"` // the root; empty: none could be posted
	Thread  string `json:"thread,omitempty"`  // empty: the result is in the root itself
	Why     reason `json:"why,omitempty"`     // there is no thread, or no root; with neither this nor a thread, one is to be opened
}

// Room is the channel of the root.
func (s messageRef) Room() string { return s.Channel }

// say posts a message in a channel or thread with the bot's own token. It can be
// repeated.
func (d *Discord) say(ctx context.Context, room string, m outgoing, nonce string) (id string, err error) {
	m.Nonce, m.EnforceNonce = nonce, true
	var said message
	err = d.rest.do(ctx, call{
		name: "posting a message", method: http.MethodPost, path: "/channels/" + room + "/messages", body: m, into: &said,
	})
	return said.ID, err
}

// change changes a message with the bot's own token.
func (d *Discord) change(ctx context.Context, room, id string, m outgoing) error {
	return d.rest.do(ctx, call{
		name: "changing a message", method: http.MethodPatch, path: "/channels/" + room + "/messages/" + id, body: m,
	})
}

// changeOriginal changes the original response.
func (d *Discord) changeOriginal(ctx context.Context, h handle, m outgoing) (id string, err error) {
	var changed message
	err = d.rest.do(ctx, call{
		name: "changing the response", method: http.MethodPatch, path: h.original(), body: m, into: &changed, open: true,
	})
	return changed.ID, err
}

// deleteOriginal deletes the original response.
func (d *Discord) deleteOriginal(ctx context.Context, h handle) error {
	return d.rest.do(ctx, call{name: "deleting the response", method: http.MethodDelete, path: h.original(), open: true})
}

// nonceOf names a message of an entry in a room, in up to twenty-five characters: the
// same one in another room is another message.
func nonceOf(e bot.Entry, room, part string) string {
	return strconv.FormatInt(e.Number, 36) + "." + room[max(len(room)-6, 0):] + "." + part
}
