package words

import (
	"slices"
	"strconv"
	"strings"

	"liveadmin/commands"
	"liveadmin/commands/change"
	"liveadmin/imapi"
)

// wrong says what went wrong on one group.
func (w Words) wrong(m *Message, cmd commands.Command, g commands.GroupResult) {
	m.add(Body, w.why(cmd, g))
	m.add(Body, w.theirWords(g))
	m.add(Body, w.noGroup(cmd, g))
	for _, note := range w.since(cmd, g) {
		m.add(Body, note)
	}
}

// remedies say what the reader can do about what went wrong, and about who was not sent.
func (w Words) remedies(entry int64, cmd commands.Command, g commands.GroupResult) []Text {
	if g.Outcome.Status == commands.Nothing {
		return nil
	}
	all := []Text{w.remedy(entry, cmd, g)}
	if slices.ContainsFunc(g.Plan.Users, func(s commands.Step) bool { return s.NoAccount }) {
		all = append(all, literal(w.Remedies.NewAccount))
	}
	return present(all...)
}

// noGroup says what a group that does not exist may be about: an old alias, or none.
func (w Words) noGroup(cmd commands.Command, g commands.GroupResult) Text {
	f := g.Outcome.Failure
	switch {
	case f == nil || f.Code != 10010 || cmd.Verb == commands.End:
		return nil
	case cmd.Target.Alias != "":
		return Fill(w.Problems.OldRoom, Slots{"alias": code(cmd.Target.Alias)})
	case typedWord(cmd.Target):
		return Fill(w.Problems.NoSuchAlias, Slots{"word": groupID(g.Group)})
	}
	return nil
}

// theirWords are Tencent's own, where liveadmin's say too little.
func (w Words) theirWords(g commands.GroupResult) Text {
	f := g.Outcome.Failure
	if f == nil || f.Info == "" || f.Kind != imapi.KindInput && !imapi.InfoSaysMore(f.Code) {
		return nil
	}
	return Fill(w.Problems.TencentSays, Slots{"info": code(f.Info)})
}

// since says what is true after something went wrong: who held the seats, and of an end, who
// is still an administrator and what becomes of it.
func (w Words) since(cmd commands.Command, g commands.GroupResult) []Text {
	var all []Text
	if holders := g.Outcome.Holders; len(holders) > 0 && g.Plan.Refusal != commands.SeatsTaken {
		all = append(all, Fill(w.Now.Admins, Slots{
			"n": number(len(holders)), "seats": number(imapi.Seats), "users": w.admins(holders),
		}))
	}
	if cmd.Verb != commands.End || g.Outcome.Failure == nil || g.Outcome.Status == commands.Nothing {
		return all
	}
	people := commands.Persons(g.Plan.Users, func(s commands.Step) bool { return s.Send })
	values := w.counted(people)
	if g.Outcome.Status == commands.Failed {
		all = append(all, Fill(w.Now.StillAdmin, values))
	}
	return append(all, Fill(either(cmd.Repeated(), w.Now.EndByHand, w.Now.EndRetried), values))
}

// why says what went wrong on one group in a sentence, if anything did.
func (w Words) why(cmd commands.Command, g commands.GroupResult) Text {
	switch g.Plan.Refusal {
	case commands.SeatsTaken:
		return Fill(either(cmd.Veiled, w.Problems.FullVeiled, w.Problems.Full), Slots{
			"n": number(len(g.Plan.Before)), "seats": number(imapi.Seats), "users": w.admins(g.Plan.Before),
			"after": number(change.SeatsAfter(&g.Plan)),
		})
	case commands.LimitUnread:
		return plain(w.Problems.LimitUnread)
	}
	f := g.Outcome.Failure
	if f == nil {
		return nil
	}
	values := Slots{"code": plain(strconv.Itoa(f.Code)), "meaning": plain(w.meaning(*f))}
	unknown := g.Outcome.Status == commands.Unknown
	switch {
	case f.Kind == change.Broken && unknown:
		return join(w.Joins.Sentences, plain(w.Problems.Broken), w.mayBe(g))
	case f.Kind == change.Broken:
		return plain(w.Problems.Broken)
	case unknown && f.Code == 0:
		return join(w.Joins.Sentences, plain(w.Problems.DidNotAnswer), w.mayBe(g))
	case unknown:
		return join(w.Joins.Sentences, Fill(w.Problems.CodeSays, values), w.mayBe(g))
	case f.Code == 0:
		return Fill(w.Problems.NoAnswer, values)
	}
	return Fill(w.Problems.CodeSays, values)
}

// mayBe says who may or may not be an administrator after an unknown outcome.
func (w Words) mayBe(g commands.GroupResult) Text {
	wasSent := func(s commands.Step) bool { return s.Send }
	sent, old := commands.Persons(g.Plan.Users, wasSent), commands.Persons(g.Plan.Old, wasSent)
	switch g.Outcome.Old {
	case commands.MaybeGone:
		return Fill(w.Now.OldMaybe, w.counted(old))
	case commands.MaybeSwapped:
		sent = append(sent, old...)
	}
	text := Fill(w.Now.MayBe, w.counted(sent))
	if g.Outcome.Old == commands.Removed {
		text = join(w.Joins.Sentences, text, Fill(w.Now.OldGone, w.counted(old)))
	}
	return text
}

// counted are people, and how many they are.
func (w Words) counted(people []commands.Person) Slots {
	return Slots{"users": w.people(people), "n": number(len(people))}
}

// freeSeat says how to have a seat. Not every result has the buttons that replace somebody.
func (w Words) freeSeat(cmd commands.Command, g commands.GroupResult) Text {
	one := commands.Result{Command: cmd, Groups: []commands.GroupResult{g}}
	buttons := len(cmd.Target.Groups) == 1 && len(change.Replaceable(one)) > 0
	return literal(either(buttons, w.Remedies.FreeSeat, w.Remedies.RemoveFirst))
}

// ask says whom to ask about an entry: now, or if what is said before does not help.
func (w Words) ask(entry int64) (now, otherwise Text) {
	values := Slots{"contact": plain(w.contact), "number": number(int(entry))}
	if w.contact == "" {
		return Fill(w.Remedies.AskOperator, values), Fill(w.Remedies.ElseAskOperator, values)
	}
	return Fill(w.Remedies.Ask, values), Fill(w.Remedies.ElseAsk, values)
}

// remedy says what the reader can do about it: who it is for may see neither the bot's
// settings nor the console.
func (w Words) remedy(entry int64, cmd commands.Command, g commands.GroupResult) Text {
	if g.Plan.Refusal == commands.SeatsTaken {
		return w.freeSeat(cmd, g)
	}
	f := g.Outcome.Failure
	if f == nil {
		return nil
	}
	ask, elseAsk := w.ask(entry)
	if f.Kind == change.Broken || f.Code == 10010 && cmd.Target.Alias != "" {
		return ask
	}
	advice := imapi.Advise(f.Op, f.Code, f.Kind)
	if advice == imapi.List && cmd.Private {
		advice = imapi.TryAgain // they may not list it
	}
	switch advice {
	case imapi.Ask:
		return ask
	case imapi.List:
		return join(w.Joins.Sentences, plain(w.Remedies.List), elseAsk)
	case imapi.UseLiveGroup:
		return plain(w.Remedies.LiveGroup)
	case imapi.NameFewer:
		return plain(w.Remedies.Fewer)
	case imapi.FreeSeat:
		return w.freeSeat(cmd, g)
	case imapi.CheckGroup:
		return join(w.Joins.Sentences, plain(w.Remedies.CheckGroup), elseAsk)
	case imapi.CheckUser:
		return join(w.Joins.Sentences, plain(w.Remedies.CheckUser), elseAsk)
	case imapi.Correct:
		return join(w.Joins.Sentences, plain(w.Remedies.Correct), elseAsk)
	case imapi.Wait:
		return join(w.Joins.Sentences, plain(w.Remedies.Wait), elseAsk)
	}
	return join(w.Joins.Sentences, plain(w.Remedies.Again), elseAsk)
}

// typedWord reports whether the group was typed as a word that could have been
// meant as an alias.
func typedWord(t commands.Target) bool {
	return t.Alias == "" && len(t.Groups) == 1 && !strings.HasPrefix(string(t.Groups[0]), imapi.GroupPrefix)
}
