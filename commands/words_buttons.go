package commands

import (
	"cmp"
	"strconv"
)

// actions are the buttons under the result of an entry.
func (w Words) actions(r Result) []Action {
	var all []Action
	add := func(name string, label Text, confirm string) {
		all = append(all, Action{Name: name, Label: label.String(), Entry: r.Entry, Confirm: confirm})
	}
	if _, ok := Reverse(r); ok {
		add(UndoAction, plain(w.UndoLabel), w.UndoConfirm)
	}
	if _, ok := Retry(r); ok {
		add(RetryAction, plain(w.RetryLabel), "")
	}
	if _, ok := Extension(r); ok {
		add(ExtendAction, plain(w.ExtendLabel), "")
	}
	for i, a := range replaceable(r) {
		add(replaceAction+strconv.Itoa(i), fill(w.ReplaceLabel, slots{"user": plain(cmp.Or(w.nameOf(a.User), string(a.User)))}), "")
	}
	return all
}
