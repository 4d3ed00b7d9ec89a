package words

import (
	"slices"
	"strings"
	"time"

	"liveadmin/commands"
	"liveadmin/commands/grammar"
)

// Offer is what a form for a command offers its caller, as data.
type Offer struct {
	Verb     commands.Verb
	Platform string   // on which it is opened
	Placed   bool     // it was opened in a channel; else the form asks for one
	Aliases  []string // of the groups on which the caller may use the command
	People   []Choice // whom the config file names
	Lengths  []Length // of an add: how long it can be, the shortest first
	Starts   Started

	// Who can approve what has to wait, on this platform, as rules name them. Waits reports
	// whether what the form starts with does; else only longer times do.
	Approvers []string
	Waits     bool
}

// Choice is a name or a UserID that can be chosen, as it is typed, and whom it means.
type Choice struct {
	Typed string
	Means []commands.Person
}

// Length is how long an administrator stays; 0: no end time.
type Length struct {
	For   time.Duration
	Waits bool // for the approval of somebody
}

// Started is what is filled in when a form is opened.
type Started struct {
	Group  string // an alias that is offered, or a GROUP as it is typed
	Users  []commands.Person
	Fixed  bool          // it is about these users, and asks for no others
	For    time.Duration // one of the lengths
	Reason string
}

// The fields of a form, by name.
const (
	GroupField   = "group"    // an alias that is chosen
	GroupIDField = "group_id" // a GROUP that is typed
	UsersField   = "users"    // people who are chosen
	UserIDsField = "user_ids" // USERs that are typed
	ForField     = "for"
	ReasonField  = "reason"
	ChannelField = "channel"
)

// Endless is the value of the length without an end time.
const Endless = "none"

// Form is a form to fill in, without a platform.
type Form struct {
	Verb                 commands.Verb
	Title, Submit, Close string
	Notes                []Text // above the fields
	Fields               []FormField
	Language             commands.Language
}

// FormField is a field of a form.
type FormField struct {
	Name     string // by which what is filled in comes back
	Kind     FormKind
	Label    string
	Hint     string // what can be typed; empty: nothing is said
	Options  []Option
	Starts   []string // the values at first
	Optional bool     // it can be left empty
	Most     int      // of Written: characters; of Several: options; 0: no limit of its own
}

// Option is something that can be chosen.
type Option struct {
	Value string
	Label string
	Note  string // beside the label; empty: nothing is said
}

// FormKind is how a field is filled in.
type FormKind int

// The kinds of fields.
const (
	Single  FormKind = iota // one option
	Several                 // some options
	Written                 // text in one line
	Room                    // a channel of the platform
)

// Field returns the field of that name; ok is false if the form has none.
func (f Form) Field(name string) (_ FormField, ok bool) {
	i := slices.IndexFunc(f.Fields, func(f FormField) bool { return f.Name == name })
	if i < 0 {
		return FormField{}, false
	}
	return f.Fields[i], true
}

// Form writes what a form offers.
func (w Words) Form(o Offer) Form {
	says := w.Forms
	f := Form{Verb: o.Verb, Title: says.AddTitle, Submit: says.Add, Close: says.Close, Language: w.language}
	if o.Verb == commands.Remove {
		f.Title, f.Submit = says.RemoveTitle, says.Remove
	}
	if o.Waits {
		f.Submit = says.Ask
	}
	if len(o.Approvers) > 0 {
		who := w.approvers(Request{Named: o.Approvers, Platform: o.Platform})
		f.Notes = append(f.Notes, Fill(either(o.Waits, says.Waits, says.Longer), Slots{"who": who}))
	}
	if o.Starts.Fixed {
		f.Notes = append(f.Notes, Fill(says.Whom, Slots{"users": w.people(o.Starts.Users)}))
	}
	f.Fields = append(f.Fields, w.groupFields(o)...)
	if !o.Starts.Fixed {
		f.Fields = append(f.Fields, w.userFields(o)...)
	}
	if len(o.Lengths) > 0 {
		f.Fields = append(f.Fields, w.lengths(o))
	}
	f.Fields = append(f.Fields, FormField{
		Name: ReasonField, Kind: Written, Label: says.Reason, Hint: Capitalized(w.Options[ReasonField]),
		Starts: given(o.Starts.Reason), Optional: true, Most: commands.MaxReason,
	})
	if !o.Placed {
		f.Fields = append(f.Fields, FormField{Name: ChannelField, Kind: Room, Label: says.Channel})
	}
	return f
}

func (w Words) groupFields(o Offer) []FormField {
	typed := FormField{Name: GroupIDField, Kind: Written, Label: w.Forms.TypedGroup, Hint: w.Forms.TypedGroupHint, Optional: true}
	if !slices.Contains(o.Aliases, o.Starts.Group) {
		typed.Starts = given(o.Starts.Group)
	}
	if len(o.Aliases) == 0 {
		return []FormField{typed}
	}
	chosen := FormField{Name: GroupField, Kind: Single, Label: w.Forms.Group, Optional: true}
	for _, alias := range o.Aliases {
		chosen.Options = append(chosen.Options, Option{Value: alias, Label: alias})
	}
	if typed.Starts == nil {
		chosen.Starts = given(o.Starts.Group)
	}
	return []FormField{chosen, typed}
}

func (w Words) userFields(o Offer) []FormField {
	typed := FormField{Name: UserIDsField, Kind: Written, Label: w.Forms.TypedUsers, Hint: w.Forms.TypedUsersHint, Optional: true}
	chosen := FormField{Name: UsersField, Kind: Several, Label: w.Forms.Users, Optional: true, Most: commands.MaxUsers}
	for _, c := range o.People {
		chosen.Options = append(chosen.Options, Option{Value: c.Typed, Label: w.choice(c)})
	}
	if people := grammar.FormatPeople(o.Starts.Users...); people != "" {
		typed.Starts = []string{people}
	}
	if len(chosen.Options) == 0 && o.Verb != commands.Remove { // the administrators can be removed
		return []FormField{typed}
	}
	return []FormField{chosen, typed}
}

// choice is a name with whom it means.
func (w Words) choice(c Choice) string {
	if len(c.Means) == 1 && c.Typed == string(c.Means[0].ID) {
		return w.person(c.Means[0]).String()
	}
	ids := make([]Text, len(c.Means))
	for i, p := range c.Means {
		ids[i] = code(string(p.ID))
	}
	name := c.Typed
	if strings.HasPrefix(name, `"`) && len(c.Means) > 0 { // it is quoted to be typed
		name = c.Means[0].Name
	}
	return Fill(w.Names.Person, Slots{"name": plain(name), "id": w.list(ids)}).String()
}

func (w Words) lengths(o Offer) FormField {
	f := FormField{Name: ForField, Kind: Single, Label: w.Forms.For}
	mixed := slices.ContainsFunc(o.Lengths, func(l Length) bool { return !l.Waits })
	for _, l := range o.Lengths {
		option := Option{Value: Endless, Label: w.Forms.Endless}
		if l.For > 0 {
			option = Option{Value: grammar.FormatDuration(l.For), Label: w.duration(l.For).String()}
		}
		if l.Waits && mixed {
			option.Note = w.Forms.Approval
		}
		f.Options = append(f.Options, option)
		if l.For == o.Starts.For {
			f.Starts = []string{option.Value}
		}
	}
	return f
}

// given is a value, or none.
func given(text string) []string {
	if text == "" {
		return nil
	}
	return []string{text}
}

// FieldMistake says what is wrong with a field of a form. The form is in front of the
// caller: it needs no example, and repeats nothing.
func (w Words) FieldMistake(entry int64, k grammar.Mistake) Message {
	m := w.Mistake(entry, k)
	m.Lines = m.Lines[:1]
	return m
}

// OpenThere says at a field of a form that the command is only allowed in certain channels,
// and that the form has to be opened there.
func (w Words) OpenThere(entry int64, v commands.Verb) Message {
	m := w.message(entry)
	m.add(Head, Fill(w.Refusals.OpenThere, Slots{"verb": code(string(v)), "command": code(Name + " " + string(v))}))
	return m
}

// FormButtons are the buttons that open the forms of some commands, under the message of an
// entry.
func (w Words) FormButtons(entry int64, verbs []commands.Verb) []Action {
	var all []Action
	for _, v := range verbs {
		all = append(all, Action{Name: FormAction(v), Entry: entry, Label: either(v == commands.Remove, w.Buttons.RemoveForm, w.Buttons.AddForm)})
	}
	return all
}

// FormAction names the button that opens the form of a command.
func FormAction(v commands.Verb) string { return formAction + string(v) }

// FormOf returns whose form a button opens; ok is false of another button.
func FormOf(action string) (_ commands.Verb, ok bool) {
	for _, v := range Formed {
		if action == FormAction(v) {
			return v, true
		}
	}
	return "", false
}

const formAction = "form_"

// Formed are the commands that have a form.
var Formed = []commands.Verb{commands.Add, commands.Remove}
