package slack

import (
	"regexp"
	"strings"

	"liveadmin/commands"
)

// identity is whose bot this is, from auth.test.
type identity struct {
	team       string // T…: the workspace in which it is installed
	enterprise string // E…: the organization, empty outside of one
	user       string // U…: the bot itself
	name       string // as in "/invite @name"
}

// The prefixes of allowlist entries.
const (
	userRef  = Name + ":user:"
	groupRef = Name + ":usergroup:"
)

// home reports whether an ID is of the installing workspace or its organization.
func (i identity) home(id string) bool {
	return id != "" && (id == i.team || id == i.enterprise)
}

// caller names someone as the allowlist does. Only people of the bot's own
// workspace or organization have memberships; names never count.
func (s *Slack) caller(user string, insider bool) commands.Caller {
	c := commands.Caller{Ref: userRef + user, Outsider: !insider || user == ""}
	if !c.Outsider {
		c.Memberships, c.Unread = s.groups.of(user)
	}
	return c
}

func place(channel, thread string) commands.Place {
	return commands.Place{Platform: Name, Channel: Name + ":" + channel, Thread: thread}
}

// channelOf is Slack's own name of the channel of a place.
func channelOf(p commands.Place) string { return strings.TrimPrefix(p.Channel, Name+":") }

var userID = regexp.MustCompile(`^[UW][A-Z0-9]+$`)

// userOf is Slack's own name of a caller, or empty if it is none.
func userOf(ref string) string {
	user, ok := strings.CutPrefix(ref, userRef)
	if !ok || !userID.MatchString(user) {
		return ""
	}
	return user
}
