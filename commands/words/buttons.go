package words

import (
	"cmp"
	"strconv"
	"strings"

	"liveadmin/commands"
	"liveadmin/commands/change"
)

// pressed is a press on a button as the audit trail has it, by the label of the button; nil of
// anything else.
func (w Words) pressed(text string) Text {
	press, _ := strings.CutPrefix(text, "click ")
	action, number, _ := strings.Cut(press, " #")
	label := plain(map[string]string{
		change.UndoAction: w.Buttons.Undo, change.RetryAction: w.Buttons.Retry, change.ExtendAction: w.Buttons.Extend,
		ApproveAction: w.Buttons.Approve, DenyAction: w.Buttons.Deny, WithdrawAction: w.Buttons.Withdraw,
	}[action])
	if g, ok := change.GivenBack(action); ok {
		label = Fill(w.Buttons.GiveBack, Slots{"group": w.groupName(g)})
	} else if strings.HasPrefix(action, change.ReplaceAction) {
		label = Fill(w.Buttons.Replace, Slots{"user": plain("…")}) // whom is in the result
	}
	if _, err := strconv.ParseInt(number, 10, 64); press == text || label == nil || err != nil {
		return nil
	}
	return Fill(w.Buttons.OfRequest, Slots{"label": label, "number": plain(number)})
}

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
