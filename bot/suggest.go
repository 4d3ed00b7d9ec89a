package bot

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"liveadmin/commands"
	"liveadmin/commands/grammar"
	"liveadmin/imapi"
)

// Question asks what could stand in a field that somebody is typing in.
type Question struct {
	Caller commands.Caller
	Place  commands.Place
	Fields grammar.Fields // as far as they are filled in
	Field  string         // the one that is being typed: "group" or "users"
}

// Suggester is the second door, which only reads: nothing is recorded.
type Suggester interface {
	// Suggest returns what could stand in the field, the likeliest first. Each
	// replaces the whole field and keeps what is typed in it. It takes a second at
	// most, and finds nothing rather than fail.
	Suggest(ctx context.Context, q Question) []string
}

// What is suggested, and how long it may take.
const (
	suggestTime   = 900 * time.Millisecond
	suggestions   = 25  // at most
	longestChoice = 100 // characters
	lookedBack    = 100 // entries in which groups are looked for
	groupsRead    = 5   // of an alias
)

// Suggest is the second door.
func (b *Bot) Suggest(ctx context.Context, q Question) []string {
	if !b.enter() {
		return nil
	}
	defer b.taken.Done()
	ctx, cancel := context.WithTimeout(ctx, suggestTime)
	defer cancel()
	var found []string
	err := safely(func() error {
		rules := b.rules()
		switch q.Field {
		case "group":
			found = completed(q.Fields.Group, "", b.groupsFor(ctx, q, rules), func(word string) bool {
				return readsAs(word, rules.Names)
			})
		case "users":
			head, tail := lastWord(q.Fields.Users)
			found = completed(tail, head, b.adminsFor(ctx, q, rules), func(string) bool { return true })
		}
		return nil
	})
	if err != nil {
		b.log.Error("error inside the bot", "caller", q.Caller.Ref, "while", "suggesting", "err", err)
		return nil
	}
	return found
}

// completed returns the words that begin as it is typed, behind what stands before
// them.
func completed(typed, head string, words []string, fits func(string) bool) []string {
	var all []string
	for _, word := range words {
		begins := len(word) >= len(typed) && strings.EqualFold(word[:len(typed)], typed)
		whole := head + word
		if begins && fits(word) && utf8.RuneCountInString(whole) <= longestChoice && !slices.Contains(all, whole) {
			all = append(all, whole)
		}
	}
	return all[:min(len(all), suggestions)]
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

// readsAs reports whether a word in the field of a group means itself.
func readsAs(word string, names commands.Names) bool {
	cmd, mistake := grammar.New(grammar.Fields{Verb: string(commands.List), Group: word}, names, nil)
	if mistake != nil {
		return false
	}
	return cmd.Target.Alias == word || len(cmd.Target.Groups) == 1 && string(cmd.Target.Groups[0]) == word
}

// groupsFor returns the aliases that the caller may see, and then the groups of the
// newest entries.
func (b *Bot) groupsFor(ctx context.Context, q Question, rules Rules) []string {
	words := slices.DeleteFunc(rules.Names.Aliases(), func(alias string) bool {
		return !rules.Policy.Sees(q.Caller, rules.Names)(alias)
	})
	named := make(map[imapi.GroupID]bool)
	asked, err := b.journal.Asked(ctx, Filter{Limit: lookedBack, Reader: q.Caller.Ref}, nil)
	if err != nil {
		return words
	}
	for _, r := range asked {
		if r.What != WasAccepted {
			continue
		}
		for _, g := range r.Groups {
			if !named[g] && rules.Policy.SeesGroups(q.Caller, g) {
				words = append(words, string(g))
			}
			named[g] = true
		}
	}
	return words
}

// adminsFor returns the administrators of the group that is filled in, if the caller
// may list them, without those who are named already.
func (b *Bot) adminsFor(ctx context.Context, q Question, rules Rules) []string {
	list, mistake := grammar.New(grammar.Fields{Verb: string(commands.List), Group: q.Fields.Group}, rules.Names, nil)
	if mistake != nil || !rules.Policy.Decide(q.Caller, q.Place, list).Allowed {
		return nil
	}
	head, _ := lastWord(q.Fields.Users)
	named, _ := grammar.New(grammar.Fields{Verb: string(commands.Remove), Group: q.Fields.Group, Users: head}, rules.Names, nil)
	var words []string
	for _, g := range list.Target.Groups[:min(len(list.Target.Groups), groupsRead)] {
		for _, a := range b.glance(ctx, g) {
			if user := string(a.User); !holds(named.Users, a.User) && meansItself(user, rules.Names) {
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
	cmd, mistake := grammar.New(grammar.Fields{Verb: string(commands.Remove), Group: "@TGS#a", Users: user}, names, nil)
	return mistake == nil && len(cmd.Users) == 1 && string(cmd.Users[0].ID) == user
}
