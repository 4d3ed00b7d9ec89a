package fakediscord

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"sync"
	"unicode/utf8"
)

//go:embed openapi.json
var openAPI []byte

// published is Discord's own description of the bodies that it takes, as far as the bot sends
// them. openapi.json says where it is from.
var published = sync.OnceValues(func() (d description, err error) {
	decoder := json.NewDecoder(bytes.NewReader(openAPI))
	decoder.DisallowUnknownFields() // a rule that is not understood would not be checked
	err = decoder.Decode(&d)
	return d, err
})

type description struct {
	Comment string             `json:"$comment"`
	Routes  map[string]*schema `json:"routes"`
	Schemas map[string]*schema `json:"schemas"`
}

// schema is a JSON Schema, with the keywords that Discord uses.
type schema struct {
	Ref     string      `json:"$ref"` // the name of a schema
	Type    oneOrMore   `json:"type"`
	Enum    []any       `json:"enum"`
	AnyOf   []*schema   `json:"anyOf"`
	Pattern *expression `json:"pattern"`

	Shortest int      `json:"minLength"`
	Longest  *int     `json:"maxLength"`
	Least    *float64 `json:"minimum"`
	Most     *float64 `json:"maximum"`
	Fewest   int      `json:"minItems"`
	Limit    *int     `json:"maxItems"`
	Unique   bool     `json:"uniqueItems"`

	Items      *schema            `json:"items"`
	Properties map[string]*schema `json:"properties"`
	Required   []string           `json:"required"`
	Others     *schema            `json:"additionalProperties"`
	MostOthers *int               `json:"maxProperties"`
}

// oneOrMore is the names of types: one, or a list.
type oneOrMore []string

// UnmarshalJSON reads either.
func (o *oneOrMore) UnmarshalJSON(text []byte) error {
	if text[0] == '"' {
		*o = make([]string, 1)
		return json.Unmarshal(text, &(*o)[0])
	}
	return json.Unmarshal(text, (*[]string)(o))
}

// expression is a regular expression.
type expression struct{ *regexp.Regexp }

// UnmarshalText reads one.
func (e *expression) UnmarshalText(text []byte) (err error) {
	e.Regexp, err = regexp.Compile(string(text))
	return err
}

// conforms compares the body of a call that was taken with the description.
func (c Call) conforms() error {
	d, err := published()
	if err != nil {
		return fmt.Errorf("openapi.json: %w", err)
	}
	s := d.Routes[c.Route]
	if s == nil || len(c.Body) == 0 {
		return nil
	}
	var body any
	if err := json.Unmarshal(c.Body, &body); err != nil {
		return err
	}
	return d.check(s, "body", body)
}

// check compares a value with a schema. at is where the value is. A field that the schema does
// not have is a mistake, although Discord ignores it.
func (d description) check(s *schema, at string, value any) error {
	if s.Ref != "" {
		s = d.Schemas[s.Ref]
	}
	if len(s.AnyOf) > 0 {
		var problems []error
		for _, one := range s.AnyOf {
			err := d.check(one, at, value)
			if err == nil {
				return nil
			}
			problems = append(problems, err)
		}
		return fmt.Errorf("%s fits none: %w", at, errors.Join(problems...))
	}
	if len(s.Type) > 0 && !slices.ContainsFunc(s.Type, func(name string) bool { return isOf(name, value) }) {
		return fmt.Errorf("%s: %v is no %v", at, value, s.Type)
	}
	if len(s.Enum) > 0 && !slices.Contains(s.Enum, value) {
		return fmt.Errorf("%s: %v is none of %v", at, value, s.Enum)
	}
	switch value := value.(type) {
	case string:
		return s.checkText(at, value)
	case float64:
		if s.Least != nil && value < *s.Least || s.Most != nil && value > *s.Most {
			return fmt.Errorf("%s: %v is too small or too large", at, value)
		}
	case []any:
		return d.checkItems(s, at, value)
	case map[string]any:
		return d.checkFields(s, at, value)
	}
	return nil
}

// isOf reports whether a value is of a type.
func isOf(name string, value any) bool {
	switch value := value.(type) {
	case nil:
		return name == "null"
	case bool:
		return name == "boolean"
	case string:
		return name == "string"
	case float64:
		return name == "number" || name == "integer" && value == math.Trunc(value)
	case []any:
		return name == "array"
	}
	return name == "object"
}

func (s *schema) checkText(at, text string) error {
	n := utf8.RuneCountInString(text)
	switch {
	case n < s.Shortest, s.Longest != nil && n > *s.Longest:
		return fmt.Errorf("%s: %q has %d characters", at, text, n)
	case s.Pattern != nil && !s.Pattern.MatchString(text):
		return fmt.Errorf("%s: %q does not fit %s", at, text, s.Pattern)
	}
	return nil
}

func (d description) checkItems(s *schema, at string, items []any) error {
	if len(items) < s.Fewest || s.Limit != nil && len(items) > *s.Limit {
		return fmt.Errorf("%s has %d items", at, len(items))
	}
	seen := make(map[string]bool)
	for i, item := range items {
		text := string(encode(item))
		if s.Unique && seen[text] {
			return fmt.Errorf("%s has %s twice", at, text)
		}
		seen[text] = true
		if s.Items == nil {
			continue
		}
		if err := d.check(s.Items, fmt.Sprintf("%s.%d", at, i), item); err != nil {
			return err
		}
	}
	return nil
}

func (d description) checkFields(s *schema, at string, fields map[string]any) error {
	for _, name := range s.Required {
		if _, ok := fields[name]; !ok {
			return fmt.Errorf("%s lacks %q", at, name)
		}
	}
	if s.MostOthers != nil && len(fields) > *s.MostOthers {
		return fmt.Errorf("%s has %d fields", at, len(fields))
	}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		field := s.Properties[name]
		if field == nil {
			field = s.Others
		}
		if field == nil {
			return fmt.Errorf("%s: there is no field %q", at, name)
		}
		if err := d.check(field, at+"."+name, fields[name]); err != nil {
			return err
		}
	}
	return nil
}
