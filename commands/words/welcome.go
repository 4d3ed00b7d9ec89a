package words

import (
	"cmp"
	"slices"
	"strings"

	"liveadmin/commands"
	"liveadmin/commands/grammar"
	"liveadmin/commands/policy"
)

// Welcome is the answer to a bare /liveadmin: what the caller may do here, and one
// example of it.
func (w Words) Welcome(entry int64, r policy.Rights) Message {
	m := w.message(entry)
	anywhere, _ := w.verbsOf(r)
	here, _ := w.verbsOf(policy.Rights{Given: slices.DeleteFunc(slices.Clone(r.Given), func(g policy.Right) bool { return !g.Here })})
	switch {
	case len(here) > 0:
		m.add(Head, Fill(w.Greeting.Here, Slots{"verbs": codes(w, here)}))
	case len(anywhere) > 0:
		m.add(Head, Fill(w.Greeting.Elsewhere, Slots{"verbs": codes(w, anywhere)}))
	case len(r.Unread) > 0:
		m.add(Head, w.unread(r.Unread))
	default:
		m.add(Head, plain(w.Greeting.Nothing))
	}
	verb := commands.Whoami // everybody can ask that
	if can := slices.Concat(here, anywhere); len(can) > 0 {
		verb = can[0]
	}
	m.add(Body, w.example(verb))
	m.add(Body, Fill(w.Greeting.More, Slots{"help": code(Name + " help")}))
	return m
}

// example shows how a command is typed, with an alias and a name that the caller knows.
func (w Words) example(verb commands.Verb) Text {
	row, _ := w.commands().Row(verb)
	group, user := cmp.Or(w.names.First(), "@TGS#a6I4ZUUGO"), "user1"
	ambiguous := grammar.Ambiguous(w.names)
	for _, name := range slices.Backward(w.names.Everybody()) {
		if !slices.Contains(ambiguous, name) {
			user = name // the first that needs no quotes
		}
	}
	line := []string{Name, string(verb)}
	fields := slices.Clone(line)
	fill := func(f commands.Field, typed ...string) {
		line = append(line, typed...)
		fields = append(fields, f.Option()+":"+typed[len(typed)-1])
	}
	for _, f := range row.Args {
		switch f.Kind.(type) {
		case commands.Group:
			fill(f, group)
		case commands.Users:
			fill(f, user)
		}
	}
	for _, f := range row.Flags {
		if _, ok := f.Kind.(commands.Limit); ok {
			fill(f, f.Flag(), "2h")
		}
	}
	return Fill(w.Asking.Example, Slots{"example": {{
		Kind: Code, Text: strings.Join(line, " "), Verb: verb, Option: strings.Join(fields, " "),
	}}})
}

// verbsOf returns the commands on a group that some rule gives, and those that none
// gives, in their usual order.
func (w Words) verbsOf(r policy.Rights) (given, missing []commands.Verb) {
	for _, v := range w.commands().Ruled() {
		if row, _ := w.commands().Row(v); !row.CallsAPI {
			continue
		}
		if slices.ContainsFunc(r.Given, func(g policy.Right) bool {
			return len(g.Commands) == 0 || slices.Contains(g.Commands, v)
		}) {
			given = append(given, v)
		} else {
			missing = append(missing, v)
		}
	}
	return given, missing
}
