package slack

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"net/url"
	"strconv"
	"time"

	slackgo "github.com/slack-go/slack"

	"liveadmin/bot"
	"liveadmin/bot/chat"
)

// A message is looked for in what was posted since the entry was accepted, with room for a
// clock that is wrong. Threads come oldest first and channels newest first, so it can be at the
// end of either: all of it is read, as far as the time allows.
const (
	clockError = time.Hour
	searchPage = 200
	searchTime = 3 * time.Minute
)

// FindRoot looks for an entry's root message. It finds none where the app may not read the history.
func (s *Slack) FindRoot(ctx context.Context, e bot.Entry) (bot.Post, bool, error) {
	at := messageRef{Channel: channelOf(e.Place), Thread: e.Place.Thread}
	if at.needsNoRoot(e) {
		return chat.Post(at), true, nil
	}
	parts, err := s.find(ctx, e, at.Channel, at.Thread, rootPart)
	at.TS = parts[rootPart]
	return chat.Post(at), at.TS != "", err
}

// begun is the posted part of a result.
type begun struct {
	thread string            // empty: it is in the channel
	pages  map[string]string // where, by part
}

// FindResult looks for the last page of an entry's result: in its thread and, in case
// that was gone, in the channel. If only the first pages are there, Report goes on from
// there. It does not find what only the caller saw.
func (s *Slack) FindResult(ctx context.Context, e bot.Entry) (bot.Post, bool, error) {
	at, err := chat.ReadPost[messageRef](e.Root)
	if err != nil || at.root() == "" {
		return "", false, err
	}
	for _, thread := range []string{at.root(), ""} {
		pages, err := s.findPages(ctx, e, at.Channel, thread)
		if err != nil {
			return "", false, err
		}
		first, last := pages[pagePart(0, 2)], pages[resultPart]
		if last != "" {
			s.begun.Delete(e.Number)
			return chat.Post(messageRef{Channel: at.Channel, TS: cmp.Or(first, last), Thread: thread}), true, nil
		}
		if first != "" {
			s.begun.Store(e.Number, begun{thread, pages})
			break
		}
	}
	return "", false, nil
}

// findPages looks for the pages of a result in a thread or, without one, in a channel:
// the first is there, and the others under it.
func (s *Slack) findPages(ctx context.Context, e bot.Entry, channel, thread string) (map[string]string, error) {
	pages, err := s.find(ctx, e, channel, thread, resultPart)
	if first := pages[pagePart(0, 2)]; err == nil && thread == "" && first != "" {
		return s.find(ctx, e, channel, first, resultPart)
	}
	return pages, err
}

// find looks for the messages of an entry in a thread or, without one, in a channel, until it
// has found one part, there is nothing more to read, or the time is over. It returns where
// they are, by part.
func (s *Slack) find(ctx context.Context, e bot.Entry, channel, thread, until string) (map[string]string, error) {
	parts := make(map[string]string)
	if _, blind := s.blind.Load(channel); blind {
		return parts, nil
	}
	oldest := strconv.FormatInt(e.Accepted.Add(-clockError).Unix(), 10)
	cursor := ""
	for began := time.Now(); time.Since(began) < searchTime; {
		var messages []found
		err := s.inLine(ctx, channel, func(ctx context.Context) (err error) {
			messages, cursor, err = s.read(ctx, channel, thread, oldest, cursor)
			return err
		})
		if code(err) == "missing_scope" {
			s.blind.Store(channel, true)
		}
		if isRefused(err) || errors.Is(err, chat.ErrTooLong) { // better posted twice than never
			return parts, nil
		}
		if err != nil {
			return parts, err
		}
		for _, said := range messages {
			if part := partOf(e, said.Metadata); part != "" {
				parts[part] = said.TS
			}
		}
		if cursor == "" || parts[until] != "" {
			break
		}
	}
	return parts, nil
}

// read reads a page of a thread or, without one, of a channel. It returns where the next one
// begins, or the cursor itself with an error.
func (s *Slack) read(ctx context.Context, channel, thread, oldest, cursor string) (_ []found, next string, err error) {
	where, args := history, url.Values{
		"channel": {channel}, "oldest": {oldest}, "cursor": {cursor}, "limit": {strconv.Itoa(searchPage)}, "include_all_metadata": {"true"},
	}
	if thread != "" {
		where = replies
		args.Set("ts", thread)
	}
	var page struct {
		Messages []found `json:"messages"`
		Metadata struct {
			Next string `json:"next_cursor"`
		} `json:"response_metadata"`
	}
	if err := s.api.read(ctx, where, args, &page); err != nil {
		return nil, cursor, err
	}
	return page.Messages, page.Metadata.Next, nil
}

// found is a message as far as it has to be known. What it shows is left out, so that no message
// of others can make a page unreadable.
type found struct {
	TS       string                `json:"ts"`
	Metadata slackgo.SlackMetadata `json:"metadata"`
}

// markType names the bot's own metadata.
const markType = "liveadmin_entry"

// The parts of an entry. Of a long result only the last page is marked as the
// result: one without it is not complete.
const (
	rootPart   = "root"
	resultPart = "result"
)

// pagePart is the nth page of a result that has so many.
func pagePart(n, all int) string {
	if n == all-1 {
		return resultPart
	}
	return "page " + strconv.Itoa(n)
}

// mark is the metadata with which a message of an entry can be found again. Numbers of entries
// begin anew with a new database, so the time of acceptance is in it.
func mark(e bot.Entry, part string) slackgo.SlackMetadata {
	return slackgo.SlackMetadata{EventType: markType, EventPayload: map[string]any{
		"entry": strconv.FormatInt(e.Number, 10), "accepted": strconv.FormatInt(e.Accepted.Unix(), 10), "part": part,
	}}
}

// partOf is the part of an entry that a message is; empty: none.
func partOf(e bot.Entry, meta slackgo.SlackMetadata) string {
	part, _ := meta.EventPayload["part"].(string)
	if meta.EventType != markType || !maps.Equal(meta.EventPayload, mark(e, part).EventPayload) {
		return ""
	}
	return part
}
