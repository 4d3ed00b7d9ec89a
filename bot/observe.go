package bot

import (
	"time"

	"liveadmin/commands"
)

// Observer is told what happens, for metrics: at once, by whoever does it, so it must
// be quick. It is never told of a user or a group.
type Observer interface {
	// Acknowledged: what someone said was acknowledged so long after it came.
	Acknowledged(platform string, took time.Duration)
	// Ended: a command ended so long after it was accepted, its result posted. took is 0 if
	// none was: it was answered at once (refused, mistaken, help and its like), it was not
	// run because the platform did not take the acknowledgement, or the post was given up.
	Ended(platform string, verb commands.Verb, outcome commands.Status, took time.Duration)
	// GaveUp: the messages of an entry could not be posted for a day, or no one took them.
	GaveUp(platform string)
}
