package discord

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/bwmarrin/discordgo"

	"liveadmin/bot"
	"liveadmin/bot/chat"
	"liveadmin/commands"
	"liveadmin/commands/words"
)

// Discord's limits, with room to spare; texts are measured in bytes, which are never
// fewer than Discord's characters (docs: resources/message).
const (
	longestContent = 1900 // of 2,000
	longestEmbed   = 2900 // of 4,096, so that two fit into the 6,000 of a message
	mostEmbeds     = 2
	rowLength      = 5
	mostButtons    = 25
	longestLabel   = 80
)

// pages writes a message, in several if it is too long for one. The number and the
// buttons are under the last.
func (p renderer) pages(m words.Message) []outgoing {
	sections := chat.Sections(m.Lines, longestEmbed, p.parts)
	if len(sections) == 0 {
		sections = []string{""}
	}
	var all []outgoing
	for texts := range slices.Chunk(sections, mostEmbeds) {
		var page outgoing
		for _, text := range texts {
			page.Embeds = append(page.Embeds, discordgo.MessageEmbed{Description: text})
		}
		all = append(all, page)
	}
	last := &all[len(all)-1]
	if m.Entry != 0 {
		last.Embeds[len(last.Embeds)-1].Footer = &discordgo.MessageEmbedFooter{Text: chat.Number(m.Entry)}
	}
	last.Components = buttons(m.Actions)
	return all
}

// single writes a message in one piece. What is too much is left out, and says is put
// there instead.
func (p renderer) single(m words.Message, says string) outgoing {
	all := p.pages(m)
	if len(all) == 1 {
		return all[0]
	}
	first, last := all[0], all[len(all)-1]
	end := &first.Embeds[mostEmbeds-1]
	end.Description = shorten(end.Description, longestEmbed-len(says)-len("\n")) + "\n" + says
	end.Footer = last.Embeds[len(last.Embeds)-1].Footer
	first.Components = last.Components
	return first
}

// cut says what became of the rest of a result, and where to see it.
func (p renderer) cut(l commands.Language) string {
	w := words.In(l)
	return strings.Join(append(p.pieces(words.Fill(w.Discord.Cut, words.Slots{"permissions": {{Text: toWrite}}})),
		"\n", strings.ReplaceAll(w.Discord.CutList, "{command}", p.mention(commands.List))), "")
}

// parts writes a line with what its style adds. What was typed is in a block
// of its own, for copying.
func (p renderer) parts(l words.Line) []string {
	switch last := len(l.Text) - 1; {
	case l.Style == words.Item:
		return p.pieces(append(words.Text{{Text: "• "}}, l.Text...))
	case l.Style == words.Quote:
		return append([]string{"> "}, p.pieces(l.Text)...)
	case l.Style == words.Block && last >= 0:
		all := append(p.pieces(l.Text[:last]), "\n")
		for _, piece := range chat.Cut(l.Text[last].Text, chat.Visible) {
			all = append(all, "```\n"+piece+"\n```")
		}
		return all
	}
	return p.pieces(l.Text)
}

// buttonPrefix begins the ID of every button of the bot.
const buttonPrefix = commandName + ":"

// buttons carry what they do and the entry's number. Two with one name stay apart by
// their place.
func buttons(actions []words.Action) []discordgo.MessageComponent {
	var all, rows []discordgo.MessageComponent
	for i, a := range actions[:min(len(actions), mostButtons)] {
		id := buttonPrefix + a.Name + ":" + strconv.FormatInt(a.Entry, 10) + ":" + strconv.Itoa(i)
		all = append(all, discordgo.Button{Style: styleOf(a.Name), Label: shorten(a.Label, longestLabel), CustomID: id})
	}
	for row := range slices.Chunk(all, rowLength) {
		rows = append(rows, discordgo.ActionsRow{Components: row})
	}
	return rows
}

// styleOf is how a button looks.
func styleOf(action string) discordgo.ButtonStyle {
	switch action {
	case words.ApproveAction:
		return discordgo.SuccessButton
	case words.DenyAction:
		return discordgo.DangerButton
	}
	return discordgo.SecondaryButton
}

// readButton reads the ID of a button.
func readButton(id string) *bot.Click {
	action, rest, _ := strings.Cut(strings.TrimPrefix(id, buttonPrefix), ":")
	number, _, _ := strings.Cut(rest, ":")
	return chat.Click(action, number)
}

// shorten cuts a text to so many bytes, never inside of a token. A code span that is cut
// ends.
func shorten(s string, most int) string {
	if len(s) <= most {
		return s
	}
	s = chat.Beginning(s, most-len("…```"), chat.Token{From: "<", To: ">"})
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
		case s.Kind == words.Account || s.Kind == words.Channel:
			all = append(all, chat.Code("`", words.ShortRef(s.Text), chat.Visible)...)
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
