package bot

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"liveadmin/commands"
	"liveadmin/commands/grammar"
	"liveadmin/commands/words"
)

// Filled is a form as somebody sent it, or has filled it in so far. It comes back from a
// client, so it proves nothing: it means what the same words would mean if they were typed.
type Filled struct {
	// Once names the form that was opened. It is accepted once; what is answered by a mistake
	// does not use it up.
	Once string

	Verb    commands.Verb
	Group   string   // an alias that was chosen
	GroupID string   // a GROUP that was typed
	Users   []string // USERs that were chosen, each as it is typed
	UserIDs string   // USERs that were typed
	For     string   // how long; empty: it is not said; words.Endless: for ever
	Reason  string

	Asked string // the field whose options are asked for; administrators of a group are read only for that

	Closes   bool // it is gone once it is sent: what is wrong with it cannot be shown in it
	Expired  bool // it was opened too long ago, or not by this bot for this person
	Unplaced bool // it asks for a channel, and none was picked
}

// Fields returns the form as the fields of its command.
func (f Filled) Fields() grammar.Fields {
	users := strings.TrimSpace(strings.Join(append(slices.Clone(f.Users), f.UserIDs), " "))
	fields := grammar.Fields{Verb: string(f.Verb)}.With(words.GroupField, cmp.Or(f.Group, f.GroupID)).With(words.UsersField, users)
	if f.For != words.Endless {
		fields = fields.With(words.ForField, f.For)
	}
	return fields.With(words.ReasonField, f.Reason)
}

// Mistake returns what is wrong with the form itself, or nil.
func (f Filled) Mistake() *grammar.Mistake {
	m := grammar.Mistake{Verb: f.Verb, Typed: f.Fields().String()}
	switch {
	case f.Expired:
		m.Problem = grammar.FormExpired
	case strings.TrimSpace(f.Group) != "" && strings.TrimSpace(f.GroupID) != "":
		m.Problem, m.Field = grammar.GroupTwice, words.GroupIDField
	case f.Unplaced:
		m.Problem, m.Field = grammar.ChannelMissing, words.ChannelField
	default:
		return nil
	}
	return &m
}

// Field returns the field of the form in which a field of the command was filled in; an empty
// one is the group's.
func (f Filled) Field(name string) string {
	switch {
	case name == words.UsersField && strings.TrimSpace(f.UserIDs) != "":
		return words.UserIDsField
	case (name == words.GroupField || name == "") && strings.TrimSpace(f.GroupID) != "":
		return words.GroupIDField
	case name == "":
		return words.GroupField
	}
	return name
}

// Forms is for a form while it is filled in: it only reads, and records nothing.
type Forms interface {
	// Form returns a form for what is filled in by now. ok is false if the caller may not use
	// the command, or that cannot be read.
	Form(ctx context.Context, caller commands.Caller, place commands.Place, filled Filled) (_ words.Form, ok bool)
}
