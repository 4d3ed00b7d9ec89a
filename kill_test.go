package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/terminal"
	"liveadmin/commands"
	"liveadmin/imapi"
	"liveadmin/imapi/simulator"
)

var kills = flag.Int("kills", 10, "how often TestKill kills the bot")

// The child of TestKill is this test's own binary: the whole bot on a terminal
// whose screen is a file, which takes deliveries from standard input and writes
// what it acknowledges to standard output.
const (
	childURL = "LIVEADMIN_TEST_URL"
	childDir = "LIVEADMIN_TEST_DIR"
	childKey = "canary-key-of-the-kill-test"
)

func TestMain(m *testing.M) {
	if url := os.Getenv(childURL); url != "" {
		if err := child(url, os.Getenv(childDir)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func killApp() imapi.App {
	return imapi.App{SDKAppID: 1400000000, Key: imapi.NewSecret(childKey), Identifier: "administrator"}
}

func child(url, dir string) error {
	screen, err := os.OpenFile(filepath.Join(dir, "screen"), os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	t, err := terminal.New(terminal.Options{
		In: strings.NewReader(""), Out: screen, Transcript: screen, Speakers: []string{"alice"}, Zone: time.UTC,
	})
	if err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	return play(context.Background(), killApp(), url, filepath.Join(dir, "journal.db"), deliverer{t}, log)
}

// deliverer is a terminal that takes deliveries with keys of their own.
type deliverer struct{ *terminal.Terminal }

type delivered struct{ Key, Text string }

func (d deliverer) Run(ctx context.Context, door bot.Door) error {
	var all sync.WaitGroup
	defer all.Wait()
	lines := bufio.NewScanner(os.Stdin)
	fmt.Println("ready")
	for lines.Scan() {
		var in delivered
		if err := json.Unmarshal(lines.Bytes(), &in); err != nil {
			return err
		}
		all.Go(func() {
			_ = door.Receive(ctx, bot.Delivery{
				Key: in.Key, Text: in.Text,
				Caller: commands.Caller{Ref: terminal.Ref("alice")},
				Place:  commands.Place{Platform: terminal.Name},
			}, func(_ context.Context, a bot.Answer) error {
				fmt.Printf("%s %d\n", in.Key, a.Entry)
				return nil
			})
		})
	}
	return lines.Err()
}

// theatre is what outlives the kills: Tencent Chat, the journal, the screen, and
// what people have typed.
type theatre struct {
	t       *testing.T
	api     *simulator.Server
	dir     string
	streams [][]delivered // one for each group: the next is typed when the last one is acknowledged
	acked   map[string]bool
}

const killGroups = 8

func newTheatre(t *testing.T, latency time.Duration) *theatre {
	t.Helper()
	api, err := simulator.New(simulator.App{SDKAppID: 1400000000, Key: childKey, Admins: []string{"administrator"}})
	if err == nil {
		err = api.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(api.Close)
	th := &theatre{t: t, api: api, dir: t.TempDir(), acked: make(map[string]bool)}
	for g := range killGroups {
		group := killGroup(g)
		api.AddGroup(group, simulator.Group{Admins: []string{"host"}})
		th.streams = append(th.streams, killStream(g, group))
	}
	for u := range 10 {
		api.AddAccount(fmt.Sprintf("user%d", u), "")
	}
	api.SetLatency(latency)
	return th
}

func killGroup(g int) string { return fmt.Sprintf("@TGS#aKILL%04d", g) }

// killStream is what is typed about one group, over and over.
func killStream(g int, group string) []delivered {
	var all []delivered
	for round := range 50 {
		for _, text := range []string{
			"add GROUP user1 user2",
			"add GROUP user2 user3 --for 2h",
			"add GROUP user4 --replace host",
			"add GROUP user5 user6 user7",
			"remove GROUP user1 user9",
			"list GROUP",
			"add GROUP host --replace user4 user3",
			"remove GROUP user2 user3 user4",
		} {
			key := fmt.Sprintf("g%d-r%d-n%d", g, round, len(all))
			all = append(all, delivered{key, strings.ReplaceAll(text, "GROUP", group)})
		}
	}
	return all
}

// play starts the bot and types until everything is typed, or until it is killed
// after a while. Nothing is typed anew before what was typed last about the same
// group is acknowledged; what was not acknowledged is delivered again.
func (th *theatre) play(killAfter time.Duration, most int) {
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), childURL+"="+th.api.URL(), childDir+"="+th.dir)
	var complaints strings.Builder
	cmd.Stderr = &complaints
	in, err1 := cmd.StdinPipe()
	out, err2 := cmd.StdoutPipe()
	if err := cmd.Start(); err != nil || err1 != nil || err2 != nil {
		th.t.Fatal(err, err1, err2)
	}
	acks := bufio.NewScanner(out)
	kill := func() {
		if killAfter > 0 {
			time.AfterFunc(killAfter, func() { _ = cmd.Process.Kill() })
		}
	}
	if rand.IntN(4) == 0 {
		kill() // while it starts
		acks.Scan()
	} else if acks.Scan() {
		kill()
	}
	th.typeIn(in, acks, most)
	err := cmd.Wait()
	if killAfter == 0 && err != nil {
		th.t.Fatalf("the bot failed: %v\n%s", err, complaints.String())
	}
	if s := complaints.String(); strings.Contains(s, childKey) || strings.Contains(s, "usersig") {
		th.t.Fatalf("a secret in the log:\n%s", s)
	}
}

// typeIn types about all groups at once until everything is acknowledged or the
// bot is gone.
func (th *theatre) typeIn(in io.WriteCloser, acks *bufio.Scanner, most int) {
	waiting := make(map[string]int) // keys without an acknowledgement, and their groups
	send := func(g int) {
		for _, d := range th.streams[g][:most] {
			if th.acked[d.Key] && rand.IntN(10) > 0 {
				continue // now and then what was acknowledged comes again
			}
			line, _ := json.Marshal(d)
			_, _ = in.Write(append(line, '\n'))
			if !th.acked[d.Key] {
				waiting[d.Key] = g
				return
			}
		}
	}
	for g := range th.streams {
		send(g)
	}
	for len(waiting) > 0 && acks.Scan() {
		key, _, _ := strings.Cut(acks.Text(), " ")
		if g, ok := waiting[key]; ok {
			th.acked[key] = true
			delete(waiting, key)
			send(g)
		}
	}
	_ = in.Close()
	for acks.Scan() {
	}
}

var entryNumber = regexp.MustCompile(`#(\d+)$`)

type answer struct {
	entry int
	text  string
}

// answers reads from the screen what was answered about each group, in the order
// of the entries (posting does not wait for its turn), and complains about
// anything that stands there twice.
func (th *theatre) answers() map[string][]answer {
	screen, err := os.ReadFile(filepath.Join(th.dir, "screen"))
	if err != nil {
		th.t.Fatal(err)
	}
	byGroup := make(map[string][]answer)
	seen := make(map[string]bool)
	var lines []string
	for line := range strings.Lines(string(screen)) {
		line = strings.TrimSuffix(line, "\n")
		number := entryNumber.FindString(line)
		switch {
		case number != "" && !strings.HasPrefix(line, " "):
			th.once(seen, "root "+number)
		case number != "":
			th.once(seen, "result "+number)
			text := strings.Join(lines, "\n")
			group := regexp.MustCompile(`@TGS#aKILL\d+`).FindString(text)
			entry, _ := strconv.Atoi(number[1:])
			byGroup[group] = append(byGroup[group], answer{entry, text})
			lines = nil
		default:
			lines = append(lines, line)
		}
	}
	for _, answers := range byGroup {
		slices.SortFunc(answers, func(a, b answer) int { return cmp.Compare(a.entry, b.entry) })
	}
	return byGroup
}

func (th *theatre) once(seen map[string]bool, what string) {
	if seen[what] {
		th.t.Errorf("%s stands on the screen twice", what)
	}
	seen[what] = true
}

// TestKill kills the bot again and again, at random moments, while people type,
// and compares with a bot that nobody kills: nothing acknowledged is lost,
// every answer comes once and says the same, and Tencent Chat ends up the same.
func TestKill(t *testing.T) {
	killed := newTheatre(t, 3*time.Millisecond)
	most := 0
	for range *kills {
		most = min(most+4, len(killed.streams[0]))
		killed.play(time.Duration(rand.IntN(200))*time.Millisecond, most)
	}
	killed.play(0, most)
	quiet := newTheatre(t, 0)
	quiet.play(0, most)

	got, want := killed.answers(), quiet.answers()
	for g := range killGroups {
		group := killGroup(g)
		if len(got[group]) != most || len(want[group]) != most {
			t.Errorf("%s: %d answers with kills, %d without, want %d", group, len(got[group]), len(want[group]), most)
			continue
		}
		for n := range most {
			if got, want := hideTimes(got[group][n].text), hideTimes(want[group][n].text); got != want {
				t.Errorf("%s: the answer to %q\nwith kills:\n%s\nwithout:\n%s", group, killed.streams[g][n].Text, got, want)
			}
		}
		if got, want := sorted(killed.api.Admins(group)), sorted(quiet.api.Admins(group)); !slices.Equal(got, want) {
			t.Errorf("%s has %s, want %s", group, got, want)
		}
	}
}

func sorted(users []string) []string {
	slices.Sort(users)
	return users
}

func hideTimes(s string) string {
	return regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d UTC`).ReplaceAllString(s, "TIME")
}
