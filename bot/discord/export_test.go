package discord

import (
	"encoding/json"
	"time"

	"github.com/bwmarrin/discordgo"

	"liveadmin/bot"
	"liveadmin/bot/chat"
	"liveadmin/commands"
	"liveadmin/commands/words"
)

// Handle is what an entry keeps of its interaction.
func Handle(id, app, token string, at time.Time) string {
	return handle{ID: id, App: app, Token: token, At: at}.String()
}

// MessageRef is where messages are, as an entry keeps it.
func MessageRef(channel, message, thread string) bot.Post {
	return chat.Post(messageRef{Channel: channel, Message: message, Thread: thread})
}

// Hear is what is heard in a payload, for the bot's door.
func Hear(payload []byte) (bot.Delivery, error) {
	i, err := decode(payload, time.Time{})
	if err != nil {
		return bot.Delivery{}, err
	}
	return i.delivery(i.caller()), nil
}

// Line writes a line, and Pages what is in the embeds of a message, of which the
// command has an ID.
func Line(t words.Text) string { return renderer{command: "77"}.line(t) }

// Pages are the embeds of a message, by page.
func Pages(m words.Message) [][]string {
	var all [][]string
	for _, p := range (renderer{command: "77"}).pages(m) {
		all = append(all, texts(p))
	}
	return all
}

// Single are the embeds of a message in one piece.
func Single(m words.Message) []string {
	return texts(renderer{}.single(m, words.In(commands.English).Notices.TooMuch))
}

func texts(p outgoing) []string {
	var all []string
	for _, e := range p.Embeds {
		all = append(all, chat.Join(e.Title, "\n", e.Description))
		for _, f := range e.Fields {
			all = append(all, f.Name+"\n"+f.Value)
		}
	}
	return all
}

// Buttons are the IDs of buttons, by row, and their labels.
func Buttons(actions []words.Action) (ids [][]string, labels []string) {
	for _, r := range buttons(actions) {
		var in []string
		for _, c := range r.(discordgo.ActionsRow).Components {
			b := c.(discordgo.Button)
			in = append(in, b.CustomID)
			labels = append(labels, b.Label)
		}
		ids = append(ids, in)
	}
	return ids, labels
}

// ThreadName is what the thread of a command is called.
func ThreadName(c commands.Command) string { return threadName(c) }

// Definition is the command as it is registered in a server, as JSON.
func Definition(table commands.Set, in func(commands.Language) words.Words) ([]byte, error) {
	return json.Marshal(definitionOf(table, in))
}
