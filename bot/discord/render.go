package discord

import (
	"cmp"
	"fmt"
	"strings"

	"liveadmin/bot/chat"
	"liveadmin/commands"
	"liveadmin/commands/words"
)

// shorten cuts a text to so many characters, never inside of a token. A code span that is cut
// ends.
func shorten(s string, most int) string {
	if chat.Length(s) <= most {
		return s
	}
	s = chat.Beginning(s, most-chat.Length("…```"), chat.Token{From: "<", To: ">"})
	s = strings.TrimRight(s, "\\") + "…"
	return s + openMark(s)
}

// openMark is the mark that ends the code at the end of a text; empty: there is none.
// Outside of code a backslash takes away the meaning of what follows, inside it is text.
func openMark(s string) string {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '`':
			mark := "`"
			if strings.HasPrefix(s[i:], "```") {
				mark = "```"
			}
			code, _, ends := strings.Cut(s[i+len(mark):], mark)
			if !ends {
				return mark
			}
			i += len(mark) + len(code) + len(mark) - 1
		}
	}
	return ""
}

// renderer writes what the bot says in Discord's markup. Nothing in it can mention, link,
// style or end a code span.
type renderer struct {
	command string // the ID of the registered command; empty: not known
}

func (d *Discord) renderer() renderer {
	id, _ := d.command.Load().(string)
	return renderer{command: id}
}

// line writes a line that is certainly short.
func (p renderer) line(t words.Text) string {
	return shorten(strings.Join(p.pieces(t), ""), longestContent)
}

// pieces writes a line in pieces that can be in two messages.
func (p renderer) pieces(t words.Text) []string {
	var all []string
	for _, s := range t {
		switch {
		case s.Kind == words.Code && s.Verb != "" && s.Option != "":
			all = append(all, p.filled(s)...)
		case s.Kind == words.Code && s.Verb != "":
			all = append(all, p.form(s.Verb))
		case s.Kind == words.Code || s.Kind == words.Quoted:
			all = append(all, chat.Code("`", s.Text, chat.Visible)...)
		case s.Kind == words.Flag:
			all = append(all, chat.Code("`", cmp.Or(s.Option, fieldOf(s.Text)), chat.Visible)...)
		case s.Kind == words.Account && userOf(s.Text) != "":
			all = append(all, "<@"+userOf(s.Text)+">")
		case s.Kind == words.Team && roleOf(s.Text) != "":
			all = append(all, "<@&"+roleOf(s.Text)+">")
		case s.Kind == words.Team:
			all = append(all, chat.Code("`", words.ShortRef(s.Text), chat.Visible)...)
		case s.Kind == words.Channel && channelOf(s.Text) != "":
			all = append(all, "<#"+channelOf(s.Text)+">")
		case s.Kind == words.Account && s.Name != "":
			all = append(all, chat.Cut(s.Name, plainRune)...)
		case s.Kind == words.Account || s.Kind == words.Channel:
			all = append(all, chat.Code("`", words.ShortRef(s.Text), chat.Visible)...)
		case s.Kind == words.Moment:
			all = append(all, fmt.Sprintf("<t:%d:t>, <t:%[1]d:R>", s.Time.Unix()))
		default:
			all = append(all, chat.Cut(s.Text, plainRune)...)
		}
	}
	return all
}

// form shows how a command is filled in: its mention, which opens it when clicked,
// and its fields.
func (p renderer) form(v commands.Verb) string {
	words := []string{p.mention(v)}
	row, _ := commands.Table.Row(v)
	for _, f := range row.Args {
		if f.Optional {
			words = append(words, "\\[`"+f.Option()+"`\\]")
		} else {
			words = append(words, "`"+f.Option()+"`")
		}
	}
	for _, f := range row.Flags {
		words = append(words, "\\[`"+f.Option()+"`\\]")
	}
	return strings.Join(words, " ")
}

// filled shows a command with its fields filled in, in pieces: its mention, which opens it
// when clicked, and what is in the fields.
func (p renderer) filled(s words.Span) []string {
	all := []string{p.mention(s.Verb)}
	if fields := strings.TrimPrefix(s.Option, words.Name+" "+string(s.Verb)); fields != "" {
		all = append(append(all, " "), chat.Code("`", strings.TrimPrefix(fields, " "), chat.Visible)...)
	}
	return all
}

func (p renderer) mention(v commands.Verb) string {
	if p.command == "" {
		return "`" + words.Name + " " + string(v) + "`"
	}
	return "<" + words.Name + " " + string(v) + ":" + p.command + ">"
}

// channelOf is Discord's own ID of a channel, or empty if it is none.
func channelOf(place string) string {
	id, ok := strings.CutPrefix(place, Name+":")
	if !ok || !snowflake.MatchString(id) {
		return ""
	}
	return id
}

// fieldOf is the field for what is a flag where commands are typed.
func fieldOf(flag string) string {
	return strings.ReplaceAll(strings.TrimPrefix(flag, "--"), "-", "_")
}

// plainRune writes a character outside of code, where a backslash takes away its meaning.
func plainRune(r rune) string {
	switch {
	case chat.JoinsEmoji(r):
		return string(r)
	case strings.ContainsRune("\\`*_~|<>[]@#/", r): // without slashes there are no links
		return "\\" + string(r)
	}
	return chat.Visible(r)
}
