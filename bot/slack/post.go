package slack

import (
	"context"
	"errors"
	"net/http"

	slackgo "github.com/slack-go/slack"

	"liveadmin/bot"
	"liveadmin/bot/chat"
)

// messageRef is where a message is: what bot.Post holds in Slack.
type messageRef struct {
	Channel string `json:"channel"`
	TS      string `json:"ts,omitempty"`        // of the message; empty: nothing was posted yet
	Thread  string `json:"thread_ts,omitempty"` // the root that it answers, if not its own
	How     how    `json:"how,omitempty"`
	Why     string `json:"why,omitempty"` // of a root that could not be posted: Slack's word for it
}

// how is the way in which a message reached its readers; empty: in its channel.
type how string

const (
	inPrivate how = "ephemeral" // through the response_url, to the caller alone
	inDirect  how = "direct"    // in a direct message to the caller
)

// Room is the channel.
func (s messageRef) Room() string { return s.Channel }

// root is the message under which answers go.
func (s messageRef) root() string {
	if s.Thread != "" {
		return s.Thread
	}
	return s.TS
}

// needsNoRoot reports whether an entry gets no message before its result: it came
// with a mention, and there is no progress to show.
func (s messageRef) needsNoRoot(e bot.Entry) bool { return s.Thread != "" && len(e.Changes) < 2 }

// say posts a page in a channel, under a root unless that is empty, and returns
// where. threaded is false if the root was deleted meanwhile: then the page is
// in the channel.
func (s *Slack) say(ctx context.Context, channel, root string, p page, m mark) (ts string, threaded bool, err error) {
	ts, threaded, err = s.send(ctx, channel, root, p, m)
	if root != "" && cannotThread(code(err)) {
		return s.send(ctx, channel, "", p, m)
	}
	return ts, threaded, err
}

func (s *Slack) send(ctx context.Context, channel, root string, p page, m mark) (ts string, threaded bool, err error) {
	err = plainly(p, func(p page) error {
		options := append(p.options(), slackgo.MsgOptionMetadata(m.metadata()),
			slackgo.MsgOptionDisableLinkUnfurl(), slackgo.MsgOptionDisableMediaUnfurl())
		if root != "" {
			options = append(options, slackgo.MsgOptionTS(root))
		}
		return s.inLine(ctx, channel, func(ctx context.Context) error {
			_, at, said, err := s.api.entries.PostMessageWithResponseContext(ctx, channel, options...)
			if err == nil && at == "" {
				err = errNoPlace // ok:false without an error looks the same
			}
			ts, threaded = at, said.ThreadTimestamp != ""
			return s.api.judge(postMessage, err)
		})
	})
	return ts, threaded, err
}

// plainly sends a page, and once more as plain text if Slack refuses its blocks.
func plainly(p page, send func(page) error) error {
	err := send(p)
	if len(p.blocks) > 0 && refusesBlocks(err) {
		return send(page{text: p.text})
	}
	return err
}

// inLine makes a call about a channel, as fast as Slack lets calls about it follow.
func (s *Slack) inLine(ctx context.Context, channel string, send func(context.Context) error) error {
	return s.queue.Do(ctx, channel, func(ctx context.Context) (chat.Limit, error) {
		err := send(ctx)
		return limitOf(err), err
	})
}

// change gives a message another page.
func (s *Slack) change(ctx context.Context, channel, ts string, p page, m mark) error {
	return plainly(p, func(p page) error {
		return s.inLine(ctx, channel, func(ctx context.Context) error {
			_, _, _, err := s.api.entries.UpdateMessageContext(ctx, channel, ts, append(p.options(), slackgo.MsgOptionMetadata(m.metadata()))...)
			return s.api.judge(updateMessage, err)
		})
	})
}

// options write a page. Slack is never asked to make links of names.
func (p page) options() []slackgo.MsgOption {
	options := []slackgo.MsgOption{slackgo.MsgOptionText(p.shown(), false)}
	if len(p.blocks) > 0 {
		options = append(options, slackgo.MsgOptionBlocks(p.blocks...))
	}
	return options
}

// errForeign is returned for a response_url that is not Slack's.
var errForeign = errors.New("the response_url is not one of Slack's")

// respond answers the caller alone through the address that came with a command or
// a click, which takes five messages within half an hour.
func (s *Slack) respond(ctx context.Context, over *http.Client, url, root string, p page) error {
	if !s.api.canRespond(url) {
		return errForeign
	}
	return plainly(p, func(p page) error {
		message := p.private()
		message.ThreadTimestamp = root
		return s.api.judge(responseURL, slackgo.PostWebhookCustomHTTPContext(ctx, url, over, message))
	})
}

// private is a page that the caller alone sees, as a response_url or an
// acknowledgement takes it.
func (p page) private() *slackgo.WebhookMessage {
	no := false
	return &slackgo.WebhookMessage{
		ResponseType: slackgo.ResponseTypeEphemeral, Text: p.shown(), Blocks: &slackgo.Blocks{BlockSet: p.blocks},
		UnfurlLinks: &no, UnfurlMedia: &no,
	}
}

// isSpent reports whether an address for answers no longer takes anything, however
// often it is tried.
func isSpent(err error) bool {
	s := status(err)
	return s >= 400 && s < 500 && s != 408 && s != 429 || errors.Is(err, errForeign)
}

// isLost reports whether a message was not posted and will not be by trying again,
// or was posted in an unknown place.
func isLost(err error) bool { return errors.Is(err, errNoPlace) || isRefused(err) }
