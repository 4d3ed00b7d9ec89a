package fakeslack_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"liveadmin/bot/bottest/fakeslack"
)

func TestSlashCommandOverASocket(t *testing.T) {
	s := workspace(t, fakeslack.Config{})
	a := run(t, s, quietly)
	connected(t, s, 1)
	d := s.Slash(alice, general, "add @TGS#a6I4ZUUGO user1 & <b>")
	ack, err := d.Wait(soon(t))
	if err != nil {
		t.Fatal(err)
	}
	if len(ack.Payload) != 0 || ack.Late || ack.Attempt != 1 || ack.Socket != s.Sockets()[0] {
		t.Errorf("acknowledged with %+v", ack)
	}
	got := a.got(socketmode.EventTypeSlashCommand)
	if len(got) != 1 {
		t.Fatalf("the app got %+v", got)
	}
	want := slack.SlashCommand{
		Token: "deprecated", TeamID: s.Config().Team, TeamDomain: "fake",
		ChannelID: general, ChannelName: "general", UserID: alice, UserName: "alice",
		Command: "/liveadmin", Text: "add @TGS#a6I4ZUUGO user1 & <b>",
		ResponseURL: d.ResponseURL, TriggerID: d.TriggerID, APIAppID: s.Config().AppID,
	}
	if command := got[0].Data.(slack.SlashCommand); command != want {
		t.Errorf("the app got %+v", command)
	}
	if !got[0].Request.AcceptsResponsePayload || len(a.got(socketmode.EventTypeHello)) != 1 {
		t.Errorf("got %+v", a.events)
	}
}

func TestTriggersAndResponseURLsAreUnique(t *testing.T) {
	s := workspace(t, fakeslack.Config{})
	one, two := s.Slash(alice, general, "x"), s.Slash(alice, general, "x")
	if one.TriggerID == two.TriggerID || one.ResponseURL == two.ResponseURL {
		t.Errorf("%+v and %+v", one, two)
	}
	same := s.SendCommand(fakeslack.Command{User: alice, Channel: general, TriggerID: one.TriggerID})
	if same.TriggerID != one.TriggerID || same.ResponseURL == one.ResponseURL {
		t.Errorf("%+v and %+v", one, same)
	}
}

func TestAcknowledgementsThatSpeak(t *testing.T) {
	s := workspace(t, fakeslack.Config{})
	var say any
	var mu sync.Mutex
	run(t, s, func(socketmode.Event) (any, bool) { mu.Lock(); defer mu.Unlock(); return say, true })
	connected(t, s, 1)
	for _, row := range []struct {
		name    string
		payload any
		seen    string
		refused string
	}{
		{"text", map[string]any{"text": "for you"}, "for you", ""},
		{"blocks", map[string]any{"blocks": []slack.Block{section("*in* blocks")}}, "in blocks", ""},
		{"a long section", map[string]any{"blocks": []slack.Block{section(strings.Repeat("x", 3001))}}, "", "invalid_blocks"},
		{"an empty object", map[string]any{}, "", ""},
		{"no object", []int{1}, "", "invalid_payload"},
		{"the command for all", map[string]any{"response_type": "in_channel"}, "", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			mu.Lock()
			say = row.payload
			mu.Unlock()
			before := len(s.Ephemerals(alice))
			ack, err := s.Slash(alice, general, "help").Wait(soon(t))
			if err != nil || ack.Refused != row.refused {
				t.Errorf("got %+v, %v", ack, err)
			}
			seen := s.Ephemerals(alice)[before:]
			if row.seen == "" && len(seen) != 0 || row.seen != "" && (len(seen) != 1 || s.Plain(seen[0]) != row.seen) {
				t.Errorf("alice saw %+v", seen)
			}
		})
	}
}

func TestACommandForAll(t *testing.T) {
	s := workspace(t, fakeslack.Config{})
	run(t, s, func(socketmode.Event) (any, bool) { return map[string]any{"response_type": "in_channel"}, true })
	connected(t, s, 1)
	if _, err := s.Slash(alice, general, "list a&b").Wait(soon(t)); err != nil {
		t.Fatal(err)
	}
	if got := s.Messages(general); len(got) != 1 || got[0].User != alice || s.Plain(got[0]) != "/liveadmin list a&b" {
		t.Errorf("in the channel is %+v", got)
	}
}

func TestLateAcknowledgementsShowNothing(t *testing.T) {
	s := workspace(t, fakeslack.Config{AckWithin: time.Nanosecond})
	run(t, s, func(socketmode.Event) (any, bool) { return map[string]any{"text": "too late"}, true })
	connected(t, s, 1)
	ack, err := s.Slash(alice, general, "help").Wait(soon(t))
	if err != nil || !ack.Late || len(s.Ephemerals(alice)) != 0 {
		t.Errorf("got %+v, %v; alice saw %+v", ack, err, s.Ephemerals(alice))
	}
}

func TestAcknowledgementOf20480BytesIsDropped(t *testing.T) {
	s := workspace(t, fakeslack.Config{})
	conn := dial(t, s)
	for _, size := range []int{20_480, 20_479} { // the first one gets no answer
		d := s.Slash(alice, general, "help")
		var envelope struct {
			ID string `json:"envelope_id"`
		}
		readFrame(t, conn, &envelope)
		frame := `{"envelope_id":"` + envelope.ID + `","payload":{"text":"`
		frame += strings.Repeat("x", size-len(frame)-3) + `"}}`
		if err := conn.WriteMessage(websocket.TextMessage, []byte(frame)); err != nil {
			t.Fatal(err)
		}
		if size < 20_480 {
			if ack, err := d.Wait(soon(t)); err != nil || ack.Bytes != size {
				t.Errorf("%d bytes: %+v, %v", size, ack, err)
			}
		}
	}
	if got := s.Ephemerals(alice); len(got) != 1 {
		t.Errorf("alice saw %d messages", len(got))
	}
}

func TestNoSocketToDispatchTo(t *testing.T) {
	s := workspace(t, fakeslack.Config{})
	if _, err := s.Slash(alice, general, "x").Wait(soon(t)); !errors.Is(err, fakeslack.ErrDispatchFailed) {
		t.Errorf("got %v", err)
	}
}

func TestEventsWaitForASocket(t *testing.T) {
	s := workspace(t, fakeslack.Config{})
	d := s.Mention(alice, general, "", "list x")
	a := run(t, s, quietly)
	connected(t, s, 1)
	s.Redeliver(d)
	ack, err := d.Wait(soon(t))
	if err != nil || ack.Attempt != 2 {
		t.Fatalf("got %+v, %v", ack, err)
	}
	got := a.got(socketmode.EventTypeEventsAPI)
	if len(got) != 1 || got[0].Request.RetryAttempt != 1 || got[0].Request.RetryReason != "timeout" {
		t.Errorf("got %+v", got[0].Request)
	}
}

func TestRedeliveredCommandIsTheSame(t *testing.T) {
	s := workspace(t, fakeslack.Config{})
	a := run(t, s, quietly)
	connected(t, s, 1)
	d := s.Slash(alice, general, "x")
	s.Redeliver(d)
	if _, err := d.WaitAcks(soon(t), 2); err != nil {
		t.Fatal(err)
	}
	got := a.got(socketmode.EventTypeSlashCommand)
	if len(got) != 2 || got[0].Data != got[1].Data || got[0].Request.EnvelopeID == got[1].Request.EnvelopeID {
		t.Errorf("got %+v", got)
	}
}
