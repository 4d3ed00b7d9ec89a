package slack

import (
	"testing"

	"liveadmin/bot"
	"liveadmin/bot/chat"
)

// FuzzKept: whatever the journal holds of where a message is, it is read as it was
// written, or not at all.
func FuzzKept(f *testing.F) {
	for _, text := range []string{
		string(chat.Post(messageRef{Channel: "C1", TS: "1.1", Thread: "1.0"})),
		string(chat.Post(messageRef{Channel: "C1", How: inPrivate, Why: "not_in_channel"})),
		`{"channel":""}`, `{"channel":1}`, "null", "[]", "{", "",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		at, err := chat.ReadPost[messageRef](bot.Post(text))
		if err != nil {
			return
		}
		if again, err := chat.ReadPost[messageRef](chat.Post(at)); err != nil || again != at || at.Channel == "" {
			t.Errorf("%+v becomes %+v, %v", at, again, err)
		}
	})
}
