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
	DiskFull    StorageProblem = "disk full"
	DiskFault   StorageProblem = "disk fault" // reading or writing failed
	NotWritable StorageProblem = "not writable"
	Unreachable StorageProblem = "unreachable" // no such folder or file, or no right to it; no server that answers
	Damaged     StorageProblem = "damaged"     // no SQLite database, or a broken one
	Locked      StorageProblem = "locked"      // by another program, for longer than we wait

	WrongPassword      StorageProblem = "wrong password"
	NotAllowed         StorageProblem = "not allowed" // the user lacks a right
	NoDatabase         StorageProblem = "no database"
	TooManyConnections StorageProblem = "too many connections"
)

func (e *StorageError) Error() string {
	words := fileProblem
	if e.Server {
		words = serverProblem
	}
	what, remedy := words(e.Problem)
	return fmt.Sprintf(what+": %s (%v)", e.Database, remedy, e.Err)
}

// fileProblem says what is the matter with a file, and what to do.
func fileProblem(p StorageProblem) (what, remedy string) {
	switch p {
	case DiskFull:
		return "the disk that holds %s is full", "free some space"
	case DiskFault:
		return "reading or writing %s failed", "see whether its disk is full, over its quota or failing"
	case NotWritable:
		return "%s cannot be written", "give liveadmin the right to write the file and its folder"
	case Damaged:
		return "%s is no SQLite database, or a damaged one", "restore a copy, or name another file in DATABASE_URL"
	case Locked:
		return "%s is locked by another program", "end the backup or shell that holds it"
	}
	return "%s cannot be opened", "see that it is there, and that liveadmin may use it and its folder"
}

// serverProblem says what is the matter with a database server, and what to do.
func serverProblem(p StorageProblem) (what, remedy string) {
	switch p {
	case DiskFull:
		return "the disk of the database %s is full", "free some space on the server"
	case DiskFault:
		return "the server of the database %s cannot read or write its disk", "see its log"
	case NotWritable:
		return "the database %s is read-only", "name the primary server in DATABASE_URL, or end its recovery"
	case Locked:
		return "the database %s is busy for too long", "see in pg_stat_activity what holds it up"
	case WrongPassword:
		return "the database %s refuses the user or the password", "correct them in DATABASE_URL"
	case NotAllowed:
		return "the database %s does not allow its user that", "make the user the owner of the database"
	case NoDatabase:
		return "the database %s does not exist", "create it, or correct DATABASE_URL"
	case TooManyConnections:
		return "the server of the database %s takes no more connections", "raise its max_connections, or end other programs"
	}
	return "the database %s does not answer", "see that its server runs and can be reached from here"
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
