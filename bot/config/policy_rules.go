package config

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"liveadmin/commands"
	"liveadmin/commands/grammar"
	"liveadmin/commands/policy"
	"liveadmin/imapi"

	"github.com/goccy/go-yaml/ast"
)

// Limits of the rules. The aliases in them stand for many groups each: without a
// limit a small file could fill the memory.
const (
	maxRules      = 1000
	maxRuleGroups = 100_000   // of all rules, with those of their aliases
	maxCompared   = 1_000_000 // pairs of a word and an alias: a bigger file is not searched for slips
)

// rules takes the list of rules.
func (r *reader) rules(n ast.Node) []policy.Rule {
	list, ok := n.(*ast.SequenceNode)
	if !ok {
		if n != nil {
			r.note(place(n), "write a list of rules, like - allow: [slack:user:U024BE7LH]", "rules is %s", kind(n))
		}
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
	keys := r.known(n, "a rule", "write it like - allow: [slack:user:U024BE7LH]", "allow", "commands", "groups", "channels", "for")
	if _, isMapping := n.(*ast.MappingNode); isMapping && keys["allow"] == nil {
		r.note(place(n), "write whom it allows, like allow: [slack:user:U024BE7LH]", "the rule has no allow")
	}
	return policy.Rule{
		Allow:    r.callers(keys["allow"], "allow"),
		Commands: r.commands(keys["commands"]),
		Groups:   r.ruleGroups(keys["groups"]),
		Channels: r.references(keys["channels"], "channels", channelForms, "is no channel"),
		For:      r.limit(keys["for"]),
	}
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
			continue
		}
		all = append(all, t.value)
	}
	return all
}

// ruled lists the commands that a rule can give.
func ruled() []string {
	var words []string
	for _, v := range commands.Table.Ruled() {
		words = append(words, string(v))
	}
	return words
}

func (r *reader) commands(n ast.Node) []commands.Verb {
	var all []commands.Verb
	for _, t := range r.texts(n, "commands", "write a list like [add, remove, list]") {
		if slices.Contains(ruled(), t.value) {
			all = append(all, commands.Verb(t.value))
			continue
		}
		meant := t.value
		if v, _ := grammar.VerbOf(t.value); slices.Contains(ruled(), string(v)) {
			meant = string(v)
		}
		r.note(t.mark, rightWord(meant, ruled()), "%.80q is no command that a rule can give", t.value)
	}
	return all
}

// ruleGroups takes aliases, IDs and patterns. Aliases become their groups.
func (r *reader) ruleGroups(n ast.Node) []string {
	var all []string
	seen := make(map[string]bool)
	for _, t := range r.texts(n, "groups", `write a list like [friday-show, "show-2026-*"]`) {
		for _, g := range r.ruleGroup(t) {
			if !seen[g] {
				all, seen[g] = append(all, g), true
			}
		}
		if r.groups+len(all) > maxRuleGroups {
			break
		}
	}
	r.groups += len(all)
	return all
}

func (r *reader) ruleGroup(t text) []string {
	if target, isAlias := r.names.Group(t.value); isAlias {
		var ids []string
		for _, g := range target.Groups {
			ids = append(ids, string(g))
		}
		return ids
	}
	if strings.Contains(t.value, "*") {
		return r.pattern(t)
	}
	if near := r.slip(t.value); near != "" {
		r.note(t.mark, fmt.Sprintf("did you mean %s? If it is an ID, give it a name under groups", near), "%.80q is no name under groups", t.value)
		return nil
	}
	if id, ok := r.group(t); ok {
		return []string{string(id)}
	}
	return nil
}

// slip returns the alias that a word was probably meant as, unless it is known as an
// ID.
func (r *reader) slip(word string) string {
	if r.ids[word] || strings.HasPrefix(word, imapi.GroupPrefix) || r.compared >= maxCompared {
		return ""
	}
	r.compared += len(r.aliases)
	return grammar.Nearest(word, r.aliases)
}

// pattern takes an ID with stars in it.
func (r *reader) pattern(t text) []string {
	const form = `write it like "show-2026-*"`
	letters := strings.ReplaceAll(t.value, "*", "")
	_, err := imapi.ParseGroupID(letters)
	switch {
	case letters != "" && err != nil:
		r.note(t.mark, form, "no group fits the pattern %.80q (%v)", t.value, err)
	case strings.Contains(t.value, "**"):
		r.note(t.mark, "write one star", "the pattern %.80q has stars side by side", t.value)
	case r.several(t):
	default:
		return []string{t.value}
	}
	return nil
}

// limit takes the longest limit under a rule.
func (r *reader) limit(n ast.Node) time.Duration {
	const remedy = "write a time like 8h, 2h30m or 3d"
	if n == nil {
		return 0
	}
	t, ok := r.text(n, "for", remedy)
	if !ok {
		return 0
	}
	limit, m := grammar.ParseFor(t.value)
	switch {
	case m == nil:
	case m.Problem == grammar.DurationRange:
		r.note(t.mark, remedy, "%.80q is not between 1 second and 30 days", t.value)
	default:
		r.note(t.mark, remedy, "%.80q is no time", t.value)
	}
	return limit
}
