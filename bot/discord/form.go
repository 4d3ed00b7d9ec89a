package discord

import (
	"slices"
	"strings"

	"github.com/bwmarrin/discordgo"

	"liveadmin/bot"
	"liveadmin/bot/chat"
	"liveadmin/commands"
	"liveadmin/commands/words"
)

// Discord's limits of a form, in characters, and how many components it has at most (docs:
// components/reference, interactions/receiving-and-responding).
const (
	longestFormTitle = 45
	longestFormLabel = 45
	longestFormHint  = 100
	longestChoice    = 100
	mostChoices      = 25
	mostParts        = 5
	longestTyped     = 400
)

// labelPart is a kind of component that the library does not have.
const labelPart discordgo.ComponentType = 18

// modal is a form as Discord takes it.
type modal struct {
	ID    string      `json:"custom_id"`
	Title string      `json:"title"`
	Parts []modalPart `json:"components"`
}

// modalPart is a text, or a label with what is filled in.
type modalPart struct {
	Kind        discordgo.ComponentType `json:"type"`
	Content     string                  `json:"content,omitempty"`
	Label       string                  `json:"label,omitempty"`
	Description string                  `json:"description,omitempty"`
	Input       *modalInput             `json:"component,omitempty"`
}

// modalInput is a text input or a select.
type modalInput struct {
	Kind     discordgo.ComponentType      `json:"type"`
	Name     string                       `json:"custom_id"`
	Required bool                         `json:"required"` // without it, Discord takes it for true
	Style    discordgo.TextInputStyle     `json:"style,omitempty"`
	Value    string                       `json:"value,omitempty"`
	Hint     string                       `json:"placeholder,omitempty"`
	Longest  int                          `json:"max_length,omitempty"`
	Least    *int                         `json:"min_values,omitempty"`
	Options  []discordgo.SelectMenuOption `json:"options,omitempty"`
}

// modal writes a form. How long is typed: a select could not be left empty again.
func (p renderer) modal(f words.Form, id string) modal {
	m := modal{ID: id, Title: shortLabel(f.Title, longestFormTitle)}
	var notes []string
	for _, n := range f.Notes {
		if slices.ContainsFunc(n, func(s words.Span) bool { return s.Kind == words.Account || s.Kind == words.Team }) {
			m.Parts = append(m.Parts, modalPart{Kind: discordgo.TextDisplayComponent, Content: p.line(n)})
		} else {
			notes = append(notes, n.String())
		}
	}
	first := len(m.Parts)
	for _, field := range f.Fields {
		input, hint := inputOf(field, f.Language)
		m.Parts = append(m.Parts, modalPart{
			Kind: labelPart, Label: shortLabel(field.Label, longestFormLabel), Description: shortLabel(hint, longestFormHint), Input: &input,
		})
	}
	m.Parts = m.Parts[:min(len(m.Parts), mostParts)]
	if len(notes) > 0 && first < len(m.Parts) {
		m.Parts[first].Description = shortLabel(strings.Join(notes, " · "), longestFormHint)
	}
	return m
}

// inputOf is how a field is filled in, and what is said about that.
func inputOf(f words.FormField, l commands.Language) (_ modalInput, hint string) {
	in := modalInput{Kind: discordgo.TextInputComponent, Name: f.Name, Required: !f.Optional, Style: discordgo.TextInputShort, Longest: longestTyped, Hint: shortLabel(f.Hint, longestFormHint)}
	if f.Name == words.ForField {
		in.Required, hint = false, words.Capitalized(words.In(l).Options[words.ForField])
	} else if f.Kind == words.Single {
		return selectOf(f), ""
	}
	if len(f.Starts) > 0 && f.Starts[0] != words.Endless {
		in.Value = f.Starts[0]
	}
	return in, hint
}

// selectOf is a field in which one of its first options can be chosen: Discord has room for
// no more, and the others can be typed.
func selectOf(f words.FormField) modalInput {
	none := 0
	in := modalInput{Kind: discordgo.SelectMenuComponent, Name: f.Name, Required: !f.Optional}
	if f.Optional {
		in.Least = &none
	}
	for _, o := range f.Options {
		if chat.Length(o.Value) > longestChoice || len(in.Options) == mostChoices {
			continue
		}
		in.Options = append(in.Options, discordgo.SelectMenuOption{
			Label: shortLabel(o.Label, longestChoice), Value: o.Value, Default: slices.Contains(f.Starts, o.Value),
		})
	}
	return in
}

// shortLabel cuts a text without marks to so many characters.
func shortLabel(s string, most int) string {
	if chat.Length(s) <= most {
		return s
	}
	return chat.Beginning(s, most-chat.Length("…")) + "…"
}

// formPrefix begins the ID of a form. Behind it are the member whom it is about, and the
// interaction that opened it.
const formPrefix = buttonPrefix + "form:"

// readForm reads the ID of a form. A client can send any: it says no more than could be typed.
func readForm(id string) (member, opened string, ok bool) {
	rest, found := strings.CutPrefix(id, formPrefix)
	member, opened, _ = strings.Cut(rest, ":")
	return member, opened, found && snowflake.MatchString(member) && snowflake.MatchString(opened)
}

// formPart is a part of a form that was sent: a label with an input, or a row of them.
type formPart struct {
	Input formInput   `json:"component"`
	Row   []formInput `json:"components"`
}

// formInput is what was filled in.
type formInput struct {
	Name   string   `json:"custom_id"`
	Value  string   `json:"value"`  // of a text input
	Values []string `json:"values"` // of a select
}

func (in formInput) text() string {
	return strings.Join(append(slices.Clone(in.Values), in.Value), " ")
}

// filled reads a form that was sent.
func (i interaction) filled() *bot.Filled {
	member, opened, _ := readForm(i.Data.Custom)
	f := &bot.Filled{Once: opened, Verb: commands.Add, Users: []string{mention(member)}, Closes: true}
	for _, part := range i.Data.Parts {
		for _, in := range append(part.Row, part.Input) {
			text := strings.TrimSpace(in.text())
			switch in.Name {
			case words.GroupField:
				f.Group = text
			case words.GroupIDField:
				f.GroupID = text
			case words.ForField:
				f.For = text
			case words.ReasonField:
				f.Reason = text
			}
		}
	}
	return f
}

func mention(user string) string { return "<@" + user + ">" }
