package chat

import (
	"encoding/json"
	"fmt"

	"liveadmin/bot"
)

// Stand is where a message stands, in a platform's own words: what a bot.Post holds. Its
// fields are texts.
type Stand interface {
	// Room is the channel or thread.
	Room() string
}

// Post is a stand as the journal keeps it.
func Post(s Stand) bot.Post {
	text, _ := json.Marshal(s) // texts alone cannot fail
	return bot.Post(text)
}

// ReadPost reads a stand. Every one has a room.
func ReadPost[S Stand](p bot.Post) (S, error) {
	var s, none S
	if err := json.Unmarshal([]byte(p), &s); err != nil || s.Room() == "" {
		return none, fmt.Errorf("%q does not tell where a message stands", p)
	}
	return s, nil
}
