package fakeslack

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// input is an input block of a view.
type input struct {
	Type     string      `json:"type"`
	Block    string      `json:"block_id"`
	Label    *textObject `json:"label"`
	Element  element     `json:"element"`
	Hint     *textObject `json:"hint"`
	Optional bool        `json:"optional"`
	Dispatch bool        `json:"dispatch_action"`
}

// element is an element with the fields of every kind that forms have: text, and selects of
// options, of options from outside, and of conversations.
type element struct {
	Type        string      `json:"type"`
	ActionID    string      `json:"action_id"`
	Placeholder *textObject `json:"placeholder"`
	Focus       bool        `json:"focus_on_load"`

	InitialValue string `json:"initial_value"`
	Multiline    bool   `json:"multiline"`
	MinLength    int    `json:"min_length"`
	MaxLength    int    `json:"max_length"`

	Options        []option `json:"options"`
	InitialOption  *option  `json:"initial_option"`
	InitialOptions []option `json:"initial_options"`
	MaxSelected    *int     `json:"max_selected_items"`
	MinQuery       *int     `json:"min_query_length"`

	InitialConversation string          `json:"initial_conversation"`
	Current             bool            `json:"default_to_current_conversation"`
	Filter              json.RawMessage `json:"filter"`
}

type option struct {
	Text        *textObject `json:"text"`
	Value       string      `json:"value"`
	Description *textObject `json:"description,omitempty"`
}

// elementFields are the fields of each kind of element, beside those that all have.
var elementFields = map[string][]string{
	"plain_text_input":      {"initial_value", "multiline", "min_length", "max_length"},
	"static_select":         {"options", "initial_option"},
	"external_select":       {"initial_option", "min_query_length"},
	"multi_static_select":   {"options", "initial_options", "max_selected_items"},
	"multi_external_select": {"initial_options", "max_selected_items", "min_query_length"},
	"conversations_select":  {"initial_conversation", "default_to_current_conversation", "filter"},
}

// checkInput checks an input block.
func checkInput(fields map[string]any) error {
	raw, err := json.Marshal(fields)
	if err != nil {
		return err
	}
	var in input
	if err := strictly(raw, &in); err != nil {
		return err
	}
	if err := in.Label.check("label", 2000, plainOnly); err != nil {
		return err
	}
	if in.Hint != nil {
		if err := in.Hint.check("hint", 2000, plainOnly); err != nil {
			return err
		}
	}
	if size(in.Block) > 255 || size(in.Element.ActionID) > 255 {
		return errors.New("an id has more than 255 characters")
	}
	own, known := elementFields[in.Element.Type]
	if !known {
		return fmt.Errorf("unsupported element: %s", in.Element.Type)
	}
	all, _ := fields["element"].(map[string]any)
	for name := range all {
		if !slices.Contains(append([]string{"type", "action_id", "placeholder", "focus_on_load"}, own...), name) {
			return fmt.Errorf("invalid additional property: %s", name)
		}
	}
	return in.Element.check()
}

func (e element) check() error {
	if e.Placeholder != nil {
		if err := e.Placeholder.check("placeholder", 150, plainOnly); err != nil {
			return err
		}
	}
	if e.Type == "plain_text_input" {
		switch most := e.MaxLength; {
		case most < 0 || most > 3000 || e.MinLength < 0 || e.MinLength > 3000:
			return fmt.Errorf("a length of %d to %d", e.MinLength, most)
		case most > 0 && size(e.InitialValue) > most:
			return errors.New("initial_value is longer than max_length")
		}
		return nil
	}
	return e.checkOptions()
}

func (e element) checkOptions() error {
	static := e.Type == "static_select" || e.Type == "multi_static_select"
	if n := len(e.Options); static && (n < 1 || n > 100) {
		return fmt.Errorf("%d options, not 1 to 100", n)
	}
	initial := e.InitialOptions
	if e.InitialOption != nil {
		initial = append(initial, *e.InitialOption)
	}
	for _, o := range append(slices.Clone(e.Options), initial...) {
		if err := o.check(); err != nil {
			return err
		}
	}
	for _, o := range initial {
		same := func(other option) bool { return string(encode(other)) == string(encode(o)) }
		if static && !slices.ContainsFunc(e.Options, same) {
			return fmt.Errorf("the initial option %q is none of the options", o.Value)
		}
	}
	if e.MaxSelected != nil && (*e.MaxSelected < 1 || len(e.InitialOptions) > *e.MaxSelected) {
		return errors.New("max_selected_items is less than what is selected")
	}
	return nil
}

func (o option) check() error {
	switch {
	case o.Value == "" || size(o.Value) > 150:
		return fmt.Errorf("an option's value has %d characters", size(o.Value))
	case o.Description != nil:
		if err := o.Description.check("description", 75, plainOnly); err != nil {
			return err
		}
	}
	return o.Text.check("option", 75, plainOnly)
}

// inputs are the input blocks of a view.
func (v *View) inputs() []input {
	var all []json.RawMessage
	if json.Unmarshal(v.Blocks, &all) != nil {
		return nil
	}
	var found []input
	for _, raw := range all {
		var in input
		if json.Unmarshal(raw, &in) == nil && in.Type == "input" {
			found = append(found, in)
		}
	}
	return found
}

// initial is what is filled in from the first, as payloads have it.
func (in input) initial() map[string]any {
	e := in.Element
	values := []string{e.InitialValue}
	switch {
	case e.Type == "conversations_select":
		values = []string{e.InitialConversation}
	case e.InitialOption != nil:
		values = []string{e.InitialOption.Value}
	case e.Type != "plain_text_input":
		values = nil
		for _, o := range e.InitialOptions {
			values = append(values, o.Value)
		}
	}
	return e.filled(values...)
}

// filled is an element with what somebody filled in, as payloads have it.
func (e element) filled(values ...string) map[string]any {
	chosen := []any{}
	for _, value := range values {
		o := option{Text: &textObject{Type: "plain_text", Text: value}, Value: value}
		for _, known := range e.Options {
			if known.Value == value {
				o = known
			}
		}
		if value != "" {
			chosen = append(chosen, o)
		}
	}
	var first, text any
	if len(chosen) > 0 {
		first = chosen[0]
	}
	if len(values) > 0 && values[0] != "" {
		text = values[0]
	}
	switch e.Type {
	case "plain_text_input":
		return map[string]any{"type": e.Type, "value": text}
	case "conversations_select":
		return map[string]any{"type": e.Type, "selected_conversation": text}
	case "multi_static_select", "multi_external_select":
		return map[string]any{"type": e.Type, "selected_options": chosen}
	}
	return map[string]any{"type": e.Type, "selected_option": first}
}
