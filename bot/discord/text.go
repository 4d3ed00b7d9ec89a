package discord

import (
	"cmp"
	"fmt"
	"strings"

	"liveadmin/bot/chat"
	"liveadmin/commands"
	"liveadmin/commands/words"
)

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
		case s.Kind == words.Code && s.Verb != "":
			all = append(all, p.form(s.Verb))
		case s.Kind == words.Code || s.Kind == words.Quoted:
			all = append(all, chat.Code("`", s.Text, chat.Visible)...)
		case s.Kind == words.Flag:
			all = append(all, chat.Code("`", cmp.Or(s.Option, fieldOf(s.Text)), chat.Visible)...)
		case s.Kind == words.Asker:
			all = append(all, asker(s.Text)...)
		case s.Kind == words.Moment:
			all = append(all, fmt.Sprintf("<t:%d:f>", s.Time.Unix()))
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

func (p renderer) mention(v commands.Verb) string {
	if p.command == "" {
		return "`" + words.Name + " " + string(v) + "`"
	}
	return "<" + words.Name + " " + string(v) + ":" + p.command + ">"
}

// fieldOf is the field for what is a flag where commands are typed.
func fieldOf(flag string) string {
	return strings.ReplaceAll(strings.TrimPrefix(flag, "--"), "-", "_")
}

func asker(ref string) []string {
	if user := userOf(ref); user != "" {
		return []string{"<@" + user + ">"}
	}
	return chat.Code("`", words.ShortRef(ref), chat.Visible)
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
