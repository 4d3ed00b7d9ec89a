package journal

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestURLs(t *testing.T) {
	t.Chdir(t.TempDir())
	here, err := filepath.EvalSymlinks(".")
	if err != nil {
		t.Fatal(err)
	}
	if here, err = filepath.Abs(here); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ name, url, file string }{
		{"relative", "sqlite://liveadmin.db", "liveadmin.db"},
		{"relative with a dot", "sqlite://./dotted.db", "dotted.db"},
		{"absolute", "sqlite://" + filepath.Join(here, "absolute.db"), "absolute.db"},
		{"space", "sqlite://live admin.db", "live admin.db"},
		{"hash", "sqlite://live#1.db", "live#1.db"},
		{"percent", "sqlite://100%25.db", "100%25.db"},
		{"ampersand and equals", "sqlite://a&mode=memory.db", "a&mode=memory.db"},
		{"colon", "sqlite://a:b.db", "a:b.db"},
		{"not ASCII", "sqlite://événement.db", "événement.db"},
		{"looks like a URL", "sqlite://file:x.db", "file:x.db"},
	} {
		t.Run(test.name, func(t *testing.T) {
			j := reopen(t, test.url)
			mustAccept(t, j, entry("k"))
			if info, err := os.Stat(test.file); err != nil || info.Size() == 0 {
				t.Errorf("no database in %s: %v", test.file, err)
			}
			if file, err := sqliteFile(test.url); err != nil || file != filepath.Join(here, test.file) {
				t.Errorf("file %s, error %v", file, err)
			}
			r, err := OpenReader(t.Context(), test.url, app)
			if err != nil {
				t.Fatal(err)
			}
			r.Close()
		})
	}
}

func TestRefusedURLs(t *testing.T) {
	for _, test := range []struct{ name, url, says string }{
		{"empty", "", "no scheme"},
		{"no scheme", "hunter2.db", "no scheme"},
		{"unknown scheme", "mysql://root:hunter2@host/db", `"mysql" is not known`},
		{"a password before the slashes", "root:hunter2@://x", "is no scheme"},
		{"no file", "sqlite://", "names no file"},
		{"options", "sqlite://x.db?password=hunter2", "?"},
		{"NUL", "sqlite://hunter2\x00.db", "NUL"},
		{"in memory", "sqlite://:memory:", "in memory"},
		{"a server with a bad port", "postgres://root:hunter2@host:hunter2/db", "cannot be understood"},
		{"a server with a bad setting", "postgresql://root:hunter2@host/db?sslmode=hunter2", "cannot be understood"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Open(t.Context(), test.url, app)
			if _, ok := errors.AsType[*URLError](err); !ok {
				t.Fatalf("error %v, want a *URLError", err)
			}
			text := err.Error()
			if !strings.Contains(text, test.says) || !strings.Contains(text, "sqlite://FILE") || strings.Contains(text, "hunter2") {
				t.Errorf("error %q", text)
			}
		})
	}
}

func TestRefusedOptions(t *testing.T) {
	url, file := newURL(t)
	for name, opt := range map[string]Option{"clock": WithClock(nil), "logger": WithLogger(nil)} {
		if _, err := Open(t.Context(), url, app, opt); err == nil {
			t.Errorf("a nil %s was taken", name)
		}
	}
	if _, err := os.Stat(file); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a refused Open made the file (error %v)", err)
	}
}

func FuzzURL(f *testing.F) {
	for _, url := range []string{"sqlite://x.db", "sqlite:///var/lib/x.db", "postgres://u:p@h/d", "sqlite://a b#%3f", "://", "\xff://\x00"} {
		f.Add(url)
	}
	f.Fuzz(func(t *testing.T, url string) {
		if isPostgres(url) {
			_, err := newServer(url)
			if e, ok := errors.AsType[*URLError](err); err != nil && (!ok || e.Problem != "it cannot be understood") {
				t.Errorf("%q: %v", url, err)
			}
			return
		}
		file, err := sqliteFile(url)
		if err == nil && (!filepath.IsAbs(file) || strings.ContainsAny(file, "?\x00")) {
			t.Errorf("%q is the file %q", url, file)
		}
		_, rest, _ := strings.Cut(url, "://")
		if e, ok := errors.AsType[*URLError](err); ok && len(rest) > 20 && strings.Contains(e.Error(), rest) {
			t.Errorf("%q is quoted: %v", url, err)
		}
	})
}

func TestStorageErrors(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "text.db"), []byte(strings.Repeat("no database ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, file string
		want       StorageProblem
	}{
		{"no such folder", filepath.Join(dir, "none", "x.db"), Unreachable},
		{"a folder", dir, Unreachable},
		{"another kind of file", filepath.Join(dir, "text.db"), Refused},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Open(t.Context(), "sqlite://"+test.file, app)
			e, ok := errors.AsType[*StorageError](err)
			if !ok || e.Problem != test.want || !strings.Contains(err.Error(), test.file) {
				t.Errorf("error %v, want %s and the file's name", err, test.want)
			}
		})
	}
}

func TestProblems(t *testing.T) {
	for code, want := range map[int]StorageProblem{
		13: Full, 4874: Full, 10: Refused, 778: Refused, 8: Refused, 776: Refused,
		14: Unreachable, 3: Refused, 11: Refused, 26: Refused, 5: Locked, 261: Locked, 1: "", 19: "", 2067: "",
	} {
		if got := problemOf(code); got != want {
			t.Errorf("code %d: %q, want %q", code, got, want)
		}
	}
}

func TestStorageErrorWords(t *testing.T) {
	cause := errors.New("the driver's words (13)")
	for _, p := range []StorageProblem{Unreachable, Refused, Full, Locked} {
		text := (&StorageError{Database: "/var/lib/x.db", Problem: p, Err: cause}).Error()
		if !strings.Contains(text, "/var/lib/x.db") || !strings.HasSuffix(text, "(the driver's words (13))") || strings.Contains(text, "%!") {
			t.Errorf("%s: %s", p, text)
		}
	}
}

func TestFullDisk(t *testing.T) {
	url, _ := newURL(t)
	j := reopen(t, url)
	full := mustAccept(t, j, entry("before"))
	execSQL(t, j.writer, `PRAGMA max_page_count = 1`) // no page more than there are
	n := 0
	var err error
	for ; err == nil && n < 1000; n++ {
		_, _, err = j.Accept(t.Context(), entry(fmt.Sprint(n)), accepted(), nil)
	}
	if e, ok := errors.AsType[*StorageError](err); !ok || e.Problem != Full || !strings.Contains(err.Error(), "has a full disk: free some space") {
		t.Fatalf("error %v, want %s in words", err, Full)
	}
	before := len(unclosed(t, j))
	if before != n {
		t.Errorf("%d entries, %d were accepted", before, n)
	}
	execSQL(t, j.writer, `PRAGMA max_page_count = 1000000`)
	e, fresh, err := j.Accept(t.Context(), entry(fmt.Sprint(n-1)), accepted(), nil)
	if err != nil || !fresh || e.Number != int64(n+1) {
		t.Errorf("with space again: #%d, fresh %v, error %v", e.Number, fresh, err)
	}
	mustFinish(t, j, full)
}

// TestReadyToWrite: after a refused write the journal is not ready until one succeeds.
func TestReadyToWrite(t *testing.T) {
	url, _ := newURL(t)
	j := reopen(t, url)
	execSQL(t, j.writer, `PRAGMA query_only = 1`)
	if err := j.Ping(t.Context()); err != nil {
		t.Errorf("nothing was written yet: %v", err)
	}
	if _, _, err := j.Accept(t.Context(), entry("k"), accepted(), nil); err == nil {
		t.Fatal("accepted")
	}
	for range 2 {
		if e, ok := errors.AsType[*StorageError](j.Ping(t.Context())); !ok || e.Problem != Refused {
			t.Errorf("ready: %v", e)
		}
	}
	execSQL(t, j.writer, `PRAGMA query_only = 0`)
	for range 2 {
		if err := j.Ping(t.Context()); err != nil {
			t.Errorf("not ready again: %v", err)
		}
	}
}
