package config

import (
	"slices"
	"strings"

	"liveadmin/bot"

	"github.com/goccy/go-yaml/ast"
)

// examples are the IDs in the examples of the documentation. That of the application is not
// among them: Tencent Chat refuses it.
var examples = [...]string{
	"U024BE7LH", "U0YUNA", "U0MALLORY", "S0614TZR7", "S0LEADS", "C024BE91L",
	"80351110224678912", "165511591545143290", "165511591545143296", "165511591545143300",
	"@TGS#a6I4ZUUGO", "@TGS#aSAT", "@TGS#aSUN",
	"u_8821", "u_9902",
}

const ownIDs = "put your own in their place"

// Doubts returns what the operator should look at in settings with which the bot can run:
// a platform in which nobody is allowed anything, and IDs of the documentation. What the
// rules file itself says of that is among the warnings of the rules.
func (c Config) Doubts(rules bot.Rules) bot.Problems {
	var p bot.Problems
	if left := slices.DeleteFunc(slices.Clone(c.Allowlist), func(entry string) bool { return !isExample(entry) }); len(left) > 0 {
		p.Add("ALLOWLIST", leftBehind(left), ownIDs)
	}
	if isExample(c.Discord.GuildID) {
		p.Add("DISCORD_GUILD_ID", leftBehind([]string{c.Discord.GuildID}), "put your own in its place")
	}
	for _, platform := range c.Platforms() {
		if len(rules.Policy.Rules) > 0 && !namesAnyoneIn(rules, platform) {
			p.Add("ALLOWLIST", "nobody is allowed anything in "+platform+": neither ALLOWLIST nor a rule has an entry that begins with \""+platform+":\"",
				"name somebody of that platform")
		}
	}
	return p
}

// namesAnyoneIn reports whether a rule allows someone of the platform something.
func namesAnyoneIn(rules bot.Rules, platform string) bool {
	for _, rule := range rules.Policy.Rules {
		if slices.ContainsFunc(rule.Allow, func(ref string) bool { return platformOf(ref) == platform }) {
			return true
		}
	}
	return false
}

// warnOfExamples warns of IDs that somebody has left in the file from the documentation.
func (r *reader) warnOfExamples(root ast.Node) {
	var left []string
	var first mark
	ast.Walk(visitor(func(n ast.Node) {
		scalar, ok := n.(ast.ScalarNode)
		if !ok || !isExample(scalar.GetToken().Value) {
			return
		}
		if len(left) == 0 {
			first = at(scalar.GetToken())
		}
		if word := scalar.GetToken().Value; !slices.Contains(left, word) {
			left = append(left, word)
		}
	}), root)
	if len(left) > 0 {
		r.warn(first, ownIDs, "%s", leftBehind(left))
	}
}

type visitor func(ast.Node)

// Visit visits a node, and then what is in it.
func (v visitor) Visit(n ast.Node) ast.Visitor {
	v(n)
	return v
}

// isExample reports whether an ID, or the reference of a caller or channel, is one of the
// documentation.
func isExample(word string) bool {
	return slices.Contains(examples[:], word[strings.LastIndex(word, ":")+1:])
}

func leftBehind(words []string) string {
	if len(words) == 1 {
		return words[0] + " is from the documentation's examples"
	}
	return bot.Some(words) + " are from the documentation's examples"
}
