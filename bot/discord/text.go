package discord

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"liveadmin/commands"
)

// pen writes what the bot says in Discord's markup. Nothing in it can mention, link,
// style or end a code span.
type pen struct {
	command string // the ID of the registered command; empty: not known
}

func (d *Discord) pen() pen {
	id, _ := d.command.Load().(string)
	return pen{command: id}
}

// longestPiece is how many bytes a piece of a line has at most, so that any piece
// fits an embed.
const longestPiece = 2400

// line writes a line that is certainly short.
func (p pen) line(t commands.Text) string {
	return shorten(strings.Join(p.pieces(t), ""), longestContent)
}

// pieces writes a line in pieces that can stand in two messages.
func (p pen) pieces(t commands.Text) []string {
	var all []string
	for _, s := range t {
		switch {
		case s.Kind == commands.Code && s.Verb != "":
			all = append(all, p.form(s.Verb))
		case s.Kind == commands.Code || s.Kind == commands.Quoted:
			all = append(all, codeSpan("`", s.Text)...)
		case s.Kind == commands.Flag:
			all = append(all, codeSpan("`", fieldOf(s.Text))...)
		case s.Kind == commands.Asker:
			all = append(all, asker(s.Text)...)
		case s.Kind == commands.Moment:
			all = append(all, fmt.Sprintf("<t:%d:f>", s.Time.Unix()))
		default:
			all = append(all, cut(s.Text, plainRune)...)
		}
	}
	return all
}

// form shows how a command is filled in: its mention, which opens it when clicked,
// and its fields.
func (p pen) form(v commands.Verb) string {
	words := []string{p.mention(v)}
	for _, field := range fieldsOf(v) {
		if field.Required {
			words = append(words, "`"+field.Name+"`")
		} else {
			words = append(words, "\\[`"+field.Name+"`\\]")
		}
	}
	return strings.Join(words, " ")
}

func (p pen) mention(v commands.Verb) string {
	if p.command == "" {
		return "`" + commands.Name + " " + string(v) + "`"
	}
	return "<" + commands.Name + " " + string(v) + ":" + p.command + ">"
}

// fieldOf is the field for what is a flag where commands are typed.
func fieldOf(flag string) string {
	return strings.ReplaceAll(strings.TrimPrefix(flag, "--"), "-", "_")
}

func asker(ref string) []string {
	if user := userOf(ref); user != "" {
		return []string{"<@" + user + ">"}
	}
	return codeSpan("`", commands.ShortRef(ref))
}

// codeSpan writes text between marks, several times if it is long. Nothing
// between marks would show the marks, so it is shown as two quotes.
func codeSpan(mark, text string) []string {
	if text == "" {
		return []string{`""`}
	}
	parts := cut(text, codeRune)
	for i := range parts {
		parts[i] = mark + parts[i] + mark
	}
	return parts
}

// cut writes every character and cuts between two of them.
func cut(text string, write func(rune) string) []string {
	var parts []string
	var b strings.Builder
	for _, r := range strings.ToValidUTF8(text, "\uFFFD") {
		s := write(r)
		if b.Len()+len(s) > longestPiece {
			parts = append(parts, b.String())
			b.Reset()
		}
		b.WriteString(s)
	}
	if b.Len() > 0 {
		parts = append(parts, b.String())
	}
	return parts
}

// plainRune writes a character outside of code. Emoji are joined and coloured by
// two characters that cannot be seen.
func plainRune(r rune) string {
	if r == '\u200d' || r == '\ufe0f' {
		return string(r)
	}
	if strings.ContainsRune("\\`*_~|<>[]@#/", r) { // without slashes there are no links
		return "\\" + string(r)
	}
	return visible(r)
}

// codeRune writes a character inside of code, where a backslash escapes nothing: a
// backtick as the quote that commands read alike.
func codeRune(r rune) string {
	if r == '`' {
		return "'"
	}
	return visible(r)
}

// visible writes a character so that it shows as itself: line ends as spaces, and
// what cannot be seen, or changes the direction of text, as its number.
func visible(r rune) string {
	if slices.Contains([]rune{'\n', '\r', '\t'}, r) {
		return " "
	}
	if unicode.IsPrint(r) && !unicode.In(r, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point) && r != '\u2800' {
		return string(r)
	}
	number := strconv.QuoteRuneToASCII(r)
	return number[1 : len(number)-1]
}
