package cli

import (
	"fmt"
	"syscall"
)

// forbidCore makes the kernel write no core of this process, which would hold the
// secrets: the process is not dumpable, and a core's size is 0 (prctl(2), core(5)). The
// size alone does not keep a core from a program that the kernel pipes it to.
func forbidCore() error {
	// systemd's filters of system calls may refuse this one. The other is enough.
	_ = syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{})
	if _, _, errno := syscall.Syscall(syscall.SYS_PRCTL, syscall.PR_SET_DUMPABLE, 0, 0); errno != 0 {
		return fmt.Errorf("prctl: %w", errno)
	}
	return nil
}
