package e2e

import (
	"cmp"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"html"
	"html/template"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"liveadmin/bot/bottest/fakediscord"
	"liveadmin/bot/bottest/fakeslack"
)

// picture is what testdata/picture.svg.tmpl draws: as HTML, which the reader's browser
// lays out with the fonts it has, and as lines of text for a renderer without HTML.
type picture struct {
	Platform, Title string
	Place           string // where it is; empty: the channel
	Scenes          []scene
	Text            []textLine
	Height          int // in pixels
}

// scene is one command and what the bot posts: an answer that only the caller sees, or
// the root of a thread and the reply in it; or what it opens.
type scene struct {
	Who     string
	Does    string // empty: types
	Typed   line
	Window  *window
	Private string // who can see the post, if not everybody can
	Thread  string // its name, in Discord
	Posts   []post
}

// window is a form, or the Home tab.
type window struct {
	Title  string
	Blocks []block
}

type post struct {
	Clock  string
	Blocks []block
}

type block struct {
	Class string // of the style sheet: text, embed, input or buttons
	Lines []line
	Color string // of the bar of an embed; empty: that of all lines
}

type line []span

type span struct {
	Class string // of the style sheet: code, mention, strong, small, value, button, or empty
	Text  string
}

type textLine struct {
	X, Y  int
	Words string
}

// draw returns the picture as a file. What is not XML is an error.
func draw(p picture) (string, error) {
	t, err := template.ParseFiles("testdata/picture.svg.tmpl")
	if err != nil {
		return "", err
	}
	p.layOut()
	var b strings.Builder
	if err := t.Execute(&b, p); err != nil {
		return "", err
	}
	return b.String(), xml.Unmarshal([]byte(b.String()), new(struct{}))
}

// layOut fills in Text and Height. An SVG has to name its height, and nobody knows the
// reader's fonts: a line is taken to break after 66 characters, which fit in a thread
// with the widest common fonts. There is a line to spare.
// The numbers are those of the style sheet: lines of 22 pixels, margins and paddings.
func (p *picture) layOut() {
	y := 0
	write := func(x, height int, words string) {
		row := ""
		add := func() {
			y += height
			p.Text = append(p.Text, textLine{x, y - 6, row})
		}
		for word := range strings.SplitSeq(words, " ") {
			if row != "" && utf8.RuneCountInString(row+word) >= 66 {
				add()
				row = ""
			}
			row = strings.TrimLeft(row+" "+word, " ")
		}
		add()
	}
	blocks := func(x int, all []block) {
		for _, b := range all {
			padding := 0
			switch b.Class {
			case "embed":
				padding = 11
			case "input":
				y += 8
			}
			y += padding
			for _, l := range b.Lines {
				write(x, l.height(b), l.String())
			}
			y += padding
		}
	}
	write(24, 50, cmp.Or(p.Place, "# show")+" (drawn from the bot’s messages; not a screenshot)")
	for _, s := range p.Scenes {
		y += 15
		write(24, 22, s.Who+" "+cmp.Or(s.Does, "types"))
		if y += 6; len(s.Typed) > 0 {
			write(48, 22, s.Typed.String())
		}
		y += 15
		if s.Window != nil {
			y += 13
			write(64, 22, s.Window.Title)
			blocks(64, s.Window.Blocks)
			y += 13
		}
		for i, post := range s.Posts {
			x := 48 + 24*i
			y += 8
			if i > 0 && s.Thread != "" {
				write(x, 22, s.Thread+" (thread)")
			}
			write(x, 22, "liveadmin "+post.Clock)
			if s.Private != "" {
				write(x, 22, s.Private)
			}
			blocks(x, post.Blocks)
			y += 8
		}
	}
	p.Height = y + 40
}

// height is that of a line in a block.
func (l line) height(in block) int {
	switch {
	case in.Class == "buttons":
		return 36
	case len(l) > 0 && l[0].Class == "value":
		return 34
	}
	return 22
}

// with returns the line with a span at its end, as part of the last one if both are plain.
func (l line) with(s span) line {
	if s.Text == "" {
		return l
	}
	if n := len(l); n > 0 && s.Class == "" && l[n-1].Class == "" {
		l[n-1].Text += s.Text
		return l
	}
	return append(l, s)
}

func (l line) String() string {
	var b strings.Builder
	for _, s := range l {
		if s.Class == "button" {
			s.Text = "[" + strings.ReplaceAll(s.Text, " ", "\u00a0") + "] "
		}
		b.WriteString(s.Text)
	}
	return b.String()
}

// markup reads what the bot writes for one platform, as far as the pictures have it.
type markup struct {
	t        testing.TB
	token    *regexp.Regexp
	unescape func(string) string
	people   map[string]string // a mention and how it reads
	moment   func(time.Time) string
	relative func(time.Time) string // to when the picture begins
}

func slackMarkup(t *testing.T, began time.Time) markup {
	return markup{t, regexp.MustCompile("`[^`]+`|<[^<>]+>"), html.UnescapeString, map[string]string{"<@U0ALICE>": "@alice"},
		func(at time.Time) string { return pictured(0, began, at).Format("today 15:04") }, nil}
}

func discordMarkup(t testing.TB, n int, began time.Time) markup {
	return markup{t, regexp.MustCompile("`[^`]+`|<[^<>]+>|\\\\[^0-9A-Za-z\\s]"), strings.Clone, map[string]string{"<@501>": "@alice"},
		func(at time.Time) string { return pictured(n, began, at).Format("15:04") },
		func(at time.Time) string { return fmt.Sprintf("in %.0f hours", at.Sub(began).Hours()) }}
}

var stamp = regexp.MustCompile(`^<(?:!date\^|t:)(\d+)`)

func (m markup) lines(text string) []line {
	var all []line
	for row := range strings.SplitSeq(text, "\n") {
		var l line
		end := 0
		for _, at := range m.token.FindAllStringIndex(row, -1) {
			l = l.with(span{"", m.unescape(row[end:at[0]])}).with(m.read(row[at[0]:at[1]]))
			end = at[1]
		}
		all = append(all, l.with(span{"", m.unescape(row[end:])}))
	}
	return all
}

// read reads code, a character behind a backslash, a mention or a time.
func (m markup) read(token string) span {
	switch {
	case token[0] == '`':
		return span{"code", m.unescape(token[1 : len(token)-1])}
	case token[0] == '\\':
		return span{"", token[1:]}
	case m.people[token] != "":
		return span{"mention", m.people[token]}
	}
	if found := stamp.FindStringSubmatch(token); found != nil {
		if n, err := strconv.ParseInt(found[1], 10, 64); err == nil {
			if at := time.Unix(n, 0); strings.HasSuffix(token, ":R>") {
				return span{"", m.relative(at)}
			}
			return span{"", m.moment(time.Unix(n, 0))}
		}
	}
	m.t.Errorf("the picture cannot show %q", token)
	return span{"", token}
}

func (m markup) slack(message fakeslack.Message) []block {
	if len(message.Blocks) == 0 {
		return []block{{Class: "text", Lines: m.lines(message.Text)}}
	}
	var sent []struct {
		Type     string
		Text     struct{ Text string } // of a section
		Elements []richPart
		slackInput
	}
	m.decode(message.Blocks, &sent)
	var all []block
	for _, b := range sent {
		switch b.Type {
		case "input":
			all = append(all, b.read())
		case "section":
			all = append(all, block{Class: "text", Lines: m.lines(b.Text.Text)})
		case "rich_text":
			var lines []line
			for _, part := range b.Elements {
				lines = append(lines, m.rich(part)...)
			}
			all = append(all, block{Class: "text", Lines: lines})
		case "context":
			for _, e := range b.Elements {
				var words string
				m.decode(e.Text, &words)
				all = append(all, block{Class: "text", Lines: []line{{{"small", m.unescape(words)}}}})
			}
		case "actions":
			var buttons line
			for _, e := range b.Elements {
				var label struct{ Text string }
				m.decode(e.Text, &label)
				buttons = append(buttons, span{"button", label.Text})
			}
			all = append(all, block{Class: "buttons", Lines: []line{buttons}})
		default:
			m.t.Errorf("the picture cannot show a block %q", b.Type)
		}
	}
	return all
}

// slackInput is a field of a form.
type slackInput struct {
	Label   slackText
	Hint    slackText
	Element struct {
		Value    string      `json:"initial_value"`
		Option   slackText   `json:"initial_option"`
		Options  []slackText `json:"initial_options"`
		Provides slackText   `json:"placeholder"`
	}
}

// slackText is a text object, or an option, which has one.
type slackText struct{ Text any }

func (t slackText) String() string {
	if inner, ok := t.Text.(map[string]any); ok {
		return slackText{inner["text"]}.String()
	}
	s, _ := t.Text.(string)
	return s
}

// read is a field with what it starts with.
func (i slackInput) read() block {
	value := cmp.Or(i.Element.Value, i.Element.Option.String(), i.Element.Provides.String(), "\u00a0")
	for n, o := range i.Element.Options {
		if n == 0 {
			value = o.String()
			continue
		}
		value += ", " + o.String()
	}
	lines := []line{{{"strong", i.Label.String()}}, {{"value", value}}}
	if hint := i.Hint.String(); hint != "" {
		lines = append(lines, line{{"small", hint}})
	}
	return block{Class: "input", Lines: lines}
}

func (m markup) decode(raw json.RawMessage, into any) {
	if err := json.Unmarshal(raw, into); err != nil {
		m.t.Error(err)
	}
}

// strong is a line whose plain words are bold.
func strong(l line) line {
	for i := range l {
		if l[i].Class == "" {
			l[i].Class = "strong"
		}
	}
	return l
}

func (m markup) discord(message fakediscord.Message) []block {
	var all []block
	if message.Content != "" {
		all = append(all, block{Class: "text", Lines: m.lines(message.Content)})
	}
	for _, e := range message.Embeds {
		var lines []line
		if e.Title != "" {
			lines = append(lines, strong(m.lines(e.Title)[0]))
		}
		lines = append(lines, m.lines(e.Description)...)
		for _, f := range e.Fields {
			lines = append(append(lines, strong(m.lines(f.Name)[0])), m.lines(f.Value)...)
		}
		color := ""
		if e.Color != 0 {
			color = fmt.Sprintf("#%06x", e.Color)
		}
		if e.Footer != nil {
			lines = append(lines, line{{"small", e.Footer.Text}})
		}
		all = append(all, block{Class: "embed", Lines: lines, Color: color})
	}
	for _, r := range message.Components {
		var buttons line
		for _, b := range r.Buttons {
			buttons = append(buttons, span{"button", b.Label})
		}
		all = append(all, block{Class: "buttons", Lines: []line{buttons}})
	}
	return all
}
