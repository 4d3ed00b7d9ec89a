package slack

import (
	"fmt"

	"liveadmin/bot/chat"
	"liveadmin/commands/words"
)

// pieces writes a line in Slack's markup, in pieces that can be in two messages.
// Nothing in it can mention, link or end a code span; only the caller is mentioned,
// and only if mention is set.
func pieces(t words.Text, mention bool) []string {
	var all []string
	for _, s := range t {
		switch s.Kind {
		case words.Code, words.Quoted, words.Flag:
			all = append(all, chat.Code("`", s.Text, codeRune)...)
		case words.Asker:
			if user := userOf(s.Text); mention && user != "" {
				all = append(all, "<@"+user+">")
			} else {
				all = append(all, chat.Code("`", words.ShortRef(s.Text), codeRune)...)
			}
		case words.Moment:
			all = append(all, fmt.Sprintf("<!date^%d^{date_short_pretty} {time}|%s>", s.Time.Unix(), words.UTC(s.Time)))
		default:
			all = append(all, chat.Cut(s.Text, plainRune)...)
		}
	}
	return all
}

// plainRune writes a character outside of code.
func plainRune(r rune) string {
	if chat.JoinsEmoji(r) {
		return string(r)
	}
	return codeRune(r)
}

// codeRune writes a character so that it shows as itself.
func codeRune(r rune) string {
	switch r {
	case '&':
		return "&amp;"
	case '<':
		return "&lt;"
	case '>':
		return "&gt;"
	}
	return chat.Visible(r)
}
