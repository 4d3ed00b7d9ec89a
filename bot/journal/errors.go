package journal

import "fmt"

// URLError is a DATABASE_URL that cannot be used. It never holds the URL, which
// may carry a password.
type URLError struct{ Problem string }

func (e *URLError) Error() string {
	return "DATABASE_URL: " + e.Problem + "; write sqlite://FILE"
}

// InUseError is a file that another process writes. One bot owns a file.
type InUseError struct{ File string }

func (e *InUseError) Error() string {
	return fmt.Sprintf("another liveadmin uses %s: stop it first, or name another file in DATABASE_URL", e.File)
}

// ApplicationError is a database that belongs to another application.
type ApplicationError struct {
	Database string // the file
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
	Database string // the file
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

// StorageError is a file or disk that refuses.
type StorageError struct {
	File    string
	Problem StorageProblem
	Err     error // the database's own words
}

// StorageProblem says why a file or disk refuses.
type StorageProblem string

// Why a file or disk refuses.
const (
	DiskFull    StorageProblem = "disk full"
	DiskFault   StorageProblem = "disk fault" // reading or writing failed
	NotWritable StorageProblem = "not writable"
	Unreachable StorageProblem = "unreachable" // no such folder or file, or no right to it
	Damaged     StorageProblem = "damaged"     // no SQLite database, or a broken one
	Locked      StorageProblem = "locked"      // by another program, for longer than we wait
)

func (e *StorageError) Error() string {
	var what, remedy string
	switch e.Problem {
	case DiskFull:
		what, remedy = "the disk that holds %s is full", "free some space"
	case DiskFault:
		what, remedy = "reading or writing %s failed", "see whether its disk is full, over its quota or failing"
	case NotWritable:
		what, remedy = "%s cannot be written", "give liveadmin the right to write the file and its folder"
	case Damaged:
		what, remedy = "%s is no SQLite database, or a damaged one", "restore a copy, or name another file in DATABASE_URL"
	case Locked:
		what, remedy = "%s is locked by another program", "end the backup or shell that holds it"
	default:
		what, remedy = "%s cannot be opened", "see that it is there, and that liveadmin may use it and its folder"
	}
	return fmt.Sprintf(what+": %s (%v)", e.File, remedy, e.Err)
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

func (e *CorruptError) Unwrap() error { return e.Err }
