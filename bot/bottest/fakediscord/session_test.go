package fakediscord_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/gorilla/websocket"

	"liveadmin/bot/bottest/fakediscord"
)

func TestEverySessionGetsEveryEvent(t *testing.T) {
	s := guild(t, fakediscord.Config{})
	one, two := hearing(t, s), hearing(t, s)
	i := typed(s, general)
	if (<-one).ID != i.ID || (<-two).ID != i.ID {
		t.Error("another interaction came")
	}
}

func TestResuming(t *testing.T) {
	s := guild(t, fakediscord.Config{})
	first, session := ready(t, s)
	first.Close() // without a code: the session stays
	if err := s.Wait(soon(t), func() bool { return len(s.Sessions()) == 0 }); err != nil {
		t.Fatal(err)
	}
	missed := typed(s, general)
	again := greeted(t, s)
	send(t, again, resume(s, session, 1))
	event, resumed := next(t, again), next(t, again)
	var data struct{ ID string }
	if json.Unmarshal(event.D, &data) != nil || data.ID != missed.ID || event.S != 2 || resumed.T != "RESUMED" || resumed.S != 3 {
		t.Errorf("got %+v, %+v", event, resumed)
	}
	if s.Resumes() != 1 || len(s.Identifies()) != 1 {
		t.Errorf("%d resumes, %+v", s.Resumes(), s.Identifies())
	}
	takeover := greeted(t, s)
	send(t, takeover, resume(s, session, 3))
	if p := next(t, takeover); p.T != "RESUMED" {
		t.Errorf("got %+v", p)
	}
	if got := closing(t, again); got != fakediscord.CloseUnknownError {
		t.Errorf("the old connection is closed with %d", got)
	}
	typed(s, general)
	if p := next(t, takeover); p.T != "INTERACTION_CREATE" {
		t.Errorf("got %+v", p)
	}
}

func TestSessionsThatCannotBeResumed(t *testing.T) {
	for _, row := range []struct {
		name string
		end  func(*fakediscord.Server, *websocket.Conn)
	}{
		{"closed with 1000", func(_ *fakediscord.Server, ws *websocket.Conn) {
			ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(1000, ""), time.Now().Add(time.Second))
		}},
		{"closed by the server with 4009", func(s *fakediscord.Server, _ *websocket.Conn) { s.CloseWith(fakediscord.CloseTimedOut) }},
		{"ended", func(s *fakediscord.Server, ws *websocket.Conn) {
			ws.Close()
			s.Wait(t.Context(), func() bool { return len(s.Sessions()) == 0 })
			s.EndSessions()
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := guild(t, fakediscord.Config{})
			ws, session := ready(t, s)
			row.end(s, ws)
			if err := s.Wait(soon(t), func() bool { return len(s.Sessions()) == 0 }); err != nil {
				t.Fatal(err)
			}
			again := greeted(t, s)
			send(t, again, resume(s, session, 1))
			if p := next(t, again); p.Op != 9 || string(p.D) != "false" {
				t.Errorf("got %+v", p)
			}
			send(t, again, identify(s))
			if p := next(t, again); p.T != "READY" {
				t.Errorf("got %+v", p)
			}
		})
	}
}

func TestASequenceThatNeverWas(t *testing.T) {
	s := guild(t, fakediscord.Config{})
	_, session := ready(t, s)
	again := greeted(t, s)
	send(t, again, resume(s, session, 7))
	if got := closing(t, again); got != fakediscord.CloseBadSequence {
		t.Errorf("closed with %d", got)
	}
}

func TestAnswersToAResume(t *testing.T) {
	for _, row := range []struct {
		name   string
		answer fakediscord.ResumeAnswer
		op     int
		data   string
	}{
		{"op 7", fakediscord.ReconnectAgain, 7, "null"},
		{"op 9, to identify anew", fakediscord.Invalid, 9, "false"},
		{"op 9, to resume", fakediscord.InvalidResumable, 9, "true"},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := guild(t, fakediscord.Config{})
			_, session := ready(t, s)
			s.NextResumes(row.answer)
			ws := greeted(t, s)
			send(t, ws, resume(s, session, 1))
			if p := next(t, ws); p.Op != row.op || string(p.D) != row.data {
				t.Errorf("got %+v", p)
			}
			again := greeted(t, s)
			send(t, again, resume(s, session, 1))
			if p := next(t, again); (p.T == "RESUMED") != (row.answer != fakediscord.Invalid) {
				t.Errorf("the next resume got %+v", p)
			}
		})
	}
}

func TestTheClientLivesThrough(t *testing.T) {
	for _, row := range []struct {
		name       string
		do         func(*fakediscord.Server)
		identifies int
	}{
		{"op 7", func(s *fakediscord.Server) { s.Reconnect() }, 1},
		{"op 9 to a resume", func(s *fakediscord.Server) { s.NextResumes(fakediscord.Invalid); s.Reconnect() }, 2},
		{"a cut", func(s *fakediscord.Server) { s.Cut() }, 1},
		{"a close", func(s *fakediscord.Server) { s.CloseWith(fakediscord.CloseUnknownError) }, 1},
		{"a close that ends the session", func(s *fakediscord.Server) { s.CloseWith(fakediscord.CloseTimedOut) }, 2},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			s := guild(t, fakediscord.Config{})
			c := client(t, s)
			c.AddHandler(func(c *discordgo.Session, i *discordgo.InteractionCreate) {
				response := deferral()
				c.InteractionRespond(i.Interaction, &response) // the fake has it among the callbacks
			})
			if err := c.Open(); err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			before := connected(t, s, 1)
			if err := s.Wait(soon(t), func() bool { return s.Heartbeats() > 0 }); err != nil {
				t.Fatal(err) // a first heartbeat that fails meanwhile lets the client reconnect twice
			}
			row.do(s)
			fresh(t, s, before)
			if _, err := typed(s, general).Wait(soon(t)); err != nil {
				t.Error(err)
			}
			if n := len(s.Identifies()); n != row.identifies {
				t.Errorf("%d identifies", n)
			}
		})
	}
}

func TestInvalidatingALiveSession(t *testing.T) {
	s := guild(t, fakediscord.Config{})
	opened(t, s, nil)
	connected(t, s, 1)
	s.Invalidate(false)
	if err := s.Wait(soon(t), func() bool { return len(s.Identifies()) == 2 && len(s.Sessions()) == 1 }); err != nil {
		t.Error(err)
	}
}

func TestASilentConnection(t *testing.T) {
	s := guild(t, fakediscord.Config{})
	ws, session := ready(t, s)
	s.Silence(connected(t, s, 1)[0])
	if len(s.Sessions()) != 0 {
		t.Error("it serves")
	}
	send(t, ws, `{"op":1,"d":1}`)
	i := typed(s, general)
	other, _ := ready(t, s) // the server has read what came before
	typed(s, general)
	next(t, other)
	ws.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
	if _, raw, err := ws.ReadMessage(); err == nil {
		t.Errorf("got %s", raw)
	}
	if s.Heartbeats() != 0 {
		t.Error("its heartbeat counts")
	}
	again := greeted(t, s)
	send(t, again, resume(s, session, 1))
	var data struct{ ID string }
	if p := next(t, again); json.Unmarshal(p.D, &data) != nil || data.ID != i.ID {
		t.Errorf("got %+v", p)
	}
}

func TestConnectionsThatAreSilentFromTheStart(t *testing.T) {
	s := guild(t, fakediscord.Config{})
	s.SetMute(true)
	ws := dial(t, s, "?v=9")
	ws.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
	if _, raw, err := ws.ReadMessage(); err == nil {
		t.Errorf("got %s", raw)
	}
	s.SetMute(false)
	greeted(t, s)
}

func TestClosingEndsEverything(t *testing.T) {
	s := guild(t, fakediscord.Config{})
	ws, _ := ready(t, s)
	s.Inject(fakediscord.Fault{Kind: fakediscord.Hang, Applied: true})
	hung := make(chan error, 1)
	go func() {
		_, err := client(t, s).User("@me")
		hung <- err
	}()
	if err := s.WaitCalls(soon(t), fakediscord.GetMe, 1); err != nil {
		t.Fatal(err)
	}
	s.Close()
	ws.SetReadDeadline(time.Now().Add(20 * time.Second))
	if _, _, err := ws.ReadMessage(); err == nil {
		t.Error("the connection is still open")
	}
	if err := <-hung; err == nil {
		t.Error("a call was answered")
	}
}

func TestNothingFollowsACloseCode(t *testing.T) {
	s := guild(t, fakediscord.Config{})
	ws, session := ready(t, s)
	s.CloseWith(fakediscord.CloseUnknownError)
	typed(s, general)
	ws.SetReadDeadline(time.Now().Add(20 * time.Second))
	if _, raw, err := ws.ReadMessage(); !websocket.IsCloseError(err, fakediscord.CloseUnknownError) {
		t.Errorf("got %s, %v", raw, err)
	}
	again := greeted(t, s)
	send(t, again, resume(s, session, 1))
	if p := next(t, again); p.T != "INTERACTION_CREATE" {
		t.Errorf("got %+v", p)
	}
}
