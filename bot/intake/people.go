package intake

import (
	"fmt"
	"strings"

	"liveadmin/bot"
	"liveadmin/commands"
	"liveadmin/commands/grammar"
	"liveadmin/commands/policy"
	"liveadmin/commands/words"
)

// withoutRight refuses a command that only a rule gives if the caller has no right at all,
// whatever is wrong with it: what is a name, an alias or a mistake is not for them to learn.
// While it cannot be read whether they have one, a mistake is answered by that.
func withoutRight(d bot.Delivery, p policy.Policy, mistake *grammar.Mistake) (bot.Verdict, bool) {
	if mistake == nil || isOfVerb(mistake.Problem) {
		return bot.Verdict{}, false
	}
	row, _ := commands.Table.Row(mistake.Verb)
	standing := p.Knows(d.Caller)
	if row.Everybody || !row.Ruled || standing == policy.Known {
		return bot.Verdict{}, false
	}
	cmd := commands.Command{Verb: mistake.Verb}
	decision := p.Decide(d.Caller, d.Place, cmd)
	if rights := p.Rights(d.Caller, d.Place); standing == policy.Maybe && len(rights.Unread) > 0 {
		decision = policy.Decision{Denial: policy.MembershipUnread, Unread: rights.Unread}
	}
	v := refuse(d, cmd, decision)
	if d.Fields != nil {
		v.Reply.Record.Text = mistake.Typed
	}
	return v, true
}

// isOfVerb reports whether a mistake is about the command's name, so that its verb is a guess.
func isOfVerb(p grammar.Problem) bool {
	switch p {
	case grammar.UnknownVerb, grammar.VerbUndo, grammar.VerbStatus, grammar.VerbForeign:
		return true
	}
	return false
}

// logUnknown writes for the operator which line of the config file says who somebody is.
func (in *Intake) logUnknown(d bot.Delivery, m grammar.Mistake) {
	if m.Problem != grammar.UnknownPerson && m.Problem != grammar.UnknownCaller {
		return
	}
	line := strings.TrimPrefix(m.Word, "@") + ": USERID"
	if m.Account != "" {
		platform, _, _ := strings.Cut(m.Account, ":")
		line = fmt.Sprintf("NAME: {id: USERID, %s: %s}", platform, words.ShortRef(m.Account))
	}
	in.log.Info("nobody of this name or account is in the config file", "caller", d.Caller.Ref, "add to people", line)
}
