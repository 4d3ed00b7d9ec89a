package config

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
)

// idForm is a way to name callers or channels.
type idForm struct {
	prefix  string
	id      *regexp.Regexp
	example string
}

// allowForms are the ways to name callers. Slack's user IDs begin with U or W, its
// group IDs with S; Discord's IDs are numbers.
func allowForms() []idForm {
	number := regexp.MustCompile(`^[0-9]+$`)
	return []idForm{
		{"slack:user:", regexp.MustCompile(`^[UW][A-Z0-9]+$`), "slack:user:U024BE7LH"},
		{"slack:usergroup:", regexp.MustCompile(`^S[A-Z0-9]+$`), "slack:usergroup:S0614TZR7"},
		{"discord:user:", number, "discord:user:80351110224678912"},
		{"discord:role:", number, "discord:role:165511591545143296"},
	}
}

func setAllowlist(c *Config, value string) []Problem {
	var problems []Problem
	forms := allowForms()
	separator := func(r rune) bool { return r == ',' || unicode.IsSpace(r) }
	for _, entry := range strings.FieldsFunc(value, separator) {
		if remedy := entryRemedy(entry, forms); remedy != "" {
			problems = append(problems, wrong(fmt.Sprintf("%q names nobody", entry), remedy)...)
			continue
		}
		c.Allowlist = append(c.Allowlist, entry)
	}
	return problems
}

// entryRemedy is how an entry should look, or empty if it does.
func entryRemedy(entry string, forms []idForm) string {
	var examples []string
	for _, form := range forms {
		id, ok := strings.CutPrefix(entry, form.prefix)
		if ok && form.id.MatchString(id) {
			return ""
		}
		if ok {
			return "write it like " + form.example
		}
		examples = append(examples, form.example)
	}
	return "write it like " + strings.Join(examples, " or ")
}
