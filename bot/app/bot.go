package app

import (
	"log/slog"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/engine"
	"liveadmin/bot/intake"
	"liveadmin/bot/journal"
	"liveadmin/commands/words"
	"liveadmin/imapi"
)

// NewBot returns the bot on a journal. Its clock is the journal's. wrap puts something in
// the place of the journal's marks, and observer is for metrics; both may be nil.
func NewBot(record *journal.Journal, wrap func(engine.Journal) engine.Journal, api *imapi.Client, rules func() bot.Rules, log *slog.Logger, observer bot.Observer) (*engine.Engine, error) {
	in, err := intake.New(intake.Parts{
		Record: record, API: api.For("suggestions", false), Rules: rules, Words: words.English(), Log: log, Now: record.Now, Clock: time.Now,
	})
	if err != nil {
		return nil, err
	}
	var marks engine.Journal = record
	if wrap != nil {
		marks = wrap(record)
	}
	return engine.New(engine.Parts{
		Intake: in, Journal: marks, API: engine.Client{Client: api}, Rules: rules, Words: words.English(), Log: log, Now: record.Now, Observer: observer,
	})
}
