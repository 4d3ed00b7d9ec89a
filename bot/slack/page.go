package slack

import (
	"fmt"
	"strconv"
	"strings"

	slackgo "github.com/slack-go/slack"

	"liveadmin/bot/chat"
	"liveadmin/commands/words"
)

// Slack's limits, with room to spare; texts are measured in bytes, which are never
// fewer than Slack's characters.
const (
	longestSection = 2900  // of 3,000 for a section
	longestText    = 3900  // of 4,000 for chat.update, and as advised for chat.postMessage
	longestPage    = 11000 // all sections of a message together
	mostSections   = 45    // of 50 blocks
	mostButtons    = 25
	longestLabel   = 75
	longestConfirm = 300
)

// page is one message: blocks, and all of the same as text. Without blocks the text is the message.
type page struct {
	text   string
	blocks []slackgo.Block
}

// shown is the text that goes with the blocks, for notifications and screen readers, or all
// of it if it is the message.
func (p page) shown() string {
	if len(p.blocks) > 0 {
		return shorten(p.text, longestText)
	}
	return p.text
}

// pages writes a message, in several if it is too long for one. The number and
// the buttons are under the last.
func pages(m words.Message, mention bool) []page {
	var all []page
	var p page
	size := 0
	write := func(l words.Line) []string { return parts(l, mention) }
	for _, s := range chat.Sections(m.Lines, longestSection, write) {
		if size+len(s) > longestPage || len(p.blocks) == mostSections {
			all = append(all, p)
			p, size = page{}, 0
		}
		p.text = chat.Join(p.text, "\n", s)
		// Verbatim: nothing that looks like an address or a name becomes a link.
		text := &slackgo.TextBlockObject{Type: slackgo.MarkdownType, Text: s, Verbatim: true}
		p.blocks = append(p.blocks, slackgo.NewSectionBlock(text, nil, nil))
		size += len(s)
	}
	if m.Entry != 0 {
		number := chat.Number(m.Entry)
		p.text = chat.Join(p.text, "\n", number)
		p.blocks = append(p.blocks, slackgo.NewContextBlock("", plainText(number)))
	}
	if len(m.Actions) > 0 {
		p.blocks = append(p.blocks, buttons(m))
	}
	return append(all, p)
}

// parts writes a line with what its style adds. What was typed is in a block
// of its own, for copying, without the escapes that Slack puts into messages.
func parts(l words.Line, mention bool) []string {
	switch last := len(l.Text) - 1; {
	case l.Style == words.Item:
		return pieces(append(words.Text{{Text: "• "}}, l.Text...), mention)
	case l.Style == words.Block && last >= 0:
		all := pieces(l.Text[:last], mention)
		if n := len(all); n > 0 {
			all[n-1] = strings.TrimRight(all[n-1], " ") + "\n"
		}
		return append(all, chat.Code("```", unescape.Replace(l.Text[last].Text), codeRune)...)
	}
	return pieces(l.Text, mention)
}

var unescape = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")

// buttons carry the entry's number as their value. Two with one name stay apart by their place.
func buttons(m words.Message) slackgo.Block {
	says := words.In(m.Language).Slack
	var all []slackgo.BlockElement
	for i, a := range m.Actions[:min(len(m.Actions), mostButtons)] {
		id := a.Name + "." + strconv.Itoa(i)
		b := slackgo.NewButtonBlockElement(id, strconv.FormatInt(a.Entry, 10), plainText(shorten(a.Label, longestLabel)))
		if a.Confirm != "" {
			b.WithConfirm(slackgo.NewConfirmationBlockObject(plainText(says.ConfirmTitle),
				plainText(shorten(a.Confirm, longestConfirm)), plainText(says.ConfirmYes), plainText(says.ConfirmNo)))
		}
		all = append(all, b)
	}
	return slackgo.NewActionBlock("", all...)
}

func plainText(s string) *slackgo.TextBlockObject {
	return slackgo.NewTextBlockObject(slackgo.PlainTextType, s, false, false)
}

// shorten cuts a text to so many bytes, never inside of an entity or a token.
func shorten(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return chat.Beginning(s, most-len("…"), chat.Token{From: "&", To: ";"}, chat.Token{From: "<", To: ">"}) + "…"
}

// pieces writes a line in Slack's markup, in pieces that can be in two messages. Nothing in it can
// mention, link or end a code span; only the caller is mentioned, and only if mention is set.
func pieces(t words.Text, mention bool) []string {
	var all []string
	for _, s := range t {
		switch s.Kind {
		case words.Code, words.Quoted, words.Flag:
			all = append(all, chat.Code("`", s.Text, codeRune)...)
		case words.Account:
			if user := userOf(s.Text); mention && user != "" {
				all = append(all, "<@"+user+">")
			} else {
				all = append(all, chat.Code("`", words.ShortRef(s.Text), codeRune)...)
			}
		case words.Channel:
			if channel, ok := strings.CutPrefix(s.Text, "slack:"); ok && channelID.MatchString(channel) {
				all = append(all, "<#"+channel+">")
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
