package grammar

import (
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/prometheus/common/model"

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
	text := string(c.Verb)
	for _, f := range row.Args {
		if value := g.formatValue(f.Kind, &c); value != "" {
			text += " " + value
		}
	}
	for _, f := range row.Flags {
		value := g.formatValue(f.Kind, &c)
		if on, ok := f.Kind.(commands.Switch); value != "" || ok && *on(&c) {
			text += strings.TrimRight(" "+f.Flag()+" "+value, " ")
		}
	}
	return text
}

// FormatFields writes a command as it is filled in where commands have options: New reads that
// back as Parse reads what Format writes.
func FormatFields(c commands.Command) Fields {
	g := Of(commands.Table)
	if c.Verb == commands.Welcome {
		return Fields{}
	}
	row, _ := g.table.Row(c.Verb)
	fields := Fields{Verb: string(c.Verb)}
	for _, f := range row.Fields() {
		value := g.formatValue(f.Kind, &c)
		if on, ok := f.Kind.(commands.Switch); ok && *on(&c) {
			value = "True"
		}
		if value != "" {
			fields = fields.With(f.Option(), value)
		}
	}
	return fields
}

// formatValue writes the value of a field; nothing if it was not given, or has none.
func (g Grammar) formatValue(k commands.Kind, c *commands.Command) string {
	switch kind := k.(type) {
	case commands.Group:
		return formatTarget(c.Target)
	case commands.About:
		if c.Number != 0 {
			return "#" + strconv.FormatInt(c.Number, 10)
		}
		return quoteUnlessPlain(c.About)
	case commands.Topic:
		return string(c.Topic)
	case commands.Users:
		return g.formatPeople(*kind(c))
	case commands.Text:
		if text := *kind(c); text != "" {
			return quote(text)
		}
	case commands.Limit:
		return formatLength(*kind(c))
	case commands.Age:
		return formatLength(*kind(c))
	}
	return ""
}

func formatLength(d time.Duration) string {
	if d <= 0 {
		return ""
	}
	return FormatDuration(d)
}

func formatTarget(t commands.Target) string {
	if t.Alias != "" {
		return quoteUnlessPlain(t.Alias)
	}
	var words []string
	for _, g := range t.Groups {
		id := string(g)
		if rest, ok := strings.CutPrefix(id, imapi.GroupPrefix); !ok || !isPlain(rest) {
			id = quote(id)
		}
		words = append(words, id)
	}
	return strings.Join(words, " ")
}

// formatPeople writes a crew once for all its members. A name that means
// something else is quoted.
func (g Grammar) formatPeople(people []commands.Person) string {
	var words []string
	for i, p := range people {
		word := p.Name
		if word == "" {
			word = string(p.ID)
		} else if i > 0 && people[i-1].Name == word {
			continue
		}
		if g.hasMeaning(word) {
			words = append(words, quote(word))
		} else {
			words = append(words, quoteUnlessPlain(word))
		}
	}
	return strings.Join(words, " ")
}

// FormatPeople writes people as they can be typed.
func FormatPeople(people ...commands.Person) string { return Of(commands.Table).formatPeople(people) }

func quoteUnlessPlain(text string) string {
	if text == "" || isPlain(text) {
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

// Shorten cuts a text behind a number of characters.
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

// ParseDuration reads "2h30m", "90m", "3d" or "2w": whole numbers with the units
// w d h m s in that order and in any case, without spaces, up to 292 years. It reports
// false for anything else.
func ParseDuration(text string) (time.Duration, bool) {
	text = strings.ToLower(text)
	if text == "0" || strings.Contains(text, "y") || strings.Contains(text, "ms") {
		return 0, false // the library reads more than people are offered
	}
	d, err := model.ParseDuration(text)
	return time.Duration(d), err == nil
}

// ParseFor reads a limit as --for takes it: from MinFor to MaxFor.
func ParseFor(text string) (time.Duration, *Mistake) {
	d, ok := ParseDuration(text)
	switch {
	case !ok:
		return 0, &Mistake{Problem: BadDuration, Word: text}
	case d < commands.MinFor || d > commands.MaxFor:
		return 0, &Mistake{Problem: DurationRange, Word: text}
	}
	return d, nil
}

// FormatDuration writes a duration in whole seconds as it can be typed: "2h30m",
// "3d", "0s". People think of a show's days, not weeks. A negative one is "0s".
func FormatDuration(d time.Duration) string {
	var b strings.Builder
	for _, unit := range [...]struct {
		letter byte
		length time.Duration
	}{{'d', 24 * time.Hour}, {'h', time.Hour}, {'m', time.Minute}, {'s', time.Second}} {
		if n := d / unit.length; n > 0 {
			b.WriteString(strconv.FormatInt(int64(n), 10))
			b.WriteByte(unit.letter)
			d %= unit.length
		}
	}
	if b.Len() == 0 {
		return "0s"
	}
	return b.String()
}
