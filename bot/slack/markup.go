package slack

import (
	"fmt"
	"math"
	"strings"
	"unicode"
	"unicode/utf8"

	"liveadmin/bot/chat"
	"liveadmin/commands/words"
)

// The marks of code in Slack's markup. Without a mark, the letters stand alone.
const (
	codeMark  = "`"
	blockMark = "```"
	noMark    = ""
)

// markup writes lines in Slack's markup, with or without marks, in texts of a limited number
// of bytes.
func markup(lines []words.Line, most int, mark string) []string {
	return chat.Sections(lines, most, func(l words.Line) []string { return parts(l, mark) })
}

// whole writes lines as one text.
func whole(lines []words.Line, mark string) string {
	return strings.Join(markup(lines, math.MaxInt, mark), "")
}

// parts writes a line with what its style adds. What was typed is in a block
// of its own, for copying, without the escapes that Slack puts into messages.
func parts(l words.Line, mark string) []string {
	switch last := len(l.Text) - 1; {
	case l.Style == words.Item:
		return pieces(append(words.Text{{Text: "• "}}, l.Text...), mark)
	case l.Style == words.Quote:
		return pieces(append(words.Text{{Text: "> "}}, l.Text...), mark)
	case l.Style == words.Block && last >= 0:
		all := pieces(l.Text[:last], mark)
		if n := len(all); n > 0 {
			all[n-1] = strings.TrimRight(all[n-1], " ") + "\n"
		}
		block := noMark
		if mark != noMark {
			block = blockMark
		}
		return append(all, chat.Code(block, typed(l), codeRune)...)
	}
	return pieces(l.Text, mark)
}

// typed is the last piece of a Block as it was typed.
func typed(l words.Line) string { return unescape.Replace(l.Text[len(l.Text)-1].Text) }

var unescape = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")

// pieces writes a line, as idiom returns it, in pieces that can be in two messages. Nothing
// in it can link or end a code span, and only an Account mentions.
func pieces(t words.Text, mark string) []string {
	var all []string
	before := ' '
	for i, s := range t {
		these := written(s, mark)
		if s.Kind == words.Code && mark != noMark {
			these = between(before, s, next(t[i+1:], mark))
		}
		if len(these) == 0 {
			continue
		}
		all = append(all, these...)
		before, _ = utf8.DecodeLastRuneInString(these[len(these)-1])
	}
	return all
}

// next is the character with which a line goes on.
func next(t words.Text, mark string) rune {
	for _, s := range t {
		if these := written(s, mark); len(these) > 0 {
			r, _ := utf8.DecodeRuneInString(these[0])
			return r
		}
	}
	return ' '
}

// between writes code between two characters. Beside a letter Slack shows a mark instead of
// reading it, and Chinese and Japanese have no spaces between words: there code has no marks or,
// if Slack could read marks in it, or a mark beside it, spaces around.
func between(before rune, code words.Span, after rune) []string {
	these := written(code, codeMark)
	switch {
	case apart(before) && apart(after):
		return these
	case before != '`' && after != '`' && !strings.ContainsAny(code.Text, "*_~:"):
		return written(code, noMark)
	}
	if !apart(before) {
		these[0] = " " + these[0]
	}
	if !apart(after) {
		these[len(these)-1] += " "
	}
	return these
}

// written writes a piece of a line, in several if it is long.
func written(s words.Span, mark string) []string {
	switch s.Kind {
	case words.Code:
		return chat.Code(mark, s.Text, codeRune)
	case words.Account:
		return []string{"<@" + s.Text + ">"}
	case words.Team:
		return []string{"<!subteam^" + s.Text + ">"}
	case words.Channel:
		return []string{"<#" + s.Text + ">"}
	case words.Moment:
		return []string{fmt.Sprintf("<!date^%d^%s|%s>", s.Time.Unix(), dateFormat, words.UTC(s.Time))}
	}
	return chat.Cut(s.Text, plainRune)
}

// dateFormat is how Slack writes a time, in the reader's language and zone.
const dateFormat = "{date_short_pretty} {time}"

// apart reports whether Slack reads a mark beside a character as a mark.
func apart(r rune) bool {
	return unicode.IsSpace(r) || r != '`' && r <= unicode.MaxASCII && !unicode.IsLetter(r) && !unicode.IsDigit(r)
}

// idiom puts a line into what Slack has: plain text, code, times, and the mentions of people and
// channels with Slack's bare IDs as text. What has no mention there is code, as everybody is if
// mention is not set.
func idiom(t words.Text, mention bool) words.Text {
	all := make(words.Text, 0, len(t))
	for _, s := range t {
		switch s.Kind {
		case words.Account:
			user := userOf(s.Text)
			if s.Text = user; user == "" && s.Name != "" {
				s = words.Span{Text: s.Name}
			} else if !mention || user == "" {
				s = words.Span{Kind: words.Code, Text: words.ShortRef(t[len(all)].Text)}
			}
		case words.Team:
			id, ok := strings.CutPrefix(s.Text, groupRef)
			if s.Text = id; !mention || !ok || !teamID.MatchString(id) {
				s = words.Span{Kind: words.Code, Text: words.ShortRef(t[len(all)].Text)}
			}
		case words.Channel:
			id, ok := strings.CutPrefix(s.Text, Name+":")
			if s.Text = id; !ok || !channelID.MatchString(id) {
				s = words.Span{Kind: words.Code, Text: words.ShortRef(t[len(all)].Text)}
			}
		case words.Quoted, words.Flag:
			s.Kind = words.Code
		}
		if s.Kind == words.Code && s.Text == "" { // marks around nothing would show
			s = words.Span{Text: `""`}
		}
		all = append(all, s)
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

// shorten cuts a text to so many characters, never inside of an entity or a token.
func shorten(s string, most int) string {
	if chat.Length(s) <= most {
		return s
	}
	return chat.Beginning(s, most-chat.Length("…"), chat.Token{From: "&", To: ";"}, chat.Token{From: "<", To: ">"}) + "…"
}
