package journal

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

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
		t.Errorf("nobody has written yet: %v", err)
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
