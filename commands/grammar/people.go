package grammar

import (
	"strings"

	"liveadmin/commands"
)

// Me is the word for the one who types.
const Me = "me"

// isMe reports whether a word means the one who types.
func isMe(l lexeme) bool {
	return !l.quoted && l.mention.kind == noMention && strings.EqualFold(l.text, Me)
}

// hasMeaning reports whether a word without quotes is no USER: it is an option's name, or
// means the one who types.
func (g Grammar) hasMeaning(word string) bool {
	_, option := g.optionOf(word)
	return option || strings.EqualFold(word, Me)
}

// mentioned returns whom a mention in the chat means.
func (p *parser) mentioned(l lexeme) ([]commands.Person, *Mistake) {
	account := p.names.Mentioned(l.mention.id)
	if l.mention.crowd {
		return nil, &Mistake{Problem: CrowdMention, Word: l.mention.word()}
	}
	if l.text != l.mention.text() || account == "" {
		return nil, &Mistake{Problem: PersonMention, Word: l.mention.word()}
	}
	people, m := p.account(account, UnknownPerson)
	if m != nil {
		m.Word = l.mention.word()
	}
	return people, m
}

// account returns whose chat account it is, or the problem if nobody is known to have it.
func (p *parser) account(ref string, problem Problem) ([]commands.Person, *Mistake) {
	if owner, ok := p.names.Owner(ref); ok {
		return []commands.Person{owner}, nil
	}
	return nil, &Mistake{Problem: problem, Account: ref}
}

// called returns who has a name. In a chat, people put an @ before it.
func (p *parser) called(l lexeme) ([]commands.Person, bool) {
	people, ok := p.names.People(l.text)
	if name, at := strings.CutPrefix(l.text, "@"); !ok && at && !l.quoted {
		people, ok = p.names.People(name)
	}
	return people, ok
}

// shortRef is the platform's own ID in a reference.
func shortRef(ref string) string { return ref[strings.LastIndexByte(ref, ':')+1:] }
