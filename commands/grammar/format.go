package grammar

import (
	"strconv"
	"strings"
	"time"
	"unicode"

	"liveadmin/commands"
	"liveadmin/imapi"
)

// Format writes a command as it can be typed after "/liveadmin". Under the same
// names Parse reads it back as the same command, or asks back about a UserID that is an
// alias, too. Custom group IDs are quoted, so that no alias is near them.
func Format(c commands.Command) string { return Of(commands.Table).Format(c) }

// Format is Format for the commands of the table.
func (g Grammar) Format(c commands.Command) string {
	if c.Verb == commands.Welcome {
		return ""
	}
	row, _ := g.table.Row(c.Verb)
	words := []string{string(c.Verb)}
	for _, f := range row.Args {
		words = append(words, g.formatValue(f.Kind, &c)...)
	}
	for _, f := range row.Flags {
		value := g.formatValue(f.Kind, &c)
		if on, ok := f.Kind.(commands.Switch); len(value) > 0 || ok && *on(&c) {
			words = append(append(words, f.Flag()), value...)
		}
	}
	return strings.Join(words, " ")
}

// formatValue writes the value of a field; nothing if it was not given, or has none.
func (g Grammar) formatValue(k commands.Kind, c *commands.Command) []string {
	switch kind := k.(type) {
	case commands.Group:
		return formatTarget(c.Target)
	case commands.About:
		return formatAbout(*c)
	case commands.Topic:
		return unlessEmpty(string(c.Topic), string(c.Topic))
	case commands.Users:
		return g.formatPeople(*kind(c))
	case commands.Text:
		return unlessEmpty(*kind(c), quote(*kind(c)))
	case commands.Limit:
		return formatLength(*kind(c))
	case commands.Age:
		return formatLength(*kind(c))
	}
	return nil
}

func unlessEmpty(text, written string) []string {
	if text == "" {
		return nil
	}
	return []string{written}
}

func formatLength(d time.Duration) []string {
	if d <= 0 {
		return nil
	}
	return []string{FormatDuration(d)}
}

func formatAbout(c commands.Command) []string {
	switch {
	case c.Number != 0:
		return []string{"#" + strconv.FormatInt(c.Number, 10)}
	case c.About != "":
		return []string{quoteUnlessPlain(c.About)}
	}
	return nil
}

func formatTarget(t commands.Target) []string {
	if t.Alias != "" {
		return []string{quoteUnlessPlain(t.Alias)}
	}
	var words []string
	for _, g := range t.Groups {
		id := string(g)
		if rest, ok := strings.CutPrefix(id, imapi.GroupPrefix); !ok || !isPlain(rest) {
			id = quote(id)
		}
		words = append(words, id)
	}
	return words
}

// formatPeople writes a crew once for all its members.
func (g Grammar) formatPeople(people []commands.Person) []string {
	var words []string
	for i, p := range people {
		switch {
		case p.Name == "":
			words = append(words, g.formatUser(string(p.ID)))
		case i == 0 || people[i-1].Name != p.Name:
			words = append(words, g.formatUser(p.Name))
		}
	}
	return words
}

// formatUser writes a USER; one that is an option's name is quoted.
func (g Grammar) formatUser(word string) string {
	if _, option := g.optionOf(word); option {
		return quote(word)
	}
	return quoteUnlessPlain(word)
}

func quoteUnlessPlain(text string) string {
	if isPlain(text) {
		return text
	}
	return quote(text)
}

// isPlain reports whether a word means itself without quotes.
func isPlain(text string) bool {
	for i, r := range text {
		word := unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_'
		if !word && (i == 0 || !strings.ContainsRune("-.:#+@/", r)) {
			return false
		}
	}
	return text != ""
}

// quote writes a word in quotation marks, so that nothing in it is taken for a
// mark, an entity or a client's token.
func quote(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i, r := range text {
		_, entity := readEntity(text[i:])
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case entity > 0:
			b.WriteString("&amp;")
		case r == '<':
			b.WriteString("&lt;")
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// shorten cuts a text behind a number of characters.
func Shorten(s string, most int) string {
	n := 0
	for i := range s {
		if n == most {
			return s[:i] + "…"
		}
		n++
	}
	return s
}
