package discord_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"liveadmin/bot/bottest"
	"liveadmin/bot/bottest/fakediscord"
	"liveadmin/bot/discord"
	"liveadmin/commands"
	"liveadmin/commands/grammar"
	"liveadmin/commands/words"
)

// TestConversations says every line of the conversations that fields can say, over
// both modes, and compares what their readers see.
func TestConversations(t *testing.T) {
	t.Parallel()
	for _, mode := range modes {
		for _, c := range bottest.InEveryLanguage(t, "../../commands/testdata") {
			if c.Language != commands.English && mode != "gateway" { // what is said does not depend on the way
				continue
			}
			t.Run(mode+"/"+c.Name, func(t *testing.T) {
				t.Parallel()
				c.Pace(t)
				w := open(t, mode, fakediscord.Config{}, discord.Options{})
				for name, id := range people() {
					w.AddUser(fakediscord.User{ID: id, Name: name, Locale: localeOf(c)})
				}
				c.Ref = func(who string) string { return "discord:user:" + people()[who] }
				c.Talk = slices.DeleteFunc(c.Talk, func(turn bottest.Turn) bool { return turn.Typed })
				for i := range c.Talk {
					c.Talk[i].Answer = neutral(asFields(c.Talk[i].Answer, c.Language), c.Language)
				}
				c.Play(t, w.Stage, false, func(who, text string) (string, error) { return neutral(w.ask(who, text), c.Language), nil })
			})
		}
	}
}

// localeOf is Discord's locale for a conversation.
func localeOf(c bottest.Conversation) string {
	if c.Language == commands.English || strings.HasPrefix(string(c.Language), "zh") {
		return c.Locale()
	}
	return string(c.Language)
}

func people() map[string]string {
	return map[string]string{"alice": alice, "bob": bob, "mallory": mallory, "carol": "504", "dave": "505", "erin": "506"}
}

// ask fills in what a line says and returns what the speaker sees, as a plain chat
// shows it.
func (w *world) ask(who, text string) string {
	w.T.Helper()
	sub, options := filledIn(text)
	i := w.says(people()[who], general, sub, options)
	if c := w.answered(i); c.Ephemeral && c.Type == 5 {
		return "(only @" + who + ")\n" + w.Plain(w.plainly(w.final(i)))
	} else if c.Ephemeral {
		return "(only @" + who + ")\n" + w.Plain(w.plainly(w.private(i)))
	}
	root := w.final(i)
	seen := w.Plain(w.plainly(root))
	for _, m := range w.Messages(root.Thread) {
		seen += "\n" + w.Plain(w.plainly(m))
	}
	return seen
}

// plainly is a message as the neutral chat has it: without the titles that name an outcome,
// and with its fields as lines. A colour without a title is a mistake, unless the first line of a
// message has the outcome.
func (w *world) plainly(m fakediscord.Message) fakediscord.Message {
	for i := range m.Embeds {
		e := &m.Embeds[i]
		if e.Color != 0 {
			if sign, word, _ := strings.Cut(e.Title, " "); sign == "" || word == "" {
				w.T.Errorf("the embed %q has a colour and the title %q", e.Description, e.Title)
			}
			e.Title = ""
		}
		for _, f := range e.Fields {
			e.Description += "\n" + f.Name + ": " + f.Value
		}
		e.Fields = nil
	}
	return m
}

// filledIn puts the words of a command into the fields where a person would.
func filledIn(text string) (sub string, options fakediscord.Options) {
	if cmd, mistake := grammar.Parse(text, commands.Names{}, nil); mistake == nil {
		sub = string(cmd.Verb)
	}
	typed := strings.Fields(text)
	if sub == "" {
		sub = typed[0]
	}
	options = fakediscord.Options{}
	field := map[string]string{"help": "command", "history": "about"}[sub]
	for i, word := range typed[1:] {
		flag, isFlag := strings.CutPrefix(word, "--")
		switch {
		case isFlag && (flag == "new" || flag == "dry-run"):
			options[strings.ReplaceAll(flag, "-", "_")] = true
		case isFlag:
			field = flag
		case i == 0 && field == "":
			options["group"], field = word, "users"
		default:
			before, _ := options[field].(string)
			options[field] = strings.TrimSpace(before + " " + word)
		}
	}
	return sub, options
}

// asFields is how an answer of the neutral chat reads where commands have fields.
func asFields(answer string, l commands.Language) string {
	w := words.In(l)
	_, colon, _ := strings.Cut(strings.TrimSuffix(w.Guide.Option, "{what}"), "{name}")
	example, _, _ := strings.Cut(w.Asking.Example, "{")
	for _, v := range commands.Table.Verbs() {
		row, _ := commands.Table.Row(v)
		for _, f := range row.Args {
			answer = strings.ReplaceAll(answer, "• "+strings.TrimSuffix(f.Kind.Usage(), "…")+colon, "• "+f.Option()+colon)
		}
		answer = strings.ReplaceAll(answer, "/liveadmin "+commands.Table.Usage(v), form(row))
	}
	answer = regexp.MustCompile("("+regexp.QuoteMeta(example)+`/liveadmin add \S+ \S+) --for `).ReplaceAllString(answer, "$1 for:")
	answer = regexp.MustCompile(`--([a-z]+)`).ReplaceAllString(answer, "$1")
	answer = strings.ReplaceAll(answer, "dry-run"+colon, "dry_run"+colon)
	for name, id := range people() {
		answer = strings.ReplaceAll(answer, bottest.Ref(name), "discord:user:"+id)
	}
	moment := regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d UTC`)
	return moment.ReplaceAllStringFunc(answer, func(s string) string {
		at, _ := time.Parse("2006-01-02 15:04 MST", s)
		return at.Format("15:04")
	})
}

// form is how a command is filled in.
func form(row commands.Row) string {
	line := "/liveadmin " + string(row.Verb)
	for _, f := range row.Args {
		if f.Optional {
			line += " [" + f.Option() + "]"
		} else {
			line += " " + f.Option()
		}
	}
	for _, f := range row.Flags {
		line += " [" + f.Option() + "]"
	}
	return line
}

// neutral drops what a platform words in its own way: quotes, indents, the ends of
// lines, numbers of entries (what can only be typed takes some), what was typed, names
// of fields in it, the mention before what failed.
func neutral(s string, l commands.Language) string {
	typed, _, _ := strings.Cut(words.In(l).Asking.YouTyped, "{")
	plain := strings.NewReplacer("`", "", `"`, "", "'", "", "：", ": ", "。", "", "\u200b", `\u200b`)
	s, typed = plain.Replace(s), plain.Replace(typed)
	s = regexp.MustCompile(`(?m)^\s*`+regexp.QuoteMeta(strings.TrimSpace(typed))+`.*\n(.*\n)??\s*#`).ReplaceAllString(s, "#")
	s = regexp.MustCompile(`#\d+`).ReplaceAllString(s, "#N")
	s = regexp.MustCompile(`, (in \d+ \w+|\d+ \w+ ago)`).ReplaceAllString(s, "")
	s = regexp.MustCompile(`\b(group|users|about):(\S)`).ReplaceAllString(s, "$2")
	s = regexp.MustCompile(`(?m)^\s*@\w+\n`).ReplaceAllString(s, "")
	return strings.TrimSpace(regexp.MustCompile(`[ \n]+`).ReplaceAllString(s, " "))
}
