package journal

import (
	"fmt"

	"liveadmin/bot"
)

// URLError is a DATABASE_URL that cannot be used. It never holds the URL, which
// may carry a password.
type URLError struct{ Problem string }

func (e *URLError) Error() string {
	return "DATABASE_URL: " + e.Problem + "; write sqlite://FILE or postgres://USER:PASSWORD@HOST/DATABASE"
}

// InUseError is a file that another process writes. One bot owns a file.
type InUseError struct{ File string }

func (e *InUseError) Error() string {
	return fmt.Sprintf("another liveadmin uses %s: stop it first, or use another file", e.File)
}

// ApplicationError is a database that belongs to another application.
type ApplicationError struct {
	Database string // the file, or the database and its server
	Have     string // the SDKAppID it belongs to
	Want     int64
}

func (e *ApplicationError) Error() string {
	return fmt.Sprintf("the database %s belongs to the SDKAppID %s, not to %d: correct IM_SDKAPPID, or name another DATABASE_URL",
		e.Database, e.Have, e.Want)
}

// VersionError is a database whose schema this program does not know: of a newer
// liveadmin or, when it is only to be read, of an older one.
type VersionError struct {
	Database string // the file, or the database and its server
	Have     int    // 0: none at all
	Want     int
}

func (e *VersionError) Error() string {
	switch {
	case e.Have > e.Want:
		return fmt.Sprintf("the database %s was made by a newer liveadmin (schema %d, this one knows %d): run that one, or restore an older copy",
			e.Database, e.Have, e.Want)
	case e.Have == 0:
		return fmt.Sprintf("the database %s holds no journal: check DATABASE_URL, or start the bot once", e.Database)
	}
	return fmt.Sprintf("the database %s is of an older liveadmin (schema %d, this one reads %d): start the bot once, it brings it up to date",
		e.Database, e.Have, e.Want)
}

// StorageError is a file, a disk or a database server that refuses.
type StorageError struct {
	Database string // the file, or the database and its server
	Server   bool   // it is a server's
	Problem  StorageProblem
	Err      error // the database's own words
}

// StorageProblem says why a database refuses.
type StorageProblem string

// Why a database refuses.
const (
	Unreachable StorageProblem = "unreachable" // no such folder or file; no server that answers
	Refused     StorageProblem = "refused"     // it is there and says no: its own words say why
	Full        StorageProblem = "full"        // its disk
	Locked      StorageProblem = "locked"      // by another program, for longer than we wait
)

func (e *StorageError) Error() string {
	what, remedy := "cannot be reached", "see that it is there and runs, and that DATABASE_URL names it"
	switch e.Problem {
	case Refused:
		what, remedy = "refuses", "correct what it says, or DATABASE_URL"
	case Full:
		what, remedy = "has a full disk", "free some space"
	case Locked:
		what, remedy = "is locked by another program", "end the backup, shell or long transaction that holds it"
	}
	return fmt.Sprintf("the database %s %s: %s (%v)", e.Database, what, remedy, e.Err)
}

func (e *StorageError) Unwrap() error { return e.Err }

// CorruptError is a row that can no longer be read. It comes beside the rows
// that can.
type CorruptError struct {
	Number int64 // of the entry
	Err    error
}

func (e *CorruptError) Error() string {
	return fmt.Sprintf("entry #%d in the journal is damaged: %v", e.Number, e.Err)
}

func (e *CorruptError) Unwrap() []error { return []error{e.Err, bot.ErrDamaged} }
