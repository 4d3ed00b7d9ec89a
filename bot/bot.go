// Package bot is the vocabulary of the flow: what people say and where, what is on record
// of it, and the interfaces of platforms and observers. It starts no goroutine and logs
// nothing. Package intake decides what a delivery means; package engine carries it out.
package bot

import (
	"cmp"
	"time"

	"liveadmin/commands"
	"liveadmin/commands/policy"
	"liveadmin/commands/words"
)

// Rules is what the config file says at the moment: who may do what, and what
// people can type instead of IDs.
type Rules struct {
	Policy policy.Policy
	Names  commands.Names

	RequestsExpire time.Duration // how long a request waits for approval; 0: an hour

	Language  commands.Language            // of what is posted for everyone; empty: English
	Languages map[string]commands.Language // of channels that have another, by Place.Channel

	Warnings Problems // what the operator should look at; the file is used all the same
}

// LanguageOf returns the language of what is posted for everyone in a place. A thread
// counts as its channel.
func (r Rules) LanguageOf(p commands.Place) commands.Language {
	return cmp.Or(r.Languages[p.Channel], r.Language, commands.English)
}

// NamesFor returns the names that a caller may know of.
func (r Rules) NamesFor(caller commands.Caller) commands.Names {
	if r.Policy.Knows(caller) != policy.Known {
		return commands.Names{}
	}
	return r.Names.Seen(r.Policy.Sees(caller, r.Names))
}

// TypedBy returns the names as a caller types them: those of people are for callers who
// have some right.
func (r Rules) TypedBy(caller commands.Caller) commands.Names {
	names := r.Names.TypedBy(caller.Ref)
	if r.Policy.Knows(caller) != policy.Known {
		names = names.WithoutPeople()
	}
	return names
}

// AnswerTime is how long the record may take that an answer needs: platforms wait for three
// seconds.
const AnswerTime = 2 * time.Second

// Verdict is what a delivery means. One of its fields is set.
type Verdict struct {
	Muted  bool        // it is not answered: the caller asks too often
	Unread bool        // something could not be read: the caller is answered that, without a record
	Reply  *Reply      // put on record, and answered to the caller alone
	Accept *Acceptance // put on record, and carried out or, with a Request, asked for
	Decide *Deciding   // decides a request
}

// Reply is the answer to a delivery that makes no entry.
type Reply struct {
	About  commands.Command // as far as it was understood
	Record Record
	Say    func(w words.Words, entry int64) words.Message // in the words of the caller; entry is the number of the record; 0: there is none
	Form   func(w words.Words) words.Form                 // opened in place of what is said, where the platform can; nil: none
	Field  string                                         // of a form that was sent: what is said is about it
	Open   int64                                          // the open request that it shows; 0: none
	Sent   []string                                       // with Open, the names of the sendings of a form: one on record has asked for it
	Closed *Entry                                         // the closed request of which a button was pressed; nil: none
}

// Acceptance is a delivery that makes an entry.
type Acceptance struct {
	Entry  Entry
	Record Record
	// Presses are the names of the presses of a button, or of the sendings of a form, in order:
	// the entry is the first that is not on record (Entry.Once). Empty: it was neither.
	Presses []string
}

// Deciding is a delivery that decides the request of an entry.
type Deciding struct {
	Number   int64
	Decision Decision
	Record   Record
}

// Observer counts what happens, for metrics. It is called while it happens, so it must be
// quick. It never gets a user or a group.
type Observer interface {
	// Acknowledged: what someone said was acknowledged, this long after it came.
	Acknowledged(platform string, took time.Duration)
	// Ended: a command ended, with its result posted this long after it was accepted. took is
	// 0 if none was: it was answered at once (refused, mistaken, help and its like), it was
	// not run because the platform did not take the acknowledgement, or the post was given up.
	Ended(platform string, verb commands.Verb, outcome commands.Status, took time.Duration)
	// GaveUp: the messages of an entry could not be posted for a day, or no one took them.
	GaveUp(platform string)
	// Decided: a request was decided, or nobody answered it, this long after it was asked.
	Decided(platform string, decision Event, took time.Duration)
}
