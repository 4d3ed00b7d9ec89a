package fakediscord

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf16"
)

// Limits of an embed, in characters (docs: resources/message). A character outside the
// basic plane counts as two, the stricter reading.
const (
	maxEmbeds      = 10
	maxTitle       = 256
	maxDescription = 4096
	maxFields      = 25
	maxFieldName   = 256
	maxFieldValue  = 1024
	maxFooter      = 2048
	maxAuthor      = 256
	maxInAllEmbeds = 6000
	maxEmbedColor  = 0xFFFFFF
)

// Embed is a framed text.
type Embed struct {
	Title       string       `json:"title,omitempty"`
	Description string       `json:"description,omitempty"`
	URL         string       `json:"url,omitempty"`
	Timestamp   string       `json:"timestamp,omitempty"`
	Color       int          `json:"color,omitempty"`
	Fields      []Field      `json:"fields,omitempty"`
	Footer      *Footer      `json:"footer,omitempty"`
	Author      *EmbedAuthor `json:"author,omitempty"`
}

// Field is a named text in an embed.
type Field struct {
	Name   string `json:"name"`
	Value  string `json:"value"`
	Inline bool   `json:"inline,omitempty"`
}

// Footer is the last line of an embed.
type Footer struct {
	Text string `json:"text"`
}

// EmbedAuthor is the first line of an embed.
type EmbedAuthor struct {
	Name string `json:"name"`
}

// checkEmbeds trims embeds as Discord does, and finds what is wrong with them.
func checkEmbeds(list []Embed) flaw {
	if len(list) > maxEmbeds {
		return flawed("embeds", "Must be %d or fewer in length.", maxEmbeds)
	}
	sum := 0
	for i := range list {
		e := &list[i]
		e.trim()
		if f := e.check(); f.found() {
			return f.in(fmt.Sprintf("embeds.%d", i))
		}
		for _, text := range e.texts() {
			sum += size(text)
		}
	}
	if sum > maxInAllEmbeds {
		return flawed("embeds", "Embed size exceeds maximum size of %d", maxInAllEmbeds)
	}
	return flaw{}
}

func (e *Embed) trim() {
	e.Title, e.Description = strings.TrimSpace(e.Title), strings.TrimSpace(e.Description)
	for i := range e.Fields {
		e.Fields[i].Name, e.Fields[i].Value = strings.TrimSpace(e.Fields[i].Name), strings.TrimSpace(e.Fields[i].Value)
	}
	if e.Footer != nil {
		e.Footer.Text = strings.TrimSpace(e.Footer.Text)
	}
	if e.Author != nil {
		e.Author.Name = strings.TrimSpace(e.Author.Name)
	}
}

func (e *Embed) check() flaw {
	if len(e.Fields) > maxFields {
		return flawed("fields", "Must be %d or fewer in length.", maxFields)
	}
	type limited struct {
		path, text string
		least, max int
	}
	parts := []limited{{"title", e.Title, 0, maxTitle}, {"description", e.Description, 0, maxDescription}}
	for i, f := range e.Fields {
		at := fmt.Sprintf("fields.%d.", i)
		parts = append(parts, limited{at + "name", f.Name, 1, maxFieldName}, limited{at + "value", f.Value, 1, maxFieldValue})
	}
	if e.Footer != nil {
		parts = append(parts, limited{"footer.text", e.Footer.Text, 1, maxFooter})
	}
	if e.Author != nil {
		parts = append(parts, limited{"author.name", e.Author.Name, 1, maxAuthor})
	}
	for _, p := range parts {
		if f := length(p.path, p.text, p.least, p.max); f.found() {
			return f
		}
	}
	return e.checkRest()
}

func (e *Embed) checkRest() flaw {
	switch {
	case strings.Join(e.texts(), "") == "":
		return flawed("description", "This field is required")
	case e.URL != "" && !strings.HasPrefix(e.URL, "https://") && !strings.HasPrefix(e.URL, "http://"):
		return flawed("url", "Not a well formed URL.")
	case e.Color < 0 || e.Color > maxEmbedColor:
		return flawed("color", "int value should be between 0 and %d.", maxEmbedColor)
	case e.Timestamp != "":
		if _, err := time.Parse(time.RFC3339, e.Timestamp); err != nil {
			return flawed("timestamp", "Not a valid ISO 8601 timestamp.")
		}
	}
	return flaw{}
}

// texts are the texts of an embed as they are read, and as they count for the sum.
func (e *Embed) texts() []string {
	var texts []string
	if e.Author != nil {
		texts = append(texts, e.Author.Name)
	}
	texts = append(texts, e.Title, e.Description)
	for _, f := range e.Fields {
		texts = append(texts, f.Name, f.Value)
	}
	if e.Footer != nil {
		texts = append(texts, e.Footer.Text)
	}
	return texts
}

// length finds a text that is too short or too long.
func length(path, text string, least, most int) flaw {
	switch n := size(text); {
	case n < least && n == 0:
		return flawed(path, "This field is required")
	case n < least || n > most:
		return flawed(path, "Must be between %d and %d in length.", least, most)
	}
	return flaw{}
}

// size is the length of a text in characters.
func size(text string) int { return len(utf16.Encode([]rune(text))) }
