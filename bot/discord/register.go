package discord

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"

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
		d.log.Warn("the command is not registered yet", "err", err)
		if !pause.Wait(ctx, 0) {
			return
		}
	}
}

// register makes Discord have the command as it is now, in the server that is
// configured or everywhere. A command of that name left anywhere else is deleted;
// other commands are left alone.
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
	d.tidy(ctx, app, there.ID)
	return nil
}

// scopeOf is the path of the commands of a server, or of those for all.
func scopeOf(app, guild string) string {
	if guild == "" {
		return "/applications/" + app + "/commands"
	}
	return "/applications/" + app + "/guilds/" + guild + "/commands"
}

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

// tidy deletes the command where an earlier configuration has left it: people would see
// it twice. The command with the ID to keep stays, wherever a server lists it.
func (d *Discord) tidy(ctx context.Context, app, keep string) {
	servers, err := d.allServers(ctx)
	if err != nil {
		d.log.Warn("not known where an old command is left", "err", err)
	}
	scopes := []string{""}
	for _, s := range servers {
		scopes = append(scopes, s.ID)
	}
	for _, guild := range scopes {
		if guild == d.config.GuildID {
			continue
		}
		scope := scopeOf(app, guild)
		old, err := d.registeredIn(ctx, scope)
		if old != nil && old.ID == keep {
			continue
		}
		if err == nil && old != nil {
			err = d.rest.do(ctx, call{name: "deleting an old command", method: http.MethodDelete, path: scope + "/" + old.ID})
		}
		switch {
		case err != nil:
			d.log.Warn("an old command may be left", "guild", guild, "err", err)
		case old != nil:
			d.log.Info("old command deleted", "guild", guild)
		}
	}
}
