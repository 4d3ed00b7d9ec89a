//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package journal

import (
	"errors"
	"os"
)

// lockFile refuses: without a lock that the kernel gives back, two bots could
// write one file.
func lockFile(string) (*os.File, error) {
	return nil, errors.New("sqlite:// needs a kernel lock that this operating system does not have: run liveadmin on Linux, macOS or BSD")
}
