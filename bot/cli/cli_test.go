package cli

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"liveadmin/bot/app"
	"liveadmin/bot/bottest/pace"
	"liveadmin/bot/config"

	"github.com/rogpeppe/go-internal/testscript"
)

// asProgram makes this binary the program itself.
const asProgram = "LIVEADMIN_TEST_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		os.Exit(Run(os.Args[1:], os.Environ(), os.Stdin, os.Stdout, os.Stderr))
	}
	pace.Parallel(8, 4)
	testscript.Main(m, map[string]func(){
		"liveadmin": func() { os.Exit(Run(os.Args[1:], os.Environ(), os.Stdin, os.Stdout, os.Stderr)) },
	})
}

// program is a process with the program in it. It sees no environment but env,
// and gets a minute.
func program(t testing.TB, dir string, env []string, args ...string) *exec.Cmd {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, os.Args[0], args...)
	cmd.Dir = dir
	cmd.Env = append(env, asProgram+"=1")
	return cmd
}

// ran is what someone sees who runs the program.
type ran struct {
	code     int
	out, err string
}

// call runs the program in this process.
func call(t *testing.T, environ []string, typed string, args ...string) ran {
	t.Helper()
	var out, errs bytes.Buffer
	code := run(t.Context(), args, environ, streams{input(t, typed), &out, &errs})
	return ran{code, out.String(), errs.String()}
}

// input is a pipe that holds a text.
func input(t *testing.T, text string) *os.File {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	go func() {
		_, _ = io.WriteString(w, text)
		_ = w.Close()
	}()
	return r
}

// TestScripts runs the program with arguments as people type them (testdata/*.txtar).
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			// exits CODE COMMAND… is exec with exactly this exit code.
			"exits": func(ts *testscript.TestScript, _ bool, args []string) {
				err := ts.Exec(args[1], args[2:]...)
				code := 0
				if exit, ok := errors.AsType[*exec.ExitError](err); ok {
					code = exit.ExitCode()
				} else if err != nil {
					ts.Fatalf("%v", err)
				}
				if strconv.Itoa(code) != args[0] {
					ts.Fatalf("exit code %d, want %s", code, args[0])
				}
			},
		},
	})
}

// TestEscapes: an argument that drives a terminal is not echoed as it is.
func TestEscapes(t *testing.T) {
	got := call(t, nil, "", "\x1b[2J")
	if got.code != ExitUsage || got.out != "" || strings.Contains(got.err, "\x1b") {
		t.Errorf("got %+v", got)
	}
	if got := call(t, nil, "", "--\x1b[2J"); got.code != ExitUsage || strings.Contains(got.err, "\x1b") {
		t.Errorf("got %+v", got)
	}
}

func TestVersion(t *testing.T) {
	got := call(t, nil, "", "version")
	form := regexp.MustCompile(`^liveadmin ` + regexp.QuoteMeta(app.Release) + `, commit (unknown|[0-9a-f]{40}(, modified)?), ` + regexp.QuoteMeta(runtime.Version()) + `\n$`)
	if got.code != ExitOK || got.err != "" || !form.MatchString(got.out) {
		t.Errorf("got %+v", got)
	}
}

func TestServeNeedsSettings(t *testing.T) {
	const canary = "canary-of-the-settings"
	im := []string{"IM_SDKAPPID=1400000000", "IM_SECRET_KEY=" + canary, "IM_REGION=singapore"}
	tests := []struct {
		name    string
		environ []string
		want    []string // the variable of each line
	}{
		{"nothing", nil, []string{"IM_SDKAPPID", "IM_SECRET_KEY", "IM_REGION", "SLACK_BOT_TOKEN"}},
		{"an empty value", []string{im[0], im[1], "IM_REGION="}, []string{"IM_REGION", "SLACK_BOT_TOKEN"}},
		{
			"all wrong",
			[]string{"IM_SDKAPPID=" + canary[:3], im[1], "IM_REGION=mars", "IM_RATE_LIMIT=201", "SLACK_BOT_TOKEN=" + canary, "LOG_LEVEL=loud"},
			[]string{"IM_SDKAPPID", "IM_REGION", "IM_RATE_LIMIT", "SLACK_BOT_TOKEN", "SLACK_BOT_TOKEN", "LOG_LEVEL"},
		},
		{"only Tencent Chat", im, []string{"SLACK_BOT_TOKEN"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			got := call(t, test.environ, "")
			if got.code != ExitUsage || got.out != "" || strings.Contains(got.err, canary) {
				t.Errorf("got %+v", got)
			}
			var problems []string
			for line := range strings.Lines(got.err) {
				name, rest, _ := strings.Cut(line, ": ")
				if slices.ContainsFunc(config.Variables(), func(v config.Variable) bool { return v.Name == name }) {
					problems = append(problems, name)
					if what, remedy, _ := strings.Cut(rest, ": "); what == "" || remedy == "" {
						t.Errorf("no problem and remedy: %q", line)
					}
				} else {
					t.Errorf("a line without a variable: %q", line)
				}
			}
			if !slices.Equal(problems, test.want) {
				t.Errorf("problems of %q, want %q:\n%s", problems, test.want, got.err)
			}
			left(t, ".")
		})
	}
}

// TestServeAddressInUse: what keeps the bot from listening names the variable.
func TestServeAddressInUse(t *testing.T) {
	t.Chdir(t.TempDir())
	other, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	got := call(t, []string{
		"IM_SDKAPPID=1400000000", "IM_SECRET_KEY=k", "IM_REGION=singapore", "DISCORD_TOKEN=t", "HTTP_ADDR=" + other.Addr().String(),
	}, "")
	if want := "HTTP_ADDR cannot be used: "; got.code != ExitFailed || !strings.Contains(got.err, want) || !strings.Contains(got.err, other.Addr().String()) {
		t.Errorf("got %+v, want %q", got, want)
	}
}

func TestServeNamesPlatforms(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile(".env", []byte("IM_SDKAPPID=1400000000\nIM_SECRET_KEY=canary\nIM_REGION=tokyo\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	got := call(t, nil, "")
	for _, want := range []string{"no platform", "SLACK_BOT_TOKEN and SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "DISCORD_TOKEN", "liveadmin demo"} {
		if !strings.Contains(got.err, want) {
			t.Errorf("%q is not said: %q", want, got.err)
		}
	}
	if got.code != ExitUsage || got.out != "" || strings.Contains(got.err, "canary") {
		t.Errorf("got %+v", got)
	}
}

// left complains about anything in a folder but what is named.
func left(t *testing.T, dir string, want ...string) {
	t.Helper()
	var got []string
	err := filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
		if path != dir {
			got = append(got, filepath.Base(path))
		}
		return err
	})
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%s has %q, want %q, %v", dir, got, want, err)
	}
}

func TestReadmeForms(t *testing.T) {
	_, rest, _ := strings.Cut(readme(t), "\n## Commands\n\n```\n")
	listed, _, _ := strings.Cut(rest, "```")
	shown := call(t, nil, "/liveadmin help\n", "demo").out
	for line := range strings.Lines(listed) {
		if form := strings.Join(strings.Fields(line), " "); !strings.Contains(shown, "• "+form+"   ") {
			t.Errorf("the help does not have %q", form)
		}
	}
	if got, want := strings.Count(listed, "\n"), strings.Count(shown, "• "); got != want {
		t.Errorf("the README lists %d commands, the help %d", got, want)
	}
}

func readme(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
