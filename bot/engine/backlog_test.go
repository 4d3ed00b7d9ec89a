package engine

import (
	"errors"
	"fmt"
	"testing"

	"liveadmin/bot"
	"liveadmin/commands"
	"liveadmin/imapi"
)

// asked is a command of somebody on so many groups.
func asked(who string, verb commands.Verb, groups int) bot.Entry {
	e := bot.Entry{Caller: commands.Caller{Ref: who}, Command: commands.Command{Verb: verb}}
	for g := range groups {
		e.Changes = append(e.Changes, bot.Change{Group: imapi.GroupID(fmt.Sprint(g)), State: bot.Waiting})
	}
	return e
}

func TestBacklog(t *testing.T) {
	t.Parallel()
	l := newBacklog()
	take := func(what string, e bot.Entry, want error) {
		t.Helper()
		err := l.take(e)
		full, _ := errors.AsType[*crowded](err)
		wanted, _ := errors.AsType[*crowded](want)
		if (full == nil) != (wanted == nil) || full != nil && (full.load != wanted.load || full.yours != wanted.yours) {
			t.Errorf("%s: %+v, want %+v", what, err, want)
		}
	}
	large := asked("a", commands.Add, mostOpenCaller+1)
	take("one command of more groups than all may have", large, nil)
	take("one more", asked("a", commands.Remove, 1), &crowded{load: load{1, mostOpenCaller + 1}, yours: true})
	take("an end beside it", asked("a", commands.End, 1000), nil)
	take("a reminder beside it", asked("a", commands.Remind, 1000), nil)
	l.count(large, 0, -1)
	l.count(large, 0, -1)
	take("one more when two are settled", asked("a", commands.Remove, 1), nil)
	l.count(large, -1, 1-mostOpenCaller)
	take("many when the large one is over", asked("a", commands.Add, mostOpenCaller-1), nil)
	take("one more", asked("a", commands.Add, 1), &crowded{load: load{2, mostOpenCaller}, yours: true})
	for n := 1; n < mostOpen/mostOpenCaller; n++ {
		take("of others", asked(fmt.Sprint("other", n), commands.List, mostOpenCaller), nil)
	}
	take("one more than all may have", asked("b", commands.Add, 1), &crowded{load: load{2 + mostOpen/mostOpenCaller - 1, mostOpen}})
	taken := asked("b", commands.Add, 3)
	taken.Changes[0].State = bot.Settled
	l.count(taken, 1, unsettled(taken)) // what was taken up is counted, however much there is
	l.count(taken, -1, -2)
	for n := 1; n < mostOpen/mostOpenCaller; n++ {
		l.count(asked(fmt.Sprint("other", n), commands.List, 0), -1, -mostOpenCaller)
	}
	l.count(asked("a", commands.Add, 0), -1, 1-mostOpenCaller)
	l.count(asked("a", commands.Add, 0), -1, -1)
	if l.all != (load{}) || len(l.callers) != 0 {
		t.Errorf("when all is over: %+v, %v", l.all, l.callers)
	}
}
