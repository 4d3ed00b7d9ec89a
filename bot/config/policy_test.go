package config_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"liveadmin/bot/config"
)

// policyFile writes a file with one rule for each of the users.
func policyFile(users ...string) string {
	text := "rules:\n"
	for _, user := range users {
		text += fmt.Sprintf("  - allow: [slack:user:%s]\n    commands: [list]\n", user)
	}
	return text
}

// desk is a policy in force, and what has been said about it.
type desk struct {
	*config.Policy
	path     string
	log      *bytes.Buffer
	observed []string
}

// openDesk opens a policy from a file with a rule for U1, and runs it to the end of
// the test.
func openDesk(t *testing.T) *desk {
	t.Helper()
	path := write(t, t.TempDir(), "liveadmin.yaml", policyFile("U1"))
	return watch(t, path, config.Config{PolicyFile: path})
}

// watch opens a policy that is about a file, and runs it to the end of the test.
func watch(t *testing.T, path string, cfg config.Config) *desk {
	t.Helper()
	d := &desk{path: path, log: new(bytes.Buffer)}
	observe := func(err error) { d.observed = append(d.observed, fmt.Sprint(err)) }
	policy, err := config.OpenPolicy(cfg, slog.New(slog.NewTextHandler(d.log, nil)), observe)
	if err != nil {
		t.Fatal(err)
	}
	d.Policy = policy
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- policy.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	return d
}

func (d *desk) write(t *testing.T, text string) {
	t.Helper()
	if err := os.WriteFile(d.path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// users are those that rules allow something.
func (d *desk) users() []string {
	var users []string
	for _, r := range d.Rules().Policy.Rules {
		users = append(users, strings.TrimPrefix(r.Allow[0], "slack:user:"))
	}
	return users
}

// wants checks whom rules allow something, after a while.
func (d *desk) wants(t *testing.T, after time.Duration, users ...string) {
	t.Helper()
	time.Sleep(after)
	synctest.Wait()
	if got := d.users(); !slices.Equal(got, users) {
		t.Errorf("rules for %v, want %v", got, users)
	}
}

// promised is how long a change of the file takes at most.
const promised = 2 * time.Second

func TestPolicyIsReadAgain(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(t *testing.T, d *desk)
	}{
		{"written in place", func(t *testing.T, d *desk) { d.write(t, policyFile("U1", "U2")) }},
		{"replaced, as editors do", func(t *testing.T, d *desk) {
			fresh := write(t, filepath.Dir(d.path), "new.yaml", policyFile("U1", "U2"))
			if err := os.Rename(fresh, d.path); err != nil {
				t.Fatal(err)
			}
		}},
		{"removed and written again", func(t *testing.T, d *desk) {
			if err := os.Remove(d.path); err != nil {
				t.Fatal(err)
			}
			time.Sleep(300 * time.Millisecond)
			d.write(t, policyFile("U1", "U2"))
		}},
		{"written in pieces", func(t *testing.T, d *desk) {
			text := policyFile("U1", "U2")
			d.write(t, text[:40])
			time.Sleep(300 * time.Millisecond)
			d.write(t, text)
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := openDesk(t)
				d.wants(t, time.Minute, "U1")
				tt.change(t, d)
				d.wants(t, promised, "U1", "U2")
			})
		})
	}
}

// TestPolicyAppears: a file that was not there at the start is read as soon as it is; from
// then on it is as one that was.
func TestPolicyAppears(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "liveadmin.yaml")
		d := watch(t, path, config.Config{PolicyAwaited: path, Allowlist: []string{"slack:user:U0"}})
		d.wants(t, time.Minute, "U0")
		d.write(t, policyFile("U1"))
		d.wants(t, promised, "U0", "U1")
		d.write(t, "rules: [\n")
		d.wants(t, promised, "U0", "U1")
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		d.wants(t, promised, "U0", "U1")
		if want := fmt.Sprintf("%s: cannot be read", path); !strings.Contains(d.log.String(), want) {
			t.Errorf("the log does not say %q:\n%s", want, d.log)
		}
	})
}

// TestPolicyBehindLinks: Kubernetes changes neither the file's name nor its link, but
// the link to the folder behind it.
func TestPolicyBehindLinks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := openDesk(t)
		dir := t.TempDir()
		link := func(target, name string) {
			if err := errors.Join(os.Symlink(target, filepath.Join(dir, "new")), os.Rename(filepath.Join(dir, "new"), name)); err != nil {
				t.Fatal(err)
			}
		}
		for i, users := range [][]string{{"U1"}, {"U2"}} {
			version := filepath.Join(dir, fmt.Sprint("version", i))
			if err := os.Mkdir(version, 0o700); err != nil {
				t.Fatal(err)
			}
			write(t, version, "liveadmin.yaml", policyFile(users...))
		}
		link("version0", filepath.Join(dir, "data"))
		link(filepath.Join(dir, "data", "liveadmin.yaml"), d.path)
		d.wants(t, promised, "U1")
		link("version1", filepath.Join(dir, "data"))
		d.wants(t, promised, "U2")
	})
}

// TestSameSizeAndTime: a change that shows in nothing but the text.
func TestSameSizeAndTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := openDesk(t)
		before, err := os.Stat(d.path)
		if err != nil {
			t.Fatal(err)
		}
		d.write(t, policyFile("U2"))
		if err := os.Chtimes(d.path, before.ModTime(), before.ModTime()); err != nil {
			t.Fatal(err)
		}
		d.wants(t, promised, "U2")
	})
}

// TestAmbiguousNames: a file whose people have the name of an option is taken as before, and
// the log says which names they are.
func TestAmbiguousNames(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := openDesk(t)
		d.write(t, "groups: {new: g1}\npeople: {For: u_1, minho: u_2, until: u_3}\n"+policyFile("U2"))
		d.wants(t, promised, "U2")
		for name, want := range map[string]int{"For": 1, "until": 1, "minho": 0, "new": 0} {
			if got := strings.Count(d.log.String(), fmt.Sprintf(`\"%s\" is a name of people and the name of an option`, name)); got != want {
				t.Errorf("%d warnings about %s, want %d:\n%s", got, name, want, d.log)
			}
		}
		if people, ok := d.Rules().Names.People("for"); !ok || people[0].ID != "u_1" {
			t.Errorf("for means %+v", people)
		}
	})
}

func unobserved(error) {}

func TestPolicyWithoutItsParts(t *testing.T) {
	if _, err := config.OpenPolicy(config.Config{}, nil, unobserved); err == nil {
		t.Error("without a log")
	}
	if _, err := config.OpenPolicy(config.Config{}, slog.New(slog.DiscardHandler), nil); err == nil {
		t.Error("without the observer")
	}
}

func TestPolicyWithoutAFile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		policy, err := config.OpenPolicy(config.Config{Allowlist: []string{"slack:user:U1"}}, slog.New(slog.DiscardHandler), unobserved)
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithTimeout(t.Context(), time.Hour)
		defer stop()
		if err := policy.Run(ctx); err != nil {
			t.Errorf("Run: %v", err)
		}
		if rules := policy.Rules().Policy.Rules; len(rules) != 1 || rules[0].Name != "ALLOWLIST" {
			t.Errorf("got %+v", rules)
		}
	})
}

// TestRulesWhileTheyChange: who asks while the rules change gets some rules as a whole.
func TestRulesWhileTheyChange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := openDesk(t)
		ctx, stop := context.WithCancel(t.Context())
		var readers sync.WaitGroup
		for range 2 {
			readers.Go(func() {
				for ; ctx.Err() == nil; time.Sleep(time.Millisecond) {
					if r := d.Rules().Policy.Rules; r[0].Allow[0] != r[len(r)-1].Allow[0] {
						t.Errorf("rules from two files: %+v", r)
					}
				}
			})
		}
		for _, user := range slices.Repeat([]string{"U2", "U1"}, 5) {
			d.write(t, policyFile(user, user))
			d.wants(t, promised, user, user)
		}
		stop()
		readers.Wait()
	})
}
