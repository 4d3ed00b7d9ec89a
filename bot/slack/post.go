package slack

import (
	"cmp"
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
func (s messageRef) root() string { return cmp.Or(s.Thread, s.TS) }

// needsNoRoot reports whether an entry gets no message before its result: it came
// with a mention, and there is no progress to show.
func (s messageRef) needsNoRoot(e bot.Entry) bool { return s.Thread != "" && len(e.Changes) < 2 }

// say posts a page in a channel, under a root unless that is empty, and returns where. threaded is
// false if the root was deleted meanwhile: then the page is in the channel.
func (s *Slack) say(ctx context.Context, channel, root string, p page, m slackgo.SlackMetadata) (ts string, threaded bool, err error) {
	ts, threaded, err = s.send(ctx, channel, root, p, m)
	if root != "" && cannotThread(code(err)) {
		return s.send(ctx, channel, "", p, m)
	}
	return ts, threaded, err
}

func (s *Slack) send(ctx context.Context, channel, root string, p page, m slackgo.SlackMetadata) (ts string, threaded bool, err error) {
	err = s.inLinePlainly(ctx, channel, p, func(ctx context.Context, options ...slackgo.MsgOption) error {
		options = append(options, slackgo.MsgOptionMetadata(m), under(root),
			slackgo.MsgOptionDisableLinkUnfurl(), slackgo.MsgOptionDisableMediaUnfurl())
		_, at, said, err := s.api.entries.PostMessageWithResponseContext(ctx, channel, options...)
		if err == nil && at == "" {
			err = errNoPlace // ok:false without an error looks the same
		}
		ts, threaded = at, said.ThreadTimestamp != ""
		return s.api.judge(postMessage, err)
	})
	return ts, threaded, err
}

// under puts a message under a root, unless that is empty.
func under(root string) slackgo.MsgOption {
	if root == "" {
		return slackgo.MsgOptionCompose()
	}
	return slackgo.MsgOptionTS(root)
}

// change gives a message another page.
func (s *Slack) change(ctx context.Context, channel, ts string, p page, m slackgo.SlackMetadata) error {
	return s.inLinePlainly(ctx, channel, p, func(ctx context.Context, options ...slackgo.MsgOption) error {
		_, _, _, err := s.api.entries.UpdateMessageContext(ctx, channel, ts, append(options, slackgo.MsgOptionMetadata(m))...)
		return s.api.judge(updateMessage, err)
	})
}

// ephemeral answers after a mention, which brings no address for answers. Inside of a
// thread the answer must name it, or it is in the channel.
func (s *Slack) ephemeral(ctx context.Context, h inbound, p page) error {
	channel, user := channelOf(h.delivery.Place), userOf(h.delivery.Caller.Ref)
	return s.inLinePlainly(ctx, channel, p, func(ctx context.Context, options ...slackgo.MsgOption) error {
		_, err := s.api.PostEphemeralContext(ctx, channel, user, append(options, under(h.thread))...)
		return s.api.judge(postEphemeral, err)
	})
}

// direct answers the caller alone in a direct message.
func (s *Slack) direct(ctx context.Context, ref string, p page) error {
	user := userOf(ref)
	return s.inLinePlainly(ctx, user, p, func(ctx context.Context, options ...slackgo.MsgOption) error {
		_, _, err := s.api.PostMessageContext(ctx, user, options...)
		return s.api.judge(postMessage, err)
	})
}

// inLinePlainly sends a page to a channel: in line, and more plainly if need be.
func (s *Slack) inLinePlainly(ctx context.Context, channel string, p page, send func(context.Context, ...slackgo.MsgOption) error) error {
	return s.plainly(p, func(f form) error {
		return s.inLine(ctx, channel, func(ctx context.Context) error {
			// Names are not made into links. No blocks at all take those of a changed message away.
			return send(ctx, slackgo.MsgOptionText(f.text, false), slackgo.MsgOptionBlocks(f.blocks...))
		})
	})
}

// plainly sends a page as rich_text. If Slack refuses the blocks, it sends it again at once with
// plain sections, and as text if Slack refuses those, too. That Slack takes sections and no
// rich_text is remembered.
func (s *Slack) plainly(p page, send func(form) error) error {
	var refused error
	if !s.sectionsOnly.Load() {
		refused = send(p.asRichText())
		if !refusesBlocks(refused) {
			return refused
		}
		s.log.Warn("Slack refused rich_text, sending plain sections", "err", refused)
	}
	err := send(p.asSections())
	if err == nil && (code(refused) == invalidBlocks || status(refused) == http.StatusBadRequest) {
		s.sectionsOnly.Store(true)
	}
	if refusesBlocks(err) {
		return send(p.asText())
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

// errForeign is returned for a response_url that is not Slack's.
var errForeign = errors.New("the response_url is not one of Slack's")

// respond answers the caller alone through the address that came with a command or
// a click, which takes five messages within half an hour.
func (s *Slack) respond(ctx context.Context, over *http.Client, url, root string, p page) error {
	if !s.api.canRespond(url) {
		return errForeign
	}
	return s.plainly(p, func(f form) error {
		message := f.private()
		message.ThreadTimestamp = root
		return s.api.respond(ctx, over, url, message)
	})
}

// private is a message that the caller alone sees, as a response_url or an acknowledgement takes it.
func (f form) private() *slackgo.WebhookMessage {
	no := false
	return &slackgo.WebhookMessage{
		ResponseType: slackgo.ResponseTypeEphemeral, Text: f.text, Blocks: &slackgo.Blocks{BlockSet: f.blocks},
		UnfurlLinks: &no, UnfurlMedia: &no,
	}
}
