package config_test

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/config"
)

// TestHalfAPolicyIsNotTaken: the first lines of a rule allow more than the whole.
func TestHalfAPolicyIsNotTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := openDesk(t)
		whole := policyFile("U1", "U2")
		for n := range len(whole) {
			d.write(t, whole[:n])
			d.wants(t, 200*time.Millisecond, "U1")
		}
		d.write(t, whole)
		d.wants(t, promised, "U1", "U2")
		if len(d.observed) != 2 {
			t.Errorf("observed %q", d.observed)
		}
	})
}

func TestBrokenPolicyKeepsTheRules(t *testing.T) {
	const failed = "level=ERROR"
	for _, tt := range []struct {
		name   string
		change func(d *desk) error
		want   string // in the log
		lines  int
	}{
		{"broken", func(d *desk) error { return os.WriteFile(d.path, []byte("rules:\n  - alow: [bob]\n"), 0o600) }, "no key of a rule", 2},
		{"vanished", func(d *desk) error { return os.Remove(d.path) }, "cannot be read (no such file or directory)", 1},
		{"a folder", func(d *desk) error { return errors.Join(os.Remove(d.path), os.Mkdir(d.path, 0o700)) }, "cannot be read (it is no regular file)", 1},
		{"too big", func(d *desk) error { return os.WriteFile(d.path, bytes.Repeat([]byte("#"), 1<<20+1), 0o600) }, "it has more than 1048576 bytes", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := openDesk(t)
				if err := tt.change(d); err != nil {
					t.Fatal(err)
				}
				d.wants(t, 5*promised, "U1")
				log := d.log.String()
				if strings.Count(log, failed) != tt.lines || !strings.Contains(log, tt.want) || !strings.Contains(log, d.path) {
					t.Errorf("the log has %d lines, want %d with %q:\n%s", strings.Count(log, failed), tt.lines, tt.want, log)
				}
				if err := os.RemoveAll(d.path); err != nil {
					t.Fatal(err)
				}
				d.write(t, policyFile("U1"))
				d.wants(t, promised, "U1")
				if n := strings.Count(d.log.String(), "level=INFO"); n != 2 {
					t.Errorf("the log says %d times that rules are in force:\n%s", n, d.log)
				}
				if len(d.observed) != 3 || d.observed[0] != "<nil>" || !strings.Contains(d.observed[1], tt.want) || d.observed[2] != "<nil>" {
					t.Errorf("observed %q", d.observed)
				}
			})
		})
	}
}

func TestEveryBrokenTextIsLogged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := openDesk(t)
		for _, text := range []string{"a: b", "c: d", "c: d", "a: b"} {
			d.write(t, text)
			d.wants(t, promised, "U1")
		}
		if n := strings.Count(d.log.String(), "level=ERROR"); n != 3 {
			t.Errorf("%d errors in the log, want 3:\n%s", n, d.log)
		}
	})
}

func TestOpenPolicyRefuses(t *testing.T) {
	dir := t.TempDir()
	for _, tt := range []struct{ name, path, want string }{
		{"a broken file", write(t, dir, "broken.yaml", "rules: x\nblock: []\n"),
			"broken.yaml:1:8: rules is the text \"x\": write a list of rules, like - allow: [slack:user:U024BE7LH]\n" +
				filepath.Join(dir, "broken.yaml") + ":2:1: \"block\" is no key of the file: did you mean blocked?"},
		{"no file", filepath.Join(dir, "none.yaml"),
			"none.yaml: cannot be read (no such file or directory): make it a file that liveadmin can read, or change LIVEADMIN_CONFIG"},
		{"a folder", dir, ": cannot be read (it is no regular file): make it a file that liveadmin can read, or change LIVEADMIN_CONFIG"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			policy, err := config.OpenPolicy(config.Config{PolicyFile: tt.path}, slog.New(slog.DiscardHandler), unobserved)
			if _, ok := errors.AsType[bot.Problems](err); !ok || !strings.HasSuffix(err.Error(), tt.want) || policy != nil {
				t.Errorf("got %v and error\n%v\nwant\n%s", policy, err, tt.want)
			}
		})
	}
}
