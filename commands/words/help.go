package words

import (
	"slices"
	"strings"

	"liveadmin/commands"
	"liveadmin/commands/policy"
)

// Help explains one command, or all, and says what of it waits for whose approval by the rights
// of the reader.
func (w Words) Help(entry int64, topic commands.Verb, r policy.Rights) Message {
	m := w.message(entry)
	if topic != "" {
		m.add(Head, plain(Capitalized(w.Commands[topic])))
		m.add(Body, w.usage(topic))
		row, _ := w.commands().Row(topic)
		for _, f := range row.Args {
			m.add(Item, w.option(f, strings.TrimSuffix(f.Kind.Usage(), "…")))
		}
		for _, f := range row.Flags {
			m.add(Item, w.option(f, f.Flag()))
		}
		m.add(Item, Fill(w.Notes[topic], nil))
		w.addWaiting(&m, r, topic)
		m.add(Body, w.example(topic))
		return m
	}
	m.add(Head, plain(w.Guide.Head))
	for _, v := range w.commands().Verbs() {
		m.add(Item, Fill(w.Guide.Line, Slots{"usage": w.usage(v), "what": plain(w.Commands[v])}))
	}
	w.addWaiting(&m, r, commands.Add, commands.Remove)
	return m
}

// addWaiting adds the rules by which some of these commands wait for approval, unless another
// rule gives them all without.
func (w Words) addWaiting(m *Message, r policy.Rights, verbs ...commands.Verb) {
	verbs = slices.DeleteFunc(verbs, func(v commands.Verb) bool {
		return slices.ContainsFunc(r.Given, func(g policy.Right) bool { return g.Gives(v) && g.Unbound() })
	})
	var rules []Text
	for _, g := range r.Given {
		if len(g.Approval) > 0 && slices.ContainsFunc(verbs, g.Gives) {
			rules = append(rules, w.right(g))
		}
	}
	if len(rules) == 0 {
		return
	}
	m.add(Body, plain(w.Guide.Waits))
	for _, rule := range rules {
		m.add(Item, rule)
	}
}

// option says what a field of a command is for. typed is what it is called where
// commands are typed.
func (w Words) option(f commands.Field, typed string) Text {
	return Fill(w.Guide.Option, Slots{
		"name": {{Kind: Flag, Text: typed, Option: f.Option()}}, "what": plain(w.Options[f.Option()]),
	})
}
