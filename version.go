package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// version tells what was built: the module's version, the commit, and the Go
// version, as the linker recorded them.
func version() string {
	release, commit, modified := "(devel)", "unknown", ""
	if info, ok := debug.ReadBuildInfo(); ok {
		if info.Main.Version != "" {
			release = info.Main.Version
		}
		for _, s := range info.Settings {
			switch {
			case s.Key == "vcs.revision":
				commit = s.Value
			case s.Key == "vcs.modified" && s.Value == "true":
				modified = ", modified"
			}
		}
	}
	return fmt.Sprintf("liveadmin %s, commit %s%s, %s", release, commit, modified, runtime.Version())
}
