package discord

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"liveadmin/bot"
	"liveadmin/commands"
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

// row is a row of buttons.
type row struct {
	Kind       int      `json:"type"`
	Components []button `json:"components"`
}

type button struct {
	Kind  int    `json:"type"`
	Style int    `json:"style"`
	Label string `json:"label"`
	ID    string `json:"custom_id"`
}

// Kinds of components, and the style of a button (docs: components/reference).
const (
	rowKind    = 1
	buttonKind = 2
	grey       = 2
)

// pages writes a message, in several if it is too long for one. The number and the
// buttons stand under the last.
func (p pen) pages(m commands.Message) []outgoing {
	all := []outgoing{{Mentions: nobody()}}
	for _, s := range p.sections(m.Lines) {
		if len(all[len(all)-1].Embeds) == mostEmbeds {
			all = append(all, outgoing{Mentions: nobody()})
		}
		page := &all[len(all)-1]
		page.Embeds = append(page.Embeds, embed{Description: s})
	}
	last := &all[len(all)-1]
	if len(last.Embeds) == 0 {
		last.Embeds = []embed{{}}
	}
	if m.Entry != 0 {
		last.Embeds[len(last.Embeds)-1].Footer = &footer{numberOf(m.Entry)}
	}
	last.Components = buttons(m.Actions)
	return all
}

// single writes a message in one piece. What is too much is left out, and that is
// said.
func (p pen) single(m commands.Message) outgoing {
	all := p.pages(m)
	if len(all) == 1 {
		return all[0]
	}
	first, last := all[0], all[len(all)-1]
	end := &first.Embeds[mostEmbeds-1]
	end.Description = shorten(end.Description, longestEmbed-len(tooMuch)-len("\n")) + "\n" + tooMuch
	end.Footer = last.Embeds[len(last.Embeds)-1].Footer
	first.Components = last.Components
	return first
}

// sections packs lines into texts that fit an embed each.
func (p pen) sections(lines []commands.Line) []string {
	var all []string
	now := ""
	for _, l := range lines {
		between := "\n"
		for _, part := range p.parts(l) {
			if len(now)+len(between)+len(part) > longestEmbed {
				all = append(all, now)
				now = ""
			}
			if now != "" {
				part = between + part
			}
			now += part
			between = ""
		}
	}
	if now != "" {
		all = append(all, now)
	}
	return all
}

// parts writes a line with what its style adds. What was typed stands in a block
// of its own, for copying.
func (p pen) parts(l commands.Line) []string {
	switch last := len(l.Text) - 1; {
	case l.Style == commands.Item:
		return p.pieces(append(commands.Text{{Text: "• "}}, l.Text...))
	case l.Style == commands.Block && last >= 0:
		all := append(p.pieces(l.Text[:last]), "\n")
		for _, piece := range cut(l.Text[last].Text, codeRune) {
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
func buttons(actions []commands.Action) []row {
	var rows []row
	for i, a := range actions[:min(len(actions), mostButtons)] {
		if i%rowLength == 0 {
			rows = append(rows, row{Kind: rowKind})
		}
		r := &rows[len(rows)-1]
		id := buttonPrefix + a.Name + ":" + strconv.FormatInt(a.Entry, 10) + ":" + strconv.Itoa(i)
		r.Components = append(r.Components, button{Kind: buttonKind, Style: grey, Label: shorten(a.Label, longestLabel), ID: id})
	}
	return rows
}

// readButton reads the ID of a button.
func readButton(id string) *bot.Click {
	action, rest, _ := strings.Cut(strings.TrimPrefix(id, buttonPrefix), ":")
	number, _, _ := strings.Cut(rest, ":")
	entry, err := strconv.ParseInt(number, 10, 64)
	if err != nil || entry < 0 {
		entry = 0
	}
	return &bot.Click{Action: action, Entry: entry}
}

// shorten cuts a text to so many bytes, at the end of a line if there is one in its
// second half, never inside of a character or a token. A code span that is cut ends.
func shorten(s string, most int) string {
	if len(s) <= most {
		return s
	}
	s = s[:most-len("…```")]
	for !utf8.ValidString(s) {
		s = s[:len(s)-1]
	}
	if line := strings.LastIndexByte(s, '\n'); line > most/2 {
		s = s[:line+1]
	}
	if i := strings.LastIndexByte(s, '<'); i >= 0 && !strings.Contains(s[i:], ">") {
		s = s[:i]
	}
	s = strings.TrimRight(s, "\\") + "…"
	if strings.Count(s, "```")%2 == 1 {
		return s + "```"
	}
	if marks := strings.NewReplacer("```", "", "\\`", "").Replace(s); strings.Count(marks, "`")%2 == 1 {
		return s + "`"
	}
	return s
}
