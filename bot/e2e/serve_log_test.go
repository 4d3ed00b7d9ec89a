package e2e

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"liveadmin/bot/e2e/harness"
)

// TestServeLog: with LOG_FORMAT=json every line of the log is an object, and each command
// is one of them, always with the same keys.
func TestServeLog(t *testing.T) {
	t.Parallel()
	l := harness.NewInSlack(t, false)
	l.Env = append(l.Env, "LOG_FORMAT=json")
	l.Start()
	l.Command("add @TGS#a6I4ZUUGO user1", "Added 1 of 1 administrator")
	l.Command("list @TGS#aNOBODY", "Tencent Chat answered 10010")
	l.Whispered("U0ALICE", "ad @TGS#a6I4ZUUGO user1", "Did you mean add?")
	l.Whispered("U0MALLORY", "remove @TGS#a6I4ZUUGO user1", "You are not allowed to use remove")
	l.Stop()
	want := []string{
		"command completed 1 slack slack:user:U0ALICE add @TGS#a6I4ZUUGO done 0",
		"command completed 2 slack slack:user:U0ALICE list @TGS#aNOBODY failed 10010",
		"command answered 3 slack slack:user:U0ALICE add  mistaken 0",
		"command answered 4 slack slack:user:U0MALLORY remove @TGS#a6I4ZUUGO refused 0",
	}
	keys := []string{"caller", "code", "entry", "group", "level", "msg", "outcome", "platform", "time", "took", "verb"}
	var got []string
	for line := range strings.Lines(l.Logged()) {
		var logged map[string]any
		if err := json.Unmarshal([]byte(line), &logged); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		if logged["msg"] != "command completed" && logged["msg"] != "command answered" {
			continue
		}
		if has := slices.Sorted(maps.Keys(logged)); !slices.Equal(has, keys) {
			t.Errorf("the keys are %q, want %q", has, keys)
		}
		if took, _ := logged["took"].(float64); took <= 0 {
			t.Errorf("it took %v", logged["took"])
		}
		got = append(got, fmt.Sprint(logged["msg"], " ", logged["entry"], " ", logged["platform"], " ", logged["caller"], " ",
			logged["verb"], " ", logged["group"], " ", logged["outcome"], " ", logged["code"]))
	}
	if !slices.Equal(got, want) {
		t.Errorf("logged\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestServeLogLevel: what is below LOG_LEVEL is left out.
func TestServeLogLevel(t *testing.T) {
	t.Parallel()
	l := harness.NewInSlack(t, false)
	l.Env = append(l.Env, "LOG_LEVEL=error")
	l.Start()
	l.Command("list @TGS#a6I4ZUUGO", "has 0 of 5 administrators")
	l.Stop()
	if log := l.Logged(); log != "" {
		t.Errorf("logged\n%s", log)
	}
}

// TestServeLogOnHangup: on SIGHUP the level and the format of the log change, too.
func TestServeLogOnHangup(t *testing.T) {
	t.Parallel()
	l := harness.NewInSlack(t, false)
	l.Env = append(l.Env, "LOG_LEVEL=")
	l.Write(".env", "LOG_LEVEL=error\n")
	l.Start()
	l.Command("list @TGS#a6I4ZUUGO", "has 0 of 5 administrators")
	if log := l.Logged(); log != "" {
		t.Errorf("logged\n%s", log)
	}
	l.Write(".env", "LOG_LEVEL=info\nLOG_FORMAT=json\n")
	l.Hangup(`"msg":"started"`)
	l.Stop()
}
