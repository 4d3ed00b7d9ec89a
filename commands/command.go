package commands

import (
	"slices"
	"time"

	"liveadmin/imapi"
)

// Limits of what a command can hold.
const (
	MaxUsers  = 5   // USERs in one command; a crew counts its members
	MaxReason = 200 // characters
	MinFor    = time.Second
	MaxFor    = 30 * 24 * time.Hour
)

// Command is what someone asked: parsed, normalised, valid. Aliases and names
// are resolved, so that a later change of the config file does not change what
// was asked.
type Command struct {
	Verb    Verb          `json:"verb"`
	Target  Target        `json:"target,omitzero"`
	Users   []Person      `json:"users,omitempty"`
	Replace []Person      `json:"replace,omitempty"`
	For     time.Duration `json:"for,omitempty"` // 0: no limit; of an undo or an extension, the longest that the caller may give
	Reason  string        `json:"reason,omitempty"`
	New     bool          `json:"new,omitempty"` // send UserIDs that no account has
	DryRun  bool          `json:"dry_run,omitempty"`

	// By what the caller may know: the result of done is for the caller alone; and it says
	// nothing of the groups but what became of the caller's own right, or a dry run nothing but
	// what would become of those named, and how many seats are taken.
	Private bool `json:"private,omitempty"`
	Veiled  bool `json:"veiled,omitempty"`

	Reversals []Reversal `json:"reversals,omitempty"` // undo: of the entry Number
	Grants    []Grant    `json:"limits,omitempty"`    // end, remind, extend: what they are about, given by the entry Number

	About  string        `json:"about,omitempty"`  // history: a group, user or caller, as typed
	Number int64         `json:"number,omitempty"` // history: #NUMBER; undo, end, remind, extend: the entry
	Since  time.Duration `json:"since,omitempty"`  // history
	Topic  Verb          `json:"topic,omitempty"`  // help
}

// Urgent reports whether the command takes a right away: its calls are sent before
// those of other commands.
func (c Command) Urgent() bool { return c.Verb.Cancels() && !c.DryRun }

// Target is what GROUP meant: an alias and its groups, or one ID.
type Target struct {
	Alias  string          `json:"alias,omitempty"`
	Groups []imapi.GroupID `json:"groups,omitempty"`
}

// Person is what USER meant. Name is the name or crew of the config file that
// was typed, empty if the UserID itself was.
type Person struct {
	Name string       `json:"name,omitempty"`
	ID   imapi.UserID `json:"id"`
}

// Caller is who asked, as the platform proved it. Only Ref and Memberships
// decide; Name is for showing.
type Caller struct {
	Ref         string   `json:"ref"`                   // as in the allowlist: "slack:user:U024BE7LH"
	Memberships []string `json:"memberships,omitempty"` // "slack:usergroup:S…", "discord:role:N" that hold the caller
	Unread      []string `json:"unread,omitempty"`      // memberships that could not be read right now
	Outsider    bool     `json:"outsider,omitempty"`    // of another organisation: no rule ever fits
	Name        string   `json:"name,omitempty"`
	Language    Language `json:"language,omitempty"` // that they read, if the platform says so

	// Members are the callers who have each of the memberships that rules name, as far as their
	// platform knows that.
	Members map[string][]string `json:"-"`
}

// Place is where it was asked, as rules name it.
type Place struct {
	Platform string `json:"platform"`          // "slack", "discord", "terminal"
	Channel  string `json:"channel,omitempty"` // "slack:C024BE91L"; of a Discord thread, its parent
	Thread   string `json:"thread,omitempty"`  // the platform's own name of the thread it was asked in

	// In which what is posted for everyone is; empty: English. An entry keeps it.
	Language Language `json:"language,omitempty"`

	// It is a direct message with the bot: nobody but the caller reads what is posted there.
	Direct bool `json:"direct,omitempty"`

	// The channel was picked in a form that was opened elsewhere. Rules for channels do not
	// hold there: nobody has spoken in it.
	Picked bool `json:"picked,omitempty"`
}

// Repeated reports whether the command ends limits whose end has failed before.
func (c Command) Repeated() bool {
	return c.Verb == End && slices.ContainsFunc(c.Grants, func(g Grant) bool { return g.Tries > 0 })
}

// Reversal turns around what an entry changed in one group.
type Reversal struct {
	Group  imapi.GroupID `json:"group"`
	Cancel []Person      `json:"cancel,omitempty"` // whom it had set
	Set    []Person      `json:"set,omitempty"`    // whom it had cancelled
	Grants []Grant       `json:"limits,omitempty"` // on record before for those in Set, and that it changed
}

// Asks returns the typed commands that a caller must be allowed for this one: itself, and
// with Replace removal of those, or what an undo or an extension amounts to.
func (c Command) Asks() []Command {
	switch c.Verb {
	case Undo:
		var all []Command
		for _, verb := range c.needs() {
			all = append(all, Command{Verb: verb, Target: c.Target})
		}
		return all
	case Extend:
		asked := Command{Verb: Add, Target: c.Target, Users: c.Users}
		for _, g := range c.Grants {
			asked.For = max(asked.For, g.Length)
		}
		return []Command{asked}
	}
	if len(c.Replace) > 0 {
		return []Command{c, {Verb: Remove, Target: c.Target, Users: c.Replace, DryRun: c.DryRun}}
	}
	return []Command{c}
}

// needs returns the commands that the caller of an undo must be allowed.
func (c Command) needs() []Verb {
	var verbs []Verb
	for _, v := range c.Reversals {
		if len(v.Cancel) > 0 && !slices.Contains(verbs, Remove) {
			verbs = append(verbs, Remove)
		}
		if len(v.Set)+len(v.Grants) > 0 && !slices.Contains(verbs, Add) {
			verbs = append(verbs, Add)
		}
	}
	return verbs
}
