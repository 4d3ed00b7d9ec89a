package discord

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"

	"liveadmin/bot"
	"liveadmin/commands"
	"liveadmin/commands/grammar"
	"liveadmin/commands/words"
)

// interaction is what someone did, as Discord sends it. It holds only what the bot
// needs, so that nothing else in it can make it unreadable. Names never are needed.
type interaction struct {
	ID      string                    `json:"id"`
	App     string                    `json:"application_id"`
	Token   string                    `json:"token"`
	Kind    discordgo.InteractionType `json:"type"`
	Guild   string                    `json:"guild_id"` // empty in a direct message
	Channel string                    `json:"channel_id"`
	Where   channel                   `json:"channel"`
	Member  struct {
		User  identified `json:"user"`
		Roles []string   `json:"roles"`
	} `json:"member"` // in a server
	User    identified `json:"user"`            // in a direct message
	Locale  string     `json:"locale"`          // of the person
	Allowed string     `json:"app_permissions"` // what the bot may do there
	Data    struct {
		Kind    discordgo.ApplicationCommandType `json:"type"` // of a command
		Name    string                           `json:"name"`
		Options []option                         `json:"options"`
		Target  string                           `json:"target_id"`  // the member whose menu was used
		Custom  string                           `json:"custom_id"`  // of a button or a form
		Parts   []formPart                       `json:"components"` // of a form
	} `json:"data"`

	at time.Time // when it came
}

type channel struct {
	Kind   *discordgo.ChannelType `json:"type"`
	Parent string                 `json:"parent_id"`
}

// option is a subcommand with its options, or a field with its value.
type option struct {
	Name    string          `json:"name"`
	Value   json.RawMessage `json:"value"`
	Focused bool            `json:"focused"`
	Options []option        `json:"options"`
}

// errNothing is returned for what is not for the bot.
var errNothing = errors.New("not for the bot")

var snowflake = regexp.MustCompile(`^[0-9]{1,20}$`)

// decode reads an interaction. What is not for the bot is errNothing.
func decode(payload []byte, at time.Time) (interaction, error) {
	i := interaction{at: at}
	if err := json.Unmarshal(payload, &i); err != nil {
		return interaction{}, errors.New("an interaction that cannot be read")
	}
	for _, id := range []string{i.ID, i.App, i.Channel, i.user(), cmp.Or(i.Guild, i.ID)} {
		if !snowflake.MatchString(id) || i.Token == "" {
			return interaction{}, errors.New("an interaction without a token, or with an ID missing or invalid")
		}
	}
	forBot := false
	switch i.Kind {
	case discordgo.InteractionApplicationCommand, discordgo.InteractionApplicationCommandAutocomplete:
		forBot = i.Data.Name == commandName || i.isMenu()
	case discordgo.InteractionMessageComponent:
		forBot = strings.HasPrefix(i.Data.Custom, buttonPrefix)
	case discordgo.InteractionModalSubmit:
		_, _, forBot = readForm(i.Data.Custom)
	}
	if !forBot {
		return interaction{}, errNothing
	}
	return i, nil
}

// isMenu reports whether the menu of a member was used.
func (i interaction) isMenu() bool {
	return i.Kind == discordgo.InteractionApplicationCommand && i.Data.Kind == discordgo.UserApplicationCommand &&
		i.Data.Name == menuName() && snowflake.MatchString(i.Data.Target)
}

func (i interaction) user() string { return cmp.Or(i.Member.User.ID, i.User.ID) }

// caller identifies someone as the allowlist does: by IDs alone. Where only one server
// counts, people of others are outsiders.
func (d *Discord) caller(ctx context.Context, i interaction) commands.Caller {
	c := i.caller()
	switch {
	case d.config.GuildID == "" || i.Guild == "":
		c.Unread = d.roles.unread(ctx, i)
	case d.config.GuildID != i.Guild:
		c.Outsider = true
	}
	return c
}

// caller is someone with the roles that the interaction names.
func (i interaction) caller() commands.Caller {
	c := commands.Caller{Ref: userRef + i.user()}
	if i.Locale != "" {
		c.Language = commands.Nearest(i.Locale)
	}
	for _, role := range i.Member.Roles {
		c.Memberships = append(c.Memberships, roleRef+role)
	}
	return c
}

// The prefixes of allowlist entries.
const (
	userRef = Name + ":user:"
	roleRef = Name + ":role:"
)

// userOf is Discord's own ID of a caller, or empty if it is none.
func userOf(ref string) string {
	id, ok := strings.CutPrefix(ref, userRef)
	if !ok || !snowflake.MatchString(id) {
		return ""
	}
	return id
}

// place is where the interaction was. A thread counts as its channel.
func (i interaction) place() commands.Place {
	p := commands.Place{Platform: Name, Channel: Name + ":" + i.Channel, Direct: i.Guild == ""}
	if i.Where.isThread() {
		p.Thread = i.Channel
		if i.Where.Parent != "" {
			p.Channel = Name + ":" + i.Where.Parent
		}
	}
	return p
}

// roomOf is Discord's own ID of the channel or thread of a place.
func roomOf(p commands.Place) string {
	if p.Thread != "" {
		return p.Thread
	}
	return strings.TrimPrefix(p.Channel, Name+":")
}

func (c channel) isThread() bool {
	return c.Kind != nil && (&discordgo.Channel{Type: *c.Kind}).IsThread()
}

// forThreads is what the bot needs to be allowed to open threads and post in them.
const forThreads = discordgo.PermissionViewChannel | discordgo.PermissionEmbedLinks |
	discordgo.PermissionCreatePublicThreads | discordgo.PermissionSendMessagesInThreads

// noThread returns why no thread can be opened for what was said here; empty: one can.
func (i interaction) noThread() reason {
	kind := i.Where.Kind
	allowed, known := i.may(forThreads)
	switch {
	case i.Guild == "" || i.Where.isThread():
		return noThreadsHere
	case kind != nil && *kind != discordgo.ChannelTypeGuildText && *kind != discordgo.ChannelTypeGuildNews:
		return otherChannel
	case known && !allowed:
		return notAllowed
	}
	return ""
}

// may reports whether the bot has all of some permissions where something was said, if Discord
// says that.
func (i interaction) may(permissions uint64) (allowed, known bool) {
	has, err := strconv.ParseUint(i.Allowed, 10, 64)
	return has&discordgo.PermissionAdministrator != 0 || has&permissions == permissions, err == nil
}

// listedRequests is how many requests a list shows: a message has five rows of buttons.
const listedRequests = 5

// delivery is the interaction for the bot's door.
func (i interaction) delivery(caller commands.Caller) bot.Delivery {
	d := bot.Delivery{
		Key:    fmt.Sprintf("%s:%s:%s", Name, i.App, i.ID),
		Caller: caller,
		Place:  i.place(),
		Reply:  i.handle().String(),
		Alone:  i.alone(),
		Listed: listedRequests,
	}
	switch {
	case i.Kind == discordgo.InteractionMessageComponent:
		d.Click = readButton(i.Data.Custom)
	case i.Kind == discordgo.InteractionModalSubmit:
		d.Form = i.filled()
	case i.isMenu():
		fields := grammar.Fields{Verb: string(commands.Add)}.With(words.UsersField, mention(i.Data.Target))
		d.Fields, d.Opens, d.Fixed = &fields, true, true
	default:
		d.Fields, _ = i.fields()
	}
	return d
}

// fields reads a subcommand and its options, and finds the one that is being typed.
func (i interaction) fields() (_ *grammar.Fields, typing string) {
	f := &grammar.Fields{}
	if len(i.Data.Options) == 0 {
		return f, ""
	}
	sub := i.Data.Options[0]
	f.Verb = sub.Name
	for _, o := range sub.Options {
		if o.Focused {
			typing = o.Name
		}
		if text := o.text(); text != "" && commands.Table.HasOption(o.Name) {
			f.Options = append(f.Options, grammar.Option{Name: o.Name, Text: text})
		}
	}
	return f, typing
}

// text is a value as it was typed; empty if it is off. One of another kind than was
// registered is taken as it is written.
func (o option) text() string {
	switch string(o.Value) {
	case "true":
		return "True"
	case "false":
		return ""
	}
	var s string
	if json.Unmarshal(o.Value, &s) == nil {
		return s
	}
	return string(o.Value)
}

// handle is what the original response to an interaction can be changed with, for
// fifteen minutes. It holds a secret.
type handle struct {
	ID    string    `json:"id"` // the interaction's
	App   string    `json:"app"`
	Token string    `json:"token"`
	At    time.Time `json:"at"`            // when it came, by the bot's own clock
	Why   reason    `json:"why,omitempty"` // no thread can be opened there
	Guild string    `json:"guild,omitempty"`
	Loud  bool      `json:"loud,omitempty"` // the bot may notify every role there
}

func (i interaction) handle() handle {
	everyRole, known := i.may(discordgo.PermissionMentionEveryone)
	return handle{
		ID: i.ID, App: i.App, Token: i.Token, At: i.at, Why: i.noThread(),
		Guild: i.Guild, Loud: everyRole || !known,
	}
}

// String is the handle as the journal keeps it.
func (h handle) String() string {
	text, _ := json.Marshal(h) // of strings and a time this century: cannot fail
	return string(text)
}

// handleOf reads the handle of an entry. An entry that no command made has none.
func handleOf(e bot.Entry) (h handle, ok bool) {
	err := json.Unmarshal([]byte(e.Reply), &h)
	return h, err == nil && h.App != "" && h.Token != ""
}

// webhook is the path of messages that follow the first response.
func (h handle) webhook() string { return "/webhooks/" + h.App + "/" + url.PathEscape(h.Token) }

// original is the path of the first response.
func (h handle) original() string { return h.webhook() + "/messages/@original" }

// tokenTime is how long a handle is good.
const tokenTime = 15 * time.Minute

func (h handle) isFresh(now time.Time) bool { return now.Sub(h.At) < tokenTime }
