package intake

import (
	"context"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"liveadmin/bot"
	"liveadmin/commands"
	"liveadmin/commands/grammar"
	"liveadmin/imapi"
)

// What is suggested.
const (
	suggestions   = 25  // at most
	longestChoice = 100 // characters
	lookedBack    = 100 // entries in which groups are looked for
	groupsRead    = 5   // of an alias
)

// Suggest returns what could be in a field, the likeliest first.
func (in *Intake) Suggest(ctx context.Context, q bot.Question) []string {
	rules := in.rules()
	switch q.Field {
	case "group":
		return completed(q.Fields.Get("group"), "", in.groupsFor(ctx, q, rules))
	case "users":
		head, tail := lastWord(q.Fields.Get("users"))
		found := slices.Concat(in.adminsFor(ctx, q, rules), peopleFor(q, rules, head))
		return completed(tail, head, found)
	}
	return nil
}

// completed returns the words that begin as it is typed, behind what is before
// them.
func completed(typed, head string, words []string) []string {
	var all []string
	for _, word := range words {
		whole := head + word
		if begins(word, typed) && utf8.RuneCountInString(whole) <= longestChoice && !slices.Contains(all, whole) {
			all = append(all, whole)
		}
	}
	return all[:min(len(all), suggestions)]
}

// begins reports whether a word begins as it is typed. Quotes around it need not be typed.
func begins(word, typed string) bool {
	word, typed = commands.Fold(word), commands.Fold(typed)
	return strings.HasPrefix(word, typed) || strings.HasPrefix(strings.TrimPrefix(word, `"`), typed)
}

// lastWord takes a list of USERs apart before the word that is being typed.
func lastWord(list string) (head, word string) {
	at := strings.LastIndexFunc(list, func(r rune) bool { return unicode.IsSpace(r) || r == ',' })
	if at >= 0 {
		_, size := utf8.DecodeRuneInString(list[at:])
		at += size
	}
	at = max(at, 0)
	return list[:at], list[at:]
}

// naming is a command on a group, as it is filled in.
func naming(v commands.Verb, group string) grammar.Fields {
	return grammar.Fields{Verb: string(v)}.With("group", group)
}

// isAlias reports whether an alias in the field of a group means itself.
func isAlias(alias string, names commands.Names) bool {
	cmd, mistake := grammar.New(naming(commands.List, alias), names, nil)
	return mistake == nil && cmd.Target.Alias == alias
}

// groupsFor returns the aliases that the caller may see, and then the groups of the
// newest entries, as many as are shown: whether an ID has to be in quotes takes long to find out
// where there are hundreds of aliases.
func (in *Intake) groupsFor(ctx context.Context, q bot.Question, rules bot.Rules) []string {
	typed, sees := q.Fields.Get("group"), rules.Policy.Sees(q.Caller, rules.Names)
	words := slices.DeleteFunc(rules.Names.Aliases(), func(alias string) bool {
		return !begins(alias, typed) || !sees(alias) || !isAlias(alias, rules.Names)
	})
	named := make(map[imapi.GroupID]bool)
	asked, _ := in.record.Asked(ctx, bot.Filter{Limit: lookedBack, Reader: q.Caller.Ref}, nil) // as far as it can be read
	for _, r := range asked {
		if r.Event != bot.WasAccepted && r.Event != bot.WasAsked {
			continue
		}
		for _, g := range r.Groups {
			if len(words) < suggestions && !named[g] && begins(`"`+string(g), typed) && rules.Policy.SeesGroups(q.Caller, g) {
				words = append(words, typedGroup(rules, q.Caller, g))
			}
			named[g] = true
		}
	}
	return words
}

// peopleFor returns me, if the bot knows who the caller is, and the names of people, for
// callers with some right, without those who are named already.
func peopleFor(q bot.Question, rules bot.Rules, head string) []string {
	names := rules.TypedBy(q.Caller)
	named, _ := grammar.New(naming(commands.Remove, "@TGS#a").With("users", head), names, nil)
	words := []string{grammar.Me}
	for _, name := range names.Everybody() {
		words = append(words, grammar.FormatPeople(commands.Person{Name: name}))
	}
	return slices.DeleteFunc(words, func(word string) bool {
		cmd, mistake := grammar.New(naming(commands.Remove, "@TGS#a").With("users", word), names, nil)
		return mistake != nil || !slices.ContainsFunc(cmd.Users, func(p commands.Person) bool { return !holds(named.Users, p.ID) })
	})
}

// adminsFor returns the administrators of the group that is filled in, if the caller
// may list them, without those who are named already. Where people take the right from
// somebody, those who have it are likelier than any name.
func (in *Intake) adminsFor(ctx context.Context, q bot.Question, rules bot.Rules) []string {
	list, mistake := grammar.New(naming(commands.List, q.Fields.Get("group")), rules.Names, nil)
	if q.Fields.Verb == string(commands.Add) || mistake != nil || !rules.Policy.Decide(q.Caller, q.Place, list).Allowed {
		return nil
	}
	head, _ := lastWord(q.Fields.Get("users"))
	named, _ := grammar.New(naming(commands.Remove, q.Fields.Get("group")).With("users", head), rules.TypedBy(q.Caller), nil)
	var words []string
	for _, g := range list.Target.Groups[:min(len(list.Target.Groups), groupsRead)] {
		for _, a := range in.readings.suggested(ctx, g) {
			if user := string(a.User); !holds(named.Users, a.User) && !slices.Contains(words, user) && meansItself(user, rules.Names) {
				words = append(words, user)
			}
		}
	}
	return words
}

func holds(people []commands.Person, user imapi.UserID) bool {
	return slices.ContainsFunc(people, func(p commands.Person) bool { return p.ID == user })
}

// meansItself reports whether a word in the field of USERs means the UserID itself.
func meansItself(user string, names commands.Names) bool {
	cmd, mistake := grammar.New(naming(commands.Remove, "@TGS#a").With("users", user), names, nil)
	return mistake == nil && len(cmd.Users) == 1 && string(cmd.Users[0].ID) == user
}
