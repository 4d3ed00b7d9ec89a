package commands

import (
	"maps"
	"slices"
	"strings"

	"liveadmin/imapi"
)

// WithAccounts returns the names with the chat accounts of people: for each account, as
// Caller.Ref, the name of the one person whose account it is.
func (n Names) WithAccounts(names map[string]string) Names {
	n.owners, n.accounts = nil, nil
	for _, ref := range slices.Sorted(maps.Keys(names)) {
		people, ok := n.People(names[ref])
		if !ok || len(people) != 1 {
			continue // a crew has no accounts
		}
		if n.owners == nil {
			n.owners, n.accounts = make(map[string]Person), make(map[imapi.UserID][]string)
		}
		id := people[0].ID
		n.owners[ref] = people[0]
		n.accounts[id] = append(n.accounts[id], ref)
	}
	return n
}

// Owner returns whose chat account it is, as Caller.Ref names accounts.
func (n Names) Owner(ref string) (Person, bool) {
	p, ok := n.owners[ref]
	return p, ok
}

// Owners returns the people who have chat accounts, sorted by their UserIDs.
func (n Names) Owners() []Person {
	var all []Person
	for _, id := range slices.Sorted(maps.Keys(n.accounts)) {
		all = append(all, n.owners[n.accounts[id][0]])
	}
	return all
}

// Accounts returns all chat accounts, sorted.
func (n Names) Accounts() []string { return slices.Sorted(maps.Keys(n.owners)) }

// AccountsOf returns the chat accounts of a UserID, sorted.
func (n Names) AccountsOf(user imapi.UserID) []string { return slices.Clone(n.accounts[user]) }

// TypedBy returns the names as a caller types them, who is "me" in them, and on whose
// platform the mentioned people are.
func (n Names) TypedBy(ref string) Names {
	n.caller = ref
	return n
}

// Typist is Caller.Ref of the one who types; empty if that is not known.
func (n Names) Typist() string { return n.caller }

// Mentioned is Caller.Ref of an account on the platform of the one who types; empty if
// that is not known.
func (n Names) Mentioned(account string) string {
	if n.caller == "" {
		return ""
	}
	return n.caller[:strings.LastIndexByte(n.caller, ':')+1] + account
}

// WithoutPeople returns the names without those of people and without accounts.
func (n Names) WithoutPeople() Names {
	n.people, n.called, n.owners, n.accounts = nil, nil, nil, nil
	return n
}
