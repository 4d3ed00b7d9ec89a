package words

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"liveadmin/commands"
	"liveadmin/commands/grammar"
	"liveadmin/commands/policy"
	"liveadmin/imapi"
)

// What was typed is repeated up to so many characters.
const (
	mostWord  = 100
	mostTyped = 1000
)

// Mistake says what was wrong, shows the right form and repeats what was typed.
func (w Words) Mistake(entry int64, k grammar.Mistake) Message {
	m := w.outcome(entry, commands.Mistaken)
	values := Slots{
		"word": quoted(grammar.Shorten(k.Word, mostWord)), "verb": code(string(k.Verb)), "nearest": nearest(k.Nearest),
		"count": number(k.Count), "limit": number(k.Limit), "char": code(charName(k.Char)),
	}
	if k.Problem == grammar.UnknownPerson && k.Typed == "" { // who was chosen, not typed
		values["word"] = w.who(k.Account)
	}
	what := Fill(w.Mistakes[k.Problem], values)
	if add := w.askToAdd(k); add != nil {
		what = join(w.Joins.Sentences, what, add)
	}
	if k.Nearest != "" {
		what = join(w.Joins.Sentences, what, Fill(w.Asking.DidYouMean, values))
	}
	m.add(Head, what)
	m.add(Body, w.rightForm(k))
	if k.Typed != "" {
		m.add(Block, Fill(w.Asking.YouTyped, Slots{"typed": code(grammar.Shorten(k.Typed, mostTyped))}))
	}
	return m
}

// askToAdd says what to do about somebody of whom no UserID is known; nil of another problem.
func (w Words) askToAdd(k grammar.Mistake) Text {
	values := Slots{"contact": plain(w.contact)}
	switch {
	case k.Problem == grammar.UnknownPerson:
		return Fill(either(w.contact != "", w.Asking.AddThem, w.Asking.AddThemOperator), values)
	case k.Problem == grammar.UnknownCaller && k.Verb == commands.GiveBack:
		return Fill(either(w.contact != "", w.Asking.AskAdd, w.Asking.AskAddOperator), values)
	case k.Problem == grammar.UnknownCaller:
		return Fill(either(w.contact != "", w.Asking.AddYou, w.Asking.AddYouOperator), values)
	}
	return nil
}

// nearest shows what was probably meant: an option as each platform shows options.
func nearest(text string) Text {
	if strings.HasPrefix(text, "--") {
		return literal(text)
	}
	return code(text)
}

// rightForm shows how a command is typed, by an example of the caller's own, or which
// commands there are.
func (w Words) rightForm(k grammar.Mistake) Text {
	verb := cmp.Or(k.Verb, commands.Verb(k.Nearest))
	if row, ok := w.commands().Row(verb); ok && !row.Hidden {
		return w.example(verb)
	}
	return Fill(w.Asking.Commands, Slots{"verbs": codes(w, w.commands().Verbs())})
}

func (w Words) usage(v commands.Verb) Text {
	return Text{{Kind: Code, Text: Name + " " + w.commands().Usage(v), Verb: v}}
}

// Name is how commands begin.
const Name = "/liveadmin"

// Refusal says that the caller is not allowed this, and whom to ask.
func (w Words) Refusal(entry int64, c commands.Caller, cmd commands.Command, d policy.Decision) Message {
	m := w.outcome(entry, commands.Refused)
	values := Slots{
		"verb": code(string(cmd.Verb)), "target": w.target(cmd.Target), "limit": w.duration(d.Limit),
	}
	if d.Denial == policy.MembershipUnread {
		m.add(Head, w.unread(d.Unread))
		return m
	}
	platform, _, _ := strings.Cut(c.Ref, ":")
	q := Request{Named: d.Named(), Platform: platform}
	switch d.Denial {
	case policy.NobodyApproves:
		apart := len(d.Denied) > 1 && slices.ContainsFunc(d.Approvers, func(some []string) bool { return len(some) > 0 })
		if apart {
			return w.Unasked(entry, w.Requests.Split, q, d.Denied, 0)
		}
		m = w.Unasked(entry, w.Requests.None, q, d.Denied, 0)
		ask, _ := w.ask(entry)
		m.add(Body, ask)
		return m
	case policy.NobodyHere:
		return w.Unasked(entry, w.Requests.Nowhere, q, nil, 0)
	case policy.TooManyRequests:
		return w.Unasked(entry, w.Requests.Many, q, nil, d.Open)
	}
	sentence := w.Refusals.VerbOn
	switch {
	case d.Denial == policy.CallerOutsider:
		sentence = w.Refusals.Outsider
	case d.Denial == policy.LimitTooLong:
		sentence = w.Refusals.Limit
	case d.Denial == policy.ElsewhereOnly:
		sentence = w.Refusals.VerbHere
	case len(cmd.Target.Groups) == 0:
		sentence = w.Refusals.Verb
	case len(cmd.Target.Groups) > 1 && len(d.Denied) > 0 && cmd.Target.Alias == "":
		values["target"] = w.denied(d.Denied)
	case len(cmd.Target.Groups) > 1 && len(d.Denied) > 0:
		sentence = w.Refusals.VerbOnGroups
		values["groups"] = w.denied(d.Denied)
	}
	m.add(Head, Fill(sentence, values))
	m.add(Body, w.askToAllow(c))
	return m
}

// askToAllow says whom to ask for a right.
func (w Words) askToAllow(c commands.Caller) Text {
	return Fill(either(w.contact != "", w.Refusals.AskContact, w.Refusals.AskOperator), Slots{
		"contact": plain(w.contact), "ref": code(c.Ref),
	})
}

// unread says that it is not known whether the caller has memberships.
func (w Words) unread(memberships []string) Text {
	sentence := w.Refusals.Unread
	if slices.ContainsFunc(memberships, func(m string) bool { return strings.HasPrefix(m, "discord:role:") }) {
		sentence = w.Refusals.RolesUnread
	}
	return Fill(sentence, Slots{"groups": codes(w, memberships)})
}

// denied names groups, and counts the others if they are so many that a platform which
// shows a refusal in one piece would leave out what comes behind them. Without any it is about all: of a
// form, in which none is chosen yet.
func (w Words) denied(groups []imapi.GroupID) Text {
	if len(groups) == 0 {
		return plain(w.Rights.AllGroups)
	}
	return w.first(w.groupNames(groups), 50)
}

// first shows so many at most, and counts the others.
func (w Words) first(all []Text, most int) Text {
	if len(all) <= most {
		return w.list(all)
	}
	return Fill(w.History.AndMore, Slots{"groups": w.list(all[:most]), "n": number(len(all) - most)})
}

// Whoami gives the caller's exact allowlist entry, their UserID if the config file has it,
// which rule gives what, and which commands no rule gives.
func (w Words) Whoami(entry int64, c commands.Caller, known commands.Person, r policy.Rights) Message {
	m := w.message(entry)
	m.add(Head, Fill(w.Rights.Says, Slots{"ref": code(c.Ref)}))
	if known.ID != "" {
		m.add(Body, Fill(w.Rights.Person, Slots{"user": w.person(known)}))
	}
	for _, given := range r.Given {
		m.add(Item, w.right(given))
	}
	if len(r.Approves) > 0 {
		m.add(Body, plain(w.Rights.Approves))
	}
	for _, approved := range r.Approves {
		m.add(Item, w.right(approved))
	}
	_, missing := w.verbsOf(r)
	switch {
	case len(r.Unread) > 0: // what is missing is not known
		m.add(Body, w.unread(r.Unread))
		return m
	case len(missing) == 0:
		return m
	case len(r.Given) == 0:
		m.add(Body, plain(w.noRight(r)))
	default:
		m.add(Body, Fill(w.Rights.NotGiven, Slots{"verbs": codes(w, missing)}))
	}
	m.add(Body, w.askToAllow(c))
	return m
}

// noRight says why somebody is allowed nothing.
func (w Words) noRight(r policy.Rights) string {
	switch r.Denial {
	case policy.CallerBlocked:
		return w.Rights.Blocked
	case policy.CallerOutsider:
		return w.Refusals.Outsider
	}
	return w.Rights.Nothing
}

func (w Words) right(g policy.Right) Text {
	commands, groups := plain(w.Rights.AllCommands), plain(w.Rights.AllGroups)
	if len(g.Commands) > 0 {
		commands = codes(w, g.Commands)
	}
	if len(g.Groups) > 0 {
		groups = w.patterns(g.Groups)
	}
	text := Fill(w.Rights.Right, Slots{"commands": commands, "groups": groups, "rule": w.rule(g.Rule)})
	if len(g.Channels) > 0 {
		text = append(text, Fill(either(g.Here, w.Rights.InChannels, w.Rights.NotHere), Slots{"channels": w.list(channels(g.Channels))})...)
	}
	if g.Limit > 0 {
		text = append(text, Fill(w.Rights.UpTo, Slots{"limit": w.duration(g.Limit)})...)
	}
	if len(g.Approval) > 0 {
		who := make([]Text, len(g.Approval))
		for i, ref := range g.Approval {
			who[i] = w.approver(ref)
		}
		text = append(text, Fill(w.Rights.Waits, Slots{"who": w.first(who, mostApprovers)})...)
	}
	return text
}

// ruleName is a rule's name as the config file's reader gives it.
var ruleName = regexp.MustCompile(`^rule (\d+)(?: \(line (\d+)\))?$`)

// rule is what a rule is called: by its place in the config file, or by the setting.
func (w Words) rule(name string) Text {
	m := ruleName.FindStringSubmatch(name)
	if m == nil {
		return code(name)
	}
	return Fill(either(m[2] != "", w.Rights.RuleLine, w.Rights.Rule), Slots{"n": plain(m[1]), "line": plain(m[2])})
}

func channels(places []string) []Text {
	all := make([]Text, len(places))
	for i, p := range places {
		all[i] = channel(p)
	}
	return all
}

// patterns are the groups of a rule: their aliases, IDs and patterns, or how many there are
// if they are too many for a line.
func (w Words) patterns(groups []string) Text {
	ids := make([]imapi.GroupID, len(groups))
	for i, g := range groups {
		ids[i] = imapi.GroupID(g)
	}
	aliases, rest := w.names.Covering(ids)
	if len(aliases)+len(rest) > mostInLine {
		return Fill(w.Aliases.Count, Slots{"n": number(len(groups))})
	}
	names := make([]Text, len(aliases))
	for i, a := range aliases {
		names[i] = code(a)
	}
	return w.list(append(names, w.groupNames(rest)...))
}

// mostInLine is how many groups are named in a line about something else.
const mostInLine = 5

// Stale is the answer to a button that does nothing any more.
func (w Words) Stale(entry int64) Message {
	m := w.outcome(entry, commands.Nothing)
	m.add(Head, plain(w.Notices.StaleButton))
	return m
}

// Pressed is the answer to a button that is pressed while what it does is being done, or
// may be.
func (w Words) Pressed(entry int64, sure bool) Message {
	m := w.outcome(0, commands.Working)
	if !sure {
		m = w.outcome(0, commands.Unknown)
	}
	m.add(Head, Fill(either(sure, w.Notices.AlreadyPressed, w.Notices.MaybePressed), Slots{"number": number(int(entry))}))
	return m
}

// Crowded says that too much is still to be done for one more command: so many commands
// with so many open changes, of the caller or in all.
func (w Words) Crowded(entry int64, yours bool, entries, changes int) Message {
	m := w.outcome(entry, commands.Failed)
	m.add(Head, Fill(either(yours, w.Notices.CrowdedYours, w.Notices.CrowdedAll), Slots{"entries": number(entries), "changes": number(changes)}))
	m.add(Body, plain(w.Notices.CrowdedRemedy))
	return m
}

// Trouble is the answer when the bot itself cannot go on.
func (w Words) Trouble(sentence string) Message {
	m := w.outcome(0, commands.Failed)
	m.add(Head, plain(sentence))
	return m
}

// codes lists words as they are typed.
func codes[S ~string](w Words, words []S) Text { return w.list(coded(words)) }

// coded writes each word as it is typed: nobody is notified.
func coded[S ~string](words []S) []Text {
	all := make([]Text, len(words))
	for i, word := range words {
		all[i] = code(string(word))
	}
	return all
}

// list joins the items of a list.
func (w Words) list(items []Text) Text { return join(w.Joins.Items, items...) }

// charName names a character that may be invisible.
func charName(r rune) string {
	if r < 0x20 || r > 0x7e {
		return fmt.Sprintf("%U", r)
	}
	return string(r)
}

func either(yes bool, a, b string) string {
	if yes {
		return a
	}
	return b
}
