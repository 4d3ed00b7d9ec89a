package words

import (
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"liveadmin/commands"
	"liveadmin/commands/grammar"
	"liveadmin/imapi"
)

// TestCatalogs: every language has every sentence, with the places of the English one.
func TestCatalogs(t *testing.T) {
	english, err := load(commands.English)
	if err != nil {
		t.Fatal(err)
	}
	want := flat(reflect.ValueOf(*english), "")
	for _, l := range commands.Languages {
		t.Run(string(l), func(t *testing.T) {
			s, err := load(l)
			if err != nil {
				t.Fatal(err)
			}
			got := flat(reflect.ValueOf(*s), "")
			for key, sentence := range want {
				if _, ok := got[key]; !ok {
					t.Errorf("%s is missing", key)
				}
				if have, need := places(got[key]), places(sentence); !slices.Equal(have, need) {
					t.Errorf("%s has the places %v in place of %v: %s", key, have, need, got[key])
				}
			}
			for key := range got {
				if _, ok := want[key]; !ok {
					t.Errorf("%s is no sentence", key)
				}
			}
		})
	}
}

// TestCatalogHasEverything: there is a sentence for whatever can have to be said.
func TestCatalogHasEverything(t *testing.T) {
	w := In(commands.English)
	for status := range signs {
		if w.Outcomes[status] == "" {
			t.Errorf("no name for the outcome %q", status)
		}
	}
	for _, p := range grammar.Problems[:] {
		if w.Mistakes[p] == "" {
			t.Errorf("no sentence for the mistake %q", p)
		}
	}
	for _, code := range imapi.Codes() {
		if w.Codes[code] == "" {
			t.Errorf("no sentence for the code %d", code)
		}
	}
	for _, verb := range commands.Table.Verbs() {
		row, _ := commands.Table.Row(verb)
		if w.Commands[verb] == "" {
			t.Errorf("no sentence for %s", verb)
		}
		for _, f := range row.Fields() {
			if w.Options[f.Option()] == "" {
				t.Errorf("no sentence for the option %s", f.Option())
			}
		}
	}
	if len(w.Mistakes) != len(grammar.Problems) || len(w.Outcomes) != len(signs) || len(w.Codes) != len(imapi.Codes()) || len(w.Commands) != len(commands.Table.Verbs()) {
		t.Error("there are sentences that are never said")
	}
}

// TestDamagedCatalogs: what is missing, too much or wrongly placed in a catalogue is an error.
func TestDamagedCatalogs(t *testing.T) {
	for _, test := range []struct{ name, has, says string }{
		{"a missing key", "{head: a, none: b, line: c, where: d}", "and_more has no text"},
		{"an empty one", "{head: a, none: b, line: c, where: d, and_more: ''}", "and_more has no text"},
		{"an unknown one", "{head: a, none: b, line: c, where: d, and_more: e, ne: f}", "ne is no sentence"},
		{"a section in place of a sentence", "{head: {a: b}, none: b, line: c, where: d, and_more: e}", "head has no text"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var s struct {
				History struct{ Head, None, Line, Where, AndMore string }
			}
			err := read([]byte("history: "+test.has), reflect.ValueOf(&s).Elem())
			if err == nil || !strings.Contains(err.Error(), "history."+test.says) {
				t.Errorf("%v", err)
			}
		})
	}
}

// flat returns all sentences by their keys.
func flat(v reflect.Value, path string) map[string]string {
	all := make(map[string]string)
	put := func(key string, v reflect.Value) {
		if v.Kind() == reflect.String {
			all[path+key] = v.String()
			return
		}
		for k, sentence := range flat(v, path+key+".") {
			all[k] = sentence
		}
	}
	if v.Kind() == reflect.Map {
		for _, k := range v.MapKeys() {
			put(fmt.Sprint(k.Interface()), v.MapIndex(k))
		}
		return all
	}
	for i := range v.NumField() {
		put(keyOf(v.Type().Field(i).Name), v.Field(i))
	}
	return all
}

var place = regexp.MustCompile(`\{[a-z]+`)

// places returns the different places of a sentence. English has some only for their
// singular: those are left out.
func places(sentence string) []string {
	all := place.FindAllString(plural.ReplaceAllString(sentence, ""), -1)
	slices.Sort(all)
	return slices.Compact(all)
}

var plural = regexp.MustCompile(`\{[a-z]+\|[^}]*\}`)

// TestWidths: what a platform shows in a small place fits it, in every language: Slack's
// titles and Discord's descriptions (100 characters), and buttons that are read at a glance.
func TestWidths(t *testing.T) {
	for _, l := range commands.Languages {
		w := In(l)
		for most, all := range map[int][]string{
			24: {w.Slack.ConfirmTitle, w.Slack.ConfirmYes, w.Slack.ConfirmNo,
				w.Forms.AddTitle, w.Forms.RemoveTitle, w.Forms.Add, w.Forms.Remove, w.Forms.Ask, w.Forms.Close},
			30: {w.Buttons.Undo, w.Buttons.Retry, w.Buttons.Extend, w.Buttons.Replace, w.Buttons.AddForm, w.Buttons.RemoveForm},
			45: {w.Forms.Group, w.Forms.TypedGroup, w.Forms.Users, w.Forms.TypedUsers, w.Forms.For, w.Forms.Reason, w.Forms.Channel},
			75: {w.Forms.Endless, w.Forms.Approval},
			100: slices.Concat(slices.Collect(maps.Values(w.Commands)), slices.Collect(maps.Values(w.Options)),
				[]string{w.Discord.About, w.Forms.TypedGroupHint, w.Forms.TypedUsersHint}),
		} {
			for _, sentence := range all {
				if n := utf8.RuneCountInString(sentence); n > most {
					t.Errorf("%s: %q has %d characters, of %d", l, sentence, n, most)
				}
			}
		}
	}
}

// foreign are words that are the same in every language: what is typed, and names.
var foreign = regexp.MustCompile(`/as NAME|/quit|/fault KIND|/wait DURATION|\b(Tab|Enter)\b|--[a-z-]+|@TGS#\S*|\b(\d+[wdhms])+\b|\b(add|remove|list|history|whoami|groups|help|undo|NAME)\b|` +
	`\b(Slack|Discord|Tencent Chat|Tencent Cloud Chat|Tencent|liveadmin|AVChatRoom|API|ASCII|JSON|URL|IP|ID|UserIDs?|UserSig|SDKAppID|MB|Webhook|webhook)\b`)

var (
	latin    = regexp.MustCompile(`[A-Za-z]{2,}`)
	english  = regexp.MustCompile(`(?i)\b(the|is|are|was|were|of|and|or|to|you|your|not|this|that|with|from|has|have|been|will|can|cannot|for|by)\b`)
	particle = regexp.MustCompile(`\{(user|users|group|groups|alias|target|who|by|caller|name|names|id|word|verb|time|had|ref|people)\}\p{Hangul}`)
	pronouns = regexp.MustCompile(`[你您]`)
)

// TestOneLanguage: no English is left in another language, and each keeps to its own rules.
func TestOneLanguage(t *testing.T) {
	plain := flat(reflect.ValueOf(*In(commands.English).Sentences), "")
	for _, l := range commands.Languages[1:] {
		for key, sentence := range flat(reflect.ValueOf(*In(l).Sentences), "") {
			rest := foreign.ReplaceAllString(placed.ReplaceAllString(sentence, ""), "")
			words := latin
			if l == "id" { // has our letters
				words = english
			}
			if found := words.FindString(rest); found != "" {
				t.Errorf("%s: %s says %q: %s", l, key, found, sentence)
			}
			if l == "id" && sentence == plain[key] && latin.MatchString(rest) {
				t.Errorf("%s: %s is English: %s", l, key, sentence)
			}
			if strings.HasPrefix(string(l), "zh") && pronouns.MatchString(sentence) {
				t.Errorf("%s: %s speaks to somebody: %s", l, key, sentence)
			}
			if l == "ko" && regexp.MustCompile(`[을를이가은는과와]\([을를이가은는과와]\)`).MatchString(sentence) {
				t.Errorf("%s: %s has both forms of a particle: %s", l, key, sentence)
			}
			if l == "ko" && particle.MatchString(sentence) {
				t.Errorf("%s: %s has a particle behind an ID, a name or a time: %s", l, key, sentence)
			}
		}
	}
}

// TestForTheReader: nobody who types commands is sent to the console or the settings, which
// they cannot see.
func TestForTheReader(t *testing.T) {
	operators := regexp.MustCompile(`(?i:console)|控制台|主控台|コンソール|콘솔|(?i:konsol)|IM_[A-Z]+|ALLOWLIST|CHAT_LANGUAGE|\.env|liveadmin\.yaml`)
	for _, l := range commands.Languages {
		for key, sentence := range flat(reflect.ValueOf(*In(l).Sentences), "") {
			if found := operators.FindString(sentence); found != "" {
				t.Errorf("%s: %s says %q: %s", l, key, found, sentence)
			}
		}
	}
}
