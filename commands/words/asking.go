package words

import (
	"fmt"
	"slices"
	"strings"

	"liveadmin/commands"
	"liveadmin/commands/grammar"
	"liveadmin/commands/policy"
	"liveadmin/imapi"
)

// Asking are the sentences that the caller alone reads.
type Asking struct {
	Mistakes   map[grammar.Problem]string // {word} {verb} {count} {limit} {char}
	DidYouMean string                     // {nearest}
	Commands   string                     // {verbs}
	YouTyped   string                     // {typed}

	NotAllowed       string // {verb} {target}
	NotAllowedGroups string // {verb} {target} {groups}
	AndMore          string // {groups} {n}
	NotAllowedHere   string // {verb}
	NotAllowedAtAll  string // {verb}
	OutsiderSays     string
	LimitSays        string // {limit}
	UnreadSays       string // {groups}
	RolesUnreadSays  string // {groups}: of Discord, where a server knows its own roles alone
	AskContact       string // {contact} {ref}
	AskOperator      string // {ref}

	WelcomeSays, WelcomeElsewhere, WelcomeNothing string // {verbs}
	ExampleSays                                   string // {example}
	HelpHead                                      string
	HelpLine                                      string // {usage} {what}
	HelpOption                                    string // {name} {what}
	HelpMore                                      string
	About                                         map[commands.Verb]string   // what a command does, in a line
	Options                                       map[string]string          // what a field is for, by commands.Field.Option
	Notes                                         map[commands.Verb][]string // what else there is to know of a command

	WhoamiSays               string // {ref}
	RightLine                string // {rule} {commands} {groups}
	AllCommands, AllGroups   string
	InChannels, NotHere      string // {channels}
	NotGiven                 string // {verbs}
	UpTo                     string // {limit}
	NoRights, BlockedSays    string
	GroupsHead, GroupsNone   string
	GroupsLine               string // {alias} {groups}
	GroupsCount              string // {n}
	LimitedHead              string
	LimitedLine              string // {user} {group} {time}
	HistoryHead, HistoryNone string // {n}
	HistoryLine              string // {number} {time} {who} {text} {outcome}
	HistoryWhere             string // {where}
	LimitedMore              string // {n}
	NotRecorded, NotRead     string
	MaybeRecorded            string
	Stopping                 string
	StaleButton              string
	AlreadyPressed           string // {number}
	MaybePressed             string // {number}
	CrowdedYours, CrowdedAll string // {entries} {changes}
	CrowdedRemedy            string
}

// What was typed is repeated up to so many characters.
const (
	mostWord  = 100
	mostTyped = 1000
)

// Mistake says what was wrong, shows the right form and repeats what was typed.
func (w Words) Mistake(entry int64, k grammar.Mistake) Message {
	m := Message{Entry: entry}
	values := slots{
		"word": quoted(grammar.Shorten(k.Word, mostWord)), "verb": code(string(k.Verb)), "nearest": nearest(k.Nearest),
		"count": number(k.Count), "limit": number(k.Limit), "char": code(charName(k.Char)),
	}
	what := fill(w.Mistakes[k.Problem], values)
	if k.Nearest != "" {
		what = append(what, fill(w.DidYouMean, values)...)
	}
	m.add(Head, what)
	m.add(Body, w.rightForm(k.Verb))
	if k.Typed != "" {
		m.add(Block, fill(w.YouTyped, slots{"typed": code(grammar.Shorten(k.Typed, mostTyped))}))
	}
	return m
}

// nearest shows what was probably meant: an option as each platform shows options.
func nearest(text string) Text {
	if strings.HasPrefix(text, "--") {
		return literal(text)
	}
	return code(text)
}

// rightForm shows how the command is typed, or which commands there are.
func (w Words) rightForm(v commands.Verb) Text {
	if v == "" {
		return fill(w.Commands, slots{"verbs": codes(w.commands().Verbs())})
	}
	return w.usage(v)
}

func (w Words) usage(v commands.Verb) Text {
	return Text{{Kind: Code, Text: Name + " " + w.commands().Usage(v), Verb: v}}
}

// Name is how commands begin.
const Name = "/liveadmin"

// Refusal says that the caller is not allowed this, and whom to ask.
func (w Words) Refusal(entry int64, c commands.Caller, cmd commands.Command, d policy.Decision, contact string) Message {
	m := Message{Entry: entry}
	values := slots{
		"verb": code(string(cmd.Verb)), "target": w.target(cmd.Target), "ref": code(c.Ref),
		"contact": plain(contact), "limit": plain(grammar.FormatDuration(d.Limit)),
	}
	if d.Denial == policy.MembershipUnread {
		m.add(Head, w.unread(d.Unread))
		return m
	}
	sentence := w.NotAllowed
	switch {
	case d.Denial == policy.CallerOutsider:
		sentence = w.OutsiderSays
	case d.Denial == policy.LimitTooLong:
		sentence = w.LimitSays
	case d.Denial == policy.ElsewhereOnly:
		sentence = w.NotAllowedHere
	case len(cmd.Target.Groups) == 0:
		sentence = w.NotAllowedAtAll
	case len(cmd.Target.Groups) > 1 && len(d.Denied) > 0:
		sentence = w.NotAllowedGroups
		values["groups"] = w.denied(d.Denied)
	}
	m.add(Head, fill(sentence, values))
	m.add(Body, fill(either(contact != "", w.AskContact, w.AskOperator), values))
	return m
}

// unread says that it is not known whether the caller has memberships.
func (w Words) unread(memberships []string) Text {
	sentence := w.UnreadSays
	if slices.ContainsFunc(memberships, func(m string) bool { return strings.HasPrefix(m, "discord:role:") }) {
		sentence = w.RolesUnreadSays
	}
	return fill(sentence, slots{"groups": codes(memberships)})
}

// denied names groups, and counts the others if they are so many that a platform which
// shows a refusal in one piece would leave out what comes behind them.
func (w Words) denied(groups []imapi.GroupID) Text { return w.first(groups, 50) }

// first names so many groups at most, and counts the others.
func (w Words) first(groups []imapi.GroupID, most int) Text {
	if len(groups) <= most {
		return codes(groups)
	}
	return fill(w.AndMore, slots{"groups": codes(groups[:most]), "n": number(len(groups) - most)})
}

// Help explains one command, or all.
func (w Words) Help(entry int64, topic commands.Verb) Message {
	m := Message{Entry: entry}
	if topic != "" {
		m.add(Head, plain(w.About[topic]))
		m.add(Body, w.usage(topic))
		row, _ := w.commands().Row(topic)
		for _, f := range row.Args {
			m.add(Item, w.option(f, strings.TrimSuffix(f.Kind.Usage(), "…")))
		}
		for _, f := range row.Flags {
			m.add(Item, w.option(f, f.Flag()))
		}
		for _, line := range w.Notes[topic] {
			m.add(Item, fill(line, nil))
		}
		return m
	}
	m.add(Head, plain(w.HelpHead))
	for _, v := range w.commands().Verbs() {
		m.add(Item, fill(w.HelpLine, slots{"usage": w.usage(v), "what": plain(w.About[v])}))
	}
	return m
}

// option says what a field of a command is for. typed is what it is called where
// commands are typed.
func (w Words) option(f commands.Field, typed string) Text {
	return fill(w.HelpOption, slots{
		"name": {{Kind: Flag, Text: typed, Option: f.Option()}}, "what": plain(w.Options[f.Option()]),
	})
}

// Whoami tells the caller's exact allowlist entry, which rule gives what, and
// which commands no rule gives.
func (w Words) Whoami(entry int64, c commands.Caller, r policy.Rights, contact string) Message {
	m := Message{Entry: entry}
	m.add(Head, fill(w.WhoamiSays, slots{"ref": code(c.Ref)}))
	for _, given := range r.Given {
		m.add(Item, w.right(given))
	}
	_, missing := w.verbsOf(r)
	switch {
	case len(r.Unread) > 0: // what is missing is not known
		m.add(Body, w.unread(r.Unread))
		return m
	case len(missing) == 0:
		return m
	case r.Denial == policy.CallerBlocked:
		m.add(Body, plain(w.BlockedSays))
	case r.Denial == policy.CallerOutsider:
		m.add(Body, plain(w.OutsiderSays))
	case len(r.Given) == 0:
		m.add(Body, plain(w.NoRights))
	default:
		m.add(Body, fill(w.NotGiven, slots{"verbs": codes(missing)}))
	}
	m.add(Body, fill(either(contact != "", w.AskContact, w.AskOperator), slots{
		"contact": plain(contact), "ref": code(c.Ref),
	}))
	return m
}

func (w Words) right(g policy.Right) Text {
	commands, groups := plain(w.AllCommands), plain(w.AllGroups)
	if len(g.Commands) > 0 {
		commands = codes(g.Commands)
	}
	if len(g.Groups) > 0 {
		groups = fewGroups(w, g.Groups)
	}
	text := fill(w.RightLine, slots{"rule": plain(g.Rule), "commands": commands, "groups": groups})
	if len(g.Channels) > 0 {
		text = append(text, fill(either(g.Here, w.InChannels, w.NotHere), slots{"channels": codes(g.Channels)})...)
	}
	if g.Limit > 0 {
		text = append(text, fill(w.UpTo, slots{"limit": plain(grammar.FormatDuration(g.Limit))})...)
	}
	return text
}

// fewGroups names groups, or counts them if they are too many for a line.
func fewGroups[S ~string](w Words, groups []S) Text {
	const most = 5
	if len(groups) > most {
		return fill(w.GroupsCount, slots{"n": number(len(groups))})
	}
	return codes(groups)
}

// Stale is the answer to a button that does nothing any more.
func (w Words) Stale(entry int64) Message {
	m := w.Trouble(w.StaleButton)
	m.Entry = entry
	return m
}

// Pressed is the answer to a button that is pressed while what it does is being done, or
// may be.
func (w Words) Pressed(entry int64, sure bool) Message {
	var m Message
	m.add(Head, fill(either(sure, w.AlreadyPressed, w.MaybePressed), slots{"number": number(int(entry))}))
	return m
}

// Crowded says that too much is still to be done for one more command: so many commands
// with so many open changes, of the caller or in all.
func (w Words) Crowded(entry int64, yours bool, entries, changes int) Message {
	m := Message{Entry: entry}
	m.add(Head, fill(either(yours, w.CrowdedYours, w.CrowdedAll), slots{"entries": number(entries), "changes": number(changes)}))
	m.add(Body, plain(w.CrowdedRemedy))
	return m
}

// Trouble is the answer when the bot itself cannot go on.
func (w Words) Trouble(sentence string) Message {
	var m Message
	m.add(Head, plain(sentence))
	return m
}

func codes[S ~string](words []S) Text {
	all := make([]Text, len(words))
	for i, word := range words {
		all[i] = code(string(word))
	}
	return join(", ", all...)
}

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
