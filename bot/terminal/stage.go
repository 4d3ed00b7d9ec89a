package terminal

import (
	"context"
	"strings"
	"time"

	"liveadmin/commands"
	"liveadmin/commands/grammar"
	"liveadmin/commands/words"
)

// Stage is what the demo plays on: a stand-in for Tencent Chat, and a clock.
type Stage interface {
	// Faults are the kinds of Fault, and last the one that ends them.
	Faults() []string
	// Fault has what is sent to Tencent Chat fail, or fail no more. It reports whether there
	// is such a kind.
	Fault(kind string) (found bool)
	// Wait moves the clock forward, and waits until what fell due is done.
	Wait(ctx context.Context, d time.Duration) error
}

// fault lets calls fail: "reset".
func (t *Terminal) fault(kind string) {
	says, kinds := words.In(t.Language).Demo, t.Stage.Faults()
	values := words.Slots{
		"kind": {{Kind: words.Quoted, Text: kind}}, "kinds": {{Text: strings.Join(kinds, ", ")}},
		"command": {{Kind: words.Code, Text: faultCommand + " " + kinds[len(kinds)-1]}},
	}
	switch {
	case !t.Stage.Fault(kind):
		t.tell(says.NoFault, values)
	case kind == kinds[len(kinds)-1]:
		t.tell(says.Repaired, values)
	default:
		values["kind"] = words.Text{{Kind: words.Code, Text: kind}}
		t.tell(says.Broken, values)
	}
}

// wait moves the clock: "2h".
func (t *Terminal) wait(ctx context.Context, text string) {
	says := words.In(t.Language).Demo
	d, ok := grammar.ParseDuration(text)
	if !ok || d < commands.MinFor || d > commands.MaxFor {
		t.tell(says.HowLong, words.Slots{"command": {{Kind: words.Code, Text: waitCommand + " 2h30m"}}})
		return
	}
	t.tell(says.Waited, words.Slots{"length": {{Kind: words.Code, Text: grammar.FormatDuration(d)}}})
	if err := t.Stage.Wait(ctx, d); err != nil && ctx.Err() == nil {
		t.tell(says.NotTaken, words.Slots{"error": {{Text: err.Error()}}})
	}
}
