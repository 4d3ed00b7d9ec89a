package terminal

import (
	"context"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"liveadmin/bot"
	"liveadmin/commands"
	"liveadmin/commands/grammar"
	"liveadmin/commands/words"
	"liveadmin/imapi"
)

// complete completes what was typed as far as it is clear. If it cannot go on, it returns
// what could follow.
func (t *Terminal) complete(ctx context.Context, door bot.Door, typed string) (completed string, list []string) {
	start, found := t.completions(ctx, door, typed)
	found = slices.DeleteFunc(found, func(word string) bool { return words.Visible(word) != word })
	switch len(found) {
	case 0:
		return typed, nil
	case 1:
		return typed[:start] + found[0] + " ", nil
	}
	if common := commonStart(found); len(common) > len(typed)-start {
		return typed[:start] + common, nil
	}
	all := split(typed)
	for i, word := range found { // of several users, the one that is being typed
		found[i] = strings.TrimPrefix(word, typed[start:all[len(all)-1].at])
	}
	return typed, found
}

// completions returns what can be in the place of the text from start on.
func (t *Terminal) completions(ctx context.Context, door bot.Door, typed string) (start int, found []string) {
	all := split(typed)
	last := all[len(all)-1]
	before := all[:len(all)-1]
	if len(before) > 0 && strings.EqualFold(before[0].text, words.Name) {
		before = before[1:]
	} else if len(before) == 0 && strings.HasPrefix(last.text, "/") {
		return last.at, beginning(last.text, t.slashes())
	}
	if len(before) == 0 {
		return last.at, beginning(last.text, verbs())
	}
	rest := last.at
	if len(before) > 1 {
		rest = before[1].at
	}
	switch strings.ToLower(before[0].text) {
	case asCommand:
		return rest, beginning(typed[rest:], t.Speakers)
	case pressCommand:
		t.mu.Lock()
		defer t.mu.Unlock()
		return rest, beginning(typed[rest:], slices.Sorted(slices.Values(t.keys.press[:])))
	case faultCommand:
		if t.Stage != nil {
			return rest, beginning(typed[rest:], t.Stage.Faults())
		}
	}
	verb, known := grammar.VerbOf(before[0].text)
	if !known {
		return last.at, nil
	}
	row, _ := commands.Table.Row(verb)
	return t.argument(ctx, door, row, typed, before[1:], last)
}

// argument completes what a command takes.
func (t *Terminal) argument(ctx context.Context, door bot.Door, row commands.Row, typed string, before []word, last word) (start int, found []string) {
	field, start, fields, given := typing(row, before, last)
	if strings.HasPrefix(last.text, "-") || field == nil {
		var flags []string
		for _, f := range row.Flags {
			if !slices.Contains(given, f.Flag()) {
				flags = append(flags, f.Flag())
			}
		}
		return last.at, beginning(last.text, flags)
	}
	suggester, ok := door.(bot.Suggester)
	q := bot.Question{Caller: t.caller(), Place: here, Fields: fields}
	switch field.Kind.(type) {
	case commands.Topic:
		return last.at, beginning(last.text, verbs())
	case commands.Group, commands.About:
		if q.Field, q.Fields = "group", fields.With("group", last.text); ok {
			found = suggester.Suggest(ctx, q)
		}
		for i, name := range found {
			if !strings.HasPrefix(name, imapi.GroupPrefix) && !strings.HasPrefix(name, `"`) {
				found[i] = grammar.FormatPeople(commands.Person{Name: name})
			}
		}
		return last.at, found
	case commands.Users:
		if field.Name == "replace" { // who is replaced is removed
			fields.Verb = string(commands.Remove)
		}
		if q.Field, q.Fields = "users", fields.With("users", typed[start:]); ok {
			found = suggester.Suggest(ctx, q)
		}
	}
	return start, found
}

// typing returns the field of a command that is being typed, nil if there is no other, where
// its text begins, the fields before it, and the flags.
func typing(row commands.Row, typed []word, last word) (field *commands.Field, start int, fields grammar.Fields, given []string) {
	fields, start = grammar.Fields{Verb: string(row.Verb)}, last.at
	args := row.Args
	next := func() *commands.Field {
		start = last.at
		if len(args) == 0 {
			return nil
		}
		return &args[0]
	}
	field = next()
	for _, w := range typed {
		if strings.HasPrefix(w.text, "-") {
			given = append(given, strings.ToLower(w.text))
			field = next()
			if f, ok := row.Flag(strings.ToLower(w.text)); ok && f.Kind.Usage() != "" {
				field = &f
			}
			continue
		}
		if field == nil {
			break
		}
		switch field.Kind.(type) {
		case commands.Users, commands.Text: // they go on up to a flag
			start = min(start, w.at)
			continue
		case commands.Group:
			fields = fields.With(field.Option(), w.text)
		}
		if len(args) > 0 && field == &args[0] {
			args = args[1:]
		}
		field = next()
	}
	return field, start, fields, given
}

// word is a word of a line, and where it begins.
type word struct {
	text string
	at   int
}

// split takes a line apart. The last word is the one that is being typed; it can be empty.
func split(line string) []word {
	var all []word
	begin, quoted := 0, false
	for at, r := range line {
		switch {
		case r == '"':
			quoted = !quoted
		case !quoted && (unicode.IsSpace(r) || r == ','):
			if at > begin {
				all = append(all, word{line[begin:at], begin})
			}
			begin = at + utf8.RuneLen(r)
		}
	}
	return append(all, word{line[begin:], begin})
}

// beginning returns the words that begin as it is typed, in any case.
func beginning(typed string, words []string) []string {
	var all []string
	for _, w := range words {
		if w != "" && strings.HasPrefix(commands.Fold(w), commands.Fold(typed)) {
			all = append(all, w)
		}
	}
	return all
}

// commonStart returns what all the words begin with.
func commonStart(words []string) string {
	common := words[0]
	for _, w := range words[1:] {
		for !strings.HasPrefix(w, common) {
			_, size := utf8.DecodeLastRuneInString(common)
			common = common[:len(common)-size]
		}
	}
	return common
}

func verbs() []string {
	var all []string
	for _, v := range commands.Table.Verbs() {
		all = append(all, string(v))
	}
	return all
}

// slashes are what can be typed with a slash.
func (t *Terminal) slashes() []string {
	all := []string{asCommand, pressCommand, quitCommand, words.Name}
	if t.Stage != nil {
		all = append(all, faultCommand, waitCommand)
	}
	return all
}
