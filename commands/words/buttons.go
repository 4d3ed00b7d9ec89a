package words

import (
	"cmp"
	"strconv"

	"liveadmin/commands"
	"liveadmin/commands/change"
)

// actions are the buttons under the result of an entry.
func (w Words) actions(r commands.Result) []Action {
	var all []Action
	add := func(name string, label Text, confirm string) {
		all = append(all, Action{Name: name, Label: label.String(), Entry: r.Entry, Confirm: plain(confirm)})
	}
	if _, ok := change.Reverse(r); ok {
		add(change.UndoAction, plain(w.Buttons.Undo), w.Buttons.UndoConfirm)
	}
	if _, ok := change.Retry(r); ok {
		add(change.RetryAction, plain(w.Buttons.Retry), "")
	}
	if _, ok := change.Extension(r); ok {
		add(change.ExtendAction, plain(w.Buttons.Extend), "")
	}
	for i, a := range change.Replaceable(r) {
		add(change.ReplaceAction+strconv.Itoa(i), Fill(w.Buttons.Replace, Slots{"user": plain(cmp.Or(w.nameOf(a.User), string(a.User)))}), "")
	}
	return all
}
