package slack_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"liveadmin/bot/bottest/fakeslack"
	"liveadmin/bot/slack"
	"liveadmin/imapi/simulator"
)

// hostile are texts that want to be more than text.
func hostile() []string {
	return []string{
		"<!channel>", "<!here>", "<!everyone>", "<!here|here>", "<!subteam^S0MODS>", "<!subteam^S0MODS|@mods>",
		"<@UBOB>", "<@UBOB|bob>", "<@W0BOB>", "<#C0OPS>", "<#C0OPS|ops>", "<#C0OPS|>",
		"<https://evil.example|click>", "<https://evil.example>", "https://evil.example/x?y=1&z=2", "evil.example",
		"<mailto:a@b.example|mail>", "<tel:+49>", "<!date^0^{date}|x>", "<!date^1^{date}^https://evil.example|now>",
		"&lt;!channel&gt;", "&amp;lt;!channel&amp;gt;", "&lt;@UBOB&gt;", "&#60;!channel&#62;", "&", "&&&&", "&amp", "<", ">", "<<<>>>", "<!", "<@",
		"@here", "@channel", "@everyone", "@bob", "#ops",
		"`", "``", "```", "````", "`<!channel>`", "```<!channel>```", "a`b`c", "`@here",
		"*bold*", "_it_", "~no~", "*_~`mixed`~_*", "> quoted", ">>> all", "• item", "1. one",
		":smile:", ":skin-tone-2::", ":here:", "<:smile:>", "<!here> <@UBOB> <#C0OPS>", "`<@UBOB>`", "{\"type\":\"broadcast\",\"range\":\"here\"}", "{date} {time}", "<img src=x>", "'; DROP TABLE entry; --", "{{.}}", "%s%n%x", "${jndi:ldap://x}",
		"\u202eetirw\u202c", "\u2066a\u2069", "a\u200bb", "a\u2060b", "\ufeffx", "x\u00ad", "\u3164", "\u2800", "a\U000e0041b", "x\ufe0f",
		"\x00", "\x1b[31mred", "a\nb", "a\r\nb", "\u2028", "\u0085", "a\tb", "\xff\xfe", "é́́́́", "👩‍👩‍👧‍👦", "مرحبا", "日本語",
		strings.Repeat("&", 3000), strings.Repeat("\u200b", 3000), strings.Repeat("👍", 1500), strings.Repeat("x", 4000),
	}
}

// TestHostile: whatever is typed, answered privately, in a thread or in a root,
// mentions nobody but the caller, is not refused by Slack, and hides nothing.
func TestHostile(t *testing.T) {
	t.Parallel()
	texts := hostile()
	if len(texts) < 60 {
		t.Fatalf("%d texts", len(texts))
	}
	w := open(t, "sockets", fakeslack.Config{Scopes: []string{"commands", "chat:write", "app_mentions:read", "users:read"}}, slack.Options{})
	for i, text := range texts {
		quoted := `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
		w.Stage.API.AddAccount(fmt.Sprintf("named%d", i), text)
		nicknamed := fmt.Sprintf("@TGS#aNICK%04d", i)
		w.Stage.API.AddGroup(nicknamed, simulator.Group{Admins: []string{fmt.Sprintf("named%d", i)}})
		for _, command := range []string{
			text, "add " + text, "add " + quoted + " user1", "add " + group + " " + quoted,
			"add " + group + " user1 --reason " + quoted, "help " + text, "history " + quoted, "list " + nicknamed,
		} {
			w.acked(w.Slash(alice, channel, command))
		}
		w.acked(w.SendMention(fakeslack.Mention{User: alice, Channel: channel, Verbatim: "<@U0BOT> ad " + text}))
	}
	w.acked(w.Slash(alice, channel, "history"))
	w.Until("all is posted", func() bool {
		left, err := w.Stage.Journal.Unclosed(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return len(left) == 0
	})
	for _, call := range w.Calls("") {
		if call.Error != "" {
			t.Errorf("%s was refused: %s", call.Method, call.Error)
		}
	}
	for _, m := range append(w.Messages(channel), w.Ephemerals(alice)...) {
		if m.Bot == "" && m.To == "" {
			continue // the mention itself
		}
		w.harmless(m)
	}
}

// harmless looks for what a text can do in a message. That an answer to Alice alone shows
// her by her mention notifies no one else.
func (w *world) harmless(m fakeslack.Message) {
	w.T.Helper()
	for _, who := range w.Pings(m) {
		if who != alice {
			w.T.Errorf("%s is mentioned by %q", who, m.Text)
		}
	}
	for _, text := range []string{m.Text, w.Plain(m)} {
		if i := strings.IndexFunc(text, unseen); i >= 0 {
			w.T.Errorf("%+q has a character that cannot be seen", text[i:])
		}
	}
	if found := more.FindString(string(m.Blocks)); found != "" {
		w.T.Errorf("there is an element %s in %s", found, m.Blocks)
	}
	for line := range strings.Lines(m.Text) {
		if strings.Count(line, "`")%2 != 0 && !strings.HasSuffix(strings.TrimSpace(m.Text), "…") {
			w.T.Errorf("a code span is open in %q", line)
		}
	}
}

// more is what the bot never writes: only people, channels, times and text.
var more = regexp.MustCompile(`"type":"(link|emoji|broadcast|usergroup|color|team)"|"(bold|italic|strike|underline)":true`)

// unseen reports whether a character cannot be seen. Two join and colour emoji.
func unseen(r rune) bool {
	return r != '\n' && r != '\u200d' && r != '\ufe0f' &&
		(!unicode.IsPrint(r) || unicode.In(r, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point))
}

// TestSecretsInErrors: what Slack and the network say in errors never carries a
// token or an address for answers into the log.
func TestSecretsInErrors(t *testing.T) {
	t.Parallel()
	w := open(t, "sockets", fakeslack.Config{}, slack.Options{CallTime: time.Second})
	w.EditChannel(channel, func(c *fakeslack.Channel) { c.Members = []string{alice} })
	for _, f := range []fakeslack.Fault{
		{Kind: fakeslack.Reset, Method: "response_url", Times: 1},
		{Kind: fakeslack.Hang, Method: "response_url", Times: 1},
		{Kind: fakeslack.Status, Method: "response_url", Times: 1},
		{Kind: fakeslack.Status, Status: 302, Method: "response_url", Times: 1},
	} {
		w.Inject(f)
	}
	w.acked(w.slash(alice, "add "+group+" user1"))
	w.private(alice, 1)
	if !strings.Contains(w.Log.String(), "answer failed, retrying") {
		t.Errorf("nothing failed:\n%s", w.Log)
	}
	w.Close() // every later call fails with the address in its error
	w.Until("the socket is missed", func() bool { return strings.Contains(w.Log.String(), "connection refused") })
	if secret := w.said[1]; !strings.HasPrefix(secret, "http") || slices.Contains(w.said, "") {
		t.Errorf("nothing to look for: %v", w.said)
	}
}
