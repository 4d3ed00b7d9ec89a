package deploy

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"liveadmin/bot/app"
	"liveadmin/bot/bottest/pace"
	"liveadmin/bot/e2e/harness"
)

// The user of the image, and the largest that it may be.
const (
	imageUser  = 65532
	imageBytes = 27 << 20
)

// stage is a stage of the Dockerfile: an empty folder, or one on top of this machine's
// files, which stand for the image with Go.
type stage struct {
	base        string // the folder with the files of this machine; empty: none
	files       string // what the stage has changed
	dir         string
	env         map[string]string
	user        string
	volume      string
	healthcheck []string
	entrypoint  []string
}

// TestImage carries out the instructions of the Dockerfile, without an engine, and starts
// the program in what comes out as the image's user.
func TestImage(t *testing.T) {
	pace.AtLeast(t, 10)
	if os.Getuid() != 0 {
		t.Skip("only root can mount, and change the root: the workflow nightly builds the image with an engine")
	}
	t.Chdir(top)
	image := built(t, instructions(t), sourceTree(t))

	want := []string{"data/", "etc/", "etc/ssl/", "etc/ssl/certs/", "etc/ssl/certs/ca-certificates.crt", "licenses/", "licenses/LICENSE", "licenses/THIRD_PARTY_NOTICES.txt", "liveadmin"}
	names, size := contents(t, image.files)
	if !slices.Equal(names, want) || size > imageBytes {
		t.Errorf("the image has %q, %d bytes", names, size)
	}
	info, err := os.Stat(filepath.Join(image.files, "data"))
	if err != nil {
		t.Fatal(err)
	}
	if owner := info.Sys().(*syscall.Stat_t); owner.Uid != imageUser || owner.Gid != imageUser || info.Mode().Perm() != 0o700 {
		t.Errorf("/data is of %d:%d, mode %v", owner.Uid, owner.Gid, info.Mode())
	}
	if image.user != fmt.Sprintf("%d:%[1]d", imageUser) || image.volume != "/data" || image.dir != "/data" {
		t.Errorf("user %s, volume %s, folder %s", image.user, image.volume, image.dir)
	}

	out, err := image.command(t, nil, append(image.entrypoint, "version")...).CombinedOutput()
	if err != nil || !strings.HasPrefix(string(out), "liveadmin "+app.Release+", commit "+head(t)) {
		t.Errorf("version: %v\n%s", err, out)
	}
	demo := image.command(t, nil, append(image.entrypoint, "demo")...)
	demo.Stdin = strings.NewReader("/liveadmin list friday-show\n")
	if out, err := demo.CombinedOutput(); err != nil || !strings.Contains(string(out), "has 0 of 5 administrators") {
		t.Errorf("demo: %v\n%s", err, out)
	}

	bot := harness.NewInSlack(t, false)
	if err := image.command(t, bot.Env, image.healthcheck...).Run(); err == nil {
		t.Error("healthy before it runs")
	}
	bot.Begin(image.command(t, bot.Env, image.entrypoint...))
	bot.Until("ready", func() bool { return bot.Get("/readyz") == 200 })
	if out, err := image.command(t, bot.Env, image.healthcheck...).CombinedOutput(); err != nil {
		t.Errorf("healthcheck: %v\n%s", err, out)
	}
	if _, err := os.Stat(filepath.Join(image.files, "data/liveadmin.db")); err != nil {
		t.Error(err)
	}
}

// instructions are the lines of the Dockerfile without comments.
func instructions(t *testing.T) [][]string {
	t.Helper()
	var all [][]string
	for line := range strings.Lines(fileText(t, "Dockerfile")) {
		if words := strings.Fields(line); len(words) > 0 && !strings.HasPrefix(words[0], "#") {
			all = append(all, words)
		}
	}
	return all
}

// built carries out instructions with the sources in a folder, and returns the last stage.
func built(t *testing.T, all [][]string, sources string) *stage {
	t.Helper()
	stages := make(map[string]*stage)
	var s *stage
	for _, words := range all {
		rest := words[1:]
		switch words[0] {
		case "FROM":
			s = &stage{files: t.TempDir(), dir: "/", env: make(map[string]string)}
			if !slices.Contains(rest, "scratch") {
				s.base = "/"
				s.env["PATH"] = os.Getenv("PATH") // the image with Go has it there, too
			}
			stages[rest[len(rest)-1]] = s
		case "WORKDIR":
			s.dir = rest[0]
			s.run(t, "mkdir", "-p", filepath.Join(s.files, s.dir))
		case "COPY":
			s.copy(t, rest, sources, stages)
		case "RUN":
			s.inside(t, strings.Join(rest, " "))
		case "ENV":
			for _, pair := range rest {
				name, value, _ := strings.Cut(pair, "=")
				s.env[name] = value
			}
		case "USER":
			s.user = rest[0]
		case "VOLUME":
			s.volume = rest[0]
		case "HEALTHCHECK":
			s.healthcheck = listed(t, rest[slices.Index(rest, "CMD")+1:])
		case "ENTRYPOINT":
			s.entrypoint = listed(t, rest)
		case "ARG", "EXPOSE":
		default:
			t.Fatalf("this test does not know %s", words[0])
		}
	}
	return s
}

// listed reads a list in JSON, as ENTRYPOINT and CMD have it.
func listed(t *testing.T, rest []string) (list []string) {
	t.Helper()
	if err := json.Unmarshal([]byte(strings.Join(rest, " ")), &list); err != nil {
		t.Fatalf("%q would run in a shell, which the image does not have: %v", rest, err)
	}
	return list
}

// copy carries out COPY.
func (s *stage) copy(t *testing.T, words []string, sources string, stages map[string]*stage) {
	t.Helper()
	from, owner := sources, ""
	var other *stage
	for strings.HasPrefix(words[0], "--") {
		name, value, _ := strings.Cut(words[0], "=")
		switch name {
		case "--from":
			other = stages[value]
		case "--chown":
			owner = value
		}
		words = words[1:]
	}
	target := words[len(words)-1]
	where := filepath.Join(s.files, target)
	if !path.IsAbs(target) {
		where = filepath.Join(s.files, s.dir, target)
	}
	if strings.HasSuffix(target, "/") {
		s.run(t, "mkdir", "-p", where)
		where += "/"
	} else {
		s.run(t, "mkdir", "-p", filepath.Dir(where))
	}
	for _, word := range words[:len(words)-1] {
		source := filepath.Join(from, word)
		if word == "." {
			source = from + "/."
		}
		if other != nil {
			if source = filepath.Join(other.files, word); !exists(source) {
				source = filepath.Join(other.base, word)
			}
		}
		s.run(t, "cp", "-rL", "--preserve=mode", source, where)
		if owner != "" {
			s.run(t, "chown", "-R", owner, where)
		}
	}
}

func exists(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}

// run runs a command of this machine.
func (s *stage) run(t *testing.T, name string, args ...string) {
	t.Helper()
	if out, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %q: %v\n%s", name, args, err, out)
	}
}

// inside runs a line of RUN: in a file system of its own, in which what it changes is in
// the files of the stage.
func (s *stage) inside(t *testing.T, line string) {
	t.Helper()
	const mounted = `mount -t overlay overlay -o "lowerdir=$1,upperdir=$2,workdir=$3" "$4" && mount --bind /dev "$4/dev" && mount -t proc proc "$4/proc" && exec chroot "$4" sh -c "cd $5 && $6"`
	cmd := exec.CommandContext(t.Context(), "unshare", "-m", "sh", "-c", mounted, "sh", s.base, s.files, t.TempDir(), t.TempDir(), s.dir, line)
	cmd.Env = append(s.environ(), "HOME="+os.Getenv("HOME"), "GOFLAGS=-buildvcs=auto")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("RUN %s: %v\n%s", line, err, out)
	}
}

func (s *stage) environ() (list []string) {
	for _, name := range slices.Sorted(maps.Keys(s.env)) {
		list = append(list, name+"="+s.env[name])
	}
	return list
}

// command is a command in the image, as its user. The environment is that of the image and
// then env.
func (s *stage) command(t *testing.T, env []string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), args[0], args[1:]...)
	cmd.Dir, cmd.Env = s.dir, append(s.environ(), env...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: s.files, Credential: &syscall.Credential{Uid: imageUser, Gid: imageUser}}
	return cmd
}

// contents are the names of what is in a folder, sorted, and the bytes that it takes.
func contents(t *testing.T, folder string) (names []string, size int64) {
	t.Helper()
	err := filepath.WalkDir(folder, func(file string, d fs.DirEntry, err error) error {
		if err != nil || file == folder {
			return err
		}
		name, err := filepath.Rel(folder, file)
		if d.IsDir() {
			name += "/"
		} else if info, err := d.Info(); err == nil {
			size += info.Size()
		}
		names = append(names, name)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names, size
}
