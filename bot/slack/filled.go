package slack

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"strings"

	slackgo "github.com/slack-go/slack"

	"liveadmin/bot"
	"liveadmin/commands"
	"liveadmin/commands/grammar"
	"liveadmin/commands/words"
)

// interaction is what comes from a form, or opens one without a message. The types hold only
// what the bot needs.
type interaction struct {
	Type     string `json:"type"`
	Callback string `json:"callback_id"` // of a shortcut
	Team     struct {
		ID string `json:"id"`
	} `json:"team"`
	User struct {
		ID   string `json:"id"`
		Team string `json:"team_id"`
	} `json:"user"`
	View      modalView `json:"view"`
	Action    string    `json:"action_id"` // of a question for options, with what is typed
	Value     string    `json:"value"`
	TriggerID string    `json:"trigger_id"`
	Actions   []struct {
		At string `json:"action_ts"`
	} `json:"actions"` // of a choice in a form
}

// modalView is a form as it comes back.
type modalView struct {
	ID       string `json:"id"`
	Hash     string `json:"hash"`
	Type     string `json:"type"`
	Callback string `json:"callback_id"`
	Metadata string `json:"private_metadata"`
	State    struct {
		Values map[string]map[string]filledIn `json:"values"`
	} `json:"state"`
	Blocks []struct {
		ID string `json:"block_id"`
	} `json:"blocks"`
}

// filledIn is what a field is filled in with, whatever its kind.
type filledIn struct {
	Value        string      `json:"value"`
	Option       valueOnly   `json:"selected_option"`
	Options      []valueOnly `json:"selected_options"`
	Conversation string      `json:"selected_conversation"`
	Channel      string      `json:"selected_channel"`
}

type valueOnly struct {
	Value string `json:"value"`
}

// Types of interactions beside block_actions.
const (
	shortcutType   = "shortcut"
	submissionType = "view_submission"
	suggestionType = "block_suggestion"
)

// has reports whether the form has a block. One that does not say which it has may have all.
func (v modalView) has(block string) bool {
	for _, b := range v.Blocks {
		if b.ID == block {
			return block != ""
		}
	}
	return len(v.Blocks) == 0 && block != ""
}

// field is what a field is filled in with: its block and its element have one name.
func (v modalView) field(name string) filledIn { return v.State.Values[name][name] }

// filled is the form as the bot reads it.
func (v modalView) filled() bot.Filled {
	f := bot.Filled{
		Once:  v.ID,
		Group: v.field(words.GroupField).one(), GroupID: v.field(words.GroupIDField).one(), UserIDs: v.field(words.UserIDsField).one(),
		For: v.field(words.ForField).one(), Reason: v.field(words.ReasonField).one(),
	}
	f.Verb, _ = formOf(v.Callback)
	for _, o := range v.field(words.UsersField).Options {
		f.Users = append(f.Users, o.Value)
	}
	return f
}

// one is what was chosen, or typed.
func (f filledIn) one() string {
	return cmp.Or(f.Option.Value, f.Value)
}

// caller is who did it.
func (i interaction) caller(s *Slack) commands.Caller {
	return s.caller(i.User.ID, s.self.Load().home(i.User.Team))
}

// placed returns where a form was opened, by the seal alone, and whether the seal is good.
func (i interaction) placed(s *Slack) (commands.Place, origin, bool) {
	from, ok := s.seal.open(i.View.Metadata, i.User.ID, s.opts.Now())
	if from.Channel == "" {
		return commands.Place{Platform: Name}, from, ok
	}
	return place(from.Channel, from.Thread), from, ok
}

// hear makes a delivery of a shortcut or of a form that was sent.
func (i interaction) hear(s *Slack) (inbound, error) {
	d := bot.Delivery{Key: key(i.Team.ID, i.TriggerID), Caller: i.caller(s)}
	if !userID.MatchString(i.User.ID) {
		return inbound{}, errors.New("a form without anybody who sent it")
	}
	if i.Type == shortcutType {
		verb, ok := formOf(i.Callback)
		if !ok {
			return inbound{}, errNothing
		}
		d.Place, d.Opens, d.Alone = commands.Place{Platform: Name}, true, true
		d.Fields = &grammar.Fields{Verb: string(verb)}
		return inbound{delivery: d, trigger: i.TriggerID, inModal: true}, nil
	}
	if _, ours := formOf(i.View.Callback); !ours {
		return inbound{}, errNothing
	}
	filled := i.View.filled()
	at, from, ok := i.placed(s)
	d.Place, filled.Expired = at, !ok
	if ok && d.Place.Channel == "" {
		field := i.View.field(words.ChannelField)
		picked := cmp.Or(field.Conversation, field.Channel)
		if filled.Unplaced = !channelID.MatchString(picked); !filled.Unplaced {
			d.Place = place(picked, "")
			d.Place.Picked = true
		}
	}
	d.Form, d.Alone = &filled, isDirect(channelOf(d.Place))
	h := inbound{delivery: d, form: &i.View}
	if from.Home {
		h.home = &home{user: i.User.ID, insider: !d.Caller.Outsider}
	}
	return h, nil
}

// whileFilling takes what comes of a form before it is sent. It reports whether an arrival was
// that.
func (s *Slack) whileFilling(ctx context.Context, door bot.Door, a arrival) bool {
	var i interaction
	err := json.Unmarshal(a.payload, &i)
	if err != nil && i.Type != suggestionType {
		return false
	}
	_, ours := formOf(i.View.Callback)
	switch {
	case i.Type == suggestionType:
		s.warnUnacknowledged(a.acknowledge(ctx, optionList{s.suggested(ctx, door, i)}))
	case i.Type == "block_actions" && i.View.Type == string(slackgo.VTModal):
		s.warnUnacknowledged(a.acknowledge(ctx, nil))
		if ours {
			s.renew(ctx, door, i)
		}
	default:
		return false
	}
	return true
}

// optionList is the answer to a question for options. slack-go's own type leaves an empty list out.
type optionList struct {
	Options []*slackgo.OptionBlockObject `json:"options"`
}

// suggested are the options of a field that have in them what is typed; none of a field that
// has no options.
func (s *Slack) suggested(ctx context.Context, door bot.Door, i interaction) []*slackgo.OptionBlockObject {
	options := []*slackgo.OptionBlockObject{} // null is no list
	forms, ok := door.(bot.Forms)
	verb, ours := formOf(i.View.Callback)
	if !ok || !ours {
		return options
	}
	ctx, cancel := context.WithTimeout(ctx, openTime)
	defer cancel()
	at, from, _ := i.placed(s)
	asked := bot.Filled{Verb: verb, Asked: i.Action}
	if i.Action == words.UsersField {
		filled := i.View.filled()
		asked.Group = cmp.Or(filled.Group, filled.GroupID, from.Group)
	}
	form, _ := forms.Form(ctx, i.caller(s), at, asked)
	field, _ := form.Field(i.Action)
	for _, o := range field.Options {
		if !strings.Contains(commands.Fold(o.Label), commands.Fold(strings.TrimSpace(i.Value))) {
			continue
		}
		if made := option(o); made != nil && len(options) < mostOptions {
			options = append(options, made)
		}
	}
	return options
}
