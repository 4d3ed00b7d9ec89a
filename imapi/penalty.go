package imapi

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// penaltyTime is how long nothing is sent after 70050: Tencent asks for at
// least a minute (1047/34348).
const penaltyTime = time.Minute

// penalty holds back every call after too many rejected signatures.
type penalty struct {
	mu    sync.Mutex
	until time.Time
}

func (p *penalty) start() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.until = time.Now().Add(penaltyTime)
}

func (p *penalty) left() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return time.Until(p.until)
}

// wait sleeps until the penalty is over, or fails at once if the budget or the
// context ends before.
func (p *penalty) wait(ctx context.Context, b *budget, op string) error {
	for left := p.left(); left > 0; left = p.left() {
		deadline, bounded := ctx.Deadline()
		if b.left() <= left || bounded && time.Until(deadline) <= left {
			return p.refusal(op)
		}
		if err := b.sleep(ctx, left); err != nil {
			return gaveUp(op, err)
		}
	}
	return nil
}

func (p *penalty) refusal(op string) *Error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return &Error{
		Op: op, Code: codeThrottled, kind: kindOf(codeThrottled, false),
		Info: fmt.Sprintf("too many signatures were rejected; nothing is sent until %s", p.until.UTC().Format("15:04:05 UTC")),
	}
}
