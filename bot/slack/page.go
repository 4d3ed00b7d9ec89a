package slack

import (
	"slices"
	"strconv"
	"strings"

	slackgo "github.com/slack-go/slack"

	"liveadmin/bot/chat"
	"liveadmin/commands"
	"liveadmin/commands/change"
	"liveadmin/commands/words"
)

// Slack's limits, with room to spare; texts are measured in bytes, which are never
// fewer than Slack's characters.
const (
	longestSection = 2900  // of 3,000 for a section
	longestText    = 3900  // of 4,000 for chat.update, and as advised for chat.postMessage
	longestPage    = 11000 // of 12,000 for all blocks of a message together
	elementCost    = 12    // what each piece of a line takes of a page: Slack counts what holds the text, too
	longestRoot    = 2800  // as one section
	longestPiece   = 2400  // of a line, so that it can go on in the next message
	mostButtons    = 25
	longestLabel   = 75
	longestConfirm = 300
)

// page is one message in each form in which Slack can take it.
type page struct {
	text   string          // all of it in Slack's markup
	spoken string          // the same without marks, for notifications and screen readers
	rich   []slackgo.Block // as rich_text
	plain  []slackgo.Block // as sections of markup
	below  []slackgo.Block // under either: the number and the buttons
}

// form is a message as Slack takes it. Without blocks the text is the message.
type form struct {
	text   string
	blocks []slackgo.Block
}

func (p page) asRichText() form {
	return form{p.spoken, append(p.rich[:len(p.rich):len(p.rich)], p.below...)}
}
func (p page) asSections() form {
	return form{p.spoken, append(p.plain[:len(p.plain):len(p.plain)], p.below...)}
}
func (p page) asText() form { return form{text: p.text} }

// pages writes a message, in several if it is too long for one. The number and
// the buttons are under the last. People are mentioned only if mention is set.
func pages(m words.Message, mention bool) []page {
	var all []page
	divided := paged(m.Lines, mention)
	for _, lines := range divided {
		p := page{text: whole(lines, codeMark), spoken: whole(lines, noMark)}
		for _, s := range markup(lines, longestSection, codeMark) {
			// Verbatim: nothing that looks like an address or a name becomes a link.
			text := &slackgo.TextBlockObject{Type: slackgo.MarkdownType, Text: s, Verbatim: true}
			p.plain = append(p.plain, slackgo.NewSectionBlock(text, nil, nil))
		}
		if t := table(m.Columns, lines); t != nil && len(divided) == 1 {
			first, after := rows(lines)
			p.rich = slices.Concat(richText(lines[:first]), []slackgo.Block{t}, richText(lines[after:]))
		} else {
			p.rich = richText(lines)
		}
		all = append(all, p)
	}
	last := &all[len(all)-1]
	if m.Entry != 0 {
		number := chat.Number(m.Entry)
		last.text, last.spoken = chat.Join(last.text, "\n", number), chat.Join(last.spoken, "\n", number)
		last.below = append(last.below, slackgo.NewContextBlock("", plainText(number)))
	}
	if len(m.Actions) > 0 {
		last.below = append(last.below, buttons(m))
	}
	for i := range all {
		all[i].spoken = shorten(all[i].spoken, longestText)
	}
	return all
}

// paged puts lines into Slack's idiom and on pages. A line that is too long for its page goes on
// in the next.
func paged(lines []words.Line, mention bool) [][]words.Line {
	var all [][]words.Line
	var page []words.Line
	size := 0
	for _, l := range lines {
		part := words.Line{Style: l.Style, Cells: l.Cells}
		for _, whole := range idiom(l.Text, mention) {
			goesOn := false
			for _, s := range cut(whole, longestPiece) {
				n := length(s) + elementCost
				if size > 0 && size+n > longestPage {
					if len(part.Text) > 0 {
						page = append(page, part)
					}
					all = append(all, page)
					page, part, size, goesOn = nil, words.Line{Style: continued(l.Style)}, 0, false
				}
				size += n
				if goesOn {
					part.Text[len(part.Text)-1].Text += s.Text
					continue
				}
				part.Text = append(part.Text, s)
				goesOn = true
			}
		}
		if len(part.Text) > 0 {
			page = append(page, part)
		}
	}
	return append(all, page)
}

// continued is the style of what is left of a line: an item goes on without another bullet.
func continued(s words.LineStyle) words.LineStyle {
	if s == words.Item {
		return words.Body
	}
	return s
}

// length is how many bytes of Slack's markup a piece of a line takes.
func length(s words.Span) int { return len(strings.Join(written(s, codeMark), "")) }

// cut cuts a piece of a line, as idiom returns it, in pieces of so many bytes of markup.
func cut(s words.Span, most int) []words.Span {
	if s.Kind != words.Plain && s.Kind != words.Code {
		return []words.Span{s}
	}
	var all []words.Span
	start, size := 0, 0
	for i, r := range s.Text {
		n := len(codeRune(r))
		if i > start && size+n > most {
			all = append(all, words.Span{Kind: s.Kind, Text: s.Text[start:i]})
			start, size = i, 0
		}
		size += n
	}
	return append(all, words.Span{Kind: s.Kind, Text: s.Text[start:]})
}

// beginning is the beginning of a line, so many bytes of markup at most.
func beginning(t words.Text, most int) words.Text {
	var all words.Text
	left := most - len("…") - 2*len(codeMark)
	for i, s := range idiom(t, true) {
		n := length(s)
		if n <= left {
			all, left = append(all, t[i]), left-n
			continue
		}
		if s.Kind == words.Plain || s.Kind == words.Code {
			all = append(all, cut(s, left)[0])
		}
		return append(all, words.Span{Text: "…"})
	}
	return all
}

// rootPage is the one line of a root message.
func rootPage(root words.Text) page {
	line := words.Line{Text: beginning(root, longestRoot)}
	return pages(words.Message{Lines: []words.Line{line}}, true)[0]
}

// buttons carry the entry's number as their value. Two with one name stay apart by their place.
func buttons(m words.Message) slackgo.Block {
	says := words.In(m.Language).Slack
	var all []slackgo.BlockElement
	for i, a := range m.Actions[:min(len(m.Actions), mostButtons)] {
		id := a.Name + "." + strconv.Itoa(i)
		b := slackgo.NewButtonBlockElement(id, strconv.FormatInt(a.Entry, 10), plainText(shorten(a.Label, longestLabel)))
		b.Style = style(a)
		if len(a.Confirm) > 0 {
			asks := unmarked(a.Confirm, m.Language)
			if chat.Length(asks) > longestConfirm && len(a.Brief) > 0 {
				asks = unmarked(a.Brief, m.Language)
			}
			b.WithConfirm(slackgo.NewConfirmationBlockObject(plainText(says.ConfirmTitle),
				plainText(shorten(asks, longestConfirm)), plainText(says.ConfirmYes), plainText(says.ConfirmNo)))
		}
		all = append(all, b)
	}
	return slackgo.NewActionBlock("", all...)
}

// unmarked is a text where Slack shows no mentions: people are called as the config file calls
// them, with their accounts.
func unmarked(t words.Text, l commands.Language) string {
	t = slices.Clone(t)
	for i, s := range t {
		if s.Kind == words.Account && s.Name != "" {
			named := words.Fill(words.In(l).Names.Person, words.Slots{"name": {{Text: s.Name}}, "id": {s}})
			t[i] = words.Span{Text: named.String()}
		}
	}
	return t.String()
}

// style marks a button that takes somebody's right away, or decides a request. The label says
// so, too.
func style(a words.Action) slackgo.Style {
	switch {
	case strings.HasPrefix(a.Name, change.ReplaceAction), a.Name == words.DenyAction:
		return slackgo.StyleDanger
	case a.Name == words.ApproveAction:
		return slackgo.StylePrimary
	}
	return slackgo.StyleDefault
}

func plainText(s string) *slackgo.TextBlockObject {
	return slackgo.NewTextBlockObject(slackgo.PlainTextType, s, false, false)
}
