package grammar

import (
	"strings"
	"unicode"
)

// mention is a person or channel that the chat client put in place of what was
// typed. The zero value is none.
type mention struct {
	kind  mentionKind
	id    string // "U024BE7LH"; empty of <!channel> and its like
	label string // the name, without @ or #; empty if the client sent none
	crowd bool   // a user group, a role, everyone: no one person
	raw   string // as it came: "<@U024BE7LH|alice>"
}

type mentionKind int

const (
	noMention      mentionKind = iota
	personMention              // a person, a user group, a role, everyone
	channelMention             // a channel
)

// text is what was typed, as far as it can be known: "@alice", "#general".
func (m mention) text() string {
	sign := "@"
	if m.kind == channelMention {
		sign = "#"
	}
	if m.label != "" {
		return sign + m.label
	}
	return sign + m.id
}

// word is how a mistake quotes it.
func (m mention) word() string {
	if m.label != "" {
		return m.text()
	}
	return m.raw
}

// readToken reads what Slack or Discord wrote for a mention or link at the start
// of the text: what it means, and how many bytes it takes, 0 if there is
// none there.
func readToken(text string) (meant string, m mention, size int) {
	if !strings.HasPrefix(text, "<") {
		return "", mention{}, 0
	}
	end := strings.IndexAny(text[1:], "<>\n") + 1
	if end < 2 || text[end] != '>' {
		return "", mention{}, 0
	}
	body, label, _ := strings.Cut(text[1:end], "|")
	label = decodeEntities(label)
	size = end + 1
	if address, ok := linkAddress(body); ok {
		if label != "" {
			return label, mention{}, size
		}
		return decodeEntities(address), mention{}, size
	}
	m, ok := readMention(body)
	if !ok {
		return "", mention{}, 0
	}
	m.raw = text[:size]
	if label != "" {
		m.label = strings.TrimLeft(label, "@#")
	}
	return m.text(), m, size
}

// linkAddress returns what a person would have typed for a link that the client
// made: Slack makes them of anything that looks like an address.
func linkAddress(body string) (string, bool) {
	if strings.HasPrefix(body, "http://") || strings.HasPrefix(body, "https://") {
		return body, true
	}
	for _, scheme := range []string{"mailto:", "tel:"} {
		if address, ok := strings.CutPrefix(body, scheme); ok && address != "" {
			return address, true
		}
	}
	return "", false
}

// readMention reads "@U…", "@!1", "@&1", "#C…", "!subteam^S…" and "!channel".
func readMention(body string) (mention, bool) {
	if body == "" {
		return mention{}, false
	}
	m := mention{kind: personMention}
	switch body[0] {
	case '@':
		m.id, m.crowd = strings.TrimLeft(body[1:], "!&"), strings.HasPrefix(body, "@&")
	case '#':
		m.kind, m.id = channelMention, body[1:]
	case '!':
		m.crowd = true
		name, rest, _ := strings.Cut(body[1:], "^")
		if name == "subteam" {
			m.id, _, _ = strings.Cut(rest, "^")
			break
		}
		m.label = name
		return m, isAlphanumeric(name)
	default:
		return mention{}, false
	}
	return m, isAlphanumeric(m.id)
}

func isAlphanumeric(text string) bool {
	other := func(r rune) bool { return r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) }
	return text != "" && !strings.ContainsFunc(text, other)
}

// entities are the three that Slack writes, and what they mean.
var entities = [...]struct{ written, char string }{{"&lt;", "<"}, {"&gt;", ">"}, {"&amp;", "&"}}

// readEntity reads an entity, and how many bytes it takes, 0 if there is none at the
// start of the text.
func readEntity(text string) (char string, size int) {
	for _, e := range entities {
		if strings.HasPrefix(text, e.written) {
			return e.char, len(e.written)
		}
	}
	return "", 0
}

// decodeEntities decodes each entity in a text once.
func decodeEntities(text string) string {
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(text)
}
