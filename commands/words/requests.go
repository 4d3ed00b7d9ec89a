package words

import (
	"slices"
	"strings"
	"time"

	"liveadmin/commands"
	"liveadmin/commands/grammar"
	"liveadmin/commands/policy"
	"liveadmin/imapi"
)

// The names of the buttons of a request, as a click brings them back.
const (
	ApproveAction  = "approve"
	DenyAction     = "deny"
	WithdrawAction = "withdraw"
)

// Request is a request for approval, as people are shown it.
type Request struct {
	Number  int64
	Caller  string // the ref of who asked
	Command commands.Command
	Named   []string  // who can approve it, as rules name them
	Expires time.Time // when it closes

	Platform string // on which it is shown: those of others are not mentioned
	Quiet    bool   // nobody is mentioned: too many requests were
	There    bool   // its reader can decide it on the platform where it was asked alone
}

// mostApprovers is how many of those who can approve a request it names.
const mostApprovers = 5

// Mentions returns whom the message of a request mentions: callers and memberships.
func (q Request) Mentions() []string {
	if q.Quiet {
		return nil
	}
	here := policy.OnPlatform(q.Platform, q.Named)
	return here[:min(len(here), mostApprovers)]
}

// Ask is the message of a request: who wants what, who can approve it, until when.
func (w Words) Ask(q Request) Message {
	m := w.outcome(q.Number, commands.Asked)
	w.describe(&m, Head, q)
	m.Actions = append(w.answersTo(Open{Request: q, May: true}), w.answersTo(Open{Request: q, Own: true})...)
	return m
}

// describe adds what an open request is about, who can approve it and until when.
func (w Words) describe(m *Message, first LineStyle, q Request) {
	m.add(first, w.wanted(q))
	for _, detail := range w.details(q.Command) {
		m.add(Body, detail)
	}
	if q.Command.Reason != "" {
		m.add(Quote, plain(q.Command.Reason))
	}
	if q.Quiet {
		m.add(Body, plain(w.Requests.Unheard))
	}
	w.addApprovers(m, q)
}

// addApprovers adds who can approve a request, if anybody can by now, and until when.
func (w Words) addApprovers(m *Message, q Request) {
	if who := w.approvers(q); len(who) > 0 {
		m.fact(w.Requests.Can, Slots{"who": who})
	}
	m.fact(w.Requests.By, Slots{"time": moment(q.Expires)})
}

// approvers names who can approve a request: those on its platform, who are mentioned, or
// all if there are none, people as the config file calls them.
func (w Words) approvers(q Request) Text {
	var all []Text
	for _, ref := range q.Mentions() {
		all = append(all, w.approver(ref))
	}
	if len(all) > 0 {
		return w.list(all)
	}
	names := slices.Clone(q.Named)
	for i, ref := range names {
		if owner, known := w.names.Owner(ref); known {
			names[i] = owner.Name
		}
	}
	return w.first(coded(names), mostApprovers)
}

// approver is somebody, or a user group or role, whom the platform notifies.
func (w Words) approver(ref string) Text {
	if strings.Contains(ref, ":user:") {
		return w.who(ref)
	}
	return Text{{Kind: Team, Text: ref}}
}

// Closed is the message of a request that was decided, without its buttons.
func (w Words) Closed(q Request, status commands.Status, d commands.Decided) Message {
	m := w.closed(q.Number, status)
	m.add(Head, w.wanted(q))
	for _, detail := range w.details(q.Command) {
		m.add(Body, detail)
	}
	if q.Command.Reason != "" {
		m.add(Quote, plain(q.Command.Reason))
	}
	m.add(Body, w.ended(status, d))
	return m
}

// closed begins an answer about a request that was decided. One that was approved goes on: its
// outcome is said elsewhere.
func (w Words) closed(entry int64, status commands.Status) Message {
	m := w.outcome(entry, status)
	if status == commands.Working {
		m.Outcome, m.Title = commands.Done, nil
	}
	return m
}

// ended says how a request ended.
func (w Words) ended(status commands.Status, d commands.Decided) Text {
	values := Slots{"who": w.who(d.By)}
	switch {
	case d.Lapsed:
		return plain(w.Requests.Lapsed)
	case d.Overtaken:
		return plain(w.Requests.Overtaken)
	case status == commands.Denied:
		return join(w.Joins.Parts, Fill(w.Requests.Denied, values), plain(w.Requests.Unchanged))
	case status == commands.Withdrawn:
		return join(w.Joins.Parts, Fill(w.Requests.Withdrawn, values), plain(w.Requests.Unchanged))
	case status == commands.Expired:
		return plain(w.Requests.Expired)
	}
	return Fill(w.Requests.Approved, values)
}

// Ended is the message to who asked that nothing will be done.
func (w Words) Ended(q Request, status commands.Status, d commands.Decided) Message {
	m := w.outcome(q.Number, status)
	m.add(Head, join(" ", w.who(q.Caller), plain(signs[status]), plain(w.Outcomes[status])))
	m.add(Body, w.ended(status, d))
	return m
}

// Reminder asks those who can approve a request once more.
func (w Words) Reminder(q Request) Message {
	m := w.outcome(q.Number, commands.Asked)
	m.add(Head, Fill(w.Requests.Remind, Slots{"number": number(int(q.Number))}))
	if w.contact != "" {
		m.add(Body, join(" ", w.who(q.Caller), Fill(w.Requests.Urgent, Slots{"contact": plain(w.contact)})))
	}
	w.addApprovers(&m, q)
	return m
}

// Over is the answer to a button of a request that is closed: how, by whom and when.
func (w Words) Over(entry, request int64, status commands.Status, d commands.Decided, at time.Time) Message {
	if status == "" {
		m := w.message(entry)
		m.add(Head, Fill(w.Requests.Dropped, Slots{"number": number(int(request))}))
		return m
	}
	m := w.closed(entry, status)
	sign, said := signs[status], plain(w.Outcomes[status])
	approved := status == commands.Working
	if approved {
		sign, said = signs[commands.Done], join("", w.ended(status, d), plain(" ("), moment(at), plain(")"))
	}
	m.add(Head, Fill(w.Requests.Over, Slots{"number": number(int(request)), "sign": plain(sign), "status": said}))
	if d.By != "" && !d.Lapsed && !approved {
		m.add(Body, Fill(w.Requests.OverBy, Slots{"who": w.who(d.By), "time": moment(at)}))
	}
	return m
}

// NotYou is the answer to somebody who cannot decide a request: who can, if anybody can by now, and
// the command if they may do the same themselves.
func (w Words) NotYou(entry int64, q Request, own bool) Message {
	m := w.outcome(entry, commands.Refused)
	said := plain(w.Requests.NotYou)
	if who := w.approvers(q); len(who) > 0 {
		said = join(w.Joins.Sentences, said, Fill(w.Requests.Can, Slots{"who": who}))
	}
	m.add(Head, said)
	if q.There {
		m.add(Body, plain(w.Requests.There))
	}
	if own {
		m.add(Body, Fill(w.Requests.Yourself, Slots{"command": {{
			Kind: Code, Text: Name + " " + grammar.Format(q.Command), Verb: q.Command.Verb, Option: Name + " " + grammar.FormatFields(q.Command).String(),
		}}}))
	}
	return m
}

// Undecided is the answer to who cannot decide a request for a reason that a sentence says.
func (w Words) Undecided(entry int64, sentence string) Message {
	m := w.outcome(entry, commands.Refused)
	m.add(Head, plain(sentence))
	return m
}

// Unasked says why a request is not made.
func (w Words) Unasked(entry int64, sentence string, q Request, groups []imapi.GroupID, open int) Message {
	m := w.outcome(entry, commands.Refused)
	m.add(Head, Fill(sentence, Slots{"who": w.approvers(q), "groups": w.denied(groups), "n": number(open)}))
	return m
}

// Already shows the open request of somebody who asks the same again, or who presses the
// button that asked for it.
func (w Words) Already(entry int64, q Open) Message {
	m := w.outcome(entry, commands.Asked)
	m.add(Head, Fill(w.Requests.Already, Slots{"number": number(int(q.Number))}))
	w.describe(&m, Body, q.Request)
	m.Actions = w.answersTo(q)
	return m
}

// Open is an open request, as its reader may answer it.
type Open struct {
	Request
	Own    bool // the reader asked it
	May    bool // the reader may decide it
	Unsure bool // that depends on a membership that cannot be read right now
}

// Listed is the answer to requests: those that the reader may decide or has made, how many more
// there are, and which memberships cannot be read by which they might decide others.
func (w Words) Listed(entry int64, open []Open, more int, unread []string) Message {
	m := w.message(entry)
	switch {
	case len(open) > 0:
		m.add(Head, plain(w.Requests.Head))
	case len(unread) > 0: // there may be some
		m.add(Head, w.unread(unread))
		return m
	default:
		m.add(Head, plain(w.Requests.Empty))
	}
	for _, q := range open {
		what := join(w.Joins.Parts, slices.Insert(w.details(q.Command), 0, w.wanted(q.Request))...)
		line := Fill(w.Requests.Line, Slots{"number": number(int(q.Number)), "what": what, "time": moment(q.Expires)})
		if q.Own && len(q.Named) > 0 {
			line = join(w.Joins.Parts, line, Fill(w.Requests.Can, Slots{"who": w.approvers(q.Request)}))
		}
		m.add(Item, line)
		m.Actions = append(m.Actions, w.numbered(q)...)
	}
	if more > 0 {
		m.add(Body, Fill(w.Requests.More, Slots{"n": number(more)}))
	}
	if len(unread) > 0 {
		m.add(Body, w.unread(unread))
	}
	return m
}

// numbered are the buttons of a request among others, with its number.
func (w Words) numbered(q Open) []Action {
	all := w.answersTo(q)
	for i := range all {
		all[i].Label = Fill(w.Buttons.OfRequest, Slots{"label": plain(all[i].Label), "number": number(int(q.Number))}).String()
	}
	return all
}

// answersTo are the buttons of a request for somebody.
func (w Words) answersTo(q Open) (all []Action) {
	if q.May {
		all = append(all, w.approve(q.Request), Action{Name: DenyAction, Label: w.Buttons.Deny, Entry: q.Number})
	}
	if q.Own {
		all = append(all, Action{Name: WithdrawAction, Label: w.Buttons.Withdraw, Entry: q.Number})
	}
	return all
}
