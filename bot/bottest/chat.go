package bottest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"liveadmin/bot"
	"liveadmin/commands"
	"liveadmin/commands/words"
)

// Platform is the name of the plain chat in places and callers.
const Platform = "chat"

// Ref is the allowlist entry of someone in the plain chat.
func Ref(name string) string { return Platform + ":user:" + name }

// Chat is a platform without an idiom: it shows what the bot says as plain text.
// It posts like a real one: a root, then a result under it.
type Chat struct {
	mu      sync.Mutex
	door    bot.Door
	ready   chan struct{} // closed when the door is open
	said    int
	roots   map[int64]string
	written []string
	threads map[int64]*thread
	late    []string // what was said in threads of other entries
	notices map[bot.Post]words.Message

	// Before, if set, is asked before each post and may fail it.
	Before func(e bot.Entry, what string) error
}

// thread is the thread of an entry.
type thread struct {
	result  string
	closed  bool
	notices string        // the messages of a request
	done    chan struct{} // closed with it
}

// NewChat returns a chat.
func NewChat() *Chat {
	return &Chat{ready: make(chan struct{}), roots: make(map[int64]string), threads: make(map[int64]*thread), notices: make(map[bot.Post]words.Message)}
}

// Name is "chat".
func (c *Chat) Name() string { return Platform }

// Run opens the door to what is said.
func (c *Chat) Run(ctx context.Context, door bot.Door) error {
	c.mu.Lock()
	c.door = door
	close(c.ready)
	c.mu.Unlock()
	<-ctx.Done()
	c.mu.Lock()
	c.ready = make(chan struct{})
	c.mu.Unlock()
	return nil
}

// Say types a command as someone and returns all that comes back.
func (c *Chat) Say(ctx context.Context, who, text string) (string, error) {
	if pressed, ok := strings.CutPrefix(text, "press "); ok {
		return c.sayPress(ctx, who, pressed)
	}
	c.mu.Lock()
	c.said++
	key := fmt.Sprintf("%s:%d", Platform, c.said)
	c.mu.Unlock()
	answer, err := c.Deliver(ctx, key, who, text)
	if err != nil || answer.Private != nil {
		return private(who, answer.Private), err
	}
	if answer.Entry == 0 {
		return "", nil
	}
	result, err := c.Result(ctx, answer.Entry)
	if answer.Alone {
		return "(only @" + who + ")\n    " + c.Root(answer.Entry) + "\n" + result, err
	}
	return c.Root(answer.Entry) + "\n" + result, err
}

// Deliver brings a command through the door under a key and returns what it is
// acknowledged with.
func (c *Chat) Deliver(ctx context.Context, key, who, text string) (bot.Answer, error) {
	return c.bring(ctx, who, bot.Delivery{Key: key, Text: text})
}

// bring brings what someone says or presses through the door.
func (c *Chat) bring(ctx context.Context, who string, d bot.Delivery) (answer bot.Answer, err error) {
	door, err := c.Door(ctx)
	if err != nil {
		return bot.Answer{}, err
	}
	d.Caller = commands.Caller{Ref: Ref(who), Name: who}
	d.Place = commands.Place{Platform: Platform, Channel: Platform + ":channel"}
	err = door.Receive(ctx, d, func(_ context.Context, a bot.Answer) (bot.Post, error) {
		answer = a
		return "", nil
	})
	return answer, err
}

// Door waits until the bot runs and returns its door.
func (c *Chat) Door(ctx context.Context) (bot.Door, error) {
	c.mu.Lock()
	ready := c.ready
	c.mu.Unlock()
	select {
	case <-ready:
	case <-ctx.Done():
		return nil, fmt.Errorf("waiting for the bot: %w", ctx.Err())
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.door, nil
}

func private(who string, m *words.Message) string {
	if m == nil {
		return ""
	}
	return "(only @" + who + ")\n" + indent(m.String())
}

// Root is the root message of an entry as it is now.
func (c *Chat) Root(entry int64) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.roots[entry]
}

// Announce posts a root.
func (c *Chat) Announce(_ context.Context, e bot.Entry, root words.Text) (bot.Post, error) {
	if err := c.before(e, "root"); err != nil {
		return "", err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.roots[e.Number] = root.String()
	c.written = append(c.written, fmt.Sprintf("root %d", e.Number))
	return bot.Post(fmt.Sprint(e.Number)), nil
}

// Report posts a result. One without a root's place is refused: it would be
// in the channel, where no one looks for it.
func (c *Chat) Report(_ context.Context, e bot.Entry, _ words.Text, result words.Message) (bot.Post, error) {
	if err := c.before(e, "result"); err != nil {
		return "", err
	}
	if e.Root == "" {
		return "", errors.New("no thread to report in")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.written = append(c.written, fmt.Sprintf("result %d", e.Number))
	p := c.at(e.Number)
	p.result = indent(result.String())
	if e.Under != 0 { // no root of its own is changed after it
		c.late = append(c.late, fmt.Sprintf("in the thread of #%d\n%s", e.Under, p.result))
		p.closed = true
		close(p.done)
	}
	return bot.Post(fmt.Sprint(e.Number)), nil
}

// Update changes a root.
func (c *Chat) Update(_ context.Context, e bot.Entry, root words.Text) error {
	if err := c.before(e, "update"); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.roots[e.Number] = root.String()
	c.written = append(c.written, fmt.Sprintf("update %d", e.Number))
	if p := c.at(e.Number); (p.result != "" || e.State.Ended()) && !p.closed {
		p.closed = true
		close(p.done)
	}
	return nil
}

// FindRoot looks for an entry's root.
func (c *Chat) FindRoot(_ context.Context, e bot.Entry) (bot.Post, bool, error) {
	return c.find(e, "root")
}

// FindResult looks for an entry's result.
func (c *Chat) FindResult(_ context.Context, e bot.Entry) (bot.Post, bool, error) {
	return c.find(e, "result")
}

func (c *Chat) find(e bot.Entry, what string) (bot.Post, bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return bot.Post(fmt.Sprint(e.Number)), slices.Contains(c.written, fmt.Sprintf("%s %d", what, e.Number)), nil
}

// Written is everything that was posted or updated so far, in order: "root 1".
func (c *Chat) Written() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.written)
}

// Late returns what was said in the threads of other entries so far.
func (c *Chat) Late() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.late)
}

// Press presses a button as someone and returns what it is acknowledged with.
func (c *Chat) Press(ctx context.Context, who, action string, entry int64) (bot.Answer, error) {
	c.mu.Lock()
	c.said++
	key := fmt.Sprintf("%s:press:%d", Platform, c.said)
	c.mu.Unlock()
	return c.bring(ctx, who, bot.Delivery{Key: key, Click: &bot.Click{Action: action, Entry: entry}})
}

// Result waits until an entry's result is under its root and the root has
// its last line.
func (c *Chat) Result(ctx context.Context, entry int64) (string, error) {
	c.mu.Lock()
	thread := c.at(entry)
	c.mu.Unlock()
	select {
	case <-thread.done:
		return strings.Trim(thread.notices+thread.result, "\n"), nil
	case <-ctx.Done():
		return "", fmt.Errorf("waiting for the result of entry %d: %w", entry, ctx.Err())
	}
}

func (c *Chat) before(e bot.Entry, what string) error {
	if c.Before == nil {
		return nil
	}
	return c.Before(e, what)
}

// at finds an entry's thread. The chat is locked.
func (c *Chat) at(entry int64) *thread {
	if c.threads[entry] == nil {
		c.threads[entry] = &thread{done: make(chan struct{})}
	}
	return c.threads[entry]
}

func indent(s string) string {
	var b strings.Builder
	for line := range strings.Lines(s) {
		b.WriteString("    " + line)
	}
	return strings.TrimSuffix(b.String(), "\n")
}
