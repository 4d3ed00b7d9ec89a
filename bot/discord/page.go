package discord

import (
	"slices"
	"strconv"
	"strings"

	"github.com/bwmarrin/discordgo"

	"liveadmin/bot"
	"liveadmin/bot/chat"
	"liveadmin/commands"
	"liveadmin/commands/change"
	"liveadmin/commands/words"
)

// Discord's limits, with room to spare; texts are measured in bytes, which are never
// fewer than Discord's characters (docs: resources/message).
const (
	longestContent = 1900 // of 2,000
	longestEmbed   = 4000 // of 4,096: the description
	longestTitle   = 250  // of 256
	longestFacts   = 1000 // so that all that is in an embed is less than 6,000
	shortFact      = 80   // that fits beside another
	rowLength      = 5
	mostButtons    = 25
	longestLabel   = 80
)

// pages writes a message, in several if it is too long for one, each an embed. The title is
// above the first; the number, the facts and the buttons are under the last.
func (p renderer) pages(m words.Message) []outgoing {
	title, lines := p.titled(m)
	lines, facts := p.facts(lines)
	sections := chat.Sections(lines, longestEmbed, p.parts)
	if len(sections) == 0 {
		sections = []string{""}
	}
	all := make([]outgoing, len(sections))
	for i, text := range sections {
		all[i].Embeds = []discordgo.MessageEmbed{{Description: text, Color: colorOf(m.Outcome)}}
	}
	all[0].Embeds[0].Title = title
	last := &all[len(all)-1]
	last.Embeds[0].Fields = facts
	if m.Entry != 0 {
		last.Embeds[0].Footer = &discordgo.MessageEmbedFooter{Text: chat.Number(m.Entry)}
	}
	last.Components = buttons(m.Actions)
	return all
}

// titled returns the title of a message and the lines below it. Without a title of its own,
// that is the first line, if nothing is in it that Discord does not show in titles.
func (p renderer) titled(m words.Message) (string, []words.Line) {
	if len(m.Title) > 0 {
		return shorten(strings.Join(p.pieces(m.Title), ""), longestTitle), m.Lines
	}
	if len(m.Lines) == 0 || m.Lines[0].Style != words.Head || slices.ContainsFunc(m.Lines[0].Text, func(s words.Span) bool {
		return s.Kind != words.Plain && s.Kind != words.Flag && (s.Kind != words.Code || s.Verb != "")
	}) {
		return "", m.Lines
	}
	title := strings.Join(p.pieces(m.Lines[0].Text), "")
	if len(title) > longestTitle {
		return "", m.Lines
	}
	return title, m.Lines[1:]
}

// facts returns the lines of a message without the facts at its end, and those as fields, which
// Discord shows below all lines. One that is too long for a field stays a line.
func (p renderer) facts(lines []words.Line) ([]words.Line, []*discordgo.MessageEmbedField) {
	end := endOf(lines)
	rest := slices.Clone(lines[:end])
	var fields []*discordgo.MessageEmbedField
	size := 0
	for _, l := range lines[end:] {
		name := strings.TrimRight(strings.Join(p.pieces(l.Text[:l.Value]), ""), ": ：")
		value := strings.TrimSuffix(strings.Join(p.pieces(l.Text[l.Value:]), ""), "。")
		if size += len(name) + len(value); size > longestFacts || name == "" || value == "" {
			rest = append(rest, l)
			continue
		}
		fields = append(fields, &discordgo.MessageEmbedField{Name: name, Value: value, Inline: len(value) <= shortFact})
	}
	return rest, fields
}

// endOf is where the facts at the end of a message begin.
func endOf(lines []words.Line) int {
	end := len(lines)
	for end > 0 && lines[end-1].Style == words.Fact {
		end--
	}
	return end
}

// colorOf is the colour of an outcome, beside its word; 0: none.
func colorOf(s commands.Status) int {
	switch s {
	case commands.Done:
		return 0x2e9e5b // green
	case commands.Warned, commands.Partly, commands.Mistaken:
		return 0xe0a100 // amber
	case commands.Failed, commands.Refused, commands.Denied:
		return 0xd83c3e // red
	case commands.Unknown:
		return 0x9b59b6 // purple
	case commands.Working, commands.Asked:
		return 0x5865f2 // blue
	case commands.Nothing, commands.Expired, commands.Withdrawn:
		return 0x80848e // grey
	}
	return 0
}

// single writes a message in one piece. What is too much is left out, and says is put
// there instead.
func (p renderer) single(m words.Message, says string) outgoing {
	all := p.pages(m)
	if len(all) == 1 {
		return all[0]
	}
	first, last := all[0], all[len(all)-1]
	only, end := &first.Embeds[0], last.Embeds[0]
	only.Description = shorten(only.Description, longestEmbed-len(says)-len("\n")) + "\n" + says
	only.Fields, only.Footer, first.Components = end.Fields, end.Footer, last.Components
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
		all = append(all, discordgo.Button{Style: styleOf(a.Name), Label: shortLabel(a.Label, longestLabel), CustomID: id})
	}
	for row := range slices.Chunk(all, rowLength) {
		rows = append(rows, discordgo.ActionsRow{Components: row})
	}
	return rows
}

// styleOf is how a button looks.
func styleOf(action string) discordgo.ButtonStyle {
	switch {
	case action == words.ApproveAction:
		return discordgo.SuccessButton
	case action == words.DenyAction, strings.HasPrefix(action, change.ReplaceAction):
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
