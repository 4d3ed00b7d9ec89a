package journal

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/bottest/pace"
	"liveadmin/bot/journal/journaltest"
)

// childEnv makes the test binary accept commands without end into the journal
// that the variable names, to be killed.
const childEnv = "JOURNAL_TEST_ACCEPT"

// holdEnv makes the test binary hold an entry of the journal that the variable
// names, until it is lost.
const holdEnv = "JOURNAL_TEST_HOLD"

func TestMain(m *testing.M) {
	for name, run := range map[string]func(url string) error{childEnv: acceptForEver, holdEnv: holdOn} {
		if url := os.Getenv(name); url != "" {
			if err := run(url); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
			os.Exit(0)
		}
	}
	pace.SideBySide(m, 12, 4)
}

// acceptForEver prints the number of every entry once it is accepted, plans one
// in two, and settles one in four.
func acceptForEver(url string) error {
	ctx := context.Background()
	j, err := Open(ctx, url, app)
	if err != nil {
		return err
	}
	for i := 0; ; i++ {
		e, _, err := j.Accept(ctx, entry(fmt.Sprint("kill:", os.Getpid(), ":", i)), accepted(), nil)
		if err != nil {
			return err
		}
		fmt.Println("accepted", e.Number)
		c := e.Changes[0]
		if i%2 == 0 {
			if err := plan(ctx, j, e, c); err != nil {
				return err
			}
			fmt.Println("planned", e.Number)
		}
		if i%4 == 0 {
			if _, err := settle(ctx, j, e, c); err != nil {
				return err
			}
			fmt.Println("settled", e.Number)
		}
	}
}

// holdOn says when it may still send, and what becomes of its writing afterwards.
func holdOn(url string) error {
	ctx := context.Background()
	j, err := Open(ctx, url, app, withLease(testLease))
	if err != nil {
		return err
	}
	term := j.Term() // the one after it can have begun before the end of this one is seen
	e, _, err := j.Accept(ctx, entry("k"), accepted(), nil)
	if err != nil {
		return err
	}
	fmt.Println("accepted", e.Number)
	for {
		at := time.Now()
		if j.Held() != nil || term.Err() != nil {
			break
		}
		fmt.Println("sends", at.UnixNano())
		time.Sleep(time.Millisecond)
	}
	fmt.Println("planned", errors.Is(plan(ctx, j, e, e.Changes[0]), bot.ErrLost))
	return nil
}

// TestKilled kills a process in the middle of its writing, several times: what
// it said was done is on record, and nothing is there by half.
func TestKilled(t *testing.T) {
	t.Parallel()
	t.Run("SQLite", func(t *testing.T) {
		url, _ := newURL(t)
		killed(t, url, func() {})
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		url := journaltest.Postgres(t)
		killed(t, url, func() { journaltest.Quiet(t, url) })
	})
}

// killed kills a writer of a journal; after a kill, settle waits until nothing of
// it goes on.
func killed(t *testing.T, url string, settle func()) {
	said := make(map[string]int) // mark and number → times
	for range 3 {
		killWriter(t, url, 150, said)
		settle()
	}
	j := reopen(t, url)
	entries := make(map[int64]bot.Entry)
	for _, e := range unclosed(t, j) {
		entries[e.Number] = e
		if len(e.Changes) != 1 || len(trail(t, j, bot.Filter{Number: e.Number})) < 1 {
			t.Errorf("#%d is there by half: %+v", e.Number, e)
		}
		settled := len(e.Changes) == 1 && e.Changes[0].State == bot.Settled
		if settled != (e.State == bot.Done) || settled != (len(trail(t, j, bot.Filter{Number: e.Number})) == 2) {
			t.Errorf("#%d is settled by half: %+v", e.Number, e)
		}
	}
	if len(said) < 3*150 {
		t.Fatalf("only %d marks were made", len(said))
	}
	for line, times := range said {
		var mark string
		var number int64
		if _, err := fmt.Sscan(line, &mark, &number); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		e, ok := entries[number]
		switch {
		case times != 1 || !ok:
			t.Errorf("%s: said %d times, on record %v", line, times, ok)
		case mark == "planned" && e.Changes[0].State == bot.Waiting,
			mark == "settled" && e.Changes[0].State != bot.Settled:
			t.Errorf("%s: the change is %s", line, e.Changes[0].State)
		}
	}
}

// killWriter lets a process write until it has said that many marks, and adds
// all that it said to said.
func killWriter(t *testing.T, url string, marks int, said map[string]int) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	child := exec.CommandContext(t.Context(), self)
	child.Env = append(os.Environ(), childEnv+"="+url)
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	reader := bufio.NewReader(out)
	for n := 0; ; n++ {
		if n == marks {
			if err := child.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
		line, err := reader.ReadString('\n')
		if errors.Is(err, io.EOF) {
			break // half a line was not said
		}
		if err != nil {
			t.Fatal(err)
		}
		said[strings.TrimSpace(line)]++
	}
	_ = child.Wait() // it was killed
}
