package app

import (
	"log/slog"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/journal"
	"liveadmin/commands/words"
	"liveadmin/imapi"
)

// NewBot returns the bot on a journal. Its clock is the journal's. wrap puts something in
// the place of the journal's marks, and observer is for metrics; both may be nil.
func NewBot(record *journal.Journal, wrap func(bot.Journal) bot.Journal, api *imapi.Client, rules func() bot.Rules, log *slog.Logger, observer bot.Observer) (*bot.Bot, error) {
	in, err := bot.NewIntake(bot.IntakeParts{
		Record: record, API: api.For("suggestions", false), Rules: rules, Words: words.English(), Log: log, Now: record.Now, Clock: time.Now,
	})
	if err != nil {
		return nil, err
	}
	var marks bot.Journal = record
	if wrap != nil {
		marks = wrap(record)
	}
	return bot.New(bot.Parts{
		Intake: in, Journal: marks, API: bot.Client{Client: api}, Rules: rules, Words: words.English(), Log: log, Now: record.Now, Observer: observer,
	})
}
