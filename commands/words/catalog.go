package words

import (
	"embed"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"github.com/goccy/go-yaml"

	"liveadmin/commands"
)

//go:embed catalog/*.yaml
var catalog embed.FS

// languages are the catalogues, each read when it is first used.
var languages = func() map[commands.Language]func() (*Sentences, error) {
	all := make(map[commands.Language]func() (*Sentences, error))
	for _, l := range commands.Languages {
		all[l] = sync.OnceValues(func() (*Sentences, error) { return load(l) })
	}
	return all
}()

// In returns the words of a language, or English ones if there is no catalogue for it. A
// catalogue that cannot be read fails the tests; here it panics.
func In(l commands.Language) Words {
	get, ok := languages[l]
	if !ok {
		l = commands.English
		get = languages[l]
	}
	says, err := get()
	if err != nil {
		panic(err)
	}
	return Words{Sentences: says, language: l}
}

// load reads the catalogue of a language.
func load(l commands.Language) (*Sentences, error) {
	text, err := catalog.ReadFile("catalog/" + string(l) + ".yaml")
	if err != nil {
		return nil, fmt.Errorf("reading the sentences in %s: %w", l, err)
	}
	var s Sentences
	if err := read(text, reflect.ValueOf(&s).Elem()); err != nil {
		return nil, fmt.Errorf("the sentences in %s: %w", l, err)
	}
	return &s, nil
}

func read(text []byte, into reflect.Value) error {
	var sections map[string]any
	if err := yaml.Unmarshal(text, &sections); err != nil {
		return err
	}
	return take(into, sections, "")
}

// separates are the keys that can be empty: some languages have no space between words.
var separates = map[string]bool{"joins.sentences": true, "durations.between": true}

// take puts what a section of a catalogue has into a struct, each key into the field of its
// name, or into a map. Every key has a text, and a struct has every key and no other.
func take(into reflect.Value, section map[string]any, path string) error {
	var problems []error
	put := func(key string, set func(reflect.Value), kind reflect.Type) {
		switch value := section[key].(type) {
		case string:
			if kind.Kind() == reflect.String && (value != "" || separates[path+key]) {
				set(reflect.ValueOf(value))
				return
			}
		case map[string]any:
			if kind.Kind() == reflect.Struct || kind.Kind() == reflect.Map {
				inner := reflect.New(kind).Elem()
				problems = append(problems, take(inner, value, path+key+"."))
				set(inner)
				return
			}
		}
		problems = append(problems, fmt.Errorf("%s%s has no text", path, key))
	}
	if into.Kind() == reflect.Map {
		into.Set(reflect.MakeMap(into.Type()))
		for _, key := range slices.Sorted(maps.Keys(section)) {
			name := reflect.New(into.Type().Key()).Elem()
			if n, err := strconv.Atoi(key); err == nil && name.CanInt() {
				name.SetInt(int64(n))
			} else if name.Kind() == reflect.String {
				name.SetString(key)
			} else {
				problems = append(problems, fmt.Errorf("%s%s is no number", path, key))
				continue
			}
			put(key, func(v reflect.Value) { into.SetMapIndex(name, v) }, into.Type().Elem())
		}
		return errors.Join(problems...)
	}
	known := make(map[string]bool)
	for i := range into.NumField() {
		key := keyOf(into.Type().Field(i).Name)
		known[key] = true
		put(key, into.Field(i).Set, into.Field(i).Type())
	}
	for _, key := range slices.Sorted(maps.Keys(section)) {
		if !known[key] {
			problems = append(problems, fmt.Errorf("%s%s is no sentence", path, key))
		}
	}
	return errors.Join(problems...)
}

// keyOf is a field's name as a catalogue writes it: "did_on" for DidOn.
func keyOf(field string) string {
	var b strings.Builder
	for i, r := range field {
		if unicode.IsUpper(r) && i > 0 {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}
