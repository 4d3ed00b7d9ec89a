package fakeslack

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Plain is a message as its reader sees it: the blocks, or the text if there are
// none, without marks of style, with names for IDs and fallbacks for times. A button
// is its label in brackets. Mentions in code spans count as mentions.
func (s *Server) Plain(m Message) string {
	s.host.Lock()
	defer s.host.Unlock()
	if len(m.Blocks) == 0 {
		return s.mrkdwn(m.Text)
	}
	var lines []string
	for _, b := range shownBlocks(m.Blocks) {
		if line := s.plainBlock(b); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

// What counts as a mention, and with link_names as a name.
var (
	mentionPattern = regexp.MustCompile(`<(?:@|!subteam\^|!)(\w+)[^<>]*>`)
	namePattern    = regexp.MustCompile(`@(\w[\w.-]*)`)
)

// Pings is whom a message notifies, by ID: users, user groups, and "channel",
// "here" and "everyone". Blocks and text both count.
func (s *Server) Pings(m Message) []string {
	texts := []string{m.Text}
	var pinged []string
	for _, b := range shownBlocks(m.Blocks) {
		pinged = append(pinged, richPings(b.Elements)...)
		for _, t := range append(b.Fields, b.Elements...) {
			texts = append(texts, t.mrkdwn())
		}
		if b.Text != nil {
			texts = append(texts, b.Text.mrkdwn())
		}
	}
	for _, text := range texts {
		for _, found := range mentionPattern.FindAllStringSubmatch(text, -1) {
			if found[1] != "date" {
				pinged = append(pinged, found[1])
			}
		}
		if m.LinkNames {
			for _, found := range namePattern.FindAllStringSubmatch(mentionPattern.ReplaceAllString(text, ""), -1) {
				pinged = append(pinged, found[1])
			}
		}
	}
	slices.Sort(pinged)
	return slices.Compact(pinged)
}

// shown is what a reader sees of a block.
type shown struct {
	Type      string      `json:"type"`
	Text      *shownText  `json:"text"`
	Fields    []shownText `json:"fields"`
	Elements  []shownText `json:"elements"`
	Accessory *shownText  `json:"accessory"`

	Rows [][]shownText `json:"rows"`
}

// shownText is a text object, an element with one, or a part of a rich_text.
type shownText struct {
	Type string          `json:"type"`
	Text json.RawMessage `json:"text"` // a text, or the text object of a button

	Elements []shownText `json:"elements"`
	User     string      `json:"user_id"`
	Group    string      `json:"usergroup_id"`
	Channel  string      `json:"channel_id"`
	Range    string      `json:"range"`
	Name     string      `json:"name"`
	URL      string      `json:"url"`
	Fallback string      `json:"fallback"`
	Value    string      `json:"value"`
}

func shownBlocks(raw json.RawMessage) []shown {
	var list []shown
	json.Unmarshal(raw, &list) // they were checked when they were posted
	return list
}

// words is the text, a button's label included.
func (t shownText) words() string {
	var text string
	if json.Unmarshal(t.Text, &text) == nil {
		return text
	}
	var label textObject
	json.Unmarshal(t.Text, &label) // checked when it was posted
	return label.Text
}

// mrkdwn is the text if Slack reads marks in it, and "" otherwise.
func (t shownText) mrkdwn() string {
	if t.Type != "mrkdwn" {
		return ""
	}
	return t.words()
}

func (s *Server) plainBlock(b shown) string {
	if b.Type == "rich_text" {
		return strings.Join(s.richLines(b.Elements), "\n")
	}
	if b.Type == "table" {
		return s.plainRows(b.Rows)
	}
	var parts []string
	if b.Text != nil {
		parts = append(parts, s.plainText(*b.Text))
	}
	for _, f := range b.Fields {
		parts = append(parts, s.plainText(f))
	}
	var row []string
	for _, e := range b.Elements {
		row = append(row, s.plainText(e))
	}
	if b.Accessory != nil {
		row = append(row, s.plainText(*b.Accessory))
	}
	if len(row) > 0 {
		parts = append(parts, strings.Join(row, " "))
	}
	return strings.Join(parts, "\n")
}

func (s *Server) plainText(t shownText) string {
	switch t.Type {
	case "mrkdwn":
		return s.mrkdwn(t.words())
	case "button":
		return "[" + t.words() + "]"
	}
	return t.words()
}

// mrkdwn is a marked text as it is seen. The state is locked.
func (s *Server) mrkdwn(text string) string {
	var b strings.Builder
	for i, part := range strings.Split(text, "```") {
		if i%2 == 1 {
			b.WriteString(s.resolve(strings.Trim(part, "\n")))
			continue
		}
		for line := range strings.Lines(part) {
			end := 0
			for _, at := range codePattern.FindAllStringIndex(line, -1) {
				b.WriteString(s.resolve(unstyle(line[end:at[0]])))
				end = at[1]
				if apart(utf8.DecodeLastRuneInString(line[:at[0]])) && apart(utf8.DecodeRuneInString(line[end:])) {
					b.WriteString(s.resolve(line[at[0]+1 : end-1]))
				} else {
					b.WriteString(s.resolve(line[at[0]:end]))
				}
			}
			b.WriteString(s.resolve(unstyle(line[end:])))
		}
	}
	return b.String()
}

// codePattern is what is code if nothing beside it prevents that.
var codePattern = regexp.MustCompile("`[^`\n]+`")

// apart reports whether a mark can be beside a character, or at an end of the line. Beside a
// letter Slack shows it, and every Chinese or Japanese character counts as one.
func apart(r rune, size int) bool {
	return size == 0 || unicode.IsSpace(r) || r <= unicode.MaxASCII && unicode.IsPunct(r) && r != '`' || strings.ContainsRune("<>|+=", r)
}

// styles are bold, italic and strike where Slack sees them: around words.
var styles = []*regexp.Regexp{styled(`\*`), styled(`_`), styled(`~`)}

func styled(mark string) *regexp.Regexp {
	return regexp.MustCompile(`(^|[^\w])` + mark + `([^\s` + mark + `](?:[^` + mark + `\n]*[^\s` + mark + `])?)` + mark + `($|[^\w])`)
}

// unstyle takes the styles away.
func unstyle(text string) string {
	for _, style := range styles {
		for before := ""; before != text; { // neighbours share a border
			before, text = text, style.ReplaceAllString(text, "$1$2$3")
		}
	}
	return text
}

// tokenPattern is what Slack reads as more than text.
var tokenPattern = regexp.MustCompile(`<[^<>]+>`)

// resolve replaces <…> by what it means, and the characters for their entities.
func (s *Server) resolve(text string) string {
	var b strings.Builder
	end := 0
	for _, at := range tokenPattern.FindAllStringIndex(text, -1) {
		b.WriteString(unescape(text[end:at[0]]))
		b.WriteString(s.meaning(text[at[0]+1 : at[1]-1]))
		end = at[1]
	}
	b.WriteString(unescape(text[end:]))
	return b.String()
}

// meaning is what a reader sees for <…>.
func (s *Server) meaning(inner string) string {
	name, label, labelled := strings.Cut(inner, "|")
	label = unescape(label)
	switch {
	case strings.HasPrefix(name, "@"):
		return "@" + s.user(name[1:]).Name
	case strings.HasPrefix(name, "#"):
		return "#" + s.channelName(name[1:])
	case labelled:
		return label
	case strings.HasPrefix(name, "!"):
		return "@" + strings.TrimPrefix(name[1:], "subteam^")
	}
	return unescape(name)
}
