package config

import (
	"log/slog"
	"reflect"
	"strconv"
	"strings"
	"unicode"

	"liveadmin/commands"
	"liveadmin/commands/grammar"
	"liveadmin/imapi"
)

// Variable is one thing that the operator can set.
type Variable struct {
	Name    string
	Default string // as it would be written; empty: none
	Doc     string // what it is, in a line
	Secret  bool   // never shown; Name_FILE can name a file that holds it
}

// setting is a variable and a pointer to the field that it sets.
type setting struct {
	Variable
	field any
}

// Variables lists all variables in the order in which people read of them.
func Variables() []Variable {
	var list []Variable
	for _, s := range new(Config).settings() {
		list = append(list, s.Variable)
	}
	return list
}

func (c *Config) settings() []setting { return settingsOf(reflect.ValueOf(c).Elem()) }

func settingsOf(part reflect.Value) (list []setting) {
	for field, value := range part.Fields() {
		tag := field.Tag
		if name := tag.Get("env"); name != "" {
			secret := field.Type == reflect.TypeFor[imapi.Secret]()
			list = append(list, setting{Variable{name, tag.Get("default"), tag.Get("doc"), secret}, value.Addr().Interface()})
		} else if value.Kind() == reflect.Struct {
			list = append(list, settingsOf(value)...)
		}
	}
	return list
}

// set sets a field to what a text says. A text that cannot be of its type becomes a value
// that the checks refuse.
func set(field any, text string) {
	switch f := field.(type) {
	case *string:
		*f = text
	case *commands.Language:
		*f = commands.Language(text)
	case *imapi.Secret:
		*f = imapi.NewSecret(text)
	case *[]string:
		*f = strings.FieldsFunc(text, func(r rune) bool { return r == ',' || unicode.IsSpace(r) })
	case *int64:
		*f = positive(text)
	case *int:
		*f = int(positive(text))
	case *slog.Level:
		if f.UnmarshalText([]byte(text)) != nil {
			*f = noLevel
		}
	}
}

// positive returns a whole number above zero, or -1.
func positive(text string) int64 {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil && n > 0 {
		return n
	}
	return -1
}

// fileSuffix makes of a secret's name the variable with its file.
const fileSuffix = "_FILE"

// nearest returns the name that an unknown one probably should have been, and
// the variable it belongs to. What merely resembles ours, but does not begin
// like ours, is somebody else's. There is none for a name that is known.
func nearest(unknown string) (name, owner string) {
	var names []string
	for _, v := range Variables() {
		first, _, several := strings.Cut(v.Name, "_")
		if several && !strings.HasPrefix(strings.ToUpper(unknown), first+"_") {
			continue
		}
		names = append(names, v.Name)
		if v.Secret {
			names = append(names, v.Name+fileSuffix)
		}
	}
	if name = grammar.Nearest(unknown, names); name == unknown {
		return "", ""
	}
	return name, strings.TrimSuffix(name, fileSuffix)
}
