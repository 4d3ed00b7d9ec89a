package e2e

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"liveadmin/bot/bottest/fakeslack"
)

// richPart is a part of a rich_text, an element of one, or an element of another block.
type richPart struct {
	Type      string
	Text      json.RawMessage // of a button, an object; else a string
	Elements  []richPart
	User      string `json:"user_id"`
	Timestamp int64
	Style     richStyle
}

// richStyle is the style of a text. That of a list is only a name, and of no use here.
type richStyle struct{ Code bool }

// UnmarshalJSON reads the style of a text.
func (s *richStyle) UnmarshalJSON(raw []byte) error {
	var style struct{ Code bool }
	if raw[0] != '{' {
		return nil
	}
	err := json.Unmarshal(raw, &style)
	s.Code = style.Code
	return err
}

// rich reads a part of a rich_text: lines in a section, one for each item of a list.
func (m markup) rich(part richPart) []line {
	var all []line
	switch part.Type {
	case "rich_text_list":
		for _, item := range part.Elements {
			for _, l := range m.rich(item) {
				all = append(all, append(line{{"", "• "}}, l...))
			}
		}
		return all
	case "rich_text_preformatted":
		return []line{{{"code", m.richElement(part.Elements[0])[0].Text}}}
	}
	now := line{}
	for _, e := range part.Elements {
		for i, s := range m.richElement(e) {
			if i > 0 {
				all = append(all, now)
				now = line{}
			}
			now = now.with(s)
		}
	}
	return append(all, now)
}

// richElement reads an element of a rich_text, with a span for every line of it.
func (m markup) richElement(e richPart) []span {
	switch e.Type {
	case "text":
		class, words := "", ""
		m.decode(e.Text, &words)
		if e.Style.Code {
			class = "code"
		}
		var all []span
		for row := range strings.SplitSeq(words, "\n") {
			all = append(all, span{class, row})
		}
		return all
	case "user":
		return []span{m.read("<@" + e.User + ">")}
	case "date":
		return []span{{"", m.moment(time.Unix(e.Timestamp, 0))}}
	}
	m.t.Errorf("the picture cannot show an element %q", e.Type)
	return []span{{}}
}

func TestPictureRichText(t *testing.T) {
	until := strconv.FormatInt(pictureTime.Add(2*time.Hour).Unix(), 10)
	got := slackMarkup(t, pictureTime).slack(fakeslack.Message{Blocks: json.RawMessage(`[{"type":"rich_text","elements":[
		{"type":"rich_text_section","elements":[{"type":"user","user_id":"U0ALICE"},{"type":"text","text":": a<b &amp;\nto "},
			{"type":"text","text":"c","style":{"code":true}},{"type":"text","text":" until "},{"type":"date","timestamp":` + until + `}]},
		{"type":"rich_text_list","style":"bullet","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"one"}]},
			{"type":"rich_text_section","elements":[{"type":"text","text":"two"}]}]},
		{"type":"rich_text_preformatted","elements":[{"type":"text","text":"typed"}]}]}]`)})
	want := []line{
		{{"mention", "@alice"}, {"", ": a<b &amp;"}},
		{{"", "to "}, {"code", "c"}, {"", " until today 16:02"}},
		{{"", "• "}, {"", "one"}},
		{{"", "• "}, {"", "two"}},
		{{"code", "typed"}},
	}
	if len(got) != 1 || got[0].Class != "text" || !slices.EqualFunc(got[0].Lines, want, slices.Equal[line]) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
