package journal

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
)

// TestReadOnlyFile: a file that cannot be written is reported as that.
func TestReadOnlyFile(t *testing.T) {
	url, file := newURL(t)
	reopen(t, url).Close()
	if os.Geteuid() == 0 {
		becomeNobody(t, filepath.Dir(file))
	}
	for _, row := range []struct {
		mode    fs.FileMode
		problem StorageProblem
	}{{0o600, ""}, {0o400, Refused}} {
		if err := os.Chmod(file, row.mode); err != nil {
			t.Fatal(err)
		}
		j, err := Open(t.Context(), url, app)
		if err == nil {
			j.Close()
		}
		e, refused := errors.AsType[*StorageError](err)
		if refused != (row.problem != "") || refused && e.Problem != row.problem || !refused && err != nil {
			t.Errorf("with the mode %o: error %v, want %q", row.mode, err, row.problem)
		}
	}
}

// becomeNobody gives a folder to another user, and lets the test's thread be that one with
// files: root can write everything. Only on Linux can one thread be another user.
func becomeNobody(t *testing.T, dir string) {
	t.Helper()
	const nobody = 65534
	err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Chown(path, nobody, -1)
	})
	if err == nil {
		err = os.Chmod(filepath.Dir(dir), 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	runtime.LockOSThread()
	if err := syscall.Setfsuid(nobody); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := syscall.Setfsuid(0); err != nil {
			t.Error(err)
		}
		runtime.UnlockOSThread()
	})
}
