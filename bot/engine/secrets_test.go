package engine_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"liveadmin/bot"
	"liveadmin/bot/bottest"
	"liveadmin/commands/policy"
	"liveadmin/imapi"
	"liveadmin/imapi/simulator"
	"liveadmin/imapi/simulator/pipe"
)

// No key, UserSig or query is in an answer, a log line or the database,
// whatever the API does.
func TestSecretsAppearNowhere(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log syncBuffer
		logger := slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
		var api http.Handler
		var mu sync.Mutex
		signatures := make(map[string]bool)
		front := pipe.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			mu.Lock()
			signatures[r.URL.Query().Get("usersig")] = true
			mu.Unlock()
			api.ServeHTTP(w, r)
		}))
		stage := bottest.NewStage(t, logger, imapi.WithDialer(front.Dial))
		api = stage.API
		stage.Rules.Set(bot.Rules{Policy: policy.Policy{
			Rules: []policy.Rule{{Name: "ALLOWLIST", Allow: []string{bottest.Ref("alice")}}},
		}})
		chat := bottest.NewChat()
		stop := stage.Run(t, chat)

		said := &syncBuffer{}
		var all sync.WaitGroup
		for i, fault := range []simulator.Fault{
			{Kind: simulator.ExtraKeys},
			{Code: 10004, EchoURL: true}, {Code: 70009, EchoURL: true}, {Code: 99999, EchoURL: true},
			{Kind: simulator.HTML, EchoURL: true}, {Kind: simulator.Reset}, {Kind: simulator.Empty}, {Kind: simulator.Truncate},
			{Kind: simulator.Contradict, Code: 5, EchoURL: true},
		} {
			for _, command := range []string{"modify_admin", "get_admin_list"} {
				group := fmt.Sprintf("@TGS#aFAULT%d%s", i, command)
				fault.Command, fault.Times, fault.Group = command, 3, group
				stage.API.AddGroup(group, simulator.Group{})
				if err := stage.API.Inject(fault); err != nil {
					t.Fatal(err)
				}
				all.Go(func() {
					answer, err := chat.Say(soon(t), "alice", "add "+group+" user1 --new")
					if err != nil {
						t.Error(err)
					}
					_, _ = said.Write([]byte(answer))
				})
			}
		}
		all.Wait()
		stop()

		places := map[string]string{"an answer": said.String(), "the log": log.String()}
		files, err := filepath.Glob(filepath.Join(stage.Dir(), "*"))
		if err != nil || len(files) == 0 {
			t.Fatal(files, err)
		}
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			places[filepath.Base(file)] = string(data)
		}
		if len(signatures) == 0 || len(log.String()) == 0 {
			t.Fatal("nothing was signed, or nothing was logged")
		}
		for place, text := range places {
			if strings.Contains(text, bottest.Key) || strings.Contains(text, "usersig=") {
				t.Errorf("the key or a query is in %s", place)
			}
			for signature := range signatures {
				if strings.Contains(text, signature) {
					t.Errorf("a UserSig is in %s", place)
				}
			}
		}
	})
}

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}
