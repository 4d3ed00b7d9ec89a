package commands

import (
	"slices"
	"strings"
	"time"
)

// Verb is what a command does.
type Verb string

// The verbs that people type, and those that only clicks and the clock make.
const (
	Add      Verb = "add"
	Remove   Verb = "remove"
	GiveBack Verb = "done" // one's own right
	List     Verb = "list"
	History  Verb = "history"
	Requests Verb = "requests"
	Groups   Verb = "groups"
	Whoami   Verb = "whoami"
	Help     Verb = "help"
	Welcome  Verb = "welcome" // a bare /liveadmin

	Undo   Verb = "undo"
	Extend Verb = "extend"
	Remind Verb = "remind"
	End    Verb = "end"
)

// CallsAPI reports whether the verb is about a group at Tencent. Those are answered
// in the thread, everything else to the caller alone.
func (v Verb) CallsAPI() bool {
	row, _ := Table.Row(v)
	return row.CallsAPI
}

// Cancels reports whether the verb takes the right from those that it names.
func (v Verb) Cancels() bool { return v == Remove || v == GiveBack || v == End }

// Set is a table of commands, in the order of the help. Reading, suggesting, help, usage
// lines, what Discord registers, what a rule can give and who is always allowed what come
// from it: there is no other list of them.
type Set []Row

// Row is one command.
type Row struct {
	Verb      Verb
	Synonyms  []string // what else people type for it
	Args      []Field  // in their order; what is left out has Optional and comes last
	Flags     []Field  // in the order of the usage line
	CallsAPI  bool     // it is about groups at Tencent: its result is posted for everyone
	Ruled     bool     // a rule of the config file can give it; without CallsAPI, any rule does
	Everybody bool     // no rule has to give it
	Later     bool     // it came after the first edition, whose config files may have names like it
	Hidden    bool     // no one types it: only clicks, the clock and an empty text make it
}

// Field is what a command takes: an argument by its place, or a flag.
type Field struct {
	Name     string // of the flag without its dashes, and of the option where commands have options
	Kind     Kind
	Optional bool // an argument that can be left out; flags always can
	Suggest  bool // what fits is suggested while it is typed, where the platform can
}

// Kind says how a value is typed, and where in the Command it is kept.
type Kind interface {
	// Usage is the value as the usage line shows it; empty if there is none.
	Usage() string
}

// The kinds. Those that hold a function can be used by many fields.
type (
	// Switch has no value: it is given, or not.
	Switch func(*Command) *bool
	// Text is words, up to MaxReason characters.
	Text func(*Command) *string
	// Users is 1 to MaxUsers USERs.
	Users func(*Command) *[]Person
	// Limit is from MinFor to MaxFor.
	Limit func(*Command) *time.Duration
	// Age is a duration of any length.
	Age func(*Command) *time.Duration

	// Group is an alias or an ID: Command.Target.
	Group struct{}
	// About is what history is asked about: Command.About, Number, Target and Users.
	About struct{}
	// Topic is a command: Command.Topic.
	Topic struct{}
)

// Usage is empty: a switch is its name alone.
func (Switch) Usage() string { return "" }

// Usage is the word for words.
func (Text) Usage() string { return "TEXT" }

// Usage is the word for people.
func (Users) Usage() string { return "USER…" }

// Usage is the word for a time.
func (Limit) Usage() string { return "DURATION" }

// Usage is the word for a time.
func (Age) Usage() string { return "DURATION" }

// Usage is the word for a group or an alias.
func (Group) Usage() string { return "GROUP" }

// Usage is all that can be asked about.
func (About) Usage() string { return "GROUP | USER | CALLER | #NUMBER" }

// Usage is the word for a command.
func (Topic) Usage() string { return "COMMAND" }

// Table is the commands of this bot. Nothing changes it.
var Table = Set{
	{
		Verb: Add, Synonyms: []string{"set", "promote"}, CallsAPI: true, Ruled: true,
		Args: []Field{group, users},
		Flags: []Field{
			limit,
			{Name: "replace", Kind: Users(func(c *Command) *[]Person { return &c.Replace })},
			reason,
			{Name: "new", Kind: Switch(func(c *Command) *bool { return &c.New })},
			dryRun,
		},
	},
	{
		Verb: Remove, Synonyms: []string{"del", "delete", "rm", "cancel", "demote"}, CallsAPI: true, Ruled: true,
		Args:  []Field{group, users},
		Flags: []Field{reason, dryRun},
	},
	{
		Verb: GiveBack, Synonyms: []string{"leave", "giveback"}, CallsAPI: true, Everybody: true, Later: true,
		Args: []Field{{Name: group.Name, Kind: group.Kind, Optional: true, Suggest: true}},
	},
	{Verb: List, Synonyms: []string{"ls", "show"}, CallsAPI: true, Ruled: true, Args: []Field{group}},
	{
		Verb: History, Ruled: true, Everybody: true,
		Args:  []Field{{Name: "about", Kind: About{}, Optional: true}},
		Flags: []Field{{Name: "since", Kind: Age(func(c *Command) *time.Duration { return &c.Since })}},
	},
	{Verb: Requests, Everybody: true, Later: true},
	{Verb: Groups, Ruled: true},
	{Verb: Whoami, Everybody: true},
	{Verb: Help, Everybody: true, Args: []Field{{Name: "command", Kind: Topic{}, Optional: true}}},

	{Verb: Welcome, Everybody: true, Hidden: true},
	{Verb: Undo, CallsAPI: true, Hidden: true, Args: []Field{group, users}, Flags: []Field{limit}},
	{Verb: Extend, CallsAPI: true, Hidden: true, Args: []Field{group, users}, Flags: []Field{limit}},
	{Verb: Remind, CallsAPI: true, Hidden: true, Args: []Field{group, users}},
	{Verb: End, CallsAPI: true, Hidden: true, Args: []Field{group, users}},
}

// Fields that several commands have.
var (
	group  = Field{Name: "group", Kind: Group{}, Suggest: true}
	users  = Field{Name: "users", Kind: Users(func(c *Command) *[]Person { return &c.Users }), Suggest: true}
	limit  = Field{Name: "for", Kind: Limit(func(c *Command) *time.Duration { return &c.For })}
	reason = Field{Name: "reason", Kind: Text(func(c *Command) *string { return &c.Reason })}
	dryRun = Field{Name: "dry-run", Kind: Switch(func(c *Command) *bool { return &c.DryRun })}
)

// Flag is the field as a flag is typed: "--dry-run".
func (f Field) Flag() string { return "--" + f.Name }

// Option is the field's name where commands have options: "dry_run".
func (f Field) Option() string { return strings.ReplaceAll(f.Name, "-", "_") }

// Row returns the row of a verb. Of one that is not in the set, it is empty but for the
// verb and false.
func (s Set) Row(v Verb) (_ Row, ok bool) {
	i := slices.IndexFunc(s, func(r Row) bool { return r.Verb == v })
	if i < 0 {
		return Row{Verb: v}, false
	}
	return s[i], true
}

// Verbs returns the verbs that people type, in the order of the help.
func (s Set) Verbs() []Verb { return s.verbs(func(r Row) bool { return !r.Hidden }) }

// Ruled returns the verbs that a rule can give.
func (s Set) Ruled() []Verb { return s.verbs(func(r Row) bool { return r.Ruled }) }

func (s Set) verbs(in func(Row) bool) []Verb {
	var verbs []Verb
	for _, r := range s {
		if in(r) {
			verbs = append(verbs, r.Verb)
		}
	}
	return verbs
}

// HasFlag reports whether some command that people type has the flag.
func (s Set) HasFlag(flag string) bool {
	return slices.ContainsFunc(s, func(r Row) bool {
		_, ok := r.Flag(flag)
		return ok && !r.Hidden
	})
}

// HasOption reports whether some command that people type has the option.
func (s Set) HasOption(name string) bool {
	return slices.ContainsFunc(s, func(r Row) bool {
		return !r.Hidden && slices.ContainsFunc(r.Fields(), func(f Field) bool { return f.Option() == name })
	})
}

// Usage is the form in which a verb is typed after "/liveadmin", or empty for a verb that
// no one types.
func (s Set) Usage(v Verb) string {
	r, ok := s.Row(v)
	if !ok || r.Hidden {
		return ""
	}
	line := []string{string(v)}
	for _, f := range r.Args {
		if word := f.Kind.Usage(); f.Optional {
			line = append(line, "["+word+"]")
		} else {
			line = append(line, word)
		}
	}
	for _, f := range r.Flags {
		line = append(line, "["+strings.TrimSpace(f.Flag()+" "+f.Kind.Usage())+"]")
	}
	return strings.Join(line, " ")
}

// Fields returns all that the command takes, arguments first.
func (r Row) Fields() []Field { return slices.Concat(r.Args, r.Flags) }

// Flag returns the command's flag of that name, dashes included.
func (r Row) Flag(flag string) (_ Field, ok bool) {
	i := slices.IndexFunc(r.Flags, func(f Field) bool { return f.Flag() == flag })
	if i < 0 {
		return Field{}, false
	}
	return r.Flags[i], true
}
