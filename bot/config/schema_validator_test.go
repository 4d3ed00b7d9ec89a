package config_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
)

// schemaFile is what editors check rules files by.
const schemaFile = "../../docs/liveadmin.schema.json"

// schema is a JSON Schema, with the few keywords that ours uses.
type schema struct {
	Ref      string         `json:"$ref"`
	Type     oneOrMore      `json:"type"`
	Enum     []string       `json:"enum"`
	AnyOf    []*schema      `json:"anyOf"`
	AllOf    []*schema      `json:"allOf"`
	Not      *schema        `json:"not"`
	Pattern  *regexp.Regexp `json:"pattern"`
	Shortest int            `json:"minLength"`
	Longest  *int           `json:"maxLength"`

	Items *schema `json:"items"`
	Least int     `json:"minItems"`
	Most  *int    `json:"maxItems"`

	Properties map[string]*schema `json:"properties"`
	Required   []string           `json:"required"`
	Names      *schema            `json:"propertyNames"`
	Others     *others            `json:"additionalProperties"`

	Definitions map[string]*schema `json:"definitions"`

	// For people.
	Dialect     string `json:"$schema"`
	Title       string `json:"title"`
	Description string `json:"description"`
	Examples    []any  `json:"examples"`
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

// others is what holds for the keys that properties do not name. Without a schema there
// can be none.
type others struct{ *schema }

// UnmarshalJSON reads false or a schema.
func (o *others) UnmarshalJSON(text []byte) error {
	if string(text) == "false" {
		return nil
	}
	var err error
	o.schema, err = readSchema(text)
	return err
}

// readSchema reads a schema, which may have no keyword that the validator does not know.
func readSchema(text []byte) (*schema, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	s := new(schema)
	return s, d.Decode(s)
}

// rulesSchema is the schema of the rules file.
var rulesSchema = sync.OnceValues(func() (*schema, error) {
	text, err := os.ReadFile(schemaFile)
	if err != nil {
		return nil, err
	}
	return readSchema(text)
})

// whole returns the schema of the rules file.
func whole(t testing.TB) *schema {
	t.Helper()
	s, err := rulesSchema()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// refusal says why the schema does not take a rules file, or is empty.
func (s *schema) refusal(file string) string {
	var value any
	if err := yaml.Unmarshal([]byte(strings.TrimPrefix(file, "\ufeff")), &value); err != nil {
		return err.Error()
	}
	return s.check(s, value, "")
}

// resolved follows a reference into the whole schema.
func (s *schema) resolved(root *schema) *schema {
	if name, ok := strings.CutPrefix(s.Ref, "#/definitions/"); ok && root.Definitions[name] != nil {
		return root.Definitions[name]
	}
	return s
}

// check says why a value is not what a schema wants, or is empty.
func (s *schema) check(root *schema, value any, where string) string {
	if s.Ref != "" {
		if s.resolved(root) == s {
			return "there is no " + s.Ref
		}
		return s.resolved(root).check(root, value, where)
	}
	is := typeOf(value)
	text, isText := value.(string)
	switch {
	case s.Type != nil && !slices.Contains(s.Type, is):
		return fmt.Sprintf("%s is of type %s", where, is)
	case s.Enum != nil && !(isText && slices.Contains(s.Enum, text)):
		return fmt.Sprintf("%s is none of %v", where, s.Enum)
	case s.Not != nil && s.Not.check(root, value, where) == "":
		return where + " is what it must not be"
	}
	if s.AnyOf != nil && !slices.ContainsFunc(s.AnyOf, func(a *schema) bool { return a.check(root, value, where) == "" }) {
		return where + " fits nothing"
	}
	for _, a := range s.AllOf {
		if wrong := a.check(root, value, where); wrong != "" {
			return wrong
		}
	}
	switch value := value.(type) {
	case string:
		return s.checkText(value, where)
	case []any:
		return s.checkList(root, value, where)
	case map[string]any:
		return s.checkMapping(root, value, where)
	}
	return ""
}

func (s *schema) checkText(text, where string) string {
	length := utf8.RuneCountInString(text)
	switch {
	case length < s.Shortest, s.Longest != nil && length > *s.Longest:
		return fmt.Sprintf("%s has %d characters", where, length)
	case s.Pattern != nil && !s.Pattern.MatchString(text):
		return fmt.Sprintf("%s does not fit %s", where, s.Pattern)
	}
	return ""
}

func (s *schema) checkList(root *schema, list []any, where string) string {
	if len(list) < s.Least || s.Most != nil && len(list) > *s.Most {
		return fmt.Sprintf("%s has %d items", where, len(list))
	}
	for i, item := range list {
		if s.Items == nil {
			break
		}
		if wrong := s.Items.check(root, item, fmt.Sprintf("%s/%d", where, i)); wrong != "" {
			return wrong
		}
	}
	return ""
}

func (s *schema) checkMapping(root *schema, mapping map[string]any, where string) string {
	for _, key := range s.Required {
		if _, ok := mapping[key]; !ok {
			return fmt.Sprintf("%s has no %s", where, key)
		}
	}
	for key, value := range mapping {
		here := where + "/" + key
		if s.Names != nil {
			if wrong := s.Names.check(root, key, here); wrong != "" {
				return wrong
			}
		}
		of, known := s.Properties[key]
		if !known && s.Others != nil {
			of = s.Others.schema
			if of == nil {
				return here + " is no key"
			}
		}
		if of == nil {
			continue
		}
		if wrong := of.check(root, value, here); wrong != "" {
			return wrong
		}
	}
	return ""
}

// typeOf is the name of a value's type.
func typeOf(value any) string {
	switch value.(type) {
	case nil:
		return "null"
	case string:
		return "string"
	case bool:
		return "boolean"
	case []any:
		return "array"
	case map[string]any:
		return "object"
	}
	return "number"
}
