package fakediscord_test

import (
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"

	"liveadmin/bot/bottest/fakediscord"
)

// endpoint is an app that checks signatures and their age, answers PING, and gives
// every interaction the same answer.
func endpoint(t *testing.T, s *fakediscord.Server, status int, body string) {
	t.Helper()
	key := ed25519.PublicKey(must(hex.DecodeString(s.PublicKey())))
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		stamp, _ := strconv.ParseInt(r.Header.Get("X-Signature-Timestamp"), 10, 64) // 0 is too old
		if !discordgo.VerifyInteraction(r, key) || time.Since(time.Unix(stamp, 0)).Abs() > 5*time.Minute {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<16))
		if err != nil {
			w.WriteHeader(http.StatusRequestEntityTooLarge)
			return
		}
		var i discordgo.Interaction
		if err := json.Unmarshal(raw, &i); err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		if i.Type == discordgo.InteractionPing {
			io.WriteString(w, `{"type":1}`)
			return
		}
		w.WriteHeader(status)
		io.WriteString(w, body)
	}))
	t.Cleanup(app.Close)
	s.UseHTTP(app.URL + "/discord/interactions")
}

func TestSignatures(t *testing.T) {
	s := guild(t, fakediscord.Config{})
	endpoint(t, s, 200, `{"type":5}`)
	for _, row := range []struct {
		name   string
		sign   fakediscord.Signature
		status int
	}{
		{"signed", fakediscord.Signed, 200},
		{"another key", fakediscord.BadSignature, 401},
		{"altered", fakediscord.Altered, 401},
		{"too old", fakediscord.TooOld, 401},
		{"too new", fakediscord.TooNew, 401},
		{"garbled", fakediscord.Garbled, 401},
		{"unsigned", fakediscord.Unsigned, 401},
	} {
		t.Run(row.name, func(t *testing.T) {
			if r := s.Ping(soon(t), row.sign); r.Status != row.status || r.Err != nil || r.Took <= 0 {
				t.Errorf("got %+v", r)
			}
			i := s.SendCommand(fakediscord.CommandInput{User: alice, Channel: general, Forged: true, Sign: row.sign})
			_, err := i.Wait(soon(t))
			if (err == nil) != (row.status == 200) || i.Responses()[0].Status != row.status {
				t.Errorf("got %v, %+v", err, i.Responses())
			}
		})
	}
	if r := s.Post(soon(t), []byte(strings.Repeat(" ", 1<<17)), fakediscord.Signed); r.Status != http.StatusRequestEntityTooLarge {
		t.Errorf("oversized: %+v", r)
	}
}

func TestSavingAnEndpoint(t *testing.T) {
	s := guild(t, fakediscord.Config{})
	endpoint(t, s, 200, "")
	if err := s.VerifyEndpoint(soon(t)); err != nil {
		t.Error(err)
	}
	for name, answer := range map[string]http.HandlerFunc{
		"it answers no PING":      func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, `{}`) },
		"it checks no signatures": func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, `{"type":1}`) },
	} {
		app := httptest.NewServer(answer)
		t.Cleanup(app.Close)
		s.UseHTTP(app.URL)
		if err := s.VerifyEndpoint(soon(t)); err == nil {
			t.Error(name)
		}
	}
}

func TestInteractionsOverHTTP(t *testing.T) {
	s := guild(t, fakediscord.Config{})
	m := withButton(t, s)
	heard := hearing(t, s)
	endpoint(t, s, 200, `{"type":5,"data":{"flags":64}}`)
	for _, i := range []*fakediscord.Interaction{typed(s, general), s.Click(alice, m, "undo")} {
		c, err := i.Wait(soon(t))
		if err != nil || !c.Ephemeral || c.Type != 5 {
			t.Errorf("got %+v, %v", c, err)
		}
		text := "done"
		if _, err := client(t, s).InteractionResponseEdit(of(s, i), &discordgo.WebhookEdit{Content: &text}); err != nil {
			t.Error(err)
		}
		s.Redeliver(i)
		if err := s.Wait(soon(t), func() bool { return len(i.Responses()) == 2 }); err != nil || i.Callbacks()[1].Code != fakediscord.AlreadyAcknowledged {
			t.Errorf("again: %+v, %v", i.Callbacks(), err)
		}
	}
	endpoint(t, s, 200, `{"type":8,"data":{"choices":[{"name":"x","value":"x"}]}}`)
	look := s.SendCommand(fakediscord.CommandInput{User: alice, Channel: general, Focused: "group", Forged: true})
	if c, err := look.Wait(soon(t)); err != nil || len(c.Choices) != 1 {
		t.Errorf("got %+v, %v", c, err)
	}
	s.UseHTTP("")
	last := typed(s, general)
	if got := <-heard; got.ID != last.ID {
		t.Errorf("a session got %+v", got.Interaction)
	}
}

func TestAnAnswerThatComesByTheAPI(t *testing.T) {
	s := guild(t, fakediscord.Config{})
	endpoint(t, s, http.StatusAccepted, "")
	i := typed(s, general)
	if err := s.Wait(soon(t), func() bool { return len(i.Responses()) == 1 }); err != nil {
		t.Fatal(err)
	}
	response := deferral()
	if err := client(t, s).InteractionRespond(of(s, i), &response); err != nil {
		t.Error(err)
	}
	if _, err := i.Wait(soon(t)); err != nil {
		t.Error(err)
	}
}

func TestEndpointsThatFail(t *testing.T) {
	s := guild(t, fakediscord.Config{AckWithin: 50 * time.Millisecond})
	app := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	}))
	t.Cleanup(app.Close)
	s.UseHTTP(app.URL)
	i := typed(s, general)
	if _, err := i.Wait(soon(t)); err == nil || i.Responses()[0].Err == nil || i.Responses()[0].Took < 50*time.Millisecond {
		t.Errorf("got %v, %+v", err, i.Responses())
	}
}
