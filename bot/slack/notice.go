package slack

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"liveadmin/bot"
	"liveadmin/bot/chat"
	"liveadmin/commands"
	"liveadmin/commands/words"
)

// Notify posts a message in the thread of the root. Slack notifies those whom its text mentions. Of
// user groups that are empty, switched off or gone, it says that they are not notified.
func (s *Slack) Notify(ctx context.Context, e bot.Entry, name string, m words.Message, mentions []string) (bot.Post, error) {
	at, err := chat.ReadPost[messageRef](e.Root)
	if err != nil {
		return "", err
	}
	if at.root() == "" {
		return "", fmt.Errorf("%w: %s", bot.ErrNowhere, at.Why)
	}
	if says := s.unheard(m.Language, mentions); says != nil {
		m.Lines = append(slices.Clip(m.Lines), words.Line{Style: words.Body, Text: says})
	}
	posted := messageRef{Channel: at.Channel, Thread: at.root()}
	posted.TS, _, err = s.say(ctx, at.Channel, at.root(), pages(m, true)[0], mark(e, name))
	if isLost(err) {
		return "", fmt.Errorf("%w: %w", bot.ErrNowhere, err)
	}
	return chat.Post(posted), err
}

// unheard says which user groups among some callers and memberships have nobody to notify; nil:
// none.
func (s *Slack) unheard(l commands.Language, refs []string) words.Text {
	var groups words.Text
	says := words.In(l)
	lists := s.lists()
	for _, ref := range refs {
		if members, known := lists[ref]; !known || len(members) > 0 {
			continue
		}
		if groups != nil {
			groups = append(groups, words.Span{Text: says.Joins.Items})
		}
		groups = append(groups, words.Span{Kind: words.Code, Text: strings.TrimPrefix(ref, groupRef)})
	}
	if groups == nil {
		return nil
	}
	return words.Fill(says.Slack.Unheard, words.Slots{"groups": groups})
}

// FindNotice looks for a message that Notify posted. It finds none where the app may not read the
// history.
func (s *Slack) FindNotice(ctx context.Context, e bot.Entry, name string) (bot.Post, bool, error) {
	at, err := chat.ReadPost[messageRef](e.Root)
	if err != nil || at.root() == "" {
		return "", false, err
	}
	parts, err := s.find(ctx, e, at.Channel, at.root(), name)
	return chat.Post(messageRef{Channel: at.Channel, Thread: at.root(), TS: parts[name]}), parts[name] != "", err
}

// EditNotice changes a message that Notify posted.
func (s *Slack) EditNotice(ctx context.Context, e bot.Entry, post bot.Post, m words.Message) error {
	at, err := chat.ReadPost[messageRef](post)
	if err != nil || at.TS == "" {
		return err
	}
	err = s.change(ctx, at.Channel, at.TS, pages(m, true)[0], mark(e, bot.RequestNotice))
	if isRefused(err) {
		s.log.Warn("message of a request not changed", "entry", e.Number, "channel", at.Channel, "err", err)
		return nil
	}
	return err
}

// isDirect reports whether a channel is a direct message with the bot, where nobody else reads.
func isDirect(channel string) bool { return strings.HasPrefix(channel, "D") }
