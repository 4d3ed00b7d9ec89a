package e2e

import (
	"bytes"
	"context"
	"errors"

	"liveadmin/bot/bottest/fakediscord"
	"liveadmin/bot/bottest/fakeslack"
)

// slackTalk are people in Slack, who type commands or mention the bot.
type slackTalk struct {
	*fakeslack.Server
	mentions bool
}

type slackAttempt struct {
	s *fakeslack.Server
	d *fakeslack.Delivery
}

func (c slackTalk) say(p *place, s step) attempt {
	who := "U0ALICE"
	if s.stranger {
		who = "U0" + p.channel
	}
	switch {
	case s.verb == "":
		return slackAttempt{c.Server, c.Click(who, undoable(c.told(p.channel)).slack, "undo.0")}
	case c.mentions:
		return slackAttempt{c.Server, c.Mention(who, p.channel, "", s.typed(p.group))}
	}
	return slackAttempt{c.Server, c.Slash(who, p.channel, s.typed(p.group))}
}

func (a slackAttempt) heard(ctx context.Context) error {
	_, err := a.d.Wait(ctx)
	return err
}

func (a slackAttempt) handle() string { return a.d.ResponseURL }

func (a slackAttempt) again() { a.s.Redeliver(a.d) }

func (c slackTalk) whispered(channel string) []string {
	var all []string
	for _, m := range c.Ephemerals("U0ALICE") {
		if m.Channel == channel {
			all = append(all, c.Plain(m))
		}
	}
	return all
}

func (slackTalk) place(channel string) string { return "slack:" + channel }

func (slackTalk) opened(context.Context) error { return nil }

func (c slackTalk) wait(ctx context.Context, check func() bool) error { return c.Wait(ctx, check) }

// discordTalk are people in Discord.
type discordTalk struct{ *fakediscord.Server }

// discordAttempt is what nobody delivers again: who gets no answer does it again, and
// who is told to, if it was to be carried out.
type discordAttempt struct {
	act   func() *fakediscord.Interaction
	i     *fakediscord.Interaction
	alone bool // an answer for the caller alone is all that is waited for
}

func (c discordTalk) say(p *place, s step) attempt {
	who := "501"
	if s.stranger {
		who = "666" + p.channel
	}
	act := func() *fakediscord.Interaction { return c.Command(who, p.channel, s.verb, s.fields(p.group)) }
	if s.verb == "" {
		last := undoable(c.told(p.channel)).discord
		act = func() *fakediscord.Interaction { return c.Click(who, last, undoOf(last)) }
	}
	return &discordAttempt{act, act(), s.alone}
}

func (a *discordAttempt) heard(ctx context.Context) error {
	first, err := a.i.Wait(ctx)
	if err == nil && !a.alone && bytes.Contains(first.Body, []byte("Try again in a minute")) {
		return errors.New("asked to try again")
	}
	return err
}

func (a *discordAttempt) handle() string { return a.i.Token }

func (a *discordAttempt) again() { a.i = a.act() }

func (c discordTalk) whispered(channel string) []string {
	var all []string
	for _, m := range c.Ephemerals("501") {
		if m.Channel == channel {
			all = append(all, c.Plain(m))
		}
	}
	return all
}

func (discordTalk) place(channel string) string { return "discord:" + channel }

// opened waits until the command is registered.
func (c discordTalk) opened(ctx context.Context) error { return c.WaitCommand(ctx, townGuild) }

func (c discordTalk) wait(ctx context.Context, check func() bool) error { return c.Wait(ctx, check) }

// undoOf is the Undo button of a message, or "".
func undoOf(m fakediscord.Message) string {
	for _, b := range m.Buttons() {
		if b.Label == "Undo" {
			return b.CustomID
		}
	}
	return ""
}
