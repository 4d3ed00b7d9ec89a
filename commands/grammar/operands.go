package grammar

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"liveadmin/commands"
	"liveadmin/imapi"
)

// group takes a GROUP: an alias, or an ID.
func (p *parser) group(l lexeme) *Mistake {
	if m := groupMention(l); m != nil {
		return m
	}
	if m := invisibleIn(l.text); m != nil {
		return m
	}
	if target, ok := p.names.Group(l.text); ok {
		p.cmd.Target = target
		return nil
	}
	if !l.quoted {
		if m := p.askBack(l.text); m != nil {
			return m
		}
	}
	id, m := readGroupID(l.text)
	if m != nil {
		return m
	}
	p.cmd.Target = commands.Target{Groups: []imapi.GroupID{id}}
	return nil
}

func groupMention(l lexeme) *Mistake {
	switch l.mention.kind {
	case personMention:
		return &Mistake{Problem: GroupMention, Word: l.mention.word()}
	case channelMention:
		return &Mistake{Problem: ChannelMention, Word: l.mention.word()}
	}
	return nil
}

// isTencentID reports whether a word is a group ID of Tencent's, its prefix in any case.
func isTencentID(word string) bool {
	n := len(imapi.GroupPrefix)
	return len(word) > n && strings.EqualFold(word[:n], imapi.GroupPrefix)
}

// askBack finds a word that was probably not meant as a custom ID.
func (p *parser) askBack(text string) *Mistake {
	switch {
	case strings.HasPrefix(text, imapi.GroupPrefix):
		return nil
	case strings.HasPrefix(text, "#"):
		return &Mistake{Problem: ChannelMention, Word: text}
	case strings.HasPrefix(text, "@"):
		m := &Mistake{Problem: GroupMention, Word: text}
		if isTencentID(text) {
			m.Nearest = imapi.GroupPrefix + text[len(imapi.GroupPrefix):]
		}
		return m
	}
	if near := Nearest(text, slices.DeleteFunc(p.names.Aliases(), func(a string) bool { return !p.sees(a) })); near != "" {
		return &Mistake{Problem: NearAlias, Word: text, Nearest: near}
	}
	return nil
}

// people reads USERs up to the next flag.
func (p *parser) people(list *[]commands.Person) *Mistake {
	for p.scan.skip() && !p.scan.atFlag() {
		l, m := p.scan.word()
		if m == nil {
			m = p.user(l, list)
		}
		if m != nil {
			return m
		}
	}
	return nil
}

// user adds the people that a USER means to the list, each once.
func (p *parser) user(l lexeme, list *[]commands.Person) *Mistake {
	people, m := p.meant(l, list)
	if m != nil {
		return m
	}
	for _, person := range people {
		if !holds(*list, person.ID) {
			*list = append(*list, person)
		}
	}
	return nil
}

// meant returns the people that a USER means.
func (p *parser) meant(l lexeme, list *[]commands.Person) ([]commands.Person, *Mistake) {
	switch l.mention.kind {
	case personMention:
		return p.mentioned(l)
	case channelMention:
		return nil, &Mistake{Problem: ChannelAsUser, Word: l.mention.word()}
	}
	if m := invisibleIn(l.text); m != nil {
		return nil, m
	}
	if isMe(l) {
		return p.account(p.names.Typist(), UnknownCaller)
	}
	if m := p.optionWord(l); m != nil {
		return nil, m
	}
	if people, ok := p.called(l); ok {
		return people, nil
	}
	if m := p.noUser(l, list); m != nil {
		return nil, m
	}
	id, m := readUserID(l.text)
	return []commands.Person{{ID: id}}, m
}

func holds(list []commands.Person, id imapi.UserID) bool {
	return slices.ContainsFunc(list, func(p commands.Person) bool { return p.ID == id })
}

// about reads what history is asked about. What it resolves to is in Target
// and Users as well, for filters.
func (p *parser) about(l lexeme) *Mistake {
	if l.mention.kind == channelMention {
		return groupMention(l)
	}
	switch {
	case l.mention.id != "": // a person's mention is a caller; the audit trail knows the ID
		l = lexeme{text: l.mention.id, quoted: true}
	case isMe(l) && p.names.Typist() != "":
		l = lexeme{text: shortRef(p.names.Typist()), quoted: true}
	}
	if m := invisibleIn(l.text); m != nil {
		return m
	}
	if digits, ok := strings.CutPrefix(l.text, "#"); ok && !l.quoted {
		number, err := strconv.ParseUint(digits, 10, 63)
		if err != nil || number == 0 {
			return &Mistake{Problem: BadNumber, Word: l.text}
		}
		p.cmd.Number = int64(number)
		return nil
	}
	p.cmd.About = l.text
	target, isGroup := p.names.Group(l.text)
	people, isPerson := p.called(l)
	p.cmd.Target, p.cmd.Users = target, people
	if isGroup || isPerson {
		return nil
	}
	if strings.HasPrefix(l.text, "@") && !strings.HasPrefix(l.text, imapi.GroupPrefix) && !l.quoted {
		return &Mistake{Problem: PersonMention, Word: l.text}
	}
	_, m := readGroupID(l.text) // the longest of all that can be asked about
	return m
}

func readGroupID(text string) (imapi.GroupID, *Mistake) {
	id, err := imapi.ParseGroupID(text)
	return id, idMistake(text, err, GroupEmpty, GroupTooLong, GroupCharacter)
}

func readUserID(text string) (imapi.UserID, *Mistake) {
	id, err := imapi.ParseUserID(text)
	return id, idMistake(text, err, UserEmpty, UserTooLong, UserCharacter)
}

// idMistake turns what is wrong with an ID into the mistake about it.
func idMistake(text string, err error, empty, long, character Problem) *Mistake {
	var wrong *imapi.IDError
	if !errors.As(err, &wrong) {
		return nil
	}
	switch wrong.Problem {
	case imapi.IDEmpty:
		return &Mistake{Problem: empty}
	case imapi.IDTooLong:
		return &Mistake{Problem: long, Word: text, Count: len(text), Limit: wrong.Limit}
	case imapi.IDCommunity:
		return &Mistake{Problem: GroupCommunity, Word: text}
	}
	// Clients make one dash of two hyphens, so a dash could be either.
	if i := strings.IndexFunc(text, func(r rune) bool { return r != '-' && isDash(r) }); i >= 0 {
		r, _ := utf8.DecodeRuneInString(text[i:])
		return &Mistake{Problem: AmbiguousDash, Word: text, Char: r}
	}
	return &Mistake{Problem: character, Word: text, Char: wrong.Char}
}

// invisibleIn finds a character that no one sees inside a word.
func invisibleIn(text string) *Mistake {
	if i := strings.IndexFunc(text, isInvisible); i >= 0 {
		r, _ := utf8.DecodeRuneInString(text[i:])
		return &Mistake{Problem: InvisibleChar, Word: text, Char: r}
	}
	return nil
}

// IsName reports whether a word can be a name: what people type for it is read
// as it, and cannot be meant as a command, a flag, a person or a channel of the
// chat, nor as a pattern. Synonyms of commands can be names: a group may well be
// called show.
func IsName(word string) bool {
	row, isVerb := commands.Table.Row(commands.Verb(strings.ToLower(word)))
	isVerb = isVerb && !row.Hidden && !row.Later
	hidden := strings.ContainsFunc(word, func(r rune) bool { return !unicode.IsGraphic(r) })
	if isVerb || hidden || !utf8.ValidString(word) || strings.HasPrefix(word, "@") || strings.HasPrefix(word, "#") || strings.Contains(word, "*") {
		return false
	}
	names := commands.NewNames(nil, map[string][]imapi.UserID{word: {"user"}})
	typed := word
	if Of(commands.Table).hasMeaning(word) {
		typed = quote(word)
	}
	cmd, m := Parse(string(commands.Remove)+" group "+typed, names, nil)
	return m == nil && len(cmd.Users) == 1 && cmd.Users[0].Name == word
}

// Ambiguous returns the names of people, sorted, that are an option's name as well, or mean
// the caller. They mean the person only in quotes.
func Ambiguous(n commands.Names) []string {
	return slices.DeleteFunc(n.Everybody(), func(name string) bool { return !Of(commands.Table).hasMeaning(name) })
}
