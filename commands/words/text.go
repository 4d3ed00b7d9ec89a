package words

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"liveadmin/commands"
	"liveadmin/imapi"
)

// Text is one line of an answer in pieces, so that each platform can write
// identifiers, times and the caller in its own idiom and escape the rest.
type Text []Span

// Span is a piece of a line.
type Span struct {
	Kind SpanKind
	Text string
	Time time.Time     // of a Moment
	Verb commands.Verb // of a Code that shows how this command is typed
	Name string        // of an Account: what the config file calls them, for where the account is not known; empty: nothing

	Option string // where commands have options: the name of a Flag, or a Code with its options filled in; empty: as it is typed
}

// SpanKind says how a piece is written.
type SpanKind int

// The kinds of pieces.
const (
	Plain   SpanKind = iota
	Code             // an identifier or a command: never styled, never a mention
	Quoted           // something typed that was not understood: as Code, but quoted
	Account          // a person of a chat; Text is the Ref
	Channel          // a channel of a chat; Text is as Place.Channel has it
	Moment           // a time, in the reader's own zone where the platform can
	Flag             // a flag or an argument as it is typed, in a sentence
	Team             // a user group or a role of a chat; Text is as rules name it
)

// Message is an answer without a platform.
type Message struct {
	Lines   []Line
	Entry   int64 // the number that history, the log and the operator know
	Actions []Action
	Columns []string // the heads of the table whose rows are the lines with Cells, where a platform has tables

	Outcome commands.Status // that it says in words, for a colour beside them; empty: none
	Title   Text            // a few words above the lines, where a platform has a place for them; empty: the Head can be there

	Concerned []string // of a result: the accounts of whom it is about, who are mentioned; not by Own

	Language commands.Language // that it is in; empty: English
	Own      *Own              // nil: the caller reads the same as everyone
}

// Own is a result as the caller alone reads it, in their language.
type Own struct {
	Root   Text
	Result Message
}

// Alone returns the root's line and a result as the caller alone reads them.
func (m Message) Alone(root Text) (Text, Message) {
	if m.Own != nil {
		return m.Own.Root, m.Own.Result
	}
	return root, m
}

// Action is a button under a message.
type Action struct {
	Name    string // what it does, as the click brings it back
	Label   string
	Entry   int64 // what it is about, as the click brings it back
	Confirm Text  // asked before, where the platform can; empty: not asked
	Brief   Text  // asked instead where that is too long; empty: its beginning
}

// Line is a line of a message.
type Line struct {
	Style LineStyle
	Text  Text
	Cells []Text // the same in columns, if it is a row of the message's table
	Value int    // of a Fact: so many of the pieces are its name, with a colon
}

// LineStyle says what a line is for.
type LineStyle int

// The styles of lines.
const (
	Head  LineStyle = iota // the outcome, first
	Item                   // one of a list
	Body                   // everything else
	Block                  // what was typed, as the last piece: for copying
	Quote                  // what somebody said, after "> "
	Fact                   // "Name: value"; the last lines of a message
)

// String writes a text without any platform's idiom: identifiers bare, times in
// UTC, the caller by the last part of the reference.
func (t Text) String() string {
	var b strings.Builder
	for _, s := range t {
		switch s.Kind {
		case Moment:
			b.WriteString(UTC(s.Time))
		case Account, Team:
			b.WriteString("@" + ShortRef(s.Text))
		case Channel:
			b.WriteString("#" + ShortRef(s.Text))
		case Quoted:
			b.WriteString(`"` + s.Text + `"`)
		default:
			b.WriteString(s.Text)
		}
	}
	return b.String()
}

// ShortRef is the platform's own ID in a reference: "U024BE7LH" of
// "slack:user:U024BE7LH".
func ShortRef(ref string) string { return ref[strings.LastIndexByte(ref, ':')+1:] }

// String writes a message as plain lines.
func (m Message) String() string {
	var b strings.Builder
	for _, l := range m.Lines {
		switch l.Style {
		case Item:
			b.WriteString("• " + l.Text.String())
		case Quote:
			b.WriteString("> " + l.Text.String())
		default:
			b.WriteString(l.Text.String())
		}
		b.WriteByte('\n')
	}
	if m.Entry != 0 {
		b.WriteString("#" + strconv.FormatInt(m.Entry, 10))
		for _, a := range m.Actions {
			b.WriteString("   [" + a.Label + "]")
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// UTC writes a time for readers whose zone is not known.
func UTC(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }

func (m *Message) add(style LineStyle, t Text) {
	if len(t) > 0 {
		m.Lines = append(m.Lines, Line{Style: style, Text: t})
	}
}

// fact adds a line of a sentence that is a name, a colon and one value.
func (m *Message) fact(sentence string, values Slots) {
	name := Fill(sentence[:strings.LastIndexByte(sentence, '{')], values)
	m.Lines = append(m.Lines, Line{Style: Fact, Text: Fill(sentence, values), Value: len(name)})
}

func plain(s string) Text {
	if s == "" {
		return nil
	}
	return Text{{Text: s}}
}

func code(s string) Text           { return Text{{Kind: Code, Text: s}} }
func quoted(s string) Text         { return Text{{Kind: Quoted, Text: s}} }
func number(n int) Text            { return plain(strconv.Itoa(n)) }
func moment(t time.Time) Text      { return Text{{Kind: Moment, Time: t}} }
func groupID(g imapi.GroupID) Text { return code(string(g)) }

func channel(place string) Text {
	if place == "" {
		return nil
	}
	return Text{{Kind: Channel, Text: place}}
}

// Capitalized begins a sentence.
func Capitalized(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[size:]
}

func join(sep string, parts ...Text) Text {
	var all Text
	for i, p := range parts {
		if i > 0 {
			all = append(all, Span{Text: sep})
		}
		all = append(all, p...)
	}
	return all
}

// sentences joins sentences, and what is none with a sign between.
func (w Words) sentences(all []Text) Text {
	var out Text
	for i, t := range all {
		switch said := out.String(); {
		case i == 0:
		case strings.HasSuffix(said, ".") || strings.HasSuffix(said, "。"):
			out = append(out, plain(w.Joins.Sentences)...)
		default:
			out = append(out, plain(w.Joins.Parts)...)
		}
		out = append(out, t...)
	}
	return out
}

// Slots are the values of a sentence's {places}.
type Slots map[string]Text

// Fill puts values into a sentence: "{user}" is replaced by the value, and
// "{n|seat|seats}" by the first word if the value of n is 1, else the second.
func Fill(sentence string, values Slots) Text {
	var out Text
	for sentence != "" {
		before, rest, found := strings.Cut(sentence, "{")
		out = append(out, literal(before)...)
		if !found {
			break
		}
		place, after, _ := strings.Cut(rest, "}")
		name, words, plural := strings.Cut(place, "|")
		value := values[name]
		if plural {
			one, many, _ := strings.Cut(words, "|")
			if value.String() == "1" {
				many = one
			}
			value = plain(many)
		}
		out = append(out, value...)
		sentence = after
	}
	return out
}

// literal is what a sentence says besides its places. Flags are apart in it: where
// commands have fields, they are fields.
func literal(s string) Text {
	var out Text
	for s != "" {
		start, end := nextFlag(s)
		if start > 0 {
			out = append(out, Span{Text: s[:start]})
		}
		if end > start {
			out = append(out, Span{Kind: Flag, Text: s[start:end]})
		}
		s = s[end:]
	}
	return out
}

// nextFlag finds a flag in a sentence. Without one, both are its length.
func nextFlag(s string) (start, end int) {
	for start < len(s) {
		dashes := strings.Index(s[start:], "--")
		if dashes < 0 {
			break
		}
		start += dashes
		name := strings.TrimLeft(s[start:], "-")
		after := strings.TrimLeft(name, "-abcdefghijklmnopqrstuvwxyz")
		if len(after) < len(name) {
			return start, len(s) - len(after)
		}
		start = len(s) - len(name)
	}
	return len(s), len(s)
}
