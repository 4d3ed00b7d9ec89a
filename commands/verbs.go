package commands

import (
	"slices"
	"strings"
)

// form is how one verb is typed. The forms are the only list of what people can
// type: parsing, suggesting and usage lines come from it.
type form struct {
	verb     Verb
	synonyms []string
	words    string // as the usage line shows them
	flags    []flagForm
}

// flagForm is a flag and its value as the usage line shows it, empty if the
// flag takes none.
type flagForm struct{ name, value string }

// The flags.
const (
	flagFor     = "--for"
	flagReplace = "--replace"
	flagReason  = "--reason"
	flagNew     = "--new"
	flagDryRun  = "--dry-run"
	flagSince   = "--since"
)

func forms() []form {
	return []form{
		{Add, []string{"set", "promote"}, "GROUP USER…", []flagForm{
			{flagFor, "DURATION"}, {flagReplace, "USER…"}, {flagReason, "TEXT"}, {flagNew, ""}, {flagDryRun, ""},
		}},
		{Remove, []string{"del", "delete", "rm", "cancel", "demote"}, "GROUP USER…", []flagForm{
			{flagReason, "TEXT"}, {flagDryRun, ""},
		}},
		{List, []string{"ls", "show"}, "GROUP", nil},
		{History, nil, "[GROUP | USER | CALLER | #NUMBER]", []flagForm{{flagSince, "DURATION"}}},
		{Groups, nil, "", nil},
		{Whoami, nil, "", nil},
		{Help, nil, "[COMMAND]", nil},
	}
}

// Usage is the form in which a verb is typed after "/liveadmin", or empty for a
// verb that only clicks and the clock make.
func Usage(v Verb) string {
	all := forms()
	i := slices.IndexFunc(all, func(f form) bool { return f.verb == v })
	if i < 0 {
		return ""
	}
	f := all[i]
	line := []string{string(f.verb)}
	if f.words != "" {
		line = append(line, f.words)
	}
	for _, flag := range f.flags {
		line = append(line, "["+strings.TrimSpace(flag.name+" "+flag.value)+"]")
	}
	return strings.Join(line, " ")
}

// flagNames returns the flags of the verb.
func (f form) flagNames() []string {
	names := make([]string, len(f.flags))
	for i, flag := range f.flags {
		names[i] = flag.name
	}
	return names
}

// isFlag reports whether some verb has the flag.
func isFlag(name string) bool {
	return slices.ContainsFunc(forms(), func(f form) bool { return slices.Contains(f.flagNames(), name) })
}

// typed returns the verbs that people type, in the order of the help.
func typed() []Verb {
	var verbs []Verb
	for _, f := range forms() {
		verbs = append(verbs, f.verb)
	}
	return verbs
}
