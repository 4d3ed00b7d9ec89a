package fakediscord

import (
	"encoding/json"
	"fmt"
	"slices"
)

// Limits of a modal, in characters (docs: components/reference).
const (
	maxModalTitle  = 45
	maxModalParts  = 5
	maxModalLabel  = 45
	maxModalNote   = 100 // the description of a label or of an option
	maxTyped       = 4000
	maxPlaceholder = 100
	maxSelectHint  = 150
)

// Kinds of components of a modal. Others are not known here, and refused.
const (
	stringSelect = 3
	textInput    = 4
	textDisplay  = 10
	labelPart    = 18
)

// Modal is a form that was opened in answer to an interaction.
type Modal struct {
	CustomID string      `json:"custom_id"`
	Title    string      `json:"title"`
	Parts    []ModalPart `json:"components"`
}

// ModalPart is a text, or a label with what is filled in.
type ModalPart struct {
	Type        int    `json:"type"`
	Content     string `json:"content,omitempty"` // of a text
	Label       string `json:"label,omitempty"`
	Description string `json:"description,omitempty"`
	Input       *Input `json:"component,omitempty"`
}

// Input is a text input or a select of a modal.
type Input struct {
	Type        int            `json:"type"`
	CustomID    string         `json:"custom_id"`
	Required    *bool          `json:"required,omitempty"` // nil: it is
	Placeholder string         `json:"placeholder,omitempty"`
	Disabled    bool           `json:"disabled,omitempty"`
	Label       string         `json:"label,omitempty"`
	Style       int            `json:"style,omitempty"` // of a text input: 1 short, 2 paragraph
	Value       string         `json:"value,omitempty"`
	MinLength   *int           `json:"min_length,omitempty"`
	MaxLength   *int           `json:"max_length,omitempty"`
	Options     []SelectOption `json:"options,omitempty"` // of a select
	MinValues   *int           `json:"min_values,omitempty"`
	MaxValues   *int           `json:"max_values,omitempty"`
}

// SelectOption is what can be chosen in a select.
type SelectOption struct {
	Label       string `json:"label"`
	Value       string `json:"value"`
	Description string `json:"description,omitempty"`
	Default     bool   `json:"default,omitempty"`
}

// Input returns the input with a custom ID.
func (m Modal) Input(customID string) (Input, bool) {
	for _, p := range m.Parts {
		if p.Input != nil && p.Input.CustomID == customID {
			return *p.Input, true
		}
	}
	return Input{}, false
}

// openModal reads the modal of a first response, or refuses it.
func (i *Interaction) openModal(data json.RawMessage) answer {
	var m Modal
	if err := json.Unmarshal(data, &m); err != nil {
		return flawed("data", "%v", err).answer()
	}
	if f := m.check(); f.found() {
		return f.in("data").answer()
	}
	i.modal = &m
	return answer{}
}

func (m Modal) check() flaw {
	f := length("title", m.Title, 1, maxModalTitle)
	if !f.found() {
		f = length("custom_id", m.CustomID, 1, maxCustomID)
	}
	if !f.found() && (len(m.Parts) == 0 || len(m.Parts) > maxModalParts) {
		f = flawed("components", "Must be between 1 and %d in length.", maxModalParts)
	}
	seen := make(map[string]bool)
	for n, p := range m.Parts {
		if f.found() {
			return f
		}
		f = p.check()
		if p.Input != nil && !f.found() {
			if seen[p.Input.CustomID] {
				f = flawed("component.custom_id", "Component custom id cannot be duplicated")
			}
			seen[p.Input.CustomID] = true
		}
		if f.found() {
			f = f.in(fmt.Sprintf("components.%d", n))
		}
	}
	return f
}

func (p ModalPart) check() flaw {
	switch {
	case p.Type == textDisplay:
		return length("content", p.Content, 1, maxTyped)
	case p.Type != labelPart:
		return flawed("type", "Value must be one of {%d, %d}.", textDisplay, labelPart)
	case p.Input == nil:
		return flawed("component", "This field is required")
	}
	f := length("label", p.Label, 1, maxModalLabel)
	if !f.found() {
		f = length("description", p.Description, 0, maxModalNote)
	}
	if f.found() {
		return f
	}
	if f = p.Input.check(); f.found() {
		f = f.in("component")
	}
	return f
}

func (in Input) check() flaw {
	if f := length("custom_id", in.CustomID, 1, maxCustomID); f.found() {
		return f
	}
	switch {
	case in.Disabled:
		return flawed("disabled", "Modals cannot have disabled components")
	case in.Label != "":
		return flawed("label", "A component in a label has no label of its own")
	case in.Type == textInput:
		return in.checkTyped()
	case in.Type == stringSelect:
		return in.checkSelect()
	}
	return flawed("type", "Value must be one of {%d, %d}.", stringSelect, textInput)
}

func (in Input) checkTyped() flaw {
	switch {
	case in.Style != 1 && in.Style != 2:
		return flawed("style", "Value must be one of {1, 2}.")
	case in.MinLength != nil && (*in.MinLength < 0 || *in.MinLength > maxTyped):
		return flawed("min_length", "int value should be between 0 and %d.", maxTyped)
	case in.MaxLength != nil && (*in.MaxLength < 1 || *in.MaxLength > maxTyped):
		return flawed("max_length", "int value should be between 1 and %d.", maxTyped)
	case in.MinLength != nil && in.MaxLength != nil && *in.MinLength > *in.MaxLength:
		return flawed("min_length", "Must be less than or equal to max_length.")
	case len(in.Options) > 0:
		return flawed("options", "A text input has no options")
	}
	if f := length("placeholder", in.Placeholder, 0, maxPlaceholder); f.found() {
		return f
	}
	return length("value", in.Value, 0, in.longest())
}

// longest is how much can be typed.
func (in Input) longest() int {
	if in.MaxLength != nil {
		return *in.MaxLength
	}
	return maxTyped
}

func (in Input) checkSelect() flaw {
	least, most := in.bounds()
	switch {
	case len(in.Options) == 0 || len(in.Options) > maxChoices:
		return flawed("options", "Must be between 1 and %d in length.", maxChoices)
	case least < 0 || least > maxChoices || most < 1 || most > maxChoices || least > most:
		return flawed("min_values", "int value should be between 0 and %d.", maxChoices)
	case in.MinValues != nil && least == 0 && in.required():
		return flawed("min_values", "Must be at least 1 if the component is required.")
	case most > len(in.Options):
		return flawed("max_values", "Must be at most the number of options.")
	case in.Style != 0 || in.Value != "" || in.MinLength != nil || in.MaxLength != nil:
		return flawed("value", "A select has no text")
	}
	if f := length("placeholder", in.Placeholder, 0, maxSelectHint); f.found() {
		return f
	}
	chosen := 0
	seen := make(map[string]bool)
	for n, o := range in.Options {
		f := length("label", o.Label, 1, maxChoice)
		if !f.found() {
			f = length("value", o.Value, 1, maxChoice)
		}
		if !f.found() {
			f = length("description", o.Description, 0, maxModalNote)
		}
		if !f.found() && seen[o.Value] {
			f = flawed("value", "The specified option value is already used")
		}
		if f.found() {
			return f.in(fmt.Sprintf("options.%d", n))
		}
		seen[o.Value] = true
		if o.Default {
			chosen++
		}
	}
	if chosen > most {
		return flawed("options", "Too many options are selected by default")
	}
	return flaw{}
}

func (in Input) required() bool { return in.Required == nil || *in.Required }

// bounds are how many options can be chosen.
func (in Input) bounds() (least, most int) {
	least, most = 1, 1
	if in.MinValues != nil {
		least = *in.MinValues
	}
	if in.MaxValues != nil {
		most = *in.MaxValues
	}
	return least, most
}

// Filled is what somebody fills into a modal, by custom ID: a string, or of a select []string.
// What is left out stays as it was opened.
type Filled map[string]any

// submitted is the data of a modal as it is sent, or why nobody can send it so.
func (m Modal) submitted(filled Filled) (data any, wrong string) {
	for id := range filled {
		if _, ok := m.Input(id); !ok {
			return nil, fmt.Sprintf("the modal has no input %q", id)
		}
	}
	var parts []any
	id := 0
	next := func() int { id++; return id }
	for _, p := range m.Parts {
		part := map[string]any{"type": p.Type, "id": next()}
		if p.Input != nil {
			value, wrong := p.Input.filled(filled[p.Input.CustomID])
			if wrong != "" {
				return nil, fmt.Sprintf("the input %q %s", p.Input.CustomID, wrong)
			}
			value["type"], value["id"], value["custom_id"] = p.Input.Type, next(), p.Input.CustomID
			part["component"] = value
		}
		parts = append(parts, part)
	}
	return map[string]any{"custom_id": m.CustomID, "components": parts}, ""
}

// filled is the value of an input, or why it cannot be that.
func (in Input) filled(with any) (value map[string]any, wrong string) {
	if in.Type == textInput {
		text, ok := with.(string)
		switch {
		case with == nil:
			text = in.Value
		case !ok:
			return nil, fmt.Sprintf("takes no %T", with)
		}
		switch {
		case text == "" && in.required():
			return nil, "is required"
		case size(text) > in.longest():
			return nil, "is too long"
		}
		return map[string]any{"value": text}, ""
	}
	chosen, ok := with.([]string)
	switch {
	case with == nil:
		for _, o := range in.Options {
			if o.Default {
				chosen = append(chosen, o.Value)
			}
		}
	case !ok:
		return nil, fmt.Sprintf("takes no %T", with)
	}
	if _, most := in.bounds(); len(chosen) > most {
		return nil, "takes fewer"
	}
	if len(chosen) == 0 && in.required() {
		return nil, "is required"
	}
	for _, value := range chosen {
		if !slices.ContainsFunc(in.Options, func(o SelectOption) bool { return o.Value == value }) {
			return nil, fmt.Sprintf("has no option %q", value)
		}
	}
	return map[string]any{"values": append([]string{}, chosen...)}, ""
}
