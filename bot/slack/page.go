package slack

import (
	"strconv"
	"strings"
	"unicode/utf8"

	slackgo "github.com/slack-go/slack"

	"liveadmin/commands"
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

// page is one message: blocks, and the same as text for notifications and screen
// readers. Without blocks the text is the message.
type page struct {
	text   string
	blocks []slackgo.Block
}

// pages writes a message, in several if it is too long for one. The number and
// the buttons stand under the last.
func pages(m commands.Message, mention bool) []page {
	var all []page
	var p page
	size := 0
	for _, s := range sections(m.Lines, mention) {
		if size+len(s) > longestPage || len(p.blocks) == mostSections {
			all = append(all, p)
			p, size = page{}, 0
		}
		p.add(s)
		size += len(s)
	}
	if m.Entry != 0 {
		number := "#" + strconv.FormatInt(m.Entry, 10)
		p.text = join(p.text, "\n", number)
		p.blocks = append(p.blocks, slackgo.NewContextBlock("", plainText(number)))
	}
	if len(m.Actions) > 0 {
		p.blocks = append(p.blocks, buttons(m.Actions))
	}
	all = append(all, p)
	for i := range all {
		all[i].text = shorten(all[i].text, longestText)
	}
	return all
}

func (p *page) add(section string) {
	p.text = join(p.text, "\n", section)
	// Verbatim: nothing that looks like an address or a name becomes a link.
	text := &slackgo.TextBlockObject{Type: slackgo.MarkdownType, Text: section, Verbatim: true}
	p.blocks = append(p.blocks, slackgo.NewSectionBlock(text, nil, nil))
}

// sections packs lines into texts that fit a section each.
func sections(lines []commands.Line, mention bool) []string {
	var all []string
	now := ""
	for _, l := range lines {
		between := "\n"
		for _, part := range parts(l, mention) {
			if len(now)+len(between)+len(part) > longestSection {
				all = append(all, now)
				now = ""
			}
			now = join(now, between, part)
			between = ""
		}
	}
	if now != "" {
		all = append(all, now)
	}
	return all
}

// parts writes a line with what its style adds. What was typed stands in a block
// of its own, for copying, without the escapes that Slack puts into messages.
func parts(l commands.Line, mention bool) []string {
	switch last := len(l.Text) - 1; {
	case l.Style == commands.Item:
		return pieces(append(commands.Text{{Text: "• "}}, l.Text...), mention)
	case l.Style == commands.Block && last >= 0:
		all := pieces(l.Text[:last], mention)
		if n := len(all); n > 0 {
			all[n-1] = strings.TrimRight(all[n-1], " ") + "\n"
		}
		return append(all, codeSpan("```", unescape(l.Text[last].Text))...)
	}
	return pieces(l.Text, mention)
}

func unescape(s string) string {
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(s)
}

// buttons carry the entry's number as their value. Two with one name stay apart
// by their place.
func buttons(actions []commands.Action) slackgo.Block {
	var all []slackgo.BlockElement
	for i, a := range actions[:min(len(actions), mostButtons)] {
		id := a.Name + "." + strconv.Itoa(i)
		b := slackgo.NewButtonBlockElement(id, strconv.FormatInt(a.Entry, 10), plainText(shorten(a.Label, longestLabel)))
		if a.Confirm != "" {
			b.WithConfirm(slackgo.NewConfirmationBlockObject(plainText(confirmTitle),
				plainText(shorten(a.Confirm, longestConfirm)), plainText(confirmYes), plainText(confirmNo)))
		}
		all = append(all, b)
	}
	return slackgo.NewActionBlock("", all...)
}

func plainText(s string) *slackgo.TextBlockObject {
	return slackgo.NewTextBlockObject(slackgo.PlainTextType, s, false, false)
}

func join(a, between, b string) string {
	if a == "" {
		return b
	}
	return a + between + b
}

// shorten cuts a text to so many bytes, at the end of a line if there is one in
// its second half, never inside of a character, an entity or a token.
func shorten(s string, most int) string {
	if len(s) <= most {
		return s
	}
	s = s[:most-len("…")]
	for !endsWhole(s) {
		s = s[:len(s)-1]
	}
	if line := strings.LastIndexByte(s, '\n'); line > most/2 {
		s = s[:line+1]
	}
	for _, open := range []struct{ from, to string }{{"&", ";"}, {"<", ">"}} {
		if i := strings.LastIndex(s, open.from); i >= 0 && !strings.Contains(s[i:], open.to) {
			s = s[:i]
		}
	}
	return s + "…"
}

// endsWhole reports whether a text does not end inside of a character.
func endsWhole(s string) bool {
	r, size := utf8.DecodeLastRuneInString(s)
	return r != utf8.RuneError || size != 1
}
