package journal

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"liveadmin/bot"
)

// numbersOf returns the numbers of entries.
func numbersOf(entries []bot.Entry) []int64 {
	var numbers []int64
	for _, e := range entries {
		numbers = append(numbers, e.Number)
	}
	return numbers
}

func claimAll(t *testing.T, j *Journal, w *world) {
	for i := range 12 {
		e := mustAccept(t, j, entry(fmt.Sprint(i), sunday, friday))
		if i%3 == 0 {
			mustFinish(t, j, e)
		}
		if i == 0 {
			if err := j.Post(t.Context(), e, "result"); err != nil {
				t.Fatal(err)
			}
		}
	}
	j = w.restart(t, j)
	open := claim(t, j)
	if len(open) != 11 {
		t.Fatalf("%d open", len(open))
	}
	for i, e := range open {
		want, state, change := int64(i+2), bot.Accepted, bot.Waiting
		if (want-1)%3 == 0 {
			state, change = bot.Done, bot.Settled
		}
		if e.Number != want || e.Attempt != 2 || e.State != state {
			t.Errorf("entry %d: #%d, attempt %d, %s", i, e.Number, e.Attempt, e.State)
		}
		if len(e.Changes) != 2 || e.Changes[0].Group != sunday || e.Changes[1].Group != friday || e.Changes[0].State != change {
			t.Errorf("entry %d: changes %+v", i, e.Changes)
		}
		if e.Changes[0].Outcome != nil || e.Changes[0].Plan != nil {
			t.Errorf("entry %d: change %+v: what is settled is not read", i, e.Changes[0])
		}
	}
	again := unclosed(t, j)
	for _, e := range again {
		for i := range e.Changes {
			e.Changes[i].Plan, e.Changes[i].Outcome = nil, nil
		}
	}
	if !reflect.DeepEqual(again, open) {
		t.Error("Unclosed differs from what Claim returned: the attempt was not recorded")
	}
}

func claimCarried(t *testing.T, j *Journal, w *world) {
	for i := range 4 {
		mustAccept(t, j, entry(fmt.Sprint(i)))
	}
	j = w.restart(t, j)
	if got := numbersOf(claim(t, j, 2)); !reflect.DeepEqual(got, []int64{1, 2, 3, 4}) {
		t.Errorf("of an earlier process: %v; carried or not, they are claimed", got)
	}
	if got := claim(t, j, 1, 3, 4); len(got) != 1 || got[0].Number != 2 || got[0].Attempt != 3 {
		t.Errorf("given up: %+v, want #2 at its third attempt", got)
	}
	if got := claim(t, j, 1, 2, 3, 4); len(got) > 0 {
		t.Errorf("carried: %+v", got)
	}
}

func claimAccepted(t *testing.T, j *Journal, w *world) {
	mustAccept(t, j, entry("early"))
	got := claim(t, j)
	if len(got) != 1 || got[0].Attempt != 2 {
		t.Fatalf("accepted before the first claim: %+v", got)
	}
	if err := j.Drop(t.Context(), got[0], bot.Unanswered, bot.Record{}); err != nil {
		t.Fatal(err)
	}
	e := mustAccept(t, j, entry("k"))
	w.Advance(2 * takenFor)
	if got := claim(t, j); len(got) > 0 {
		t.Errorf("just accepted: %+v", got)
	}
	if got := claim(t, j, e.Number); len(got) > 0 {
		t.Errorf("carried: %+v", got)
	}
	if got := claim(t, j); len(got) != 1 || got[0].Attempt != 2 {
		t.Errorf("no longer carried: %+v", got)
	}

	// No one knows of it: Accept failed, but the entry is there.
	lost := mustAccept(t, j, entry("lost"))
	j.terms.now().forget(lost.Number)
	if got := claim(t, j, e.Number); len(got) > 0 {
		t.Errorf("its Accept may not have returned: %+v", got)
	}
	w.Advance(takenFor + time.Second)
	if got := claim(t, j, e.Number); len(got) != 1 || got[0].Number != lost.Number {
		t.Errorf("a minute later: %+v, want #%d", got, lost.Number)
	}
}
