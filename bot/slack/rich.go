package slack

import (
	"strings"

	slackgo "github.com/slack-go/slack"

	"liveadmin/bot/chat"
	"liveadmin/commands/words"
)

// richText writes lines as one block in which text is only text: nothing in it is read as a
// mark, a link or a mention, whatever letters are beside it. Items that follow each other are
// one list, and what was typed is a block for copying. There is none if there is nothing to write.
func richText(lines []words.Line) []slackgo.Block {
	var all []slackgo.RichTextElement
	var open []slackgo.RichTextSectionElement // of a section that goes on
	var items []slackgo.RichTextElement       // of a list that goes on
	end := func() {
		if len(open) > 0 {
			all = append(all, slackgo.NewRichTextSection(open...))
		}
		if len(items) > 0 {
			all = append(all, slackgo.NewRichTextList(slackgo.RTEListBullet, 0, items...))
		}
		open, items = nil, nil
	}
	for _, l := range lines {
		if len(l.Text) == 0 {
			continue
		}
		if l.Style == words.Item {
			if len(open) > 0 {
				end()
			}
			items = append(items, slackgo.NewRichTextSection(elements(nil, l.Text)...))
			continue
		}
		if l.Style == words.Quote {
			end()
			all = append(all, &slackgo.RichTextQuote{Type: slackgo.RTEQuote, Elements: elements(nil, l.Text)})
			continue
		}
		text := l.Text
		if l.Style == words.Block {
			text = text[:len(text)-1]
		}
		if len(items) > 0 {
			end()
		}
		if len(open) > 0 && len(text) > 0 {
			open = addText(open, "\n", false)
		}
		open = elements(open, text)
		if l.Style == words.Block {
			end()
			all = append(all, preformatted(typed(l)))
		}
	}
	end()
	if len(all) == 0 {
		return nil
	}
	return []slackgo.Block{slackgo.NewRichTextBlock("", all...)}
}

// preformatted is a block for copying. An empty one would be refused.
func preformatted(text string) slackgo.RichTextElement {
	if text = literal(text, false); text == "" {
		text = `""`
	}
	return &slackgo.RichTextPreformatted{Type: slackgo.RTEPreformatted, Elements: addText(nil, text, false)}
}

// elements adds a line, as idiom returns it, to a section.
func elements(all []slackgo.RichTextSectionElement, t words.Text) []slackgo.RichTextSectionElement {
	for _, s := range t {
		switch s.Kind {
		case words.Account:
			all = append(all, slackgo.NewRichTextSectionUserElement(s.Text, nil))
		case words.Team:
			all = append(all, slackgo.NewRichTextSectionUserGroupElement(s.Text))
		case words.Channel:
			all = append(all, slackgo.NewRichTextSectionChannelElement(s.Text, nil))
		case words.Moment:
			fallback := words.UTC(s.Time)
			all = append(all, slackgo.NewRichTextSectionDateElement(s.Time.Unix(), dateFormat, nil, &fallback))
		default:
			isCode := s.Kind == words.Code
			all = addText(all, literal(s.Text, !isCode), isCode)
		}
	}
	return all
}

// addText adds text to a section, as part of its last element if both are alike. Slack
// refuses an empty one.
func addText(all []slackgo.RichTextSectionElement, text string, code bool) []slackgo.RichTextSectionElement {
	if text == "" {
		return all
	}
	if n := len(all); n > 0 {
		if last, ok := all[n-1].(*slackgo.RichTextSectionTextElement); ok && (last.Style != nil) == code {
			last.Text += text
			return all
		}
	}
	var style *slackgo.RichTextSectionTextStyle
	if code {
		style = &slackgo.RichTextSectionTextStyle{Code: true}
	}
	return append(all, slackgo.NewRichTextSectionTextElement(text, style))
}

// literal writes every character so that it can be seen, except those that join emoji if they
// may. A backtick is no mark here.
func literal(text string, emoji bool) string {
	var b strings.Builder
	for _, r := range strings.ToValidUTF8(text, "\uFFFD") {
		if r == '`' || emoji && chat.JoinsEmoji(r) {
			b.WriteRune(r)
			continue
		}
		b.WriteString(chat.Visible(r))
	}
	return b.String()
}
