package bottest

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/bottest/pace"
	"liveadmin/commands"
	"liveadmin/commands/policy"
	"liveadmin/imapi"
	"liveadmin/imapi/simulator"

	"github.com/rogpeppe/go-internal/txtar"
)

// Conversation is a file of commands/testdata: what is on the stage, and
// what is said and answered.
//
// The section "stage" has a line for each thing:
//
//	group ID [ADMIN…]           a live group
//	chat ID                     a group that is not a live group
//	account USER…               UserIDs that an account has, with no nickname
//	nickname USER NICKNAME      an account with one
//	alias NAME ID…              an alias
//	people NAME USER…           a name or a crew
//	person NAME WHO             whose account in the chat a name of one person is
//	rule WHO… [can VERB…] [on GROUP…] [for DURATION] [approval WHO…]
//
// In the section "talk", a line "> WHO: TEXT" is said, a line "! DIRECTION" is
// carried out, and the lines that follow are what is answered. "> WHO, typed: TEXT" can
// only be typed: where commands have fields, it cannot be said. "> WHO: press NUMBER BUTTON"
// presses a button, in the plain chat.
//
//	! advance DURATION          moves the clock
//	! fault COMMAND CODE TIMES  the API answers that code
//	! fault COMMAND KIND TIMES  the API does not answer in a usable way
//	! console GROUP ADMIN…      someone changes a group in the console
type Conversation struct {
	Name  string
	Talk  []Turn
	Ref   func(name string) string // the allowlist entry of someone on the platform that is played on
	file  string
	stage []string

	Language commands.Language // of the answers
}

// Turn is one line of a conversation and what it is answered.
type Turn struct {
	Who, Text string // empty Who: Text is a direction
	Typed     bool   // it can only be said where commands are typed
	Answer    string
}

// Conversations reads the conversations of a folder.
func Conversations(t testing.TB, dir string) []Conversation {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.txtar"))
	check(t, err)
	if len(files) == 0 {
		t.Fatalf("no conversations in %s", dir)
	}
	var all []Conversation
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		check(t, err)
		c := Conversation{Name: strings.TrimSuffix(filepath.Base(file), ".txtar"), Ref: Ref, file: file, Language: commands.English}
		for _, f := range archive.Files {
			switch f.Name {
			case "stage":
				c.stage = strings.Split(strings.TrimSpace(string(f.Data)), "\n")
			case "talk":
				c.Talk = turns(string(f.Data))
			}
		}
		all = append(all, c)
	}
	return all
}

// In returns the conversation with the answers in another language, which are in a folder
// of the language's name beside it. Where they are missing, or the lines of the people are
// others by now, there are none.
func (c Conversation) In(t testing.TB, l commands.Language) Conversation {
	t.Helper()
	c.Language, c.file = l, filepath.Join(filepath.Dir(c.file), string(l), filepath.Base(c.file))
	c.Talk = slices.Clone(c.Talk)
	for i := range c.Talk {
		c.Talk[i].Answer = ""
	}
	archive, err := txtar.ParseFile(c.file)
	if err != nil {
		return c
	}
	for _, f := range archive.Files {
		for i, turn := range turns(string(f.Data)) {
			if i < len(c.Talk) && turn.Who == c.Talk[i].Who && turn.Text == c.Talk[i].Text {
				c.Talk[i].Answer = turn.Answer
			}
		}
	}
	return c
}

// InEveryLanguage reads the conversations of a folder, in English and in the other
// languages, whose names begin with their language: "ko/add".
func InEveryLanguage(t testing.TB, dir string) []Conversation {
	t.Helper()
	all := Conversations(t, dir)
	slices.Reverse(all) // the longest is last by name, and begins first where they run side by side
	for _, english := range all {
		for _, l := range commands.Languages[1:] {
			c := english.In(t, l)
			c.Name = string(l) + "/" + c.Name
			all = append(all, c)
		}
	}
	return all
}

// Locale is the locale of somebody who reads the language, as Slack writes it; Discord's are
// the beginning of them, but for Chinese.
func (c Conversation) Locale() string {
	own := map[commands.Language]string{commands.English: "en-US", "zh-Hans": "zh-CN", "zh-Hant": "zh-TW", "ja": "ja-JP", "ko": "ko-KR", "id": "id-ID"}
	return cmp.Or(own[c.Language], string(c.Language))
}

// Pace skips a conversation in another language than English in the quick suite, and in
// most of them in a long suite of less than two minutes: what a platform makes of letters
// shows in a language without spaces and in one with our letters.
func (c Conversation) Pace(t testing.TB) {
	t.Helper()
	switch c.Language {
	case commands.English:
	case "ja", "id":
		pace.Long(t)
	default:
		if pace.Length() < 2*time.Minute {
			t.Skip("long: runs with " + pace.Variable + "=2m")
		}
	}
}

// ofChat are lines that only the plain chat has.
var ofChat = regexp.MustCompile(`(?m)^\s*\((mentions .*|the request is now)\)\n?`)

// OnPlatform is an answer without what only the plain chat says: whom a message mentions, and
// that one was changed.
func OnPlatform(answer string) string { return ofChat.ReplaceAllString(answer, "") }

// onlyTyped follows the name of who says what can only be typed.
const onlyTyped = ", typed"

func turns(talk string) []Turn {
	var all []Turn
	for line := range strings.Lines(talk) {
		switch {
		case strings.HasPrefix(line, "> "):
			who, text, _ := strings.Cut(strings.TrimSuffix(line[2:], "\n"), ":")
			who, typed := strings.CutSuffix(who, onlyTyped)
			all = append(all, Turn{Who: who, Text: strings.TrimPrefix(text, " "), Typed: typed})
		case strings.HasPrefix(line, "! "):
			all = append(all, Turn{Text: strings.TrimSpace(line[2:])})
		case len(all) > 0:
			all[len(all)-1].Answer += line
		}
	}
	for i := range all {
		all[i].Answer = strings.TrimSpace(all[i].Answer)
	}
	return all
}

// Play sets the stage, says every line through say and compares the answers.
// With update it writes what was answered into the file instead.
func (c Conversation) Play(t *testing.T, s *Stage, update bool, say func(who, text string) (string, error)) {
	t.Helper()
	c.set(t, s)
	for i, turn := range c.Talk {
		if turn.Who == "" {
			s.direct(t, strings.Fields(turn.Text))
			continue
		}
		got, err := say(turn.Who, unescape(t, turn.Text))
		check(t, err)
		got = strings.TrimSpace(got)
		if update {
			c.Talk[i].Answer = got
		} else if got != turn.Answer {
			t.Errorf("%s: %s\ngot:\n%s\nwant:\n%s", turn.Who, turn.Text, got, turn.Answer)
		}
	}
	if update {
		c.write(t)
	}
}

// unescape lets a conversation have characters that cannot be seen: "\u00a0".
func unescape(t *testing.T, s string) string {
	if !strings.Contains(s, `\u`) {
		return s
	}
	text, err := strconv.Unquote(`"` + strings.ReplaceAll(s, `"`, `\"`) + `"`)
	check(t, err)
	return text
}

func (c Conversation) write(t testing.TB) {
	archive := &txtar.Archive{Files: []txtar.File{{Name: "talk"}}}
	if c.Language == commands.English {
		var err error
		archive, err = txtar.ParseFile(c.file)
		check(t, err)
	} else {
		check(t, os.MkdirAll(filepath.Dir(c.file), 0o755))
	}
	var talk strings.Builder
	for _, turn := range c.Talk {
		if turn.Who == "" {
			fmt.Fprintf(&talk, "! %s\n\n", turn.Text)
			continue
		}
		who := turn.Who
		if turn.Typed {
			who += onlyTyped
		}
		fmt.Fprintf(&talk, "> %s: %s\n%s\n\n", who, turn.Text, turn.Answer)
	}
	for i := range archive.Files {
		if archive.Files[i].Name == "talk" {
			archive.Files[i].Data = []byte(strings.TrimSuffix(talk.String(), "\n"))
		}
	}
	check(t, os.WriteFile(c.file, txtar.Format(archive), 0o644))
}

// set builds what is on the stage.
func (c Conversation) set(t testing.TB, s *Stage) {
	t.Helper()
	groups, people := make(map[string][]imapi.GroupID), make(map[string][]imapi.UserID)
	accounts := make(map[string]string)
	rules := bot.Rules{Policy: policy.Policy{Contact: "Sam, #stream-ops"}, Language: c.Language}
	for _, line := range c.stage {
		words := strings.Fields(line)
		if len(words) < 2 {
			t.Fatalf("%s: the stage has no %q", c.Name, line)
		}
		switch words[0] {
		case "group":
			s.API.AddGroup(words[1], simulator.Group{Admins: words[2:]})
		case "chat":
			s.API.AddGroup(words[1], simulator.Group{Type: "Public"})
		case "account":
			for _, user := range words[1:] {
				s.API.AddAccount(user, "")
			}
		case "nickname":
			s.API.AddAccount(words[1], words[2])
		case "alias":
			for _, id := range words[2:] {
				groups[words[1]] = append(groups[words[1]], imapi.GroupID(id))
			}
		case "people":
			for _, id := range words[2:] {
				people[words[1]] = append(people[words[1]], imapi.UserID(id))
			}
		case "person":
			accounts[c.Ref(words[2])] = words[1]
		case "rule":
			rules.Policy.Rules = append(rules.Policy.Rules, c.rule(t, len(rules.Policy.Rules)+1, words[1:]))
		default:
			t.Fatalf("%s: the stage has no %q", c.Name, line)
		}
	}
	rules.Names = commands.NewNames(groups, people).WithAccounts(accounts)
	s.Rules.Set(rules)
}

func (c Conversation) rule(t testing.TB, n int, words []string) policy.Rule {
	r := policy.Rule{Name: fmt.Sprintf("rule %d", n)}
	part := "allow"
	for _, word := range words {
		switch {
		case word == "can" || word == "on" || word == "for" || word == "approval":
			part = word
		case part == "can":
			r.Commands = append(r.Commands, commands.Verb(word))
		case part == "on":
			r.Groups = append(r.Groups, word)
		case part == "approval":
			r.Approval = append(r.Approval, c.Ref(word))
		case part == "for":
			d, err := time.ParseDuration(word)
			check(t, err)
			r.For = d
		default:
			r.Allow = append(r.Allow, c.Ref(word))
		}
	}
	return r
}

// direct carries out a stage direction.
func (s *Stage) direct(t testing.TB, words []string) {
	t.Helper()
	switch words[0] {
	case "advance":
		d, err := time.ParseDuration(words[1])
		check(t, err)
		s.Clock.Advance(d)
	case "console":
		check(t, s.API.SetAdmins(words[1], words[2:]))
	case "fault":
		s.fault(t, words[1:])
	default:
		t.Fatalf("no stage direction %q", words)
	}
}

// fault makes calls fail: COMMAND CODE TIMES, or COMMAND KIND TIMES. A kind that
// ends in "-applied" fails after the change was made.
func (s *Stage) fault(t testing.TB, words []string) {
	t.Helper()
	times, err := strconv.Atoi(words[2])
	check(t, err)
	f := simulator.Fault{Command: words[0], Times: times}
	if f.Code, err = strconv.Atoi(words[1]); err != nil {
		kind, applied := strings.CutSuffix(words[1], "-applied")
		f.Kind, f.Applied = simulator.FaultKind(kind), applied
	}
	check(t, s.API.Inject(f))
}

// Ask says a line in a plain chat and gives up after half a minute.
func (c *Chat) Ask(who, text string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	return c.Say(ctx, who, text)
}
