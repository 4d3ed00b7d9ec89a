package chat

import (
	"encoding/json"
	"fmt"

	"liveadmin/bot"
)

// MessageRef is where a message is, in a platform's own words: what a bot.Post holds. Its
// fields are texts.
type MessageRef interface {
	// Room is the channel or thread.
	Room() string
}

// Post is a MessageRef as the journal keeps it.
func Post(s MessageRef) bot.Post {
	text, _ := json.Marshal(s) // texts alone cannot fail
	return bot.Post(text)
}

// ReadPost reads a MessageRef. Every one has a room.
func ReadPost[S MessageRef](p bot.Post) (S, error) {
	var s, none S
	if err := json.Unmarshal([]byte(p), &s); err != nil || s.Room() == "" {
		return none, fmt.Errorf("%q does not say where a message is", p)
	}
	return s, nil
}
