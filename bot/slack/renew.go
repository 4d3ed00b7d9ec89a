package slack

import (
	"context"
	"sync"

	"liveadmin/bot"
)

// mostRenewed is of how many forms it is remembered when the newest choice in them was made.
const mostRenewed = 10_000

// renewals are when the newest choice was made, by form. Choices can come in any order, and so
// can what is done about them.
type renewals struct {
	mu     sync.Mutex
	newest map[string]string
}

// isNewest notes a choice, and reports whether none is known that was made after it.
func (r *renewals) isNewest(i interaction) bool {
	at := ""
	if len(i.Actions) > 0 {
		at = i.Actions[0].At // seconds with their fraction, of one length
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.newest == nil || len(r.newest) >= mostRenewed {
		r.newest = make(map[string]string)
	}
	if at < r.newest[i.View.ID] {
		return false
	}
	r.newest[i.View.ID] = at
	return true
}

// renew shows a form anew when a group was chosen in it: whom it offers, how long, and whose
// approval it waits for depend on the group. Of two choices in a moment, the later one counts.
func (s *Slack) renew(ctx context.Context, door bot.Door, i interaction) {
	forms, ok := door.(bot.Forms)
	at, from, sealed := i.placed(s)
	if !ok || !sealed || !s.renewals.isNewest(i) {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, openTime)
	defer cancel()
	filled := i.View.filled()
	form, ok := forms.Form(ctx, i.caller(s), at, bot.Filled{Verb: filled.Verb, Group: filled.Group, For: filled.For})
	if !ok {
		return
	}
	from.Group = filled.Group
	view := s.modal(form, from)
	_, err := s.api.UpdateViewContext(ctx, view, "", i.View.Hash, i.View.ID)
	if err = s.api.judge(renewView, err); code(err) == "hash_conflict" && s.renewals.isNewest(i) { // an earlier choice was faster
		_, err = s.api.UpdateViewContext(ctx, view, "", "", i.View.ID)
		err = s.api.judge(renewView, err)
	}
	if err != nil { // what it offers is checked when it is sent
		s.log.Info("form not renewed", "caller", userRef+i.User.ID, "err", err)
	}
}
