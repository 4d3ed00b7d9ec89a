package config

import (
	"slices"
	"strings"
	"time"

	"liveadmin/commands"
	"liveadmin/commands/grammar"
	"liveadmin/commands/policy"

	"github.com/goccy/go-yaml/ast"
)

// maxExpire is how long a request can wait at most.
const maxExpire = 7 * 24 * time.Hour

// requestsExpire takes how long a request waits for approval.
func (r *reader) requestsExpire(n ast.Node) time.Duration {
	const remedy = "write a time like 1h or 30m"
	t, ok := r.text(n, "requests_expire", remedy)
	if !ok {
		return 0
	}
	wait, mistake := grammar.ParseFor(t.value)
	switch {
	case mistake == nil && wait <= maxExpire:
	case mistake == nil || mistake.Problem == grammar.DurationRange:
		r.note(t.mark, remedy, "%.80q is not between 1 second and 7 days", t.value)
	default:
		r.note(t.mark, remedy, "%.80q is no time", t.value)
	}
	return wait
}

// checkApproval notes a rule that nobody can approve, and warns of one that waits for the wrong
// people or with the wrong command.
func (r *reader) checkApproval(where mark, rule policy.Rule) {
	open := slices.DeleteFunc(slices.Clone(rule.Approval), func(ref string) bool { return slices.Contains(r.blocked, ref) })
	if len(open) == 0 {
		r.note(where, "name somebody who is not blocked", "approval names only people who are blocked")
		return
	}
	if len(rule.Commands) == 0 || slices.Contains(rule.Commands, commands.Remove) {
		r.warn(where, "give remove in a rule without approval: taking a right away should never wait", "remove waits for approval under this rule")
	}
	shared := slices.ContainsFunc(rule.Allow, func(ref string) bool {
		return slices.ContainsFunc(open, func(other string) bool { return platformOf(ref) == platformOf(other) })
	})
	if !shared && len(rule.Allow) > 0 {
		r.warn(where, "name people of the platform where it is asked", "those who approve share no platform with those whom the rule allows")
	}
	other := func(ref string) bool {
		return !strings.Contains(ref, ":user:") || r.personOf(ref) != r.personOf(rule.Allow[0])
	}
	if len(rule.Allow) > 0 && !slices.ContainsFunc(slices.Concat(rule.Allow, open), other) {
		r.warn(where, "name somebody else: nobody approves their own request", "the only one who approves is the one whom the rule allows")
	}
}

// personOf is the UserID of whose account it is or, of others, the account itself.
func (r *reader) personOf(ref string) string {
	if o, known := r.owners[ref]; known {
		return o.id.value
	}
	return ref
}

// platformOf is the platform of a caller or membership.
func platformOf(ref string) string {
	platform, _, _ := strings.Cut(ref, ":")
	return platform
}
