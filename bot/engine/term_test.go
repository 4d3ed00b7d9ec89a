package engine_test

import (
	"context"
	"testing"

	"liveadmin/bot/bottest"
	"liveadmin/bot/engine"
	"liveadmin/imapi"
)

// oneTerm is a journal in a term that the test ends.
type oneTerm struct {
	bottest.Journal
	term context.Context
}

func (o oneTerm) Term() context.Context { return o.term }

// waitingAPI hands over the contexts of its readings, which end with them.
type waitingAPI struct {
	calls
	reads chan context.Context
}

func (w waitingAPI) Admins(ctx context.Context, _ imapi.GroupID) ([]imapi.Admin, error) {
	w.reads <- ctx
	<-ctx.Done()
	return nil, ctx.Err()
}

// TestTermEndsTheWork: when a term is over, all work of it is, and not a moment later: the
// next term can begin by then, and lets calls pass again.
func TestTermEndsTheWork(t *testing.T) {
	t.Parallel()
	stage, chat := open(t)
	term, end := context.WithCancel(t.Context())
	reads := make(chan context.Context)
	run(t, stage, func(p *engine.Parts) {
		p.Journal = oneTerm{stage.Journal, term}
		p.API = around(p.API, func(a calls) calls { return waitingAPI{a, reads} })
	}, chat)
	_, err := chat.Deliver(t.Context(), "k", "alice", "add "+groupA+" user1")
	check(t, err)
	work := <-reads
	end()
	if work.Err() == nil {
		t.Error("the work goes on when its term is over")
	}
}
