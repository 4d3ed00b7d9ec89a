package bottest

import (
	"time"

	"liveadmin/bot/engine"
	"liveadmin/bot/intake"
)

// readingTime is for the calls of all suggestions and Home tabs of a test together.
const readingTime = time.Hour

// Journal is what engine and intake need of the record together.
type Journal interface {
	engine.Journal
	intake.Journal
}

// NewBot returns a bot made of its parts, with an intake that is made of them, too.
func NewBot(p engine.Parts) (*engine.Engine, error) {
	in, err := intake.New(intake.Parts{
		Record: p.Journal.(Journal), API: p.API.For("readings", false)(readingTime), Rules: p.Rules, Log: p.Log, Now: p.Now, Clock: p.Clock,
	})
	if err != nil {
		return nil, err
	}
	p.Intake = in
	return engine.New(p)
}
