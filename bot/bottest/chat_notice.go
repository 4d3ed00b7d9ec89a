package bottest

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"liveadmin/bot"
	"liveadmin/commands/words"
)

// sayPress presses a button, "3 approve", and returns all that comes back.
func (c *Chat) sayPress(ctx context.Context, who, text string) (string, error) {
	number, action, _ := strings.Cut(text, " ")
	entry, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		return "", err
	}
	c.mu.Lock()
	delete(c.threads, entry) // what comes of it is new
	c.mu.Unlock()
	answer, err := c.Press(ctx, who, action, entry)
	if err != nil || answer.Private != nil {
		return private(who, answer.Private), err
	}
	if answer.Entry != 0 {
		entry = answer.Entry
	}
	result, err := c.Result(ctx, entry)
	return c.Root(entry) + "\n" + result, err
}

// Notify posts a message under a root. A request is answered with it.
func (c *Chat) Notify(_ context.Context, e bot.Entry, name string, m words.Message, mentions []string) (bot.Post, error) {
	if err := c.before(e, name); err != nil {
		return "", err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.written = append(c.written, fmt.Sprintf("%s %d", name, e.Number))
	p := c.at(e.Number)
	p.notices += indent(m.String()) + "\n"
	if len(mentions) > 0 {
		p.notices += "    (mentions " + strings.Join(mentions, ", ") + ")\n"
	}
	if name == bot.RequestNotice {
		p.closed = true
		close(p.done)
	}
	at := bot.Post(fmt.Sprint(name, e.Number))
	c.notices[at] = m
	return at, nil
}

// Notice returns a message that Notify posted as it is now.
func (c *Chat) Notice(at bot.Post) words.Message {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.notices[at]
}

// FindNotice looks for a message that Notify posted.
func (c *Chat) FindNotice(_ context.Context, e bot.Entry, name string) (bot.Post, bool, error) {
	_, found, err := c.find(e, name)
	return bot.Post(fmt.Sprint(name, e.Number)), found, err
}

// EditNotice changes a message that Notify posted.
func (c *Chat) EditNotice(_ context.Context, e bot.Entry, at bot.Post, m words.Message) error {
	if err := c.before(e, "amend"); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.written = append(c.written, fmt.Sprintf("amend %d", e.Number))
	c.notices[at] = m
	c.at(e.Number).notices += "    (the request is now)\n" + indent(m.String()) + "\n"
	return nil
}
