package discord

import (
	"bufio"
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"

	"liveadmin/imapi"
)

const beat = 41250 * time.Millisecond

// stage is a socket of the real discordgo to a server of the test, which is in memory, and
// so in the time of the test.
type stage struct {
	testing.TB
	server *websocket.Conn
	began  time.Time
	result chan outcome
	heard  chan string // what discordgo says; closed when the socket ends
	leave  func()
}

type outcome struct {
	again bool
	err   error
	took  time.Duration
}

// onStage opens a socket on which discordgo begins a session, in a bubble of synctest.
func onStage(t *testing.T) *stage {
	g := newStage(t)
	t.Cleanup(func() {
		g.leave()
		time.Sleep(time.Minute) // discordgo takes a second to let go
		synctest.Wait()
	})
	return g
}

func newStage(t testing.TB) *stage {
	here, there := net.Pipe()
	d, err := New(Config{Token: imapi.NewSecret("a.b.c")}, Options{Log: slog.New(slog.DiscardHandler), Policy: noPolicy})
	if err != nil {
		t.Fatal(err)
	}
	d.dialer = &websocket.Dialer{NetDialContext: func(context.Context, string, string) (net.Conn, error) { return here, nil }}
	s, err := d.newSession("ws://gateway/")
	if err != nil {
		t.Fatal(err)
	}
	g := &stage{TB: t, began: time.Now(), result: make(chan outcome, 1), heard: make(chan string, 1000)}
	ctx, cancel := context.WithCancel(context.Background())
	g.leave = func() {
		cancel()
		there.Close()
	}
	go func() {
		_, again, err := d.talk(ctx, d.health, s, greetTime)
		g.result <- outcome{again, err, time.Since(g.began)}
	}()
	r, err := http.ReadRequest(bufio.NewReader(there))
	if err != nil {
		t.Fatal(err)
	}
	if g.server, err = new(websocket.Upgrader).Upgrade(handshake{there, bufio.NewReader(there)}, r, nil); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(g.heard)
		for {
			_, text, err := g.server.ReadMessage()
			if err != nil {
				return
			}
			g.heard <- string(text)
		}
	}()
	return g
}

const (
	hello = `{"op":10,"d":{"heartbeat_interval":41250}}`
	ready = `{"op":0,"t":"READY","s":1,"d":{"session_id":"x"}}`
)

// sends sends a message and waits until everyone has done with it.
func (g *stage) sends(text string) {
	g.Helper()
	if err := g.server.WriteMessage(websocket.TextMessage, []byte(text)); err != nil {
		g.Errorf("after %v: %v", time.Since(g.began), err)
	}
	synctest.Wait()
}

// greets makes the session ready. discordgo's first heartbeat comes at once.
func (g *stage) greets() {
	g.Helper()
	g.sends(hello)
	g.sends(ready)
}

// ended waits for the end of the socket.
func (g *stage) ended() outcome {
	g.Helper()
	time.Sleep(10 * time.Minute)
	select {
	case o := <-g.result:
		return o
	default:
		g.Fatal("it lives")
		return outcome{}
	}
}

// TestWatch: a socket lives while its heartbeats are answered, and ends five seconds after
// the second one that was not.
func TestWatch(t *testing.T) {
	const ack = `{"op":11}`
	for _, tc := range []struct {
		name  string
		live  func(*stage)
		want  time.Duration
		why   error
		again bool
	}{
		{"never greeted", func(*stage) {}, greetTime, errDeaf, false},
		{"never ready", func(g *stage) {
			g.sends(hello)
			for range 10 {
				time.Sleep(time.Second)
				g.sends(ack)
			}
		}, greetTime, errDeaf, false},
		{"never answered", func(g *stage) { g.greets() }, beat + 5*time.Second, errSilent, true},
		{"answered three times, then never", func(g *stage) {
			g.greets()
			for range 3 {
				time.Sleep(time.Second)
				g.sends(ack)
				time.Sleep(beat - time.Second)
			}
		}, 4*beat + 5*time.Second, errSilent, true},
		{"answered late", func(g *stage) {
			g.greets()
			time.Sleep(beat + 4*time.Second)
			g.sends(ack)
		}, 3*beat + 5*time.Second, errSilent, true},
		{"op 7", func(g *stage) {
			g.greets()
			time.Sleep(time.Second)
			g.sends(`{"op":7,"d":null}`)
		}, time.Second, errReconnect, true},
		{"op 9", func(g *stage) {
			g.greets()
			g.sends(`{"op":9,"d":false}`)
		}, 0, errInvalid, false},
		{"op 9, resumable", func(g *stage) {
			g.greets()
			g.sends(`{"op":9,"d":true}`)
		}, 0, errReconnect, true},
		{"op 9 before it is ready", func(g *stage) {
			g.sends(hello)
			g.sends(`{"op":9,"d":true}`)
		}, 0, errReconnect, false},
		{"op 7 before it is ready", func(g *stage) {
			g.sends(hello)
			g.sends(`{"op":7,"d":null}`)
		}, 0, errReconnect, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := onStage(t)
				tc.live(g)
				if got := g.ended(); got.took != tc.want || !errors.Is(got.err, tc.why) || got.again != tc.again {
					t.Errorf("it ended after %v with %v, again %v; want %v with %v, again %v", got.took, got.err, got.again, tc.want, tc.why, tc.again)
				}
			})
		})
	}
}

// TestOneIdentify: discordgo, which answers an op 9 with another IDENTIFY, never sees one:
// each socket uses up one of the sessions of a day at most.
func TestOneIdentify(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := onStage(t)
		g.sends(hello)
		g.sends(`{"op":9,"d":false}`)
		g.ended()
		said := 0
		for range g.heard {
			said++
		}
		if said != 1 {
			t.Errorf("discordgo said %d things", said)
		}
	})
}

// FuzzMessages: the real discordgo survives every text that Discord may send, and still
// answers when it is asked for a heartbeat, unless the text ends the socket.
func FuzzMessages(f *testing.F) {
	for _, text := range append(BadMessages, OddMessages...) {
		f.Add([]byte(text))
	}
	f.Add([]byte(hello))
	f.Add([]byte(ready))
	f.Add([]byte(`{"op":7,"d":null}`))
	f.Add([]byte(`{"op":9,"d":false}`))
	var g *stage
	defer func() {
		if g != nil {
			g.leave()
		}
	}()
	f.Fuzz(func(t *testing.T, text []byte) {
		messages := [][]byte{text, []byte(`{"op":1}`)}
		if g == nil {
			g = newStage(f)
			messages = append([][]byte{text, []byte(hello), []byte(ready)}, messages...)
		}
		for len(g.heard) > 0 {
			<-g.heard // what came of the text before, too
		}
		for _, m := range messages {
			if g.server.WriteMessage(websocket.TextMessage, m) != nil {
				break // the socket has ended: that comes next
			}
		}
		for {
			select {
			case said, open := <-g.heard:
				if open && !strings.HasPrefix(said, `{"op":1,`) {
					continue // IDENTIFY
				}
				if open {
					return
				}
				g.heard = nil // the socket ends
			case <-g.result:
				g.leave()
				g = nil
				return
			case <-time.After(10 * time.Second):
				t.Fatalf("discordgo is stuck after %q", text)
			}
		}
	})
}

// BadMessages are texts of which Discord sends none. Many make discordgo panic, in goroutines
// that no recover can reach, or wait for itself for ever.
var BadMessages = []string{
	`null`,
	`{"op":0,"t":"GUILD_CREATE","s":90,"d":null}`,
	`{"op":0,"t":"GUILD_UPDATE","s":91,"d":null}`,
	`{"op":0,"t":"VOICE_STATE_UPDATE","s":92,"d":null}`,
	`{"op":0,"t":"VOICE_SERVER_UPDATE","s":93,"d":null}`,
	`{"op":0,"t":"READY","s":94,"d":null}`,
	`{"op":0,"t":"READY","s":95,"d":{"guilds":[null]}}`,
	`{"op":0,"t":"READY","s":96,"d":{"session_id":7}}`,
	`{"op":0,"t":"INTERACTION_CREATE","s":97,"d":null}`,
	`{"op":0,"t":"INTERACTION_CREATE","s":98,"d":"text"}`,
	`{"op":0,"t":"MESSAGE_CREATE","s":99}`,
	`{"op":0,"t":"","s":100,"d":{}}`,
	`{"op":0,"t":7,"s":101,"d":{}}`,
	`{"op":0,"t":"GUILD_CREATE","s":"102","d":{}}`,
	`{"op":0,"t":"GUILD_CREATE","s":-1,"d":{}}`,
	`{"op":0,"t":"GUILD_CREATE","s":1e99,"d":{}}`,
	`{"op":0}`,
	`{"op":null}`,
	`{"op":"0"}`,
	`{"op":99,"d":{}}`,
	`{"op":-1}`,
	`{"op":2,"d":{}}`,
	`{"op":10,"d":{"heartbeat_interval":1000}}`, // a second one
	`{"op":10,"d":{"heartbeat_interval":0}}`,
	`{"d":{}}`,
	`{}`,
	`[]`,
	`[{"op":11}]`,
	`"op"`,
	`7`,
	`true`,
	`{"op":11} {"op":11}`,
	`{"op":`,
	`garbage`,
	"\x00\xff",
	``,
	strings.Repeat(`{"d":`, 50_000) + strings.Repeat(`}`, 50_000),
	strings.Repeat(`[`, 100_000),
}

// OddMessages are good enough: they are not counted, and do no harm.
var OddMessages = []string{
	`{"op":0,"t":"GUILD_CREATE","s":103,"d":{}}`,
	`{"op":0,"t":"GUILD_CREATE","s":104,"d":{"id":7,"channels":[null],"members":[null],"voice_states":[null]}}`,
	`{"op":0,"t":"VOICE_STATE_UPDATE","s":105,"d":{"channel_id":"1","guild_id":"1"}}`,
	`{"op":0,"t":"VOICE_SERVER_UPDATE","s":106,"d":{"guild_id":"1"}}`,
	`{"op":0,"t":"PRESENCES_REPLACE","s":107,"d":[]}`,
	`{"op":0,"t":"NEVER_HEARD_OF","s":108,"d":{}}`,
	`{"op":0,"t":"INTERACTION_CREATE","s":109,"d":{}}`,
	`{"op":0,"t":"INTERACTION_CREATE","s":110,"d":{"type":2,"data":null,"member":null,"user":null}}`,
	`{"op":0,"t":"INTERACTION_CREATE","s":111,"d":{"type":"two"}}`,
	`{"op":0,"t":"RESUMED","s":112,"d":null}`,
	`{"op":1,"d":null}`,
	`{"op":1}`,
	`{"op":11,"d":[]}`,
	`{"op":11}`,
}
