package config

import (
	"cmp"
	"fmt"
	"strings"
	"unicode/utf8"

	"liveadmin/commands/grammar"
	"liveadmin/imapi"

	"github.com/goccy/go-yaml/ast"
)

// maxName is how many characters an alias, or a name of people, can have.
const maxName = 48

// maxAlias is how many groups an alias can have.
const maxAlias = 1000

const (
	groupsRemedy = `write a name with an ID, or with a list of IDs, like friday-show: "@TGS#a6I4ZUUGO"`
	peopleRemedy = "write a name with a UserID, or with a list of UserIDs, like minho: u_8821"
)

// readNames takes names and their IDs, each ID of a name once, at most so many, and returns
// the first name, too.
func readNames[ID ~string](r *reader, n ast.Node, key, remedy string, most int, read func(*reader, text) (ID, bool)) (_ map[string][]ID, first string) {
	if n == nil {
		return nil, ""
	}
	named, written := make(map[string][]ID), make(map[string][]text)
	for _, f := range r.fields(n, key, remedy, strings.ToLower) {
		r.checkName(f.key)
		texts := r.textOrTexts(f.value, fmt.Sprintf("%.80q", f.key.value), remedy)
		ids, seen := []ID{}, make(map[ID]bool)
		for _, t := range texts {
			if id, ok := read(r, t); ok && !seen[id] {
				ids, seen[id] = append(ids, id), true
			}
		}
		if len(ids) > most {
			r.note(f.key.mark, fmt.Sprintf("write %d at most, and the others under another name", most), "%.80q has %d IDs", f.key.value, len(ids))
		}
		first = cmp.Or(first, f.key.value)
		named[f.key.value], written[strings.ToLower(f.key.value)] = ids, texts
	}
	r.checkMeant(written)
	return named, first
}

// checkName finds a name that people cannot type.
func (r *reader) checkName(name text) {
	switch {
	case !grammar.IsName(name.value):
		r.note(name.mark, "write one word like friday-show: no command, without spaces, commas, quotes and *, and with no @, # or - before it",
			"%.80q cannot be typed as a name", name.value)
	case utf8.RuneCountInString(name.value) > maxName:
		r.note(name.mark, fmt.Sprintf("write %d at most", maxName), "the name %.80q has %d characters", name.value, utf8.RuneCountInString(name.value))
	}
}

// checkMeant finds an ID that is a name, too, which people would get in its place,
// unless both mean the same.
func (r *reader) checkMeant(written map[string][]text) {
	for _, ids := range written {
		for _, id := range ids {
			means, isName := written[strings.ToLower(id.value)]
			if isName && (len(means) != 1 || means[0].value != id.value) {
				r.note(id.mark, "write the ID behind the name, or change the name", "%.80q is a name in this file, but an ID belongs here", id.value)
			}
		}
	}
}

// group takes a GroupID, with the checks of a typed one.
func (r *reader) group(t text) (imapi.GroupID, bool) {
	const form = `write the ID of a live group, like "@TGS#a6I4ZUUGO"`
	id, err := imapi.ParseGroupID(t.value)
	official := len(t.value) >= len(imapi.GroupPrefix) && strings.EqualFold(t.value[:len(imapi.GroupPrefix)], imapi.GroupPrefix)
	switch {
	case err != nil:
		r.note(t.mark, fmt.Sprintf("%s: %d letters, digits and signs (ASCII) at most", form, imapi.MaxGroupIDBytes), "%.80q is no GroupID (%v)", t.value, err)
	case official && !strings.HasPrefix(t.value, imapi.GroupPrefix):
		r.note(t.mark, fmt.Sprintf("did you mean %q?", imapi.GroupPrefix+t.value[len(imapi.GroupPrefix):]), "%.80q is no GroupID", t.value)
	case !official && strings.HasPrefix(t.value, "@"):
		r.note(t.mark, form, "%.80q is a person in a chat, no GroupID", t.value)
	case strings.HasPrefix(t.value, "#"):
		r.note(t.mark, form, "%.80q is a channel in a chat, no GroupID", t.value)
	case strings.Contains(t.value, "*"):
		r.note(t.mark, form, "%.80q is a pattern, and only rules take one", t.value)
	case r.several(t):
	default:
		return id, true
	}
	return "", false
}

// user takes a UserID, with the checks of a typed one.
func (r *reader) user(t text) (imapi.UserID, bool) {
	const form = "write the UserID in Tencent Chat, like u_8821"
	id, err := imapi.ParseUserID(t.value)
	switch {
	case err != nil:
		r.note(t.mark, fmt.Sprintf("%s: %d letters, digits and signs (ASCII) at most", form, imapi.MaxUserIDBytes), "%.80q is no UserID (%v)", t.value, err)
	case strings.HasPrefix(t.value, "@"):
		r.note(t.mark, form, "%.80q is a person in a chat, no UserID", t.value)
	case r.several(t):
	default:
		return id, true
	}
	return "", false
}

// several notes a text that was probably meant as more than one ID, or was copied
// with a space too many. As in commands, quotes keep a space inside an ID.
func (r *reader) several(t text) bool {
	switch {
	case strings.TrimSpace(t.value) != t.value:
		r.note(t.mark, "remove the space", "%.80q has a space before or behind it", t.value)
	case !t.quoted && strings.ContainsAny(t.value, " ,"):
		r.note(t.mark, "write several IDs as [a, b], and one that has a space or a comma in quotes", "%.80q is not one word", t.value)
	default:
		return false
	}
	return true
}
