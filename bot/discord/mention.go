package discord

import (
	"context"
	"strings"

	"liveadmin/bot"
	"liveadmin/commands/words"
)

// notifiedBy is whom the result of an entry notifies; nil: nobody.
func notifiedBy(e bot.Entry, result words.Message) notified {
	var all notified
	for _, ref := range e.Notified(result) {
		if user := userOf(ref); user != "" {
			all = append(all, user)
		}
	}
	return all
}

// mentions is the text that mentions them.
func (n notified) mentions() string { return "<@" + strings.Join(n, "> <@") + ">" }

// mention posts a message that notifies those whom a result notifies, beside the response
// that holds the result: that was changed, and a changed message notifies nobody. Where the bot
// may not post, nobody is notified.
func (d *Discord) mention(ctx context.Context, e bot.Entry, at messageRef, line words.Text, result words.Message) error {
	who := notifiedBy(e, result)
	if who == nil {
		return nil
	}
	m := d.rootLine(line)
	m.Content, m.Notified = shorten(who.mentions()+" "+m.Content, longestContent), who
	nonce := nonceOf(e, at.Channel, "mention")
	var err error
	if _, unsure := d.unsure.Load(e.Number); unsure {
		err = d.sayOnce(ctx, at.Channel, m, nonce, at.Message)
	} else {
		_, err = d.say(ctx, at.Channel, m, nonce)
	}
	if isRefusal(err) {
		d.log.Warn("nobody was notified of a result", "entry", e.Number, "channel", at.Channel, "err", err)
		return nil
	}
	return err
}
