package fakediscord

import (
	"fmt"
	"slices"
)

// Limits of components (docs: components/reference).
const (
	maxRows     = 5
	maxButtons  = 5
	maxCustomID = 100
	maxLabel    = 80
)

const (
	rowComponent    = 1
	buttonComponent = 2
	linkStyle       = 5 // the last style that needs nothing bought
)

// Row is a row of buttons. Other components are not known here, and refused.
type Row struct {
	Type    int      `json:"type"`
	Buttons []Button `json:"components"`
}

// Button is a button.
type Button struct {
	Type     int    `json:"type"`
	Style    int    `json:"style"` // 1 primary, 2 secondary, 3 success, 4 danger, 5 link
	Label    string `json:"label,omitempty"`
	CustomID string `json:"custom_id,omitempty"`
	URL      string `json:"url,omitempty"`
	Disabled bool   `json:"disabled,omitempty"`
	Emoji    *Emoji `json:"emoji,omitempty"`
}

// Emoji is a sign on a button.
type Emoji struct {
	ID   string `json:"id,omitempty"`
	Name string `json:"name,omitempty"`
}

// Buttons are a message's buttons in order.
func (m Message) Buttons() []Button {
	var all []Button
	for _, r := range m.Components {
		all = append(all, r.Buttons...)
	}
	return all
}

// clickable reports whether there is a button that sends the app a click.
func (m Message) clickable(customID string) bool {
	return slices.ContainsFunc(m.Buttons(), func(b Button) bool {
		return b.CustomID == customID && customID != "" && !b.Disabled
	})
}

// checkRows finds what is wrong with components.
func checkRows(rows []Row) flaw {
	if len(rows) > maxRows {
		return flawed("components", "Must be %d or fewer in length.", maxRows)
	}
	seen := make(map[string]bool)
	for i, r := range rows {
		at := fmt.Sprintf("components.%d", i)
		if r.Type != rowComponent {
			return flawed(at+".type", "Value must be one of {%d}.", rowComponent)
		}
		if len(r.Buttons) == 0 || len(r.Buttons) > maxButtons {
			return flawed(at+".components", "Must be between 1 and %d in length.", maxButtons)
		}
		for j, b := range r.Buttons {
			f := b.check()
			if !f.found() && seen[b.CustomID] {
				f = flawed("custom_id", "Component custom id cannot be duplicated")
			}
			if f.found() {
				return f.in(fmt.Sprintf("%s.components.%d", at, j))
			}
			seen[b.CustomID] = b.CustomID != ""
		}
	}
	return flaw{}
}

func (b Button) check() flaw {
	switch {
	case b.Type != buttonComponent:
		return flawed("type", "Value must be one of {%d}.", buttonComponent)
	case b.Style < 1 || b.Style > linkStyle:
		return flawed("style", "Value must be one of {1, 2, 3, 4, 5}.")
	case b.Label == "" && b.Emoji == nil:
		return flawed("label", "A button needs a label or an emoji")
	case b.Style == linkStyle && (b.URL == "" || b.CustomID != ""):
		return flawed("url", "A link button has a url and no custom id")
	case b.Style != linkStyle && b.URL != "":
		return flawed("url", "A custom id and url cannot both be specified")
	case b.Style != linkStyle && b.CustomID == "":
		return flawed("custom_id", "A custom id is required")
	}
	if f := length("label", b.Label, 0, maxLabel); f.found() {
		return f
	}
	return length("custom_id", b.CustomID, 0, maxCustomID)
}
