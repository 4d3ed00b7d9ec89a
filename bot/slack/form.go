package slack

import (
	"context"
	"errors"
	"strings"
	"time"

	slackgo "github.com/slack-go/slack"

	"liveadmin/bot"
	"liveadmin/bot/chat"
	"liveadmin/commands"
	"liveadmin/commands/words"
)

// Slack's limits of a form.
const (
	mostOptions   = 100
	longestOption = 75   // its label, and what is beside it
	longestValue  = 150  // of an option
	longestError  = 1000 // at a field; Slack names no limit

	// Bytes of the options of a field: over HTTP a form comes back with all of them, up to three
	// times as long, and 256 KiB are read of it.
	longestOptions = 24 << 10
)

// A form is opened before the acknowledgement. Opening it may take openTime; ackLeft stays for the
// acknowledgement.
const (
	openTime = 1500 * time.Millisecond
	ackLeft  = 250 * time.Millisecond
)

// callback is the callback_id of the form of a command, and of the shortcut that opens it.
func callback(v commands.Verb) string { return "liveadmin_" + string(v) }

// formOf returns whose form a callback_id names; ok is false of another one.
func formOf(callback string) (v commands.Verb, ok bool) {
	verb, ours := strings.CutPrefix(callback, "liveadmin_")
	_, ok = words.FormOf(words.FormAction(commands.Verb(verb)))
	return commands.Verb(verb), ours && ok
}

// errTooLate is returned when there is no time left to open a form.
var errTooLate = errors.New("there is no time left to open a form")

// openForm opens a form in answer to an arrival.
func (s *Slack) openForm(ctx context.Context, a arrival, h inbound, f words.Form) error {
	return s.openModal(ctx, a, h.trigger, s.modal(f, origin{
		Channel: channelOf(h.delivery.Place), Thread: h.delivery.Place.Thread,
		User: userOf(h.delivery.Caller.Ref), At: s.opts.Now().Unix(), Home: h.home != nil, Group: chosen(f),
	}))
}

// openText shows a message alone, where its reader has no channel in front of them.
func (s *Slack) openText(ctx context.Context, a arrival, trigger string, m words.Message) error {
	return s.openModal(ctx, a, trigger, slackgo.ModalViewRequest{
		Type: slackgo.VTModal, Title: plainText(modalTitle), Blocks: slackgo.Blocks{BlockSet: pages(m, true)[0].asSections().blocks},
	})
}

// modalTitle is above what is not a form.
const modalTitle = "liveadmin"

func (s *Slack) openModal(ctx context.Context, a arrival, trigger string, view slackgo.ModalViewRequest) error {
	by := a.by.Add(-ackLeft)
	if latest := time.Now().Add(openTime); latest.Before(by) {
		by = latest
	}
	if time.Until(by) < ackLeft {
		return errTooLate
	}
	ctx, cancel := context.WithDeadline(context.WithoutCancel(ctx), by)
	defer cancel()
	v, err := s.api.OpenViewContext(ctx, trigger, view)
	return s.api.judgeView(openView, v, err)
}

// chosen is the group that is chosen in a form, or "".
func chosen(f words.Form) string {
	for _, name := range []string{words.GroupField, words.GroupIDField} {
		if field, ok := f.Field(name); ok && len(field.Starts) > 0 {
			return field.Starts[0]
		}
	}
	return ""
}

// modal writes a form in Slack's idiom.
func (s *Slack) modal(f words.Form, from origin) slackgo.ModalViewRequest {
	var blocks []slackgo.Block
	var notes []words.Line
	for _, n := range f.Notes {
		notes = append(notes, words.Line{Style: words.Body, Text: n})
	}
	if len(notes) > 0 {
		blocks = pages(words.Message{Lines: notes}, true)[0].asSections().blocks
	}
	for _, field := range f.Fields {
		filledBy := element(f.Verb, field)
		if filledBy == nil {
			continue
		}
		block := slackgo.NewInputBlock(field.Name, plainText(field.Label), nil, filledBy)
		block.Optional = field.Optional
		block.DispatchAction = field.Name == words.GroupField // what else is offered depends on it
		if field.Hint != "" {
			block.Hint = plainText(field.Hint)
		}
		blocks = append(blocks, block)
	}
	return slackgo.ModalViewRequest{
		Type: slackgo.VTModal, CallbackID: callback(f.Verb), PrivateMetadata: s.seal.close(from),
		Title: plainText(f.Title), Submit: plainText(f.Submit), Close: plainText(f.Close), // a test holds their lengths
		Blocks: slackgo.Blocks{BlockSet: blocks},
	}
}

// element is what a field of a form is filled in with; nil: it has nothing to choose from.
func element(v commands.Verb, f words.FormField) slackgo.BlockElement {
	switch f.Kind {
	case words.Written:
		most := 2 * f.Most // clients count other characters; what is too long is said
		return &slackgo.PlainTextInputBlockElement{Type: slackgo.METPlainTextInput, ActionID: f.Name, InitialValue: strings.Join(f.Starts, " "), MaxLength: most}
	case words.Room:
		return &slackgo.SelectBlockElement{
			Type: slackgo.OptTypeConversations, ActionID: f.Name, DefaultToCurrentConversation: true,
			Filter: &slackgo.SelectBlockElementFilter{Include: []string{"public", "private"}, ExcludeBotUsers: true},
		}
	}
	options, starts := optionsOf(f)
	// The administrators of a group are looked up when they are asked for, and so is what is too
	// much for a list.
	outside := len(options) > mostOptions || weight(options) > longestOptions || f.Name == words.UsersField && v == commands.Remove
	if len(options) == 0 && !outside {
		return nil
	}
	none := 0
	if f.Kind == words.Several {
		e := &slackgo.MultiSelectBlockElement{Type: slackgo.MultiOptTypeStatic, ActionID: f.Name, InitialOptions: starts, MaxSelectedItems: &f.Most}
		if e.Options = options; outside {
			e.Type, e.Options, e.MinQueryLength = slackgo.MultiOptTypeExternal, nil, &none
		}
		return e
	}
	e := &slackgo.SelectBlockElement{Type: slackgo.OptTypeStatic, ActionID: f.Name, Options: options}
	if len(starts) > 0 {
		e.InitialOption = starts[0]
	}
	if outside {
		e.Type, e.Options, e.MinQueryLength = slackgo.OptTypeExternal, nil, &none
	}
	return e
}

// optionsOf are the options of a field, and those that are chosen at first. What is too long for
// an option has to be typed.
func optionsOf(f words.FormField) (options, starts []*slackgo.OptionBlockObject) {
	for _, o := range f.Options {
		made := option(o)
		if made == nil {
			continue
		}
		options = append(options, made)
		for _, value := range f.Starts {
			if value == o.Value {
				starts = append(starts, made)
			}
		}
	}
	return options, starts
}

// weight is how many bytes options take.
func weight(options []*slackgo.OptionBlockObject) (n int) {
	for _, o := range options {
		n += len(o.Value) + len(o.Text.Text)
	}
	return n
}

// option is nil if it is too long.
func option(o words.Option) *slackgo.OptionBlockObject {
	if o.Value == "" || chat.Length(o.Value) > longestValue {
		return nil
	}
	made := slackgo.NewOptionBlockObject(o.Value, plainText(shorten(literal(o.Label, false), longestOption)), nil)
	if o.Note != "" {
		made.Description = plainText(shorten(o.Note, longestOption))
	}
	return made
}

// refusal is an answer at a field of a form, which keeps the form open. The form has only some
// of the fields that a command has.
func refusal(answer bot.Answer, has func(block string) bool) *slackgo.ViewSubmissionResponse {
	at := words.GroupIDField
	for _, block := range []string{answer.Field, besides[answer.Field], words.GroupField} {
		if has(block) {
			at = block
			break
		}
	}
	var lines []string
	for _, l := range answer.Private.Lines {
		lines = append(lines, unmarked(l.Text, answer.Private.Language))
	}
	number := ""
	if answer.Private.Entry != 0 {
		number = " " + chat.Number(answer.Private.Entry)
	}
	text := shorten(literal(strings.Join(lines, " "), false), longestError-len(number)) + number
	return slackgo.NewErrorsViewSubmissionResponse(map[string]string{at: text})
}

// besides are the fields beside those that a form may not have.
var besides = map[string]string{words.UsersField: words.UserIDsField, words.GroupField: words.GroupIDField}
