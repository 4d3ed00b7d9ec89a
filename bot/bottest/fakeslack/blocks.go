package fakeslack

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// block is a block with the fields of every kind that a bot's messages have:
// section, header, context, actions, divider, rich_text, table. Any other kind is refused.
type block struct {
	Type      string            `json:"type"`
	BlockID   string            `json:"block_id"`
	Text      *textObject       `json:"text"`
	Fields    []textObject      `json:"fields"`
	Accessory json.RawMessage   `json:"accessory"`
	Elements  []json.RawMessage `json:"elements"`
	Expand    bool              `json:"expand"`
	Rows      [][]tableCell     `json:"rows"`
	Columns   []tableColumn     `json:"column_settings"`
}

type textObject struct {
	Type     string `json:"type"`
	Text     string `json:"text"`
	Emoji    *bool  `json:"emoji,omitempty"`
	Verbatim *bool  `json:"verbatim,omitempty"`
}

type button struct {
	Type     string      `json:"type"`
	Text     *textObject `json:"text"`
	ActionID string      `json:"action_id"`
	Value    string      `json:"value"`
	URL      string      `json:"url"`
	Style    string      `json:"style"`
	Confirm  *confirm    `json:"confirm"`
	Label    string      `json:"accessibility_label"`
}

type confirm struct {
	Title   *textObject `json:"title"`
	Text    *textObject `json:"text"`
	Confirm *textObject `json:"confirm"`
	Deny    *textObject `json:"deny"`
	Style   string      `json:"style"`
}

func checkBlock(fields map[string]any) error {
	raw, err := json.Marshal(fields)
	if err != nil {
		return err
	}
	var b block
	if err := strictly(raw, &b); err != nil {
		return err
	}
	if err := b.onlyItsFields(fields); err != nil {
		return err
	}
	if size(b.BlockID) > 255 {
		return errors.New("block_id has more than 255 characters")
	}
	switch b.Type {
	case "divider":
		return nil
	case "header":
		return b.Text.check("header", 150, plainOnly)
	case "section":
		return b.checkSection()
	case "context":
		return b.checkContext()
	case "actions":
		return b.checkActions()
	case "rich_text":
		return b.checkRichText()
	case "table":
		return b.checkTable()
	}
	return fmt.Errorf("unsupported type: %s", b.Type)
}

// onlyItsFields refuses what another kind of block has.
func (b block) onlyItsFields(fields map[string]any) error {
	allowed := map[string]bool{"type": true, "block_id": true}
	switch b.Type {
	case "header":
		allowed["text"] = true
	case "section":
		allowed["text"], allowed["fields"], allowed["accessory"], allowed["expand"] = true, true, true, true
	case "context", "actions", "rich_text":
		allowed["elements"] = true
	case "table":
		allowed["rows"], allowed["column_settings"] = true, true
	}
	for name := range fields {
		if !allowed[name] {
			return fmt.Errorf("invalid additional property: %s", name)
		}
	}
	return nil
}

func (b block) checkSection() error {
	if b.Text == nil && len(b.Fields) == 0 {
		return errors.New("a section needs text or fields")
	}
	if b.Text != nil {
		if err := b.Text.check("section", 3000, anyText); err != nil {
			return err
		}
	}
	if len(b.Fields) > 10 {
		return fmt.Errorf("%d fields, more than 10", len(b.Fields))
	}
	for _, f := range b.Fields {
		if err := f.check("field", 2000, anyText); err != nil {
			return err
		}
	}
	if b.Accessory == nil {
		return nil
	}
	_, err := checkButton(b.Accessory)
	return err
}

func (b block) checkContext() error {
	if n := len(b.Elements); n < 1 || n > 10 {
		return fmt.Errorf("a context with %d elements", n)
	}
	for _, raw := range b.Elements {
		var t textObject
		if err := strictly(raw, &t); err != nil {
			return err
		}
		if err := t.check("context element", 3000, anyText); err != nil {
			return err
		}
	}
	return nil
}

func (b block) checkActions() error {
	if n := len(b.Elements); n < 1 || n > 25 {
		return fmt.Errorf("actions with %d elements", n)
	}
	seen := make(map[string]bool)
	for _, raw := range b.Elements {
		action, err := checkButton(raw)
		if err != nil {
			return err
		}
		if action != "" && seen[action] {
			return fmt.Errorf("action_id %q is there twice", action)
		}
		seen[action] = true
	}
	return nil
}

// checkButton checks an element that must be a button and returns its action_id.
func checkButton(raw []byte) (string, error) {
	var b button
	if err := strictly(raw, &b); err != nil {
		return "", err
	}
	if err := b.Text.check("button", 75, plainOnly); err != nil {
		return "", err
	}
	switch {
	case b.Type != "button":
		return "", fmt.Errorf("unsupported element: %s", b.Type)
	case size(b.ActionID) > 255:
		return "", errors.New("action_id has more than 255 characters")
	case size(b.Value) > 2000:
		return "", errors.New("value has more than 2000 characters")
	case size(b.URL) > 3000:
		return "", errors.New("url has more than 3000 characters")
	case size(b.Label) > 75:
		return "", errors.New("accessibility_label has more than 75 characters")
	case b.Style != "" && b.Style != "primary" && b.Style != "danger":
		return "", fmt.Errorf("no such style: %s", b.Style)
	}
	if b.Confirm == nil {
		return b.ActionID, nil
	}
	return b.ActionID, b.Confirm.check()
}

func (c confirm) check() error {
	if c.Style != "" && c.Style != "primary" && c.Style != "danger" {
		return fmt.Errorf("no such style: %s", c.Style)
	}
	return errors.Join(
		c.Title.check("confirm title", 100, plainOnly),
		c.Text.check("confirm text", 300, anyText),
		c.Confirm.check("confirm button", 30, plainOnly),
		c.Deny.check("deny button", 30, plainOnly),
	)
}

const (
	plainOnly = false
	anyText   = true
)

// check refuses a text that is missing, empty, too long or of the wrong type.
func (t *textObject) check(where string, most int, mrkdwn bool) error {
	switch {
	case t == nil:
		return fmt.Errorf("the %s has no text", where)
	case t.Type != "plain_text" && (t.Type != "mrkdwn" || !mrkdwn):
		return fmt.Errorf("the text of the %s has the type %q", where, t.Type)
	case t.Text == "":
		return fmt.Errorf("the text of the %s is empty", where)
	case size(t.Text) > most:
		return fmt.Errorf("the text of the %s has %d characters, more than %d", where, size(t.Text), most)
	case t.Type == "mrkdwn" && t.Emoji != nil:
		return fmt.Errorf("the %s has emoji beside mrkdwn", where)
	case t.Type == "plain_text" && t.Verbatim != nil:
		return fmt.Errorf("the %s has verbatim beside plain_text", where)
	}
	return nil
}

// strictly decodes JSON and refuses fields that Slack does not know.
func strictly(raw []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	return d.Decode(into)
}
