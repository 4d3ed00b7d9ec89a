package cli

import (
	"bufio"
	"cmp"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"liveadmin/bot/config"
	"liveadmin/bot/journal"
)

// The first three commands anyone tries, and their answers.
const (
	firstTyped = "/liveadmin add @TGS#a6I4ZUUGO user1 user2\n/liveadmin list @TGS#a6I4ZUUGO\n/liveadmin add @TGS#a6I4ZUUGO\n"
	firstShown = `⏳ Working · @alice · friday-show: add user1, user2   #1
✅ Done · @alice · friday-show: added user1, user2 · 2 of 5 seats
    Added 2 of 2 administrators to friday-show (@TGS#a6I4ZUUGO)
    • user1: added
    • user2: added
    Administrators now (2 of 5): user1, user2
    #1
⏳ Working · @alice · friday-show: list   #2
✅ Done · @alice · friday-show: 2 of 5 seats
    friday-show (@TGS#a6I4ZUUGO) has 2 of 5 administrators
    • user1
    • user2
    #2
(only @alice sees this)
  The user is missing: name 1 to 5 UserIDs after the group.
  Example: /liveadmin add friday-show minho --for 2h
  You typed: add @TGS#a6I4ZUUGO
  #3
`
)

func TestDemo(t *testing.T) {
	t.Parallel()
	if got, want := call(t, nil, firstTyped, "demo"), (ran{ExitOK, firstShown, ""}); got != want {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
}

// The demo does not care where it is started: no .env, no setting of the real
// bot, no proxy. It writes nothing anywhere that outlives it.
func TestDemoStandsAlone(t *testing.T) {
	t.Parallel()
	dir, temp := t.TempDir(), t.TempDir()
	env := []string{"TMPDIR=" + temp, "HOME=" + dir, "HTTP_PROXY=http://127.0.0.1:1", "HTTPS_PROXY=http://127.0.0.1:1", "ALL_PROXY=http://127.0.0.1:1"}
	var dotEnv strings.Builder
	for _, v := range config.Variables() {
		env = append(env, v.Name+"=hostile", v.Name+"_FILE=/hostile")
		dotEnv.WriteString(v.Name + "=hostile\n")
	}
	for name, text := range map[string]string{".env": dotEnv.String(), "liveadmin.yaml": "hostile"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := program(t, dir, env, "demo")
	cmd.Stdin = strings.NewReader(firstTyped)
	var complaints strings.Builder
	cmd.Stderr = &complaints
	shown, err := cmd.Output()
	if err != nil || string(shown) != firstShown || complaints.Len() > 0 {
		t.Errorf("ended with %v\n%s\n%s", err, shown, complaints.String())
	}
	left(t, dir, ".env", "liveadmin.yaml")
	left(t, temp)
}

// The groups, people and rights of the demo are as its first page says.
func TestDemoStage(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, typed, want string }{
		{"nearly full", "/liveadmin list full-house", "has 4 of 5 administrators\n    • host_1\n"},
		{"several groups", "/liveadmin list weekend", "weekend: read 2 of 2 groups\n"},
		{"not a live group", "/liveadmin list @TGS#2NOTLIVE0", "Tencent Chat answered 10007: this group is not a live streaming group (AVChatRoom)."},
		{"no group", "/liveadmin list @TGS#aNOSUCH", "Tencent Chat answered 10010: this group does not exist, or it was deleted."},
		{"a person", "/liveadmin add friday-show minho", "• minho (u_8821): added\n"},
		{"a crew", "/liveadmin add friday-show night", "added night (u_8821, u_9902)"},
		{"no account", "/liveadmin add friday-show ghost1", "• ghost1: not added: no account has this UserID\n"},
		{"a little", "/as bob\n/liveadmin whoami", "• add, remove, list on friday-show (rule 1), for up to 8 hours\n"},
		{"only a little", "/as bob\n/liveadmin list full-house", "You are not allowed to use list on full-house."},
		{"nothing", "/as mallory\n/liveadmin list friday-show", "You are not allowed to use list on friday-show."},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := call(t, nil, test.typed, "demo")
			if got.code != ExitOK || got.err != "" || !strings.Contains(got.out, test.want) {
				t.Errorf("got %+v\nwant %q", got, test.want)
			}
		})
	}
}

// times are as the demo writes them.
var times = regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d \S+?([:.),]|\s)`)

// A minute in a pipe shows what takes hours, and what Tencent Chat seldom does.
func TestDemoStageCommands(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, typed, want string }{
		{
			"a reminder and an expiration", "/liveadmin add friday-show user1 --for 2h\n/wait 1h50m\n/press 2 extend\n/wait 2h10m\n",
			`⏳ Working · @alice · friday-show: add user1   #1
✅ Done · @alice · friday-show: added user1 (until TIME) · 1 of 5 seats
    Added 1 of 1 administrator to friday-show (@TGS#a6I4ZUUGO)
    • user1: added, until TIME
    Administrators now (1 of 5): user1
    #1
The clock moves forward: 1h50m
✅ Done · @alice · friday-show: access from #1 expires soon
    Reminder: user1 in friday-show (@TGS#a6I4ZUUGO), until TIME.
    #2
⏳ Working · @alice · friday-show: extend #2   #3
✅ Done · @alice · friday-show: user1 now until TIME · 1 of 5 seats
    Extended in friday-show (@TGS#a6I4ZUUGO)
    • user1: until TIME (before: until TIME)
    Administrators now (1 of 5): user1
    #3
The clock moves forward: 2h10m
✅ Done · @alice · friday-show: access from #3 expires soon
    Reminder: user1 in friday-show (@TGS#a6I4ZUUGO), until TIME.
    #4
✅ Done · @alice · friday-show: access from #3 expired
    Access from #3 in friday-show (@TGS#a6I4ZUUGO) has expired.
    • user1: removed
    Administrators now (0 of 5): none
    #5
`,
		},
		{
			"a request that nobody answers", "/as bob\n/liveadmin add weekend user1\n/wait 1h\n",
			`You are now @bob.
🙋 Waiting for approval · @bob · weekend: add user1   #1
    @bob wants to add user1 to weekend (@TGS#aSATURDAY, @TGS#aSUNDAY00) for 8 hours, counted from the approval.
    Can approve: @alice
    Please answer by: TIME
    #1
    [Approve]   /press 1 approve
    [Deny]   /press 1 deny
    [Withdraw]   /press 1 withdraw
The clock moves forward: 1h
    #1 is still waiting for approval.
    @bob If it is urgent: @alice
    Can approve: @alice
    Please answer by: TIME
    #1
    @bob ⌛ Closed without an answer
    Nobody answered in time. Nothing was changed.
    #1
⌛ Closed without an answer · @bob · weekend: add user1
`,
		},
		{
			"Unknown, and trying again", "/fault reset\n/liveadmin add friday-show user1\n/fault none\n/press 1 retry\n",
			`Changes at Tencent Chat now fail like this: reset. To end it: /fault none
⏳ Working · @alice · friday-show: add user1   #1
❓ Unknown · @alice · friday-show: add user1
    It is not known whether friday-show (@TGS#a6I4ZUUGO) was changed.
    Tencent Chat did not answer. It is not known whether user1 is an administrator now.
    List the group to see who is an administrator now. If that does not help, ask @alice, and mention #1.
    #1
Changes at Tencent Chat work again.
⏳ Working · @alice · friday-show: add user1   #2
✅ Done · @alice · friday-show: added user1 · 1 of 5 seats
    Added 1 of 1 administrator to friday-show (@TGS#a6I4ZUUGO)
    • user1: is an administrator now
    Administrators now (1 of 5): user1
    #2
`,
		},
		{
			"a code of Tencent Chat", "/fault 10010\n/liveadmin add friday-show user1\n",
			`Changes at Tencent Chat now fail like this: 10010. To end it: /fault none
⏳ Working · @alice · friday-show: add user1   #1
❌ Failed · @alice · friday-show: add user1
    Nothing was changed in friday-show (@TGS#a6I4ZUUGO).
    Tencent Chat answered 10010: this group does not exist, or it was deleted.
    friday-show may point to an old room.
    Administrators now (0 of 5): none
    Ask @alice, and mention #1.
    #1
`,
		},
		{
			"what is no fault and no duration", "/fault drop\n/fault -1\n/fault 0\n/wait soon\n/wait 31d\n",
			strings.Repeat("There is no fault \"WORD\". Choose one: hang, reset, html, empty, 10002, none\n", 3) +
				strings.Repeat("Write how long, from 1 second to 30 days. Example: /wait 2h30m\n", 2),
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := call(t, nil, test.typed, "demo")
			got.out = times.ReplaceAllString(got.out, "TIME$1")
			got.out = regexp.MustCompile(`no fault "[^"]*"`).ReplaceAllString(got.out, `no fault "WORD"`)
			if want := (ran{ExitOK, test.want, ""}); got != want {
				t.Errorf("got %+v\nwant %+v", got, want)
			}
		})
	}
}

func TestDemoKeepsJournal(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "kept.db")
	call(t, nil, "/liveadmin add friday-show user1\n", "demo", "--journal", file)
	got := call(t, nil, "/liveadmin history\n", "demo", "--journal", file)
	got.out = regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d \S+`).ReplaceAllString(got.out, "TIME")
	want := ran{ExitOK, "(only @alice sees this)\n  The newest entry:\n" +
		"  • #1   TIME   @alice   /liveadmin add friday-show user1   ✅ Done\n  #2\n", ""}
	if got != want {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
}

func TestDemoWithoutJournal(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	used := filepath.Join(dir, "used.db")
	record, err := journal.Open(t.Context(), "sqlite://"+used, 1400000000)
	if err != nil {
		t.Fatal(err)
	}
	defer record.Close()
	other := filepath.Join(dir, "other.db")
	if real, err := journal.Open(t.Context(), "sqlite://"+other, 1400000001); err != nil || real.Close() != nil {
		t.Fatal("no journal of a real bot", err)
	}
	broken := filepath.Join(dir, "broken.db")
	if err := os.WriteFile(broken, []byte("no database"), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct{ name, file, want string }{
		{"in use", used, "another liveadmin uses " + used + ": stop it first"},
		{"a folder", dir, "unable to open database file"},
		{"no such folder", filepath.Join(dir, "no", "such.db"), "no such file or directory"},
		{"of a real bot", other, "is the record of the application 1400000001"},
		{"no database", broken, "file is not a database"},
		{"a name with a question mark", filepath.Join(dir, "a?b.db"), "a file name with ? or a NUL byte cannot be used"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := call(t, nil, firstTyped, "demo", "--journal", test.file)
			named := strings.HasPrefix(got.err, "liveadmin demo: --journal "+test.file)
			real := strings.Contains(got.err, "DATABASE_URL") || strings.Contains(got.err, "SDKAPPID")
			if got.code != ExitFailed || got.out != "" || !named || real || !strings.Contains(got.err, test.want) {
				t.Errorf("got %+v\nwant %q", got, test.want)
			}
		})
	}
}

// TestDemoTriesAgain: an expiration that fails is tried again as the clock moves, and keeps nobody
// from leaving.
func TestDemoTriesAgain(t *testing.T) {
	t.Parallel()
	const failing = "/liveadmin add friday-show user1 --for 1h\n/fault 10007\n/wait 2h\n"
	got := call(t, nil, failing, "demo")
	if got.code != ExitOK || !strings.HasSuffix(got.out, "    #3\n") || !strings.Contains(got.out, "I could not remove it") {
		t.Errorf("got %+v", got)
	}
	got = call(t, nil, failing+"/fault none\n/wait 1h\n", "demo")
	if got.code != ExitOK || !strings.HasSuffix(got.out, "    Administrators now (0 of 5): none\n    #4\n") {
		t.Errorf("got %+v", got)
	}
}

func TestDemoStopsOnSignal(t *testing.T) {
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		t.Run(signal.String(), func(t *testing.T) {
			t.Parallel()
			temp := t.TempDir()
			cmd := program(t, t.TempDir(), []string{"TMPDIR=" + temp}, "demo")
			typed, err1 := cmd.StdinPipe()
			shown, err2 := cmd.StdoutPipe()
			if err := errors.Join(err1, err2, cmd.Start()); err != nil {
				t.Fatal(err)
			}
			if _, err := typed.Write([]byte("/liveadmin list friday-show\n")); err != nil {
				t.Fatal(err)
			}
			for lines := bufio.NewScanner(shown); lines.Scan() && lines.Text() != "    #1"; {
			}
			if err := cmd.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			if err := cmd.Wait(); err != nil {
				t.Errorf("ended with %v", err)
			}
			left(t, temp)
		})
	}
}

// full is a disk without space.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, syscall.ENOSPC }

// A demo whose output no one gets any more ends, and says why.
func TestDemoCannotWrite(t *testing.T) {
	t.Parallel()
	for _, typed := range []string{"/liveadmin help\n", "/liveadmin list friday-show\n"} {
		t.Run(typed, func(t *testing.T) {
			t.Parallel()
			var complaints strings.Builder
			code := run(t.Context(), []string{"demo"}, nil, streams{input(t, typed), full{}, &complaints})
			if code != ExitFailed || !strings.HasSuffix(complaints.String(), "liveadmin demo: "+syscall.ENOSPC.Error()+"\n") {
				t.Errorf("exit code %d: %s", code, complaints.String())
			}
		})
	}
}

// The README names the faults.
func TestReadmeFaults(t *testing.T) {
	t.Parallel()
	_, kinds, found := strings.Cut(call(t, nil, "/fault ?\n", "demo").out, "Choose one: ")
	for kind := range strings.SplitSeq(strings.TrimSpace(kinds), ", ") {
		if !found || !regexp.MustCompile("`(/fault )?"+kind+"`").MatchString(readme(t)) {
			t.Errorf("the README does not have the fault %q", kind)
		}
	}
}

// The README's conversations are such as the demo really has, but for the times.
func TestReadmeDemo(t *testing.T) {
	t.Parallel()
	all := regexp.MustCompile("(?s)\n```console\n\\$ go run \\. demo <<'END'\n(.*?)END\n(.*?)```\n").FindAllStringSubmatch(readme(t), -1)
	if len(all) != 2 || !strings.Contains(all[1][1], "\n/press 3 approve\n") {
		t.Fatalf("the README has %d conversations with the demo", len(all))
	}
	for _, m := range all {
		got := call(t, nil, m[1], "demo")
		got.out = times.ReplaceAllString(got.out, "TIME$1")
		if want := (ran{ExitOK, times.ReplaceAllString(m[2], "TIME$1"), ""}); got != want {
			t.Errorf("got %+v\nthe README has\n%s", got, m[2])
		}
	}
}

// What README and docs/using.md say to type is understood by the demo, and what it asks for is
// done.
func TestTypedInDocuments(t *testing.T) {
	t.Parallel()
	for file, least := range map[string]int{"../../README.md": 9, "../../docs/using.md": 12} {
		page, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		examples := regexp.MustCompile("(?m)^(?:\\| `|)(/liveadmin [a-z][^`\n]*)")
		_, text, _ := strings.Cut(string(page), "for example | what it does")
		text, _, _ = strings.Cut(cmp.Or(text, string(page)), "\n## Try it")
		var typed strings.Builder
		found := examples.FindAllStringSubmatch(text, -1)
		for _, m := range found {
			who := "alice"
			if strings.HasPrefix(m[1], "/liveadmin done") {
				who = "bob" // whose UserID is known: he is minho
			}
			typed.WriteString("/as " + who + "\n" + m[1] + "\n")
		}
		got := call(t, nil, typed.String(), "demo")
		if got.code != ExitOK || len(found) < least || strings.Contains(got.out, "You typed:") || strings.Contains(got.out, "Failed") ||
			strings.Contains(got.out, "not allowed") {
			t.Errorf("%s: %d commands: %+v", file, len(found), got)
		}
	}
}
