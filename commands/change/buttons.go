package change

import (
	"encoding/base64"
	"slices"
	"strconv"
	"strings"

	"liveadmin/commands"
	"liveadmin/imapi"
)

// The names of the buttons, as a click brings them back. Each carries the number of
// the entry under whose result it is.
const (
	UndoAction    = "undo"
	RetryAction   = "retry"
	ExtendAction  = "extend"
	DoneAction    = "done-"    // and the group, as DoneIn writes it; it is under no result
	ReplaceAction = "replace-" // and the index, among the holders, of the one it replaces
	showAction    = "show-"    // on a board, and the group, as ShowOf writes it
)

// Pressed returns the command behind a button under the result of an entry, if it
// still does something.
func Pressed(action string, r commands.Result) (commands.Command, bool) {
	switch action {
	case UndoAction:
		return Reverse(r)
	case RetryAction:
		return Retry(r)
	case ExtendAction:
		return Extension(r)
	}
	place, replaces := strings.CutPrefix(action, ReplaceAction)
	n, err := strconv.Atoi(place)
	holders := Replaceable(r)
	if !replaces || err != nil || n < 0 || n >= len(holders) {
		return commands.Command{}, false
	}
	c := r.Command
	c.Replace = append(slices.Clone(c.Replace), commands.Person{ID: holders[n].User})
	return c, true
}

// DoneIn is the name of the button that gives back the right, in a group, of the person who presses it.
func DoneIn(g imapi.GroupID) string { return named(DoneAction, g) }

// GivenBack returns in which group a button gives back a right, if it is one that does.
func GivenBack(action string) (imapi.GroupID, bool) { return groupIn(action, DoneAction) }

// ShowOf is the name of the button that has a group read for a board.
func ShowOf(g imapi.GroupID) string { return named(showAction, g) }

// ShownBy returns which group a button has read, if it is one that does.
func ShownBy(action string) (imapi.GroupID, bool) { return groupIn(action, showAction) }

// named is the name of a button that is about a group.
func named(action string, g imapi.GroupID) string {
	return action + base64.RawURLEncoding.EncodeToString([]byte(g))
}

// groupIn returns the group in the name of a button.
func groupIn(name, action string) (imapi.GroupID, bool) {
	coded, ok := strings.CutPrefix(name, action)
	id, err := base64.RawURLEncoding.DecodeString(coded)
	if !ok || err != nil {
		return "", false
	}
	g, err := imapi.ParseGroupID(string(id))
	return g, err == nil
}

// Retry returns the command that tries again what did not work for a cause that
// passes, or an end that was given up. It returns false if trying again is of no use.
func Retry(r commands.Result) (commands.Command, bool) {
	c := r.Command
	switch c.Verb {
	case commands.Add, commands.Remove, commands.GiveBack, commands.List, commands.Undo, commands.Extend:
		return c, slices.ContainsFunc(r.Groups, canPass)
	case commands.End:
		failed := slices.ContainsFunc(r.Groups, func(g commands.GroupResult) bool { return !g.Outcome.Status.Fine() })
		return commands.Command{Verb: commands.Remove, Target: c.Target, Users: c.Users}, failed && c.Repeated()
	}
	return commands.Command{}, false
}

// canPass reports whether trying again later can help a group.
func canPass(g commands.GroupResult) bool {
	f := g.Outcome.Failure
	switch {
	case g.Plan.Refusal == commands.TooLate, g.Outcome.Status == commands.Unknown:
		return true
	case g.Plan.Refusal != "" && g.Plan.Read != nil:
		return g.Plan.Read.Kind.Passes()
	}
	return f != nil && f.Kind.Passes()
}

// Extension returns the command that gives those that an entry reminded of the same
// length again.
func Extension(r commands.Result) (commands.Command, bool) {
	c := r.Command
	if c.Verb != commands.Remind || len(c.Grants) == 0 {
		return commands.Command{}, false
	}
	c.Verb, c.Number = commands.Extend, r.Entry
	return c, true
}

// Replaceable returns who could be replaced so that an add that was refused for one
// missing seat would have it, in an order that stays.
func Replaceable(r commands.Result) []imapi.Admin {
	if r.Command.Verb != commands.Add || r.Command.DryRun || len(r.Groups) != 1 {
		return nil
	}
	g := r.Groups[0]
	taken := without(g.Outcome.Holders, ids(r.Command.Replace))
	if g.Outcome.Status != commands.Failed || len(with(taken, commands.UsersToSend(g.Plan.Users))) != imapi.Seats+1 {
		return nil
	}
	return without(taken, ids(r.Command.Users))
}
