package grammar

import (
	"strconv"
	"strings"
	"unicode"

	"liveadmin/commands"
)

// Format writes a command as it can be typed after "/liveadmin". Under the same
// names Parse reads it back as the same command, or asks back about a UserID that is an
// alias, too. Custom group IDs are quoted, so that no alias is near them.
func Format(c commands.Command) string {
	if c.Verb == commands.Welcome {
		return ""
	}
	words := []string{string(c.Verb)}
	if c.Verb == commands.History {
		words = append(words, formatAbout(c)...)
	} else {
		words = append(words, formatTarget(c.Target)...)
		words = append(words, formatPeople(c.Users)...)
	}
	if c.Topic != "" {
		words = append(words, string(c.Topic))
	}
	return strings.Join(append(words, formatFlags(c)...), " ")
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
		if rest, ok := strings.CutPrefix(id, tencentPrefix); !ok || !isPlain(rest) {
			id = quote(id)
		}
		words = append(words, id)
	}
	return words
}

// formatPeople writes a crew once for all its members.
func formatPeople(people []commands.Person) []string {
	var words []string
	for i, p := range people {
		switch {
		case p.Name == "":
			words = append(words, formatUser(string(p.ID)))
		case i == 0 || people[i-1].Name != p.Name:
			words = append(words, formatUser(p.Name))
		}
	}
	return words
}

// formatUser writes a USER; one that is an option's name is quoted.
func formatUser(word string) string {
	if _, option := optionOf(word); option {
		return quote(word)
	}
	return quoteUnlessPlain(word)
}

func formatFlags(c commands.Command) []string {
	var words []string
	if c.For > 0 {
		words = append(words, commands.FlagFor, FormatDuration(c.For))
	}
	if len(c.Replace) > 0 {
		words = append(append(words, commands.FlagReplace), formatPeople(c.Replace)...)
	}
	if c.Reason != "" {
		words = append(words, commands.FlagReason, quote(c.Reason))
	}
	if c.Since > 0 {
		words = append(words, commands.FlagSince, FormatDuration(c.Since))
	}
	if c.New {
		words = append(words, commands.FlagNew)
	}
	if c.DryRun {
		words = append(words, commands.FlagDryRun)
	}
	return words
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
