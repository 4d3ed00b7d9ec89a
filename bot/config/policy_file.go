package config

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"liveadmin/bot"
	"liveadmin/commands"
	"liveadmin/commands/grammar"
	"liveadmin/commands/policy"

	"github.com/goccy/go-yaml/ast"
)

const (
	maxContact = 200 // characters
	maxRules   = 1000
)

// ParsePolicy reads the text of a policy file, and puts the rule of ALLOWLIST, which
// allows everything everywhere, before its rules. An empty text has no rules. The
// error is bot.Problems: all of them, each with its place, as in "liveadmin.yaml:14:9".
// Warnings have their places, too. The text is text in UTF-8, up to 1 MiB.
func ParsePolicy(name string, text []byte, allowlist []string) (bot.Rules, error) {
	var rules bot.Rules
	if len(allowlist) > 0 {
		rules.Policy.Rules = []policy.Rule{{Name: "ALLOWLIST", Allow: allowlist}}
	}
	root, flaws := parseYAML(string(text))
	r := &reader{flaws: flaws}
	if root != nil && !nothing(root) {
		r.policy(root, &rules)
		r.warnOfExamples(root)
	}
	if len(r.flaws) > 0 {
		return bot.Rules{}, problemsIn(name, r.flaws)
	}
	rules.Warnings = problemsIn(name, r.warnings)
	return rules, nil
}

// policy reads the whole file. A key with nothing behind it, or with an empty list, is as
// good as no key.
func (r *reader) policy(root ast.Node, rules *bot.Rules) {
	file := r.known(root, "the file", "write keys and values, like contact: Sam", "groups", "people", "contact", "blocked", "requests_expire", "language", "rules")
	for key, value := range file {
		if list, ok := value.(*ast.SequenceNode); nothing(value) || ok && len(list.Values) == 0 {
			delete(file, key)
		}
	}
	rules.Names = r.readNames(file["groups"], file["people"])
	rules.Policy.Contact = r.contact(file["contact"])
	rules.Policy.Blocked = r.callers(file["blocked"], "blocked")
	rules.RequestsExpire = r.requestsExpire(file["requests_expire"])
	rules.Languages = r.languages(file["language"])
	r.blocked = rules.Policy.Blocked
	rules.Policy.Rules = append(rules.Policy.Rules, r.rules(file["rules"])...)
}

// contact takes whom refusals name.
func (r *reader) contact(n ast.Node) string {
	const remedy = `write whom people ask, like "Sam, #stream-ops"`
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

// languages takes the languages of channels.
func (r *reader) languages(n ast.Node) map[string]commands.Language {
	const remedy = `write a channel with its language, like "slack:C024BE91L": ko`
	if n == nil {
		return nil
	}
	all := make(map[string]commands.Language)
	for _, f := range r.fields(n, "language", remedy) {
		if form := entryRemedy(f.key.value, channelForms); form != "" {
			r.note(f.key.mark, form, "%.80q is no channel", f.key.value)
		}
		t, ok := r.text(f.value, "language", remedy)
		l, known := languageOf(t.value)
		if ok && !known {
			r.note(t.mark, "write "+commands.LanguageNames(), "%.80q is no language of liveadmin", t.value)
		}
		all[f.key.value] = l
	}
	return all
}

// rules takes the list of rules.
func (r *reader) rules(n ast.Node) []policy.Rule {
	if n == nil {
		return nil
	}
	list, ok := n.(*ast.SequenceNode)
	if !ok {
		r.note(place(n), "write a list of rules, like - allow: [slack:user:U024BE7LH]", "rules is %s", kind(n))
		return nil
	}
	if len(list.Values) > maxRules {
		r.note(place(list.Values[maxRules]), "put callers with the same rights into one rule", "there are more than %d rules", maxRules)
		return nil
	}
	var rules []policy.Rule
	for i, one := range list.Values {
		rule := r.rule(one)
		rule.Name = fmt.Sprintf("rule %d (line %d)", i+1, place(one).line)
		rules = append(rules, rule)
	}
	if r.groups > maxRuleGroups {
		r.note(place(n), "use patterns, or leave groups out", "the rules are about more than %d groups", maxRuleGroups)
	}
	return rules
}

// rule takes one rule. What it leaves out holds for all, so that nothing in it can
// be empty.
func (r *reader) rule(n ast.Node) policy.Rule {
	keys := r.known(n, "a rule", "write it like - allow: [slack:user:U024BE7LH]", "allow", "commands", "groups", "channels", "for", "approval")
	if _, isMapping := n.(*ast.MappingNode); isMapping && keys["allow"] == nil {
		r.note(place(n), "write whom it allows, like allow: [slack:user:U024BE7LH]", "the rule has no allow")
	}
	rule := policy.Rule{
		Allow:    r.callers(keys["allow"], "allow"),
		Commands: r.commands(keys["commands"]),
		Groups:   r.ruleGroups(keys["groups"]),
		Channels: r.references(keys["channels"], "channels", channelForms, "is no channel"),
		For:      r.limit(keys["for"]),
		Approval: r.callers(keys["approval"], "approval"),
	}
	if len(rule.Approval) > 0 {
		r.checkApproval(place(keys["approval"]), rule)
	}
	return rule
}

// callers takes a list of callers, as in ALLOWLIST.
func (r *reader) callers(n ast.Node, what string) []string {
	return r.references(n, what, callerForms, "names nobody")
}

func (r *reader) references(n ast.Node, what string, forms []idForm, wrong string) []string {
	var all []string
	for _, t := range r.texts(n, what, fmt.Sprintf("write a list like [%s]", forms[0].example)) {
		if remedy := entryRemedy(t.value, forms); remedy != "" {
			r.note(t.mark, remedy, "%.80q %s", t.value, wrong)
		}
		all = append(all, t.value)
	}
	return all
}

// commands takes a list of commands that a rule can give.
func (r *reader) commands(n ast.Node) []commands.Verb {
	ruled := commands.Table.Ruled()
	var all []commands.Verb
	for _, t := range r.texts(n, "commands", "write a list like [add, remove, list]") {
		all = append(all, commands.Verb(t.value))
		if slices.Contains(ruled, commands.Verb(t.value)) {
			continue
		}
		meant, _ := grammar.VerbOf(t.value)
		if !slices.Contains(ruled, meant) {
			meant = commands.Verb(t.value)
		}
		r.note(t.mark, rightWord(meant, ruled), "%.80q is no command that a rule can give", t.value)
	}
	return all
}

// limit takes the longest limit under a rule.
func (r *reader) limit(n ast.Node) time.Duration {
	const remedy = "write a time like 8h, 2h30m or 3d"
	t, ok := r.text(n, "for", remedy)
	if !ok {
		return 0
	}
	limit, mistake := grammar.ParseFor(t.value)
	switch {
	case mistake == nil:
	case mistake.Problem == grammar.DurationRange:
		r.note(t.mark, remedy, "%.80q is not between 1 second and 30 days", t.value)
	default:
		r.note(t.mark, remedy, "%.80q is no time", t.value)
	}
	return limit
}
