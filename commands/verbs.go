package commands

import (
	"slices"
	"strings"
)

// form is how one verb is typed. The forms are the only list of what people can
// type: parsing, suggesting and usage lines come from it.
type Form struct {
	Verb     Verb
	Synonyms []string
	words    string // as the usage line shows them
	flags    []flagForm
}

// flagForm is a flag and its value as the usage line shows it, empty if the
// flag takes none.
type flagForm struct{ name, value string }

// The flags.
const (
	FlagFor     = "--for"
	FlagReplace = "--replace"
	FlagReason  = "--reason"
	FlagNew     = "--new"
	FlagDryRun  = "--dry-run"
	FlagSince   = "--since"
)

func Forms() []Form {
	return []Form{
		{Add, []string{"set", "promote"}, "GROUP USER…", []flagForm{
			{FlagFor, "DURATION"}, {FlagReplace, "USER…"}, {FlagReason, "TEXT"}, {FlagNew, ""}, {FlagDryRun, ""},
		}},
		{Remove, []string{"del", "delete", "rm", "cancel", "demote"}, "GROUP USER…", []flagForm{
			{FlagReason, "TEXT"}, {FlagDryRun, ""},
		}},
		{List, []string{"ls", "show"}, "GROUP", nil},
		{History, nil, "[GROUP | USER | CALLER | #NUMBER]", []flagForm{{FlagSince, "DURATION"}}},
		{Groups, nil, "", nil},
		{Whoami, nil, "", nil},
		{Help, nil, "[COMMAND]", nil},
	}
}

// Usage is the form in which a verb is typed after "/liveadmin", or empty for a
// verb that only clicks and the clock make.
func Usage(v Verb) string {
	all := Forms()
	i := slices.IndexFunc(all, func(f Form) bool { return f.Verb == v })
	if i < 0 {
		return ""
	}
	f := all[i]
	line := []string{string(f.Verb)}
	if f.words != "" {
		line = append(line, f.words)
	}
	for _, flag := range f.flags {
		line = append(line, "["+strings.TrimSpace(flag.name+" "+flag.value)+"]")
	}
	return strings.Join(line, " ")
}

// flagNames returns the flags of the verb.
func (f Form) FlagNames() []string {
	names := make([]string, len(f.flags))
	for i, flag := range f.flags {
		names[i] = flag.name
	}
	return names
}

// isFlag reports whether some verb has the flag.
func IsFlag(name string) bool {
	return slices.ContainsFunc(Forms(), func(f Form) bool { return slices.Contains(f.FlagNames(), name) })
}

// typed returns the verbs that people type, in the order of the help.
func Typed() []Verb {
	var verbs []Verb
	for _, f := range Forms() {
		verbs = append(verbs, f.Verb)
	}
	return verbs
}
