package engine

import (
	"cmp"
	"context"

	"liveadmin/bot"
	"liveadmin/commands"
	"liveadmin/commands/words"
)

// wording is how the bot speaks to everyone in the place of an entry, and calls things and
// people by the rules in force. In a direct message that is the caller alone, in their language if
// that is known soon.
func (b *Engine) wording(e bot.Entry) words.Words {
	l := e.Place.Language
	if e.Place.Direct {
		l = cmp.Or(b.languageOf(b.work, e.Place.Platform, e.Caller), l)
	}
	return b.speak(l)
}

func (b *Engine) speak(l commands.Language) words.Words {
	rules := b.rules()
	return b.words(l).Naming(rules.Names, rules.Policy.Contact)
}

// toCaller is how the bot speaks to the one who said something, alone: in their language,
// and of nothing that they may not know of. What they said is on record by now.
func (b *Engine) toCaller(ctx context.Context, d bot.Delivery) words.Words {
	rules := b.rules()
	l := cmp.Or(b.languageOf(ctx, d.Place.Platform, d.Caller), rules.LanguageOf(d.Place))
	return b.words(l).Naming(rules.NamesFor(d.Caller), rules.Policy.Contact)
}

// languageOf returns the language that somebody reads, or "" if it is not known soon, or once
// the context has ended.
func (b *Engine) languageOf(ctx context.Context, platform string, c commands.Caller) commands.Language {
	if c.Language != "" {
		return c.Language
	}
	if p, ok := b.platforms[platform].(bot.Linguist); ok {
		return p.Language(ctx, c.Ref)
	}
	return ""
}

// said is the line of an entry's root and a message about it for everyone, with the same in the
// language of the caller for where the caller alone reads it.
func (b *Engine) said(e bot.Entry, say func(words.Words) (words.Text, words.Message)) (words.Text, words.Message) {
	root, message := say(b.wording(e))
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	if e.Under == 0 && !e.Command.Private { // the platform has found out the language where it could post no root
		cancel()
	}
	if l := b.languageOf(ctx, e.Place.Platform, e.Caller); l != "" && l != message.Language {
		own := words.Own{}
		own.Root, own.Result = say(b.speak(l))
		message.Own = &own
	}
	return root, message
}
