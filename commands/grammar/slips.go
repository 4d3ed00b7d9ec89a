package grammar

import (
	"slices"
	"strings"

	"liveadmin/commands"
)

// What people type by mistake where it could be read as something else is asked back, and
// nothing is changed: what is meant as it is is written in quotes.

// optionOf returns the flag that a word without hyphens names; "until" asks for an end as
// --for does.
func (g Grammar) optionOf(word string) (flag string, ok bool) {
	name := "--" + strings.ReplaceAll(strings.ToLower(word), "_", "-")
	if name == "--until" {
		name = "--for"
	}
	return name, g.table.HasFlag(name)
}

// optionWord finds the name of an option where a USER, or no word at all, belongs.
func (p *parser) optionWord(l lexeme) *Mistake {
	flag, ok := p.optionOf(l.text)
	if !ok || l.quoted || l.mention.kind != noMention {
		return nil
	}
	m := &Mistake{Problem: OptionWord, Word: l.text}
	if strings.EqualFold(l.text, "until") {
		m.Problem = ClockWord
	}
	if f, ok := p.row.Flag(flag); ok {
		m.Nearest = strings.TrimSpace(flag + " " + p.valueOf(f))
	}
	return m
}

// mostValue is how many characters of an option's value an example repeats.
const mostValue = 60

// valueOf returns what was probably meant as the value of a flag: of what follows the
// duration, or all words up to the next flag; empty if the flag takes none.
func (p *parser) valueOf(f commands.Field) string {
	ahead := p.scan
	var words []string
	for ahead.skip() && !ahead.atFlag() {
		words = append(words, ahead.bare(isSeparator).text)
	}
	switch f.Kind.(type) {
	case commands.Switch:
		return ""
	case commands.Limit, commands.Age:
		if len(words) > 0 {
			if _, ok := ParseDuration(words[0]); ok {
				return words[0]
			}
		}
		return "2h"
	}
	return Shorten(strings.Join(words, " "), mostValue)
}

// noUser finds a group or someone of the chat where a USER of the list belongs.
func (p *parser) noUser(l lexeme, list *[]commands.Person) *Mistake {
	if l.quoted {
		return nil
	}
	group := isTencentID(l.text)
	if target, ok := p.names.Group(l.text); ok && p.sees(target.Alias) {
		group = true
	}
	switch {
	case group && list == &p.cmd.Users:
		return &Mistake{Problem: GroupAsUser, Word: l.text, Nearest: p.swapped(l.text)}
	case group:
		return &Mistake{Problem: GroupAsUser, Word: l.text}
	case strings.HasPrefix(l.text, "@"):
		return &Mistake{Problem: UnknownPerson, Word: l.text}
	}
	return nil
}

// swapped is the command with a group and the USERs before it in the right order, or empty
// if the first of them is certainly none.
func (p *parser) swapped(group string) string {
	if p.cmd.Target.Alias != "" || len(p.cmd.Target.Groups) != 1 {
		return ""
	}
	first := string(p.cmd.Target.Groups[0])
	_, option := p.optionOf(first)
	if _, m := readUserID(first); m != nil || option || isTencentID(first) {
		return ""
	}
	return strings.TrimRight(string(p.cmd.Verb)+" "+group+" "+quoteUnlessPlain(first)+" "+p.formatPeople(p.cmd.Users), " ")
}

// isHelp reports whether a word asks for help as other programs are asked: -h, --help.
func isHelp(word string) bool {
	name := strings.ToLower(strings.TrimLeftFunc(word, isDash))
	return name != strings.ToLower(word) && (name == "h" || name == "help")
}

// otherVerb is the answer to what people try that is no command of this bot, or is done in
// another way; nil to any other word.
func otherVerb(word string) *Mistake {
	switch strings.ToLower(word) {
	case "undo":
		return &Mistake{Problem: VerbUndo, Verb: commands.History, Word: word}
	case "status", "admins":
		return &Mistake{Problem: VerbStatus, Verb: commands.List, Word: word}
	case "ban", "kick", "mute":
		return &Mistake{Problem: VerbForeign, Word: word}
	}
	return nil
}

// Nearest returns the candidate that is so close to the word that it was
// probably meant: one slip away, or two if the candidate has more than five
// letters. Case does not count; of several as close, the first wins. It returns
// "" if none is near.
func Nearest(word string, candidates []string) string {
	best, least := "", 3
	typed := []rune(strings.ToLower(word))
	for _, candidate := range candidates {
		meant := []rune(strings.ToLower(candidate))
		allowed := 1
		if len(meant) > 5 {
			allowed = 2
		}
		if gap := len(typed) - len(meant); gap > allowed || -gap > allowed {
			continue
		}
		if d := slips(typed, meant); d <= allowed && d < least {
			best, least = candidate, d
		}
	}
	return best
}

// nearestOrPrefix also takes a candidate that the word begins, or that begins
// the word. Three letters say more as a beginning than as a slip.
func nearestOrPrefix(word string, candidates []string) string {
	word = strings.ToLower(word)
	beginning := func(candidate string) bool { return word != "" && strings.HasPrefix(candidate, word) }
	begun := func(candidate string) bool { return strings.HasPrefix(word, candidate) }
	if i := slices.IndexFunc(candidates, beginning); i >= 0 && len(word) >= 3 {
		return candidates[i]
	}
	if near := Nearest(word, candidates); near != "" {
		return near
	}
	for _, likely := range []func(string) bool{beginning, begun} {
		if i := slices.IndexFunc(candidates, likely); i >= 0 {
			return candidates[i]
		}
	}
	return ""
}

// slips counts the letters to insert, delete, replace or swap with their
// neighbour to make one word of the other (Damerau-Levenshtein, each letter
// touched once).
func slips(a, b []rune) int {
	before, above, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range a {
		before, above, row = above, row, before
		row[0] = i + 1
		for j := range b {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(above[j+1]+1, row[j]+1, above[j]+cost)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
	}
	return row[len(b)]
}
