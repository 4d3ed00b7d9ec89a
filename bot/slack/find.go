package slack

import (
	"context"
	"strconv"
	"time"

	slackgo "github.com/slack-go/slack"

	"liveadmin/bot"
)

// How far back a message is looked for: what was posted after the entry was
// accepted, with room for a clock that is wrong, in so many pages of messages.
const (
	clockError   = time.Hour
	searchPage   = 200
	mostSearched = 10
)

// FindRoot looks for an entry's root message. It finds none where the app may not
// read the history.
func (s *Slack) FindRoot(ctx context.Context, e bot.Entry) (bot.Post, bool, error) {
	at := stand{Channel: channelOf(e.Place), Thread: e.Place.Thread}
	if at.needsNoRoot(e) {
		return at.post(), true, nil
	}
	ts, err := s.find(ctx, e, at.Channel, at.Thread, markOf(e, rootPart))
	at.TS = ts
	return at.post(), ts != "", err
}

// FindResult looks for the last page of an entry's result.
func (s *Slack) FindResult(ctx context.Context, e bot.Entry) (bot.Post, bool, error) {
	at, err := readStand(e.Root)
	if err != nil || at.root() == "" {
		return "", false, err
	}
	at = stand{Channel: at.Channel, Thread: at.root()}
	at.TS, err = s.find(ctx, e, at.Channel, at.Thread, markOf(e, resultPart))
	return at.post(), at.TS != "", err
}

// find looks for a mark in a thread or, without one, in a channel, and returns
// where it is, or nothing.
func (s *Slack) find(ctx context.Context, e bot.Entry, channel, thread string, m mark) (ts string, err error) {
	if _, blind := s.blind.Load(channel); blind {
		return "", nil
	}
	oldest := strconv.FormatInt(e.Accepted.Add(-clockError).Unix(), 10)
	cursor := ""
	for range mostSearched {
		var messages []slackgo.Message
		err := s.lines.do(ctx, channel, func(ctx context.Context) (err error) {
			if thread == "" {
				messages, cursor, err = s.readChannel(ctx, channel, oldest, cursor)
			} else {
				messages, cursor, err = s.readThread(ctx, channel, thread, oldest, cursor)
			}
			return err
		})
		if word := code(err); word != "" { // better posted twice than never
			if word == "missing_scope" {
				s.blind.Store(channel, true)
			}
			return "", nil
		}
		if err != nil {
			return "", err
		}
		for _, said := range messages {
			if m.on(said.Metadata) {
				return said.Timestamp, nil
			}
		}
		if cursor == "" {
			break
		}
	}
	return "", nil
}

func (s *Slack) readChannel(ctx context.Context, channel, oldest, cursor string) ([]slackgo.Message, string, error) {
	var page *slackgo.GetConversationHistoryResponse
	err := s.api.call(ctx, history, func(ctx context.Context) (err error) {
		page, err = s.api.GetConversationHistoryContext(ctx, &slackgo.GetConversationHistoryParameters{
			ChannelID: channel, Oldest: oldest, Cursor: cursor, Limit: searchPage, IncludeAllMetadata: true,
		})
		return err
	})
	if err != nil {
		return nil, cursor, err
	}
	return page.Messages, page.ResponseMetaData.NextCursor, nil
}

func (s *Slack) readThread(ctx context.Context, channel, thread, oldest, cursor string) ([]slackgo.Message, string, error) {
	var messages []slackgo.Message
	next := cursor
	err := s.api.call(ctx, replies, func(ctx context.Context) (err error) {
		messages, _, next, err = s.api.GetConversationRepliesContext(ctx, &slackgo.GetConversationRepliesParameters{
			ChannelID: channel, Timestamp: thread, Oldest: oldest, Cursor: cursor, Limit: searchPage, IncludeAllMetadata: true,
		})
		return err
	})
	if err != nil {
		return nil, cursor, err
	}
	return messages, next, nil
}
