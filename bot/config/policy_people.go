package config

import (
	"fmt"
	"regexp"

	"github.com/goccy/go-yaml/ast"
)

// What is written behind a name of people.
const (
	peopleRemedy = "write a name with a UserID, or with a list of UserIDs, like minho: u_8821"
	personRemedy = "write it like {id: u_9902, slack: U0YUNA}"
)

// accountForms are the keys of a person's chat accounts, with what their IDs look like and
// how callers are named there. Those of Discord count milliseconds since 2015 (API reference,
// "Snowflakes"): 19 digits until 2090.
var accountForms = [...]struct {
	key, platform, prefix, example string
	id                             *regexp.Regexp
}{
	{"slack", "Slack", "slack:user:", "slack: U0YUNA", regexp.MustCompile(`^[UW][A-Z0-9]+$`)},
	{"discord", "Discord", "discord:user:", `discord: "80351110224678912"`, regexp.MustCompile(`^[1-9][0-9]{0,18}$`)},
}

// owner is somebody with a chat account.
type owner struct {
	ref  string // of the account, as callers are named
	name text
	id   text // the UserID
}

// person takes the UserIDs behind a name: one, a crew's, or of a mapping the one UserID of
// a person with chat accounts, whom it notes.
func (r *reader) person(f field) []text {
	what := fmt.Sprintf("%.80q", f.key.value)
	if _, isMapping := f.value.(*ast.MappingNode); !isMapping {
		return r.textOrTexts(f.value, what, peopleRemedy)
	}
	keys := r.known(f.value, what, personRemedy, "id", "slack", "discord")
	if keys["id"] == nil {
		r.note(place(f.value), personRemedy, "%s has no id", what)
	}
	id, ok := r.text(keys["id"], "the id of "+what, "write one UserID: a crew has no accounts")
	for _, form := range accountForms {
		t, there := r.text(keys[form.key], form.key+" of "+what, "write one account, like "+form.example)
		switch {
		case !there:
		case !form.id.MatchString(t.value):
			r.note(t.mark, "write it like "+form.example, "%.80q is no account of %s", t.value, form.platform)
		case ok:
			r.owns(owner{ref: form.prefix + t.value, name: f.key, id: id}, t)
		}
	}
	if !ok {
		return nil
	}
	return []text{id}
}

// owns notes whose an account is. An account is one person's, and so is a UserID of people
// with accounts.
func (r *reader) owns(o owner, account text) {
	if other, ok := r.owners[o.ref]; ok {
		r.note(account.mark, "keep it with one of them", "the account %.80q is also of %.80q in line %d", account.value, other.name.value, other.name.line)
		return
	}
	if other, ok := r.persons[o.id.value]; ok && other.name.mark != o.name.mark {
		r.note(o.id.mark, "put all accounts of a person under one name",
			"%.80q is also the UserID of %.80q in line %d, who has accounts", o.id.value, other.name.value, other.name.line)
		return
	}
	if r.owners == nil {
		r.owners, r.persons = make(map[string]owner), make(map[string]owner)
	}
	r.owners[o.ref], r.persons[o.id.value] = o, o
}

// accounts returns the name of the person of each account.
func (r *reader) accounts() map[string]string {
	all := make(map[string]string, len(r.owners))
	for ref, o := range r.owners {
		all[ref] = o.name.value
	}
	return all
}
