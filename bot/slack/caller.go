package slack

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"time"

	slackgo "github.com/slack-go/slack"

	"liveadmin/bot/chat"
	"liveadmin/commands"
	"liveadmin/commands/policy"
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
		c.Memberships, c.Unread = s.memberships(user)
		c.Members = s.lists()
	}
	if l, known := s.languages.of(user, s.opts.Now()); known {
		c.Language = l
	}
	return c
}

// Current returns a caller with the user groups of now.
func (s *Slack) Current(c commands.Caller) commands.Caller {
	if user := userOf(c.Ref); user != "" && !c.Outsider {
		c.Memberships, c.Unread = s.memberships(user)
	}
	return c
}

func place(channel, thread string) commands.Place {
	return commands.Place{Platform: Name, Channel: Name + ":" + channel, Thread: thread, Direct: isDirect(channel)}
}

// channelOf is Slack's own name of the channel of a place.
func channelOf(p commands.Place) string { return strings.TrimPrefix(p.Channel, Name+":") }

var (
	userID    = regexp.MustCompile(`^[UW][A-Z0-9]+$`)
	teamID    = regexp.MustCompile(`^S[A-Z0-9]+$`)
	channelID = regexp.MustCompile(`^[CG][A-Z0-9]+$`)
)

// userOf is Slack's own name of a caller, or empty if it is none.
func userOf(ref string) string {
	user, ok := strings.CutPrefix(ref, userRef)
	if !ok || !userID.MatchString(user) {
		return ""
	}
	return user
}

// listAge is how long a list of members counts after it was read.
const listAge = 5 * time.Minute

// members is who was in a user group, as callers are named, and when.
type members struct {
	refs []string
	at   time.Time
}

// memberships returns which of the user groups that the policy names hold the user, and which
// are not known: their list was never read, or too long ago.
func (s *Slack) memberships(user string) (held, unread []string) {
	for _, id := range groupsOf(s.opts.Policy()) {
		read, _ := s.members.Load(id)
		list, known := read.(members)
		switch {
		case !known || s.opts.Now().Sub(list.at) > listAge:
			unread = append(unread, groupRef+id)
		case slices.Contains(list.refs, userRef+user):
			held = append(held, groupRef+id)
		}
	}
	return held, unread
}

// lists returns who is in each of the user groups that the policy names and that were read.
func (s *Slack) lists() map[string][]string {
	all := make(map[string][]string)
	for _, id := range groupsOf(s.opts.Policy()) {
		if list, known := s.members.Load(id); known {
			all[groupRef+id] = list.(members).refs
		}
	}
	return all
}

// readGroups reads the members of every user group. A group that cannot be read keeps its last
// list.
func (s *Slack) readGroups(ctx context.Context) {
	for _, id := range groupsOf(s.opts.Policy()) {
		at := s.opts.Now()
		users, err := s.readGroup(ctx, id)
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			s.log.Warn("could not read the members of a user group", "group", groupRef+id, "err", err)
			continue
		}
		refs := make([]string, len(users))
		for i, user := range users {
			refs[i] = userRef + user
		}
		s.members.Store(id, members{refs, at})
	}
}

// readGroup reads one group, and waits once if Slack asks for it. A group that does
// not exist has no members.
func (s *Slack) readGroup(ctx context.Context, id string) (users []string, err error) {
	var where []slackgo.GetUserGroupMembersOption
	if self := s.self.Load(); self.enterprise != "" && strings.HasPrefix(self.team, "T") { // an organization's token works in several
		where = append(where, slackgo.GetUserGroupMembersOptionTeamID(self.team))
	}
	users, err = s.api.GetUserGroupMembersContext(ctx, id, where...)
	if limit := limitOf(err); limit.Refused && chat.Sleep(ctx, limit.Pause) {
		users, err = s.api.GetUserGroupMembersContext(ctx, id, where...)
	}
	err = s.api.judge(groupMembers, err)
	if code(err) == "no_such_subteam" {
		s.log.Warn("there is no such user group", "group", groupRef+id)
		return nil, nil
	}
	return users, err
}

// groupsOf lists the user groups that a policy names, each once.
func groupsOf(p policy.Policy) []string {
	var ids []string
	for _, ref := range p.Named(groupRef) {
		ids = append(ids, strings.TrimPrefix(ref, groupRef))
	}
	return ids
}
