package cli

import (
	"context"
	"fmt"

	"liveadmin/bot/demo"
)

// runDemo runs the demo.
func runDemo(ctx context.Context, args []string, std streams) int {
	file := ""
	switch {
	case len(args) == 2 && args[0] == "--journal" && args[1] != "":
		file = args[1]
	case len(args) != 0:
		return misused(std, append([]string{"demo"}, args...))
	}
	if err := demo.Run(ctx, file, demo.Streams{In: std.in, Out: std.out, Err: std.err}); err != nil {
		fmt.Fprintln(std.err, "liveadmin demo:", err)
		return ExitFailed
	}
	return ExitOK
}
