package bot

import (
	"context"
	"errors"
	"strconv"

	"liveadmin/commands"
	"liveadmin/commands/grammar"
	"liveadmin/commands/words"
	"liveadmin/imapi"
)

// Delivery is something a person said to the bot, as a platform delivered it.
type Delivery struct {
	Key    string // unique to the delivery; the same one again has the same key
	Caller commands.Caller
	Place  commands.Place
	Text   string          // what was typed behind the command's name
	Fields *grammar.Fields // in place of Text, on a platform with options
	Click  *Click          // in place of Text, if a button was pressed
	Form   *Filled         // in place of Text, if a form was sent
	Opens  bool            // the platform can open a form in answer to it
	Fixed  bool            // such a form is about the users in Fields, and asks for no others
	Reply  string          // short-lived handle for answering, if the platform has one
	Alone  bool            // nobody else sees what the bot posts there: a direct message, or it may not post
	Listed int             // how many requests a list has room for there, with their buttons; 0: ten
}

// Click is a press on a button under a message of the bot.
type Click struct {
	Action string // words.Action.Name
	Entry  int64  // words.Action.Entry; 0 if the button carried no number
	At     Post   // where the message with the button is; empty: it can be in no second copy, or cannot be changed
}

// Text is a click as the audit trail shows it.
func (c Click) Text() string { return "click " + c.Action + " #" + strconv.FormatInt(c.Entry, 10) }

// Answer is what an acknowledgement carries: nothing visible if the command was
// accepted (or was here before), otherwise a message for the caller alone.
type Answer struct {
	Entry   int64         // that will be announced and reported; 0 if none will
	Verb    commands.Verb // of that entry
	Root    words.Text    // its root message, for a platform that can acknowledge with it
	Private *words.Message
	Form    *words.Form // opened in place of Private, if the platform can
	Field   string      // of a form that was sent: what Private is about
	Alone   bool        // what becomes of the entry is for the caller alone
	Late    bool        // Private says that nothing is on record: where another instance may acknowledge the delivery, it goes first
	Muted   bool        // nothing is answered: the caller asks too often, or sees what came of it; no one else acknowledges it
}

// Ack acknowledges a delivery. If the acknowledgement is the root message of an entry, or
// the message that its result will be in, it returns where that is, if that is known.
type Ack func(ctx context.Context, a Answer) (root Post, err error)

// Answer acknowledges a delivery that makes no entry.
func (ack Ack) Answer(ctx context.Context, a Answer) error {
	_, err := ack(ctx, a)
	return err
}

// ErrNotRun is what an acknowledgement returns if the platform's rules say that
// the command must not run.
var ErrNotRun = errors.New("the platform did not take the acknowledgement")

// ErrNowhere is in the error of a Report that no one would take, wherever and however
// often it is tried.
var ErrNowhere = errors.New("nobody takes the message")

// ErrRevoked is in the error of a Platform's Run when its credentials are not valid any
// more, and in the engine's when for that reason there has been no platform for five minutes.
var ErrRevoked = errors.New("the credentials are revoked")

// ErrStopped is the cause of the end of a context whose work is cut short because the bot stops
// or restarts.
var ErrStopped = errors.New("the bot has stopped")

// Door takes what a platform receives. ack is called once, when the delivery is on durable
// record.
type Door interface {
	Receive(ctx context.Context, d Delivery, ack Ack) error
}

// Platform is a place where people talk to the bot.
type Platform interface {
	// Name is the platform's name in commands.Place.
	Name() string
	// Run receives until the context ends or nothing more can come.
	Run(ctx context.Context, door Door) error
	// Announce posts the root message and returns where it is. Of a Confirmer e.Root may
	// say where it is, from the acknowledgement: then Announce adds what it still lacks.
	Announce(ctx context.Context, e Entry, root words.Text) (Post, error)
	// Report posts the result in the thread of e.Root; root is the root's last
	// line.
	Report(ctx context.Context, e Entry, root words.Text, result words.Message) (Post, error)
	// Update changes the root message: progress, and the last line. It can be
	// repeated.
	Update(ctx context.Context, e Entry, root words.Text) error
}

// Finder is a platform that can look whether a message of an entry is there
// already, after a crash between posting and recording.
type Finder interface {
	FindRoot(ctx context.Context, e Entry) (_ Post, found bool, err error)
	FindResult(ctx context.Context, e Entry) (_ Post, found bool, err error)
}

// The names of the notices of a request: each is posted once.
const (
	RequestNotice  = "request" // with the buttons that decide it
	ReminderNotice = "reminder"
	EndNotice      = "end" // it will not be carried out
)

// Notifier is a platform that posts notices of an entry beside its root and its result: a
// request, and what became of it.
type Notifier interface {
	// Notify posts a notice in the thread of e.Root, by its name, and notifies those whom it
	// mentions: callers and memberships as rules name them. If nobody but the caller would
	// see it, the error has ErrNowhere.
	Notify(ctx context.Context, e Entry, name string, m words.Message, mentions []string) (Post, error)
	// FindNotice looks whether a notice is there already.
	FindNotice(ctx context.Context, e Entry, name string) (_ Post, found bool, err error)
	// EditNotice changes the notice with the buttons, which notifies no one. One that is
	// gone stays so. If it cannot be changed before something is posted there, the error has
	// ErrNowhere.
	EditNotice(ctx context.Context, e Entry, at Post, m words.Message) error
}

// Confirmer is a platform that can say whether it took the acknowledgement of an
// entry, when that is not on record or an acknowledgement failed in an unclear way.
type Confirmer interface {
	// Confirm returns no error if the entry is to run, ErrNotRun if it must not, and any
	// other error if that is not known yet. It returns where the root message is as the
	// acknowledgement does.
	Confirm(ctx context.Context, e Entry) (root Post, err error)
}

// Linguist is a platform that has to ask in which language somebody reads.
type Linguist interface {
	// Language returns the language of a person, or "" if it is not known soon. Once the
	// context has ended it does not wait.
	Language(ctx context.Context, ref string) commands.Language
}

// Directory is a platform that knows by itself which groups somebody is in.
type Directory interface {
	// Current returns a caller with the memberships of now, without waiting; of one whom it
	// does not know, what came with them.
	Current(c commands.Caller) commands.Caller
}

// HomeView is who looks at their Home tab, and what they want to see there.
type HomeView struct {
	Caller commands.Caller
	Place  commands.Place // without a channel
	Show   imapi.GroupID  // a group that is to be read; empty: none in particular
	Times  int            // how often they asked for it since it was shown last: what counts against their answers
}

// Homes is for what people see on their Home tab: it only reads, and records nothing.
type Homes interface {
	// Home returns the sections of somebody's Home tab, in their language. ok is false if
	// they ask too often, or the bot is stopping. It takes some seconds if Tencent is slow,
	// and no longer than its context.
	Home(ctx context.Context, v HomeView) (sections []words.Message, ok bool)
}

// Watcher is a platform that shows what became of an entry not only in its thread.
type Watcher interface {
	// Settled is called when every change of an entry is settled. It must be quick.
	Settled(entry int64)
}

// Question asks what could be in a field that someone is typing in.
type Question struct {
	Caller commands.Caller
	Place  commands.Place
	Fields grammar.Fields // as far as they are filled in
	Field  string         // the one that is being typed: "group" or "users"
}

// Suggester is for what is answered while it is typed: it only reads, and records nothing.
type Suggester interface {
	// Suggest returns what could be in the field, the likeliest first. Each
	// replaces the whole field and keeps what is typed in it. It takes a second at
	// most, and finds nothing rather than fail.
	Suggest(ctx context.Context, q Question) []string
}
