package config

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"liveadmin/bot"
	"liveadmin/commands"
	"liveadmin/commands/policy"

	"github.com/goccy/go-yaml/ast"
)

// maxContact is how many characters contact can have.
const maxContact = 200

// ParsePolicy reads the text of a policy file, and puts the rule of ALLOWLIST, which
// allows everything everywhere, before its rules. An empty text has no rules. The
// error is bot.Problems: all of them, each with its place, as in "liveadmin.yaml:14:9". The
// text is text in UTF-8, 1 MiB at most.
func ParsePolicy(name string, text []byte, allowlist []string) (bot.Rules, error) {
	var rules bot.Rules
	if len(allowlist) > 0 {
		rules.Policy.Rules = []policy.Rule{{Name: "ALLOWLIST", Allow: allowlist}}
	}
	root, flaws := parseYAML(string(text))
	r := &reader{flaws: flaws}
	if root != nil && !nothing(root) {
		r.policy(root, &rules)
	}
	if err := r.problems(name); err != nil {
		return bot.Rules{}, err
	}
	return rules, nil
}

// policy reads the whole file. A key with nothing behind it, or with an empty list, is as
// good as no key.
func (r *reader) policy(root ast.Node, rules *bot.Rules) {
	file := r.known(root, "the file", "write keys and values, like contact: Sam", "groups", "people", "contact", "blocked", "rules")
	for key, value := range file {
		if list, ok := value.(*ast.SequenceNode); nothing(value) || ok && len(list.Values) == 0 {
			delete(file, key)
		}
	}
	groups, first := readNames(r, file["groups"], "groups", groupsRemedy, maxAlias, (*reader).group)
	people, _ := readNames(r, file["people"], "people", peopleRemedy, commands.MaxUsers, (*reader).user)
	rules.Names = commands.NewNames(groups, people).StartingWith(first)
	r.names, r.aliases, r.ids = rules.Names, rules.Names.Aliases(), make(map[string]bool)
	for _, ids := range groups {
		for _, id := range ids {
			r.ids[string(id)] = true
		}
	}
	rules.Policy.Contact = r.contact(file["contact"])
	rules.Policy.Blocked = r.callers(file["blocked"], "blocked")
	rules.Policy.Rules = append(rules.Policy.Rules, r.rules(file["rules"])...)
}

// contact takes whom refusals name.
func (r *reader) contact(n ast.Node) string {
	const remedy = `write whom people ask, like "Sam, #stream-ops"`
	if n == nil {
		return ""
	}
	t, ok := r.text(n, "contact", remedy)
	hidden := func(c rune) bool { return !unicode.IsGraphic(c) }
	switch {
	case !ok:
	case strings.TrimSpace(t.value) == "":
		r.note(t.mark, remedy, "contact is empty")
	case strings.ContainsFunc(t.value, hidden):
		r.note(t.mark, "write it on one line, without characters that nobody sees", "contact is %.80q", t.value)
	case utf8.RuneCountInString(t.value) > maxContact:
		r.note(t.mark, "write a name and a channel", "contact has more than %d characters", maxContact)
	case !t.quoted && strings.HasSuffix(t.value, ","):
		r.note(t.mark, `put it in quotes, like "Sam, #stream-ops": without them, # begins a comment`, "contact ends with a comma")
	}
	return t.value
}
