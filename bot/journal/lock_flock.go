//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package journal

import (
	"errors"
	"os"
	"syscall"
)

// lockFile takes the lock that says whose the file is. The kernel gives it back
// however the process ends; the lock file itself stays, since removing it would
// let two processes lock two files of one name.
func lockFile(file string) (*os.File, error) {
	lock, err := os.OpenFile(file+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, unreachable(file, err)
	}
	err = syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == nil {
		return lock, nil
	}
	lock.Close()
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, &InUseError{File: file}
	}
	return nil, &StorageError{Database: file, Problem: DiskFault, Err: os.NewSyscallError("flock", err)}
}
