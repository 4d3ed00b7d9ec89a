package app

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"liveadmin/bot/web"
)

// Version returns the version, the commit and the Go version in a line.
func Version() string {
	b := Built()
	return fmt.Sprintf("liveadmin %s, commit %s, %s", b.Version, b.Commit, b.Go)
}

// Built returns the module's version, the commit, and the Go version, as the linker
// recorded them.
func Built() web.Build {
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
	return web.Build{Version: release, Commit: commit + modified, Go: runtime.Version()}
}
