package slack

import (
	"context"
	"errors"
	"fmt"
	"slices"

	slackgo "github.com/slack-go/slack"

	"liveadmin/bot"
	"liveadmin/bot/chat"
	"liveadmin/commands/words"
)

// mostPages is how many messages an answer to the caller alone may have: a response_url takes five.
const mostPages = 5

// Announce posts the root message. After a mention, the message with the mention is the root;
// only a command on several groups gets a reply that shows its progress. Where the bot cannot
// post there is no root, and the result will go to the caller alone.
func (s *Slack) Announce(ctx context.Context, e bot.Entry, root words.Text) (bot.Post, error) {
	at := messageRef{Channel: channelOf(e.Place), Thread: e.Place.Thread}
	if e.Command.Private {
		return chat.Post(messageRef{Channel: at.Channel, How: inPrivate}), nil
	}
	if at.needsNoRoot(e) {
		return chat.Post(at), nil
	}
	ts, _, err := s.say(ctx, at.Channel, at.Thread, rootPage(root), mark(e, rootPart))
	if errors.Is(err, errNoPlace) {
		if post, found, _ := s.FindRoot(ctx, e); found {
			return post, nil
		}
	}
	if err != nil && !isLost(err) {
		return "", err
	}
	at.TS = ts
	if err != nil {
		at.Why = code(err)
		s.log.Warn("root message not posted", "entry", e.Number, "channel", at.Channel, "err", err)
		s.Language(ctx, e.Caller.Ref) // the result will go to them alone
	}
	return chat.Post(at), nil
}

// Update gives the root message another line. One that was deleted, or was never posted, stays so.
func (s *Slack) Update(ctx context.Context, e bot.Entry, root words.Text) error {
	at, err := chat.ReadPost[messageRef](e.Root)
	if err != nil || at.TS == "" {
		return err
	}
	err = s.change(ctx, at.Channel, at.TS, rootPage(root), mark(e, rootPart))
	if isRefused(err) {
		s.log.Warn("root message not updated", "entry", e.Number, "channel", at.Channel, "err", err)
		return nil
	}
	return err
}

// Report posts the result in the thread, and what comes late in the thread of the entry that it is
// under; where that is not possible, it goes to the caller alone, with what to do about it.
func (s *Slack) Report(ctx context.Context, e bot.Entry, root words.Text, result words.Message) (bot.Post, error) {
	at, err := chat.ReadPost[messageRef](e.Root)
	if err != nil {
		return "", err
	}
	if at.root() == "" || e.Waits() { // that something is not asked is for the caller alone
		return s.confide(ctx, e, at.Why, root, result)
	}
	post, err := s.reply(ctx, e, at, root, result)
	if isLost(err) {
		s.log.Warn("result not in its thread", "entry", e.Number, "channel", at.Channel, "err", err)
		return s.confide(ctx, e, code(err), root, result)
	}
	return post, err
}

// reply posts a result under its root. If that was deleted meanwhile, it is in the
// channel, unless it comes late and Slack says so. Of a long result that was begun it leaves
// out the pages that are there.
func (s *Slack) reply(ctx context.Context, e bot.Entry, at messageRef, root words.Text, result words.Message) (bot.Post, error) {
	if isDirect(at.Channel) {
		result.Columns = nil // as in confide
	}
	all := pages(shown(e, at, root, result), true)
	posted := begun{at.root(), make(map[string]string)}
	if there, again := s.begun.LoadAndDelete(e.Number); again {
		posted, _ = there.(begun)
	}
	thread := posted.thread
	first, say := messageRef{Channel: at.Channel}, s.say
	if e.Under != 0 {
		say = s.send
	}
	for i, p := range all {
		part := pagePart(i, len(all))
		ts, threaded := posted.pages[part], thread != ""
		if ts == "" {
			var err error
			if ts, threaded, err = say(ctx, at.Channel, thread, p, mark(e, part)); err != nil {
				if i > 0 && !isLost(err) { // the next try goes on from here
					s.begun.Store(e.Number, posted)
				}
				return "", err
			}
			posted.pages[part] = ts
		}
		if i > 0 {
			continue
		}
		if first.TS = ts; threaded {
			first.Thread = thread
			continue
		}
		if thread != "" {
			s.orphaned(ctx, e, first, mark(e, part), chat.Headed(root, result))
		}
		posted.thread, thread = "", ts
	}
	return chat.Post(first), nil
}

// shown is a result as its readers see it: under the line of its root, which mentions who
// asked, where no root message is above it, and behind those whom it notifies.
func shown(e bot.Entry, at messageRef, root words.Text, result words.Message) words.Message {
	who := e.Notified(result)
	if at.TS == "" && e.Under == 0 {
		mentioned := func(ref string) bool { return ref == e.Caller.Ref }
		return addressed(chat.Headed(root, result), slices.DeleteFunc(who, mentioned))
	}
	return addressed(result, who)
}

// orphaned gives a result that is in the channel the line of the root that is
// gone, if it still fits one message then.
func (s *Slack) orphaned(ctx context.Context, e bot.Entry, at messageRef, m slackgo.SlackMetadata, result words.Message) {
	s.log.Warn("the root message was deleted", "entry", e.Number, "channel", at.Channel)
	if all := pages(result, true); len(all) == 1 {
		if err := s.change(ctx, at.Channel, at.TS, all[0], m); err != nil {
			s.log.Warn("result without its root's line", "entry", e.Number, "err", err)
		}
	}
}

// confide gives a result to the caller alone: through the address that came with the command,
// or in a direct message if that has expired or there is none. An error has bot.ErrNowhere if
// that is not possible either.
func (s *Slack) confide(ctx context.Context, e bot.Entry, why string, root words.Text, result words.Message) (bot.Post, error) {
	channel := channelOf(e.Place)
	headed := chat.Headed(result.Alone(root))
	headed.Columns = nil // for one reader, who may be on a phone, a list
	says := words.In(headed.Language)
	noticed := func(opening string) []page {
		m := headed
		if e.Command.Private || e.Waits() && why == "" { // it is where it belongs
			return capped(pages(m, true), says)
		}
		m.Lines = append(slices.Clip(m.Lines),
			words.Line{Style: words.Body, Text: words.Text{{Text: opening}}},
			words.Line{Style: words.Body, Text: remedy(m.Language, why, channel, s.name())})
		return capped(pages(m, true), says)
	}
	if e.Reply != "" {
		err := s.inTurn(ctx, e.Number, noticed(says.Slack.OnlyYou), func(ctx context.Context, p page) error {
			return s.respond(ctx, s.api.entriesHTTP, e.Reply, "", p)
		})
		if err == nil {
			return chat.Post(messageRef{Channel: channel, How: inPrivate}), nil
		}
		if !isSpent(err) && !isRefused(err) {
			return "", err
		}
		s.log.Warn("could not answer the caller where the command was typed", "entry", e.Number, "err", err)
	}
	at := messageRef{Channel: userOf(e.Caller.Ref), How: inDirect}
	for _, p := range noticed(says.Slack.Direct) {
		ts, _, err := s.send(ctx, at.Channel, "", p, mark(e, resultPart))
		if isRefused(err) {
			err = fmt.Errorf("%w: %w", bot.ErrNowhere, err)
		}
		if err != nil {
			return "", err
		}
		at.TS = ts
	}
	return chat.Post(at), nil
}

// capped drops the pages that would be too many, and says so.
func capped(all []page, says words.Words) []page {
	if len(all) > mostPages {
		all = all[:mostPages]
		all[mostPages-1] = pages(words.Message{Lines: []words.Line{{Text: words.Text{{Text: says.Notices.TooMuch}}}}}, false)[0]
	}
	return all
}

// addressed puts people before the first line.
func addressed(m words.Message, refs []string) words.Message {
	if len(m.Lines) == 0 {
		return m
	}
	var people words.Text
	for _, ref := range refs {
		people = append(people, words.Span{Kind: words.Account, Text: ref}, words.Span{Text: " "})
	}
	m.Lines = slices.Clone(m.Lines)
	m.Lines[0].Text = append(people, m.Lines[0].Text...)
	return m
}

// name is what the bot is called in the workspace.
func (s *Slack) name() string {
	if self := s.self.Load(); self != nil && self.name != "" {
		return self.name
	}
	return "liveadmin"
}
