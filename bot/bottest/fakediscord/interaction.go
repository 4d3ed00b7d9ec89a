package fakediscord

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"
)

// ErrNobody says that no session was there to take an interaction. The person sees
// "The application did not respond".
var ErrNobody = errors.New("the application did not respond: it has no session")

// Types of an interaction (docs: interactions/receiving-and-responding).
const (
	pingType         = 1
	commandType      = 2
	componentType    = 3
	autocompleteType = 4
	modalType        = 5
)

// tokenAge is how long an interaction's token is good.
const tokenAge = 15 * time.Minute

// Interaction is something that a person did and that is sent to the app.
type Interaction struct {
	ID      string
	Token   string
	User    string
	Channel string
	Guild   string // "" in a DM

	s         *Server
	kind      int
	clicked   string // a component's message
	payload   json.RawMessage
	sign      Signature
	began     time.Time // by the real clock, for the first response
	since     time.Time // by the Server's clock, for the token
	failed    error
	callbacks []Callback
	responses []Response
	settled   bool   // there was a first response
	original  string // the message that @original is
	followups []string
	modal     *Modal // that was opened in answer
}

// interactions are all there were. The Server's lock guards them.
type interactions struct {
	byID, byToken map[string]*Interaction
}

func newInteractions() interactions {
	return interactions{byID: make(map[string]*Interaction), byToken: make(map[string]*Interaction)}
}

// Callback is an attempt at the first response of an interaction.
type Callback struct {
	Type      int           // as it was sent: 4 message, 5 deferred, 6 deferred update, 7 update, 8 choices, 9 modal
	Took      time.Duration // since the interaction, until it was carried out
	Status    int           // HTTP
	Code      int           // Discord's error; 0 if it was accepted
	Ephemeral bool
	Choices   []Choice // of type 8
	Body      json.RawMessage
}

// Accepted reports whether it became the response.
func (c Callback) Accepted() bool { return c.Code == 0 && c.Status < 300 }

// Options are a command's fields as they are filled in: string, int, float64 or bool.
type Options map[string]any

// Command types the command with a subcommand. It fails the test where the person
// could not: if the registered command does not take it.
func (s *Server) Command(user, channel, subcommand string, options Options) *Interaction {
	s.t.Helper()
	return s.SendCommand(CommandInput{User: user, Channel: channel, Subcommand: subcommand, Options: options})
}

// CommandInput is a command, or a look at suggestions, with everything that can be
// chosen.
type CommandInput struct {
	User       string
	Channel    string
	Subcommand string // "" of a command that has none
	Options    Options
	Focused    string // the option that is being typed: suggestions are asked for

	Forged bool      // the registered command is not consulted: a stale client, or one that lies
	Sign   Signature // HTTP mode
}

// Autocomplete types in an option for which suggestions are asked; others are the
// fields that are filled in already.
func (s *Server) Autocomplete(user, channel, subcommand, focused, value string, others Options) *Interaction {
	s.t.Helper()
	options := Options{focused: value}
	maps.Copy(options, others)
	return s.SendCommand(CommandInput{User: user, Channel: channel, Subcommand: subcommand, Options: options, Focused: focused})
}

// SendCommand is Command and Autocomplete with everything that can be chosen.
func (s *Server) SendCommand(in CommandInput) *Interaction {
	s.t.Helper()
	i := &Interaction{s: s, kind: commandType, User: in.User, Channel: in.Channel, sign: in.Sign}
	if in.Focused != "" {
		i.kind = autocompleteType
	}
	wrong := ""
	s.host.Change(func() {
		r := s.world.rooms[in.Channel]
		if r == nil {
			wrong = "there is no channel " + in.Channel
			return
		}
		i.Guild = r.Guild
		command := s.registry.typed(r.Guild, s.config.Command)
		if !in.Forged {
			if wrong = command.takes(in); wrong != "" {
				return
			}
		}
		s.begin(i, r, commandData(command, s.config.Command, in), nil)
	})
	return s.sent(i, wrong)
}

// Click clicks a button of a message. It fails the test if the user sees no such
// button that can be clicked.
func (s *Server) Click(user string, m Message, customID string) *Interaction {
	s.t.Helper()
	return s.SendClick(ClickInput{User: user, Message: m, CustomID: customID})
}

// ClickInput is a click with everything that can be chosen.
type ClickInput struct {
	User     string
	Message  Message // as the user sees it, even if it has changed since
	CustomID string

	Forged bool      // the message has no such button
	Sign   Signature // HTTP mode
}

// SendClick is Click with everything that can be chosen.
func (s *Server) SendClick(in ClickInput) *Interaction {
	s.t.Helper()
	m := in.Message
	i := &Interaction{s: s, kind: componentType, User: in.User, Channel: m.Channel, clicked: m.ID, sign: in.Sign}
	wrong := ""
	s.host.Change(func() {
		r := s.world.rooms[m.Channel]
		switch {
		case r == nil:
			wrong = "there is no channel " + m.Channel
		case in.Forged:
		case m.To != "" && m.To != in.User:
			wrong = "only " + m.To + " sees the message"
		case !m.clickable(in.CustomID):
			wrong = fmt.Sprintf("the message has no button %q to click", in.CustomID)
		}
		if wrong != "" {
			return
		}
		i.Guild = r.Guild
		s.begin(i, r, map[string]any{"id": 1, "custom_id": in.CustomID, "component_type": buttonComponent}, &m)
	})
	return s.sent(i, wrong)
}

// sent delivers an interaction, or fails the test if something is wrong with it.
func (s *Server) sent(i *Interaction, wrong string) *Interaction {
	s.t.Helper()
	if wrong != "" {
		s.t.Errorf("fakediscord: %s", wrong)
		i.failed = errors.New(wrong)
		return i
	}
	s.deliver(i)
	return i
}

// begin makes an interaction known. The state is locked.
func (s *Server) begin(i *Interaction, r *room, data any, clicked *Message) {
	i.ID, i.Token = s.nextID(), "interaction."+rand.Text()
	i.since, i.began = s.config.Now(), time.Now()
	i.payload = s.payload(i, r, data, clicked)
	s.interactions.byID[i.ID], s.interactions.byToken[i.Token] = i, i
}

// Redeliver sends the same interaction again, to every session or over HTTP.
func (s *Server) Redeliver(i *Interaction) { s.deliver(i) }

// Callbacks are the attempts at a first response so far, refused ones too.
func (i *Interaction) Callbacks() []Callback {
	i.s.host.Lock()
	defer i.s.host.Unlock()
	return slices.Clone(i.callbacks)
}

// Wait waits for the first response. ErrNobody says that no one was there to give one.
func (i *Interaction) Wait(ctx context.Context) (Callback, error) {
	var first Callback
	var failed error
	err := i.s.Wait(ctx, func() bool {
		i.s.host.Lock()
		defer i.s.host.Unlock()
		if at := slices.IndexFunc(i.callbacks, Callback.Accepted); at >= 0 {
			first = i.callbacks[at]
			return true
		}
		failed = i.failed
		return failed != nil
	})
	if err = cmp.Or(err, failed); err != nil {
		return first, fmt.Errorf("interaction %s: %w; callbacks: %+v", i.ID, err, i.Callbacks())
	}
	return first, nil
}

// Original is the original response as it is now: of a click that was answered by an
// update, the message with the button.
func (i *Interaction) Original() (Message, bool) { return i.s.Message(i.Channel, i.originalID()) }

func (i *Interaction) originalID() string {
	i.s.host.Lock()
	defer i.s.host.Unlock()
	return i.original
}

// WaitOriginal waits for an original response that fits.
func (i *Interaction) WaitOriginal(ctx context.Context, fits func(Message) bool) (Message, error) {
	return i.s.WaitMessage(ctx, func(m Message) bool { return m.ID == i.originalID() && fits(m) })
}

// Followups returns the follow-ups, oldest first.
func (i *Interaction) Followups() []Message {
	i.s.host.Lock()
	defer i.s.host.Unlock()
	var list []Message
	for _, id := range i.followups {
		if m := i.s.find(i.Channel, id); m != nil {
			list = append(list, m.copy())
		}
	}
	return list
}

// Thread is the thread that was opened from the original response.
func (i *Interaction) Thread() (Channel, bool) {
	m, _ := i.Original()
	if m.Thread == "" {
		return Channel{}, false
	}
	return i.s.Channel(m.Thread)
}

// Responses are the app's answers in HTTP mode.
func (i *Interaction) Responses() []Response {
	i.s.host.Lock()
	defer i.s.host.Unlock()
	return slices.Clone(i.responses)
}
