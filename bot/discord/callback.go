package discord

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/bwmarrin/discordgo"

	"liveadmin/bot"
	"liveadmin/bot/chat"
)

// Discord waits three seconds for the first response to an interaction.
const (
	ackWindow = 3 * time.Second
	ackTime   = 1500 * time.Millisecond // of one try
	ackPause  = 50 * time.Millisecond   // after the first; it doubles
)

// response is the first response to an interaction.
type response struct {
	Kind discordgo.InteractionResponseType `json:"type"`
	Data any                               `json:"data,omitempty"`

	entry bool // it answers what makes an entry
}

// respond gives the first response, which Discord takes once, and returns the ID of the
// message that it is, if Discord says so. An error has bot.ErrNotRun if Discord certainly
// did not take it; with any other it is not known. The end of ctx does not end it: only
// Discord's window does.
//
// A refusal because there was a response already means, at the first try, that
// someone else gave it; after a try with an unknown end, that this one had worked.
func (d *Discord) respond(ctx context.Context, i interaction, r response) (message string, err error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), ackWindow)
	defer cancel()
	var taken struct {
		Resource struct {
			Message identified `json:"message"`
		} `json:"resource"`
	}
	c := call{
		name: "first response", method: http.MethodPost, open: true, entry: r.entry, body: r, into: &taken,
		path: "/interactions/" + i.ID + "/" + url.PathEscape(i.Token) + "/callback?with_response=true",
	}
	unsure := false
	for pause := ackPause; ; pause *= 2 {
		try, cancel := context.WithTimeout(ctx, ackTime)
		l, err := d.rest.send(try, c)
		cancel()
		if err == nil || unsure && code(err) == discordgo.ErrCodeInteractionHasAlreadyBeenAcknowledged {
			return taken.Resource.Message.ID, nil
		}
		final := isRefusal(err) || chat.IsHeld(err)
		unsure = unsure || !final && !isUnsent(err)
		if !final && chat.Sleep(ctx, max(l.Pause, pause)) {
			continue
		}
		if !unsure {
			err = fmt.Errorf("%w: %w", err, bot.ErrNotRun)
		}
		return "", err
	}
}

// offer gives a first response that every session gives that has the interaction. Discord
// takes that of one.
func (d *Discord) offer(ctx context.Context, i interaction, r response) (taken bool, err error) {
	_, err = d.respond(ctx, i, r)
	if code(err) == discordgo.ErrCodeInteractionHasAlreadyBeenAcknowledged {
		return false, nil
	}
	return err == nil, err
}

// Confirm asks Discord whether the first response to a command was taken, if that is
// not on record, and returns where it is. The error is bot.ErrNotRun if the entry must
// not run. After fifteen minutes Discord no longer says it: the entry is to run, and
// Announce looks for its root message in the channel.
func (d *Discord) Confirm(ctx context.Context, e bot.Entry) (bot.Post, error) {
	h, ok := handleOf(e)
	if !ok {
		return "", nil
	}
	// A response that is still on its way could be taken up to the end of the window.
	const settled = ackWindow + time.Second
	if !chat.Sleep(ctx, min(settled, settled-d.now().Sub(h.At))) {
		return "", ctx.Err()
	}
	if !h.isFresh(d.now()) {
		return "", nil
	}
	var first message
	err := d.rest.do(ctx, call{
		name: "reading the first response", method: http.MethodGet, path: h.original(), open: true, entry: true, into: &first,
	})
	switch {
	case err == nil:
		return chat.Post(messageRef{Channel: roomOf(e.Place), Message: first.ID, Why: whyNoThreadFor(e)}), nil
	case code(err) == discordgo.ErrCodeInvalidWebhookTokenProvided:
		return "", nil
	case isMissing(err):
		return "", fmt.Errorf("the command was not acknowledged: %w", bot.ErrNotRun)
	}
	return "", err
}
