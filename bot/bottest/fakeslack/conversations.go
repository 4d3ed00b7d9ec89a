package fakeslack

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// readable finds a channel whose history the bot may read: it is a member and has
// the scope of that kind of channel. The state is locked.
func (s *Server) readable(id string) (*room, answer) {
	r := s.workspace.rooms[id]
	if r == nil || (r.Kind != Public && !r.has(s.config.BotUser)) {
		return nil, refuse("channel_not_found")
	}
	scope := map[Kind]string{Public: "channels:history", Private: "groups:history", IM: "im:history"}[r.Kind]
	if refused := needs(scope, s.botScopes()); refused != nil {
		return nil, refused
	}
	if !r.has(s.config.BotUser) {
		return nil, refuse("not_in_channel")
	}
	return r, nil
}

// history is conversations.history: the messages of a channel that are no replies,
// newest first.
func (s *Server) history(args url.Values) answer {
	r, refused := s.readable(args.Get("channel"))
	if refused != nil {
		return refused
	}
	var found []*Message
	for _, m := range slices.Backward(r.messages) {
		if m.ThreadTS == "" && within(m.TS, args) {
			found = append(found, m)
		}
	}
	return s.page(found, args)
}

// replies is conversations.replies: a root and its replies, oldest first.
func (s *Server) replies(args url.Values) answer {
	r, refused := s.readable(args.Get("channel"))
	if refused != nil {
		return refused
	}
	root := r.find(args.Get("ts"))
	if root == nil {
		return refuse("thread_not_found")
	}
	found := []*Message{root}
	for _, m := range r.replies(root.TS) {
		if within(m.TS, args) {
			found = append(found, m)
		}
	}
	return s.page(found, args)
}

// within reports whether a ts lies between oldest and latest. Times of the same
// length compare as texts do.
func within(ts string, args url.Values) bool {
	inclusive := yes(args, "inclusive", false)
	oldest, latest := args.Get("oldest"), args.Get("latest")
	switch {
	case inclusive && (ts == oldest || ts == latest):
		return true
	case oldest != "" && oldest != "0" && ts <= oldest:
		return false
	case latest != "" && ts >= latest:
		return false
	}
	return true
}

// page is the part of an answer that the cursor and the limit ask for.
func (s *Server) page(all []*Message, args url.Values) answer {
	const usual, most = 100, 999
	limit := usual
	if text := args.Get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > most {
			return refuse("invalid_limit")
		}
		limit = n
	}
	from := 0
	if cursor := args.Get("cursor"); cursor != "" {
		n, err := strconv.Atoi(strings.TrimPrefix(cursor, "next_ts:"))
		if err != nil || n < 0 || n > len(all) {
			return refuse("invalid_cursor")
		}
		from = n
	}
	to := min(from+limit, len(all))
	a := done(answer{"messages": []any{}, "has_more": to < len(all)})
	if to < len(all) {
		a["response_metadata"] = map[string]string{"next_cursor": "next_ts:" + strconv.Itoa(to)}
	}
	var messages []any
	for _, m := range all[from:to] {
		messages = append(messages, s.wire(m, yes(args, "include_all_metadata", false)))
	}
	if messages != nil {
		a["messages"] = messages
	}
	return a
}
