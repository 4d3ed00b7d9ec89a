package words

import (
	"strconv"
	"strings"

	"liveadmin/commands"
	"liveadmin/commands/change"
	"liveadmin/imapi"
)

// wrong says what went wrong on one group, and what to do.
func (w Words) wrong(m *Message, cmd commands.Command, g commands.GroupResult) {
	m.add(Body, w.why(cmd, g))
	m.add(Body, w.theirWords(g))
	if f := g.Outcome.Failure; f != nil && f.Code == 10010 && cmd.Verb != commands.End && typedWord(cmd.Target) {
		m.add(Body, fill(w.NoSuchAlias, slots{"word": groupID(g.Group)}))
	}
	for _, note := range w.since(cmd, g) {
		m.add(Body, note)
	}
	if g.Outcome.Status != commands.Nothing {
		m.add(Body, literal(w.remedy(g)))
	}
}

// theirWords are Tencent's own, where liveadmin's say too little.
func (w Words) theirWords(g commands.GroupResult) Text {
	f := g.Outcome.Failure
	if f == nil || f.Info == "" || f.Kind != imapi.KindInput && !imapi.InfoSaysMore(f.Code) {
		return nil
	}
	return fill(w.TencentSays, slots{"info": code(f.Info)})
}

// since says what is true after something went wrong: who held the seats, and of an end, who
// is still an administrator and what becomes of it.
func (w Words) since(cmd commands.Command, g commands.GroupResult) []Text {
	var all []Text
	if holders := g.Outcome.Holders; len(holders) > 0 && g.Plan.Refusal != commands.SeatsTaken {
		all = append(all, fill(w.HoldersNow, slots{
			"n": number(len(holders)), "seats": number(imapi.Seats), "users": w.admins(holders),
		}))
	}
	if cmd.Verb != commands.End || g.Outcome.Failure == nil || g.Outcome.Status == commands.Nothing {
		return all
	}
	people := commands.Persons(g.Plan.Users, func(s commands.Step) bool { return s.Send })
	values := slots{"users": w.people(people), "n": number(len(people))}
	if g.Outcome.Status == commands.Failed {
		all = append(all, fill(w.StillAdmin, values))
	}
	return append(all, fill(either(cmd.Repeated(), w.EndByHand, w.EndRetried), values))
}

// why says what went wrong on one group in a sentence, if anything did.
func (w Words) why(cmd commands.Command, g commands.GroupResult) Text {
	switch g.Plan.Refusal {
	case commands.SeatsTaken:
		return fill(w.Full, slots{
			"n": number(len(g.Plan.Before)), "seats": number(imapi.Seats), "users": w.admins(g.Plan.Before),
			"after": number(change.SeatsAfter(&g.Plan)),
		})
	case commands.LimitUnread:
		return plain(w.LimitUnread)
	}
	f := g.Outcome.Failure
	if f == nil {
		return nil
	}
	meaning, _ := w.Explain(f.Op, f.Code, f.Kind)
	values := slots{"code": plain(strconv.Itoa(f.Code)), "meaning": plain(meaning)}
	unknown := g.Outcome.Status == commands.Unknown
	switch {
	case f.Kind == change.Broken && unknown:
		return append(plain(w.Broken+" "), w.mayBe(g)...)
	case f.Kind == change.Broken:
		return plain(w.Broken)
	case unknown && f.Code == 0:
		return append(plain(w.DidNotAnswer), w.mayBe(g)...)
	case unknown:
		return append(fill(w.CodeSays, values), append(plain(" "), w.mayBe(g)...)...)
	case f.Code == 0:
		return fill(w.NoAnswer, values)
	}
	return fill(w.CodeSays, values)
}

// mayBe says who may or may not be an administrator after an unknown outcome.
func (w Words) mayBe(g commands.GroupResult) Text {
	wasSent := func(s commands.Step) bool { return s.Send }
	sent, old := commands.Persons(g.Plan.Users, wasSent), commands.Persons(g.Plan.Old, wasSent)
	switch g.Outcome.Old {
	case commands.MaybeGone:
		return fill(w.OldMaybe, slots{"users": w.people(old)})
	case commands.MaybeSwapped:
		sent = append(sent, old...)
	}
	text := fill(w.MayBe, slots{"users": w.people(sent)})
	if g.Outcome.Old == commands.Removed {
		text = append(text, fill(w.OldGone, slots{"users": w.people(old)})...)
	}
	return text
}

// remedy says what to do about it.
func (w Words) remedy(g commands.GroupResult) string {
	switch g.Plan.Refusal {
	case commands.SeatsTaken:
		return w.FullRemedy
	case commands.NoAccounts:
		return w.NoAccountRemedy
	}
	f := g.Outcome.Failure
	if f == nil || f.Kind == change.Broken {
		return ""
	}
	_, remedy := w.Explain(f.Op, f.Code, f.Kind)
	return remedy
}

// typedWord reports whether the group was typed as a word that could have been
// meant as an alias.
func typedWord(t commands.Target) bool {
	return t.Alias == "" && len(t.Groups) == 1 && !strings.HasPrefix(string(t.Groups[0]), imapi.GroupPrefix)
}
