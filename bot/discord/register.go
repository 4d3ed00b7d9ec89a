package discord

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"liveadmin/bot/chat"
)

// registered is a command as Discord has it.
type registered struct {
	ID string `json:"id"`
	definition
}

// is compares what Discord keeps of a command: not how an empty list is written, nor,
// for one server, where it can be used.
func (r registered) is(want definition) bool {
	have := r.definition
	if want.Contexts == nil {
		have.Contexts, have.Integrations = nil, nil
	}
	a, err1 := json.Marshal(have)
	b, err2 := json.Marshal(want)
	return err1 == nil && err2 == nil && bytes.Equal(a, b)
}

// keepRegistered registers the command, once, as soon as Discord lets it.
func (d *Discord) keepRegistered(ctx context.Context) {
	var pause chat.Backoff
	for {
		err := d.register(ctx)
		switch {
		case err == nil || ctx.Err() != nil:
			return
		case isRefusal(err):
			d.log.Error("the command could not be registered; invite the bot with the scopes bot and applications.commands", "err", err)
			return
		}
		d.log.Warn("the command is not registered yet, or not deleted where it was", "err", err)
		if !pause.Wait(ctx, 0) {
			return
		}
	}
}

// register makes Discord have the command as it is now, in the server that is
// configured or everywhere, and no longer where it was registered before. Other
// commands are left alone.
func (d *Discord) register(ctx context.Context) error {
	app := d.whoami.Load().app
	scope := scopeOf(app, d.config.GuildID)
	there, err := d.registeredIn(ctx, scope)
	if err != nil {
		return err
	}
	want := newDefinition(d.config.GuildID == "")
	if there == nil || !there.is(want) {
		there = &registered{}
		// Creating a command that is there changes it.
		err := d.rest.do(ctx, call{name: "registering the command", method: http.MethodPost, path: scope, body: want, into: there})
		if err != nil {
			return err
		}
		d.log.Info("command registered", "guild", d.config.GuildID)
	}
	d.command.Store(there.ID)
	return d.settle(ctx, app, scope, there.ID)
}

// scopeOf is the path of the commands of a server, or of those for all.
func scopeOf(app, guild string) string {
	if guild == "" {
		return applicationPath(app) + "commands"
	}
	return applicationPath(app) + "guilds/" + guild + "/commands"
}

func applicationPath(app string) string { return "/applications/" + app + "/" }

// registeredIn is the bot's command in a scope, or nil.
func (d *Discord) registeredIn(ctx context.Context, scope string) (*registered, error) {
	var all []registered
	if err := d.rest.do(ctx, call{name: "reading the commands", method: http.MethodGet, path: scope, into: &all}); err != nil {
		return nil, err
	}
	for _, c := range all {
		if c.Name == commandName && c.Kind == 1 {
			return &c, nil
		}
	}
	return nil, nil
}

// Memory keeps values by name across restarts. A name that has none has "".
type Memory interface {
	Recall(ctx context.Context, name string) (value string, err error)
	Remember(ctx context.Context, name, value string) error
}

// registeredAt is the name under which the scope of the command is remembered.
const registeredAt = "discord.command"

// settle deletes the command where an earlier setting of the server registered it, since
// people would see it twice, and remembers where it is now. The command with the ID to
// keep stays, wherever a server lists it.
func (d *Discord) settle(ctx context.Context, app, scope, keep string) error {
	before, err := d.memory.Recall(ctx, registeredAt)
	if err != nil || before == scope {
		return err
	}
	if strings.HasPrefix(before, applicationPath(app)) { // another application's is not ours to delete
		old, err := d.registeredIn(ctx, before)
		if err == nil && old != nil && old.ID != keep {
			err = d.rest.do(ctx, call{name: "deleting the old command", method: http.MethodDelete, path: before + "/" + old.ID})
		}
		switch {
		case isRefusal(err): // as where the bot is no longer in the server
			d.log.Warn("the old command may be left", "path", before, "err", err)
		case err != nil:
			return err
		case old != nil && old.ID != keep:
			d.log.Info("old command deleted", "path", before)
		}
	}
	return d.memory.Remember(ctx, registeredAt, scope)
}
