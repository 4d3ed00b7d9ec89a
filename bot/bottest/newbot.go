package bottest

import "liveadmin/bot"

// NewBot returns a bot made of its parts, with an intake that is made of them, too.
func NewBot(p bot.Parts) (*bot.Bot, error) {
	in, err := bot.NewIntake(bot.IntakeParts{
		Record: p.Journal, API: p.API.For("suggestions", false), Rules: p.Rules, Words: p.Words, Log: p.Log, Now: p.Now, Clock: p.Clock,
	})
	if err != nil {
		return nil, err
	}
	p.Intake = in
	return bot.New(p)
}
