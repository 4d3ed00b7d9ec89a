package discord

import (
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/bwmarrin/discordgo"

	"liveadmin/bot"
	"liveadmin/bot/chat"
	"liveadmin/commands/words"
)

// lateTime is how long after an interaction came its caller is answered that it is not on record:
// every session of the application has it, and another instance may put it on record. Discord
// waits three seconds.
const lateTime = 2 * time.Second

// recordTime is how long it may take to put on record what was said.
const recordTime = 20 * time.Second

// take handles an interaction in a goroutine of its own. It returns false if the bot is
// stopping: then another instance gets it, or none.
func (d *Discord) take(payload []byte) bool {
	at := d.now()
	_, taken := d.inflight.Enter(func(door bot.Door) { d.deliver(door, payload, at) })
	return taken
}

// deliver passes an interaction to the bot's door, which has the first response given when
// it is on record.
func (d *Discord) deliver(door bot.Door, payload []byte, at time.Time) {
	i, err := decode(payload, at)
	if err != nil {
		if !errors.Is(err, errNothing) {
			d.log.Warn("could not decode what the platform sent", "err", err)
		}
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), recordTime)
	defer cancel()
	if i.Kind == discordgo.InteractionApplicationCommandAutocomplete {
		err = d.suggest(ctx, door, i)
	} else {
		ack := func(ctx context.Context, a bot.Answer) (bot.Post, error) { return d.answer(ctx, i, a) }
		err = door.Receive(ctx, i.delivery(d.caller(ctx, i)), ack)
	}
	if err != nil {
		d.log.Warn("not answered", "interaction", i.ID, "err", err)
	}
}

// answer gives the first response: to what is accepted for everyone, to everything else
// for the caller alone. What was here before is answered by the session that had it.
func (d *Discord) answer(ctx context.Context, i interaction, a bot.Answer) (bot.Post, error) {
	if a.Form != nil && i.isMenu() {
		form := d.renderer().modal(*a.Form, formPrefix+i.Data.Target+":"+i.ID)
		_, err := d.offer(ctx, i, response{Kind: discordgo.InteractionResponseModal, Data: form})
		if !isRefusal(err) {
			return "", err
		}
		d.log.Warn("form not opened", "interaction", i.ID, "err", err)
	}
	switch {
	case a.Entry != 0:
		return d.accept(ctx, i, a)
	case a.Private != nil:
		m := d.renderer().single(*a.Private, words.In(a.Private.Language).Notices.TooMuch)
		m.Flags = discordgo.MessageFlagsEphemeral
		r := response{Kind: discordgo.InteractionResponseChannelMessageWithSource, Data: m}
		if a.Late {
			chat.Sleep(ctx, lateTime-d.now().Sub(i.at))
		}
		if a.Late || i.Kind == discordgo.InteractionModalSubmit { // every session answers these
			_, err := d.offer(ctx, i, r)
			return "", err
		}
		_, err := d.respond(ctx, i, r)
		return "", err
	case a.Muted:
		return "", d.ackSilently(ctx, i)
	}
	return "", nil
}

// accept gives the first response to what makes an entry: its root message or, where no
// thread is opened from that, a deferred one, which will be the result. It returns where
// that is, if Discord says so.
func (d *Discord) accept(ctx context.Context, i interaction, a bot.Answer) (bot.Post, error) {
	at := messageRef{Channel: i.Channel, Why: whyNoThread(a.Verb, i.noThread())}
	first := response{Kind: discordgo.InteractionResponseChannelMessageWithSource, Data: d.rootLine(a.Root), entry: true}
	if at.Why != "" {
		first = response{Kind: discordgo.InteractionResponseDeferredChannelMessageWithSource, entry: true}
	}
	if a.Alone {
		at.Why = forCaller
		first = response{
			Kind: discordgo.InteractionResponseDeferredChannelMessageWithSource, entry: true,
			Data: map[string]any{"flags": discordgo.MessageFlagsEphemeral},
		}
	}
	var err error
	at.Message, err = d.respond(ctx, i, first)
	if err != nil || at.Message == "" {
		return "", err
	}
	return chat.Post(at), nil
}

// ackSilently acknowledges with nothing to see. For a click Discord has a response that is none.
// For a command it has not: one for the caller alone is deferred, and then deleted (docs:
// interactions/receiving-and-responding, change log of 2022-10-20). After a click the
// response to delete would be the message with the button.
func (d *Discord) ackSilently(ctx context.Context, i interaction) error {
	if i.Kind == discordgo.InteractionMessageComponent {
		_, err := d.offer(ctx, i, response{Kind: discordgo.InteractionResponseDeferredMessageUpdate})
		return err
	}
	taken, err := d.offer(ctx, i, response{
		Kind: discordgo.InteractionResponseDeferredChannelMessageWithSource, Data: map[string]any{"flags": discordgo.MessageFlagsEphemeral},
	})
	if !taken {
		return err
	}
	return d.rest.do(ctx, call{name: "deleting the response", method: http.MethodDelete, path: i.handle().original(), open: true})
}

// suggestTime is how long suggestions may take, from when they were asked for: what
// comes later is of no use to who types.
const suggestTime = time.Second

// suggest answers with what could be in the field that is being typed. There is
// always an answer: without one, the client shows an error.
func (d *Discord) suggest(ctx context.Context, door bot.Door, i interaction) error {
	ctx, cancel := context.WithTimeout(ctx, suggestTime)
	defer cancel()
	choices := []choice{}
	if suggester, ok := door.(bot.Suggester); ok {
		fields, typing := i.fields()
		q := bot.Question{Caller: d.caller(ctx, i), Place: i.place(), Fields: *fields, Field: typing}
		for _, text := range suggester.Suggest(ctx, q) {
			choices = append(choices, choice{text, text})
		}
	}
	_, err := d.offer(ctx, i, response{
		Kind: discordgo.InteractionApplicationCommandAutocompleteResult, Data: map[string]any{"choices": choices},
	})
	return err
}

// Mount mounts what Discord calls in HTTP mode: /discord/interactions. On the gateway
// there is nothing to mount. The server limits the length of bodies: a read
// that fails with *http.MaxBytesError is answered 413.
func (d *Discord) Mount(mount func(pattern string, h http.Handler)) {
	if d.overHTTP() {
		mount("POST /discord/interactions", http.HandlerFunc(d.serve))
	}
}

// serve takes what Discord has signed. The first response to it goes through the API,
// as on the gateway, so that its fate is known; 202 says that there is none here.
func (d *Discord) serve(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get(signatureHeader) == "" || !chat.IsFresh(r.Header.Get(timeHeader), d.now()) {
		chat.Refuse(w, http.StatusUnauthorized, "the signature is missing or too old")
		return
	}
	body, ok := d.requests.Body(w, r)
	if !ok {
		return
	}
	if !d.verify(r.Header, body) {
		d.log.Warn("a request was refused: its signature is not valid")
		http.Error(w, "the signature is not valid", http.StatusUnauthorized)
		return
	}
	var i interaction
	switch {
	case json.Unmarshal(body, &i) != nil:
		http.Error(w, "this is no interaction", http.StatusBadRequest)
	case i.Kind == discordgo.InteractionPing:
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(response{Kind: discordgo.InteractionResponsePong})
	case !d.take(body):
		http.Error(w, "the bot is not running", http.StatusServiceUnavailable)
	default:
		w.WriteHeader(http.StatusAccepted)
	}
}

// The headers of a signed request (docs: interactions/overview).
const (
	signatureHeader = "X-Signature-Ed25519"
	timeHeader      = "X-Signature-Timestamp"
)

// verify checks the signature over the time and the body as it came.
func (d *Discord) verify(h http.Header, body []byte) bool {
	signature, err := hex.DecodeString(h.Get(signatureHeader))
	return err == nil && ed25519.Verify(d.key, append([]byte(h.Get(timeHeader)), body...), signature)
}
