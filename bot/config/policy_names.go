package config

import (
	"cmp"
	"fmt"
	"strings"
	"unicode/utf8"

	"liveadmin/commands"
	"liveadmin/commands/grammar"
	"liveadmin/imapi"

	"github.com/goccy/go-yaml/ast"
)

// Limits of the names. The aliases in the rules mean many groups each: without a
// limit a small file could fill the memory.
const (
	maxName       = 48        // characters of an alias, or a name of people
	maxAlias      = 1000      // groups of an alias
	maxRuleGroups = 100_000   // of all rules, with those of their aliases
	maxCompared   = 1_000_000 // pairs of a word and an alias: a bigger file is not searched for slips
)

// readNames takes the names of groups and of people.
func (r *reader) readNames(groups, people ast.Node) commands.Names {
	const groupsRemedy = `write an alias with an ID, or with a list of IDs, like friday-show: "@TGS#a6I4ZUUGO"`
	ids, first := namesOf[imapi.GroupID](r, groups, "groups", groupsRemedy, maxAlias, r.isGroup, func(f field) []text {
		return r.textOrTexts(f.value, fmt.Sprintf("%.80q", f.key.value), groupsRemedy)
	})
	users, _ := namesOf[imapi.UserID](r, people, "people", peopleRemedy, commands.MaxUsers, r.isUser, r.person)
	r.names = commands.NewNames(ids, users).StartingWith(first).WithAccounts(r.accounts())
	r.warnOfNames(people)
	r.aliases, r.ids = r.names.Aliases(), make(map[string]bool)
	for _, named := range ids {
		for _, id := range named {
			r.ids[string(id)] = true
		}
	}
	return r.names
}

// namesOf takes names and their IDs, each ID of a name once, up to most of them, and returns
// the first name, too. idsOf takes the IDs behind a name.
func namesOf[ID ~string](
	r *reader, n ast.Node, key, remedy string, most int, isID func(text) bool, idsOf func(field) []text,
) (_ map[string][]ID, first string) {
	if n == nil {
		return nil, ""
	}
	named, written := make(map[string][]ID), make(map[string][]text)
	for _, f := range r.fields(n, key, remedy) {
		r.checkName(f.key)
		texts := idsOf(f)
		ids, seen := []ID{}, make(map[string]bool)
		for _, t := range texts {
			if isID(t) && !seen[t.value] {
				ids, seen[t.value] = append(ids, ID(t.value)), true
			}
		}
		if len(ids) > most {
			r.note(f.key.mark, fmt.Sprintf("write %d at most, and the others under another name", most), "%.80q has %d IDs", f.key.value, len(ids))
		}
		first = cmp.Or(first, f.key.value)
		named[f.key.value], written[commands.Fold(f.key.value)] = ids, texts
	}
	r.checkMeant(written)
	return named, first
}

// checkName finds a name that people cannot type.
func (r *reader) checkName(name text) {
	if !grammar.IsName(name.value) {
		r.note(name.mark, "write one word like friday-show: no command, without spaces, commas, quotes and *, and with no @, # or - before it",
			"%.80q cannot be typed as a name", name.value)
	} else if length := utf8.RuneCountInString(name.value); length > maxName {
		r.note(name.mark, fmt.Sprintf("write %d at most", maxName), "the name %.80q has %d characters", name.value, length)
	}
}

// checkMeant finds an ID that is a name, too, which people would get in its place,
// unless both mean the same.
func (r *reader) checkMeant(written map[string][]text) {
	for _, ids := range written {
		for _, id := range ids {
			means, isName := written[commands.Fold(id.value)]
			if isName && (len(means) != 1 || means[0].value != id.value) {
				r.note(id.mark, "write the ID behind the name, or change the name", "%.80q is a name in this file, but an ID belongs here", id.value)
			}
		}
	}
}

// isGroup takes a GroupID, with the checks of a typed one.
func (r *reader) isGroup(t text) bool {
	const form = `write the ID of a live group, like "@TGS#a6I4ZUUGO"`
	_, err := imapi.ParseGroupID(t.value)
	prefix := t.value[:min(len(t.value), len(imapi.GroupPrefix))]
	switch {
	case err == nil && prefix != imapi.GroupPrefix && strings.EqualFold(prefix, imapi.GroupPrefix):
		r.note(t.mark, fmt.Sprintf("did you mean %q?", imapi.GroupPrefix+t.value[len(prefix):]), "%.80q is no GroupID", t.value)
	case strings.HasPrefix(t.value, "#"):
		r.note(t.mark, form, "%.80q is a channel in a chat, no GroupID", t.value)
	case strings.Contains(t.value, "*"):
		r.note(t.mark, form, "%.80q is a pattern, and only rules take one", t.value)
	default:
		return r.isID(t, "GroupID", form, imapi.MaxGroupIDBytes, err)
	}
	return false
}

// isUser takes a UserID, with the checks of a typed one.
func (r *reader) isUser(t text) bool {
	_, err := imapi.ParseUserID(t.value)
	return r.isID(t, "UserID", "write the UserID in Tencent Chat, like u_8821", imapi.MaxUserIDBytes, err)
}

// isID reports whether a text is an ID. It notes what is wrong with it; err is what is wrong
// for Tencent.
func (r *reader) isID(t text, what, form string, most int, err error) bool {
	switch {
	case err != nil:
		r.note(t.mark, fmt.Sprintf("%s: %d letters, digits and signs (ASCII) at most", form, most), "%.80q is no %s (%v)", t.value, what, err)
	case strings.HasPrefix(t.value, "@") && (what == "UserID" || !strings.HasPrefix(t.value, imapi.GroupPrefix)):
		r.note(t.mark, form, "%.80q is a person in a chat, no %s", t.value, what)
	default:
		return r.isOne(t)
	}
	return false
}

// isOne notes a text that was probably meant as more than one ID, or was copied
// with a space too many. As in commands, quotes keep a space inside an ID.
func (r *reader) isOne(t text) bool {
	switch {
	case strings.TrimSpace(t.value) != t.value:
		r.note(t.mark, "remove the space", "%.80q has a space before or behind it", t.value)
	case !t.quoted && strings.ContainsAny(t.value, " ,"):
		r.note(t.mark, "write several IDs as [a, b], and one that has a space or a comma in quotes", "%.80q is not one word", t.value)
	default:
		return true
	}
	return false
}

// ruleGroups takes the aliases, IDs and patterns of a rule. Aliases become their groups.
func (r *reader) ruleGroups(n ast.Node) []string {
	var all []string
	seen := make(map[string]bool)
	for _, t := range r.texts(n, "groups", `write a list like [friday-show, "show-2026-*"]`) {
		groups := []string{t.value}
		if target, isAlias := r.names.Group(t.value); isAlias {
			groups = groups[:0]
			for _, id := range target.Groups {
				groups = append(groups, string(id))
			}
		} else {
			r.checkRuleGroup(t)
		}
		for _, g := range groups {
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

// checkRuleGroup finds what is wrong with an ID or a pattern.
func (r *reader) checkRuleGroup(t text) {
	if strings.Contains(t.value, "*") {
		r.checkPattern(t)
	} else if near := r.slip(t.value); near != "" {
		r.note(t.mark, fmt.Sprintf("did you mean %s? If it is an ID, give it an alias under groups", near), "%.80q is no alias under groups", t.value)
	} else {
		r.isGroup(t)
	}
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

// checkPattern finds what is wrong with an ID that has stars in it.
func (r *reader) checkPattern(t text) {
	const form = `write it like "show-2026-*"`
	letters := strings.ReplaceAll(t.value, "*", "")
	_, err := imapi.ParseGroupID(letters)
	switch {
	case letters != "" && err != nil:
		r.note(t.mark, form, "no group fits the pattern %.80q (%v)", t.value, err)
	case strings.Contains(t.value, "**"):
		r.note(t.mark, "write one star", "the pattern %.80q has stars side by side", t.value)
	default:
		r.isOne(t)
	}
}
