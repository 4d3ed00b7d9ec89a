package words

import (
	"slices"

	"liveadmin/commands"
	"liveadmin/commands/policy"
)

// Welcome is the answer to a bare /liveadmin: what the caller may do here, and one
// example of it.
func (w Words) Welcome(entry int64, r policy.Rights) Message {
	m := Message{Entry: entry}
	anywhere, _ := w.verbsOf(r)
	here, _ := w.verbsOf(policy.Rights{Given: slices.DeleteFunc(slices.Clone(r.Given), func(g policy.Right) bool { return !g.Here })})
	switch {
	case len(here) > 0:
		m.add(Head, fill(w.WelcomeSays, slots{"verbs": codes(here)}))
	case len(anywhere) > 0:
		m.add(Head, fill(w.WelcomeElsewhere, slots{"verbs": codes(anywhere)}))
	case len(r.Unread) > 0:
		m.add(Head, w.unread(r.Unread))
	default:
		m.add(Head, plain(w.WelcomeNothing))
	}
	m.add(Body, fill(w.ExampleSays, slots{"example": code(w.example(slices.Concat(here, anywhere)))}))
	m.add(Body, fill(w.HelpMore, slots{"help": code(Name + " help")}))
	return m
}

// example is how the first of some commands is typed; everybody can ask whoami.
func (w Words) example(verbs []commands.Verb) string {
	verb := commands.Whoami
	if len(verbs) > 0 {
		verb = verbs[0]
	}
	row, _ := w.commands().Row(verb)
	line := Name + " " + string(verb)
	for _, f := range row.Args {
		switch f.Kind.(type) {
		case commands.Group:
			line += " @TGS#a6I4ZUUGO"
		case commands.Users:
			line += " user1"
		}
	}
	return line
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
