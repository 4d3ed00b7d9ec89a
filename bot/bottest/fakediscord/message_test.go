package fakediscord_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"

	"liveadmin/bot/bottest/fakediscord"
)

func TestMessagesByTheClient(t *testing.T) {
	s := guild(t, fakediscord.Config{})
	c := client(t, s)
	sent, err := c.ChannelMessageSendComplex(general, &discordgo.MessageSend{
		Content: " hello ", Embeds: []*discordgo.MessageEmbed{{Title: "T", Fields: []*discordgo.MessageEmbedField{{Name: "n", Value: "v"}}}},
		Components: []discordgo.MessageComponent{discordgo.ActionsRow{Components: []discordgo.MessageComponent{
			discordgo.Button{Label: "Undo", CustomID: "undo:1", Style: discordgo.SecondaryButton},
		}}},
	})
	if err != nil || sent.Content != "hello" || sent.Author.ID != s.Config().AppID {
		t.Fatalf("got %+v, %v", sent, err)
	}
	m, err := s.WaitMessage(soon(t), func(m fakediscord.Message) bool { return m.ID == sent.ID })
	if err != nil || m.Embeds[0].Fields[0].Value != "v" || m.Buttons()[0].CustomID != "undo:1" {
		t.Fatalf("got %+v, %v", m, err)
	}
	if _, err := c.ChannelMessageEdit(general, sent.ID, "changed"); err != nil {
		t.Fatal(err)
	}
	if m, _ := s.Message(general, sent.ID); m.Content != "changed" || len(m.Edited) != 1 || len(m.Embeds) != 1 {
		t.Errorf("got %+v", m)
	}
	read, err := c.ChannelMessages(general, 1, "", "", "")
	if err != nil || read[0].Content != "changed" || read[0].EditedTimestamp == nil || len(read[0].Components) != 1 {
		t.Errorf("got %+v, %v", read, err)
	}
}

func TestLimitsOfMessages(t *testing.T) {
	s := guild(t, fakediscord.Config{})
	text := func(n int) string { return strings.Repeat("x", n) }
	embed := func(fields string) string { return `{"embeds":[{` + fields + `}]}` }
	button := func(i int) string {
		return fmt.Sprintf(`{"type":2,"style":1,"label":"x","custom_id":"%d"}`, i)
	}
	rows := func(list ...string) string { return `{"content":"x","components":[` + strings.Join(list, ",") + `]}` }
	row := func(buttons string) string { return `{"type":1,"components":[` + buttons + `]}` }
	one := func(rest string) string { return rows(row(`{"type":2,` + rest + `}`)) }
	rowOf := func(i int) string { return row(button(i)) }
	for _, r := range []struct {
		name, body string
		code       int
	}{
		{"2,000 characters", `{"content":"` + text(2000) + `"}`, 0},
		{"2,001 characters", `{"content":"` + text(2001) + `"}`, fakediscord.InvalidForm},
		{"1,001 that count double", `{"content":"` + strings.Repeat("😀", 1001) + `"}`, fakediscord.InvalidForm},
		{"nothing", `{}`, fakediscord.EmptyMessage},
		{"blanks", `{"content":" \n "}`, fakediscord.EmptyMessage},
		{"buttons alone", `{"components":[` + rowOf(1) + `]}`, fakediscord.EmptyMessage},
		{"no JSON", `{`, fakediscord.InvalidJSON},
		{"a wrong type", `{"content":1}`, fakediscord.InvalidForm},
		{"10 embeds", `{"embeds":[` + repeated(10, func(int) string { return `{"title":"x"}` }) + `]}`, 0},
		{"11 embeds", `{"embeds":[` + repeated(11, func(int) string { return `{"title":"x"}` }) + `]}`, fakediscord.InvalidForm},
		{"an empty embed", embed(``), fakediscord.InvalidForm},
		{"a title of 256", embed(`"title":"` + text(256) + `"`), 0},
		{"a title of 257", embed(`"title":"` + text(257) + `"`), fakediscord.InvalidForm},
		{"a description of 4,096", embed(`"description":"` + text(4096) + `"`), 0},
		{"a description of 4,097", embed(`"description":"` + text(4097) + `"`), fakediscord.InvalidForm},
		{"25 fields", embed(`"fields":[` + repeated(25, func(int) string { return `{"name":"n","value":"v"}` }) + `]`), 0},
		{"26 fields", embed(`"fields":[` + repeated(26, func(int) string { return `{"name":"n","value":"v"}` }) + `]`), fakediscord.InvalidForm},
		{"a field without a value", embed(`"fields":[{"name":"n","value":" "}]`), fakediscord.InvalidForm},
		{"a field's name of 257", embed(`"fields":[{"name":"` + text(257) + `","value":"v"}]`), fakediscord.InvalidForm},
		{"a field's value of 1,025", embed(`"fields":[{"name":"n","value":"` + text(1025) + `"}]`), fakediscord.InvalidForm},
		{"a footer of 2,048", embed(`"footer":{"text":"` + text(2048) + `"}`), 0},
		{"a footer of 2,049", embed(`"footer":{"text":"` + text(2049) + `"}`), fakediscord.InvalidForm},
		{"an author of 257", embed(`"author":{"name":"` + text(257) + `"}`), fakediscord.InvalidForm},
		{"6,000 in all", `{"embeds":[{"description":"` + text(4000) + `"},{"description":"` + text(2000) + `"}]}`, 0},
		{"6,001 in all", `{"embeds":[{"description":"` + text(4000) + `"},{"description":"` + text(2001) + `"}]}`, fakediscord.InvalidForm},
		{"a bad colour", embed(`"title":"x","color":16777216`), fakediscord.InvalidForm},
		{"a bad time", embed(`"title":"x","timestamp":"today"`), fakediscord.InvalidForm},
		{"a bad link", embed(`"title":"x","url":"javascript:x"`), fakediscord.InvalidForm},
		{"5 rows", rows(repeated(5, rowOf)), 0},
		{"6 rows", rows(repeated(6, rowOf)), fakediscord.InvalidForm},
		{"5 buttons", rows(row(repeated(5, button))), 0},
		{"6 buttons", rows(row(repeated(6, button))), fakediscord.InvalidForm},
		{"an empty row", rows(row("")), fakediscord.InvalidForm},
		{"a button without a row", rows(button(1)), fakediscord.InvalidForm},
		{"no button in a row", rows(row(`{"type":3}`)), fakediscord.InvalidForm},
		{"a custom id twice", rows(rowOf(1), rowOf(1)), fakediscord.InvalidForm},
		{"a custom id of 100", one(`"style":1,"label":"x","custom_id":"` + text(100) + `"`), 0},
		{"a custom id of 101", one(`"style":1,"label":"x","custom_id":"` + text(101) + `"`), fakediscord.InvalidForm},
		{"a label of 81", one(`"style":1,"label":"` + text(81) + `","custom_id":"x"`), fakediscord.InvalidForm},
		{"no label", one(`"style":1,"custom_id":"x"`), fakediscord.InvalidForm},
		{"no custom id", one(`"style":1,"label":"x"`), fakediscord.InvalidForm},
		{"a strange style", one(`"style":9,"label":"x","custom_id":"x"`), fakediscord.InvalidForm},
		{"a link", one(`"style":5,"label":"x","url":"https://x.test"`), 0},
		{"a link with a custom id", one(`"style":5,"label":"x","url":"https://x.test","custom_id":"x"`), fakediscord.InvalidForm},
		{"a button with a link", one(`"style":1,"label":"x","url":"https://x.test","custom_id":"x"`), fakediscord.InvalidForm},
		{"a nonce of 25", `{"content":"x","nonce":"` + text(25) + `"}`, 0},
		{"a nonce of 26", `{"content":"x","nonce":"` + text(26) + `"}`, fakediscord.InvalidForm},
		{"a nonce that is a number", `{"content":"x","nonce":17}`, 0},
		{"a nonce that is a list", `{"content":"x","nonce":[]}`, fakediscord.InvalidForm},
		{"an ephemeral post", `{"content":"x","flags":64}`, fakediscord.InvalidForm},
		{"without previews", `{"content":"x","flags":4}`, 0},
	} {
		t.Run(r.name, func(t *testing.T) {
			before := len(s.Messages(general))
			status, body := call(t, s, "POST", "/channels/"+general+"/messages", r.body)
			if codeOf(body) != r.code || (status == 200) != (r.code == 0) {
				t.Errorf("got %d %v", status, body)
			}
			if posted := len(s.Messages(general)) > before; posted != (r.code == 0) {
				t.Errorf("it is there: %v", posted)
			}
		})
	}
}

func TestAFlawNamesItsField(t *testing.T) {
	s := guild(t, fakediscord.Config{})
	_, body := call(t, s, "POST", "/channels/"+general+"/messages", `{"embeds":[{"title":"`+strings.Repeat("x", 257)+`"}]}`)
	if got := string(must(json.Marshal(body["errors"]))); !strings.HasPrefix(got, `{"embeds":{"0":{"title":{"_errors":[`) {
		t.Errorf("got %s", got)
	}
}

func TestEnforcedNonces(t *testing.T) {
	clock := newClock()
	s := guild(t, fakediscord.Config{Now: clock.now})
	send := func(channel, rest string) string {
		status, body := call(t, s, "POST", "/channels/"+channel+"/messages", `{"content":"x","nonce":"n1"`+rest+`}`)
		if status != 200 || body["nonce"] != "n1" {
			t.Errorf("got %d %v", status, body)
		}
		id, _ := body["id"].(string)
		return id
	}
	first := send(general, "")
	if again := send(general, ""); again == first {
		t.Error("a nonce counts without being enforced")
	}
	first = send(general, `,"enforce_nonce":true`)
	if again := send(news, `,"enforce_nonce":true`); again != first {
		t.Error("a nonce was posted again elsewhere")
	}
	clock.advance(4 * time.Minute)
	if later := send(general, `,"enforce_nonce":true`); later == first {
		t.Error("a nonce is remembered for ever")
	}
	for _, m := range must(client(t, s).ChannelMessages(general, 10, "", "", "")) {
		if m.Content != "x" {
			t.Errorf("got %+v", m)
		}
	}
	_, read := call(t, s, "GET", "/channels/"+general+"/messages/"+first, nil)
	if _, there := read["nonce"]; there {
		t.Error("a nonce can be read later")
	}
}

func TestWhereTheBotMayPost(t *testing.T) {
	for _, row := range []struct {
		name, channel string
		edit          func(*fakediscord.Channel)
		code          int
	}{
		{"a channel", general, nil, 0},
		{"a voice channel", voice, nil, 0},
		{"a thread", thread, nil, 0},
		{"a forum", forum, nil, fakediscord.WrongChannelType},
		{"an unknown channel", "9", nil, fakediscord.UnknownChannel},
		{"unseen", general, deny(fakediscord.ViewChannel), fakediscord.MissingAccess},
		{"silenced", general, deny(fakediscord.SendMessages), fakediscord.MissingPermissions},
		{"silenced, but not in threads", thread, deny(fakediscord.SendMessages), 0},
		{"silenced in threads", thread, deny(fakediscord.SendMessagesInThreads), fakediscord.MissingPermissions},
		{"without embeds", general, deny(fakediscord.EmbedLinks), fakediscord.MissingPermissions},
		{"an archived thread", thread, func(c *fakediscord.Channel) { c.Archived = true }, 0},
		{"a locked thread", thread, func(c *fakediscord.Channel) { c.Locked, c.Denied = true, fakediscord.ManageThreads }, fakediscord.ThreadLocked},
		{"a locked thread of a moderator", thread, func(c *fakediscord.Channel) { c.Locked = true }, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := guild(t, fakediscord.Config{})
			if row.edit != nil {
				s.EditChannel(row.channel, row.edit)
			}
			_, err := client(t, s).ChannelMessageSendEmbed(row.channel, &discordgo.MessageEmbed{Title: "x"})
			if got := code(t, err); got != row.code {
				t.Errorf("got %v", err)
			}
			if c, _ := s.Channel(row.channel); row.code == 0 && c.Archived {
				t.Error("it is still archived")
			}
		})
	}
}

// deny takes permissions from the bot.
func deny(permissions int64) func(*fakediscord.Channel) {
	return func(c *fakediscord.Channel) { c.Denied |= permissions }
}

func TestAThreadDeniesWhatItsParentDenies(t *testing.T) {
	s := guild(t, fakediscord.Config{})
	s.EditChannel(general, deny(fakediscord.ViewChannel))
	if _, err := client(t, s).ChannelMessageSend(thread, "x"); code(t, err) != fakediscord.MissingAccess {
		t.Errorf("got %v", err)
	}
}

func TestAGuildWithoutTheBot(t *testing.T) {
	s := guild(t, fakediscord.Config{})
	s.AddGuild(fakediscord.Guild{ID: server, NoBot: true})
	if _, err := client(t, s).ChannelMessageSend(general, "x"); code(t, err) != fakediscord.MissingAccess {
		t.Errorf("got %v", err)
	}
}

func TestDirectMessages(t *testing.T) {
	s := guild(t, fakediscord.Config{})
	c := client(t, s)
	dm, err := c.UserChannelCreate(alice)
	if err != nil || dm.Type != discordgo.ChannelTypeDM || dm.ID != s.Direct(alice) {
		t.Fatalf("got %+v, %v", dm, err)
	}
	if _, err := c.ChannelMessageSend(dm.ID, "x"); err != nil || len(s.Messages(dm.ID)) != 1 {
		t.Error(err)
	}
	s.AddUser(fakediscord.User{ID: mallory, NoDMs: true})
	if _, err := c.ChannelMessageSend(s.Direct(mallory), "x"); code(t, err) != fakediscord.CannotMessageUser {
		t.Errorf("got %v", err)
	}
	if _, err := c.UserChannelCreate("me"); code(t, err) != fakediscord.CannotMessageUser {
		t.Errorf("got %v", err)
	}
}

func TestReadingMessages(t *testing.T) {
	s := guild(t, fakediscord.Config{})
	c := client(t, s)
	var ids []string
	for n := range 4 {
		ids = append(ids, must(c.ChannelMessageSend(general, fmt.Sprint(n))).ID)
	}
	said := s.Say(alice, general, "a secret")
	for _, row := range []struct {
		name          string
		limit         int
		before, after string
		want          string
	}{
		{"the newest", 2, "", "", "|3"},
		{"all", 100, "", "", "|3|2|1|0"},
		{"before", 2, ids[3], "", "2|1"},
		{"after", 2, "", ids[0], "2|1"},
	} {
		t.Run(row.name, func(t *testing.T) {
			list, err := c.ChannelMessages(general, row.limit, row.before, row.after, "")
			var texts []string
			for _, m := range list {
				texts = append(texts, m.Content)
			}
			if got := strings.Join(texts, "|"); err != nil || got != row.want {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
	if status, body := call(t, s, "GET", "/channels/"+general+"/messages?limit=101", nil); status != 400 {
		t.Errorf("got %v", body)
	}
	if _, err := c.ChannelMessageEdit(general, said.ID, "x"); code(t, err) != fakediscord.NotYourMessage {
		t.Errorf("got %v", err)
	}
	s.EditChannel(general, deny(fakediscord.ReadMessageHistory))
	if list, err := c.ChannelMessages(general, 9, "", "", ""); err != nil || len(list) != 0 {
		t.Errorf("without the history: %v, %v", list, err)
	}
	s.Delete(general, ids[0])
	if _, err := c.ChannelMessageEdit(general, ids[0], "x"); code(t, err) != fakediscord.UnknownMessage {
		t.Errorf("got %v", err)
	}
	if _, err := c.ChannelMessageEdit(general, ids[1], ""); code(t, err) != fakediscord.EmptyMessage {
		t.Errorf("got %v", err)
	}
}

func TestWaitingInVain(t *testing.T) {
	s := guild(t, fakediscord.Config{})
	s.Say(alice, general, "something else")
	_, err := s.WaitMessage(ended(), func(fakediscord.Message) bool { return false })
	if err == nil || !strings.Contains(err.Error(), "something else") {
		t.Errorf("got %v", err)
	}
}
