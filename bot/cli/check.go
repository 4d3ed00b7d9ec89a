package cli

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"slices"

	"liveadmin/bot"
	"liveadmin/bot/doctor"
	"liveadmin/bot/terminal"
)

// check looks at the settings, asks every service whether it takes them, and says
// what to do about what is wrong. It changes nothing, also beside a running bot.
func check(ctx context.Context, args, environ []string, std streams) int {
	var asked checkArgs
	if err := asked.parse(args); err != nil {
		fmt.Fprintf(std.err, "liveadmin check: %v\n%s", err, usage)
		return ExitUsage
	}
	findings := doctor.Examine(ctx, environ, asked.group)
	fine := !slices.ContainsFunc(findings, func(f bot.Finding) bool { return f.Verdict == bot.IsWrong })
	if err := asked.show(std.out, fine, findings); err != nil {
		fmt.Fprintln(std.err, "writing the output:", err)
		return ExitFailed
	}
	if !fine {
		return ExitFailed
	}
	return ExitOK
}

// checkArgs are the arguments of check.
type checkArgs struct {
	group string
	json  bool
}

func (c *checkArgs) parse(args []string) error {
	flags := flag.NewFlagSet("check", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&c.group, "group", "", "")
	flags.BoolVar(&c.json, "json", false, "")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unknown argument: %q", flags.Arg(0))
	}
	return nil
}

// show writes a line for each finding, or all as one object of JSON.
func (c *checkArgs) show(out io.Writer, fine bool, findings []bot.Finding) error {
	if c.json {
		e := json.NewEncoder(out)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		return e.Encode(struct {
			OK     bool          `json:"ok"`
			Checks []bot.Finding `json:"checks"`
		}{fine, findings})
	}
	for _, f := range findings {
		text := f.Name + ": " + f.Detail
		if f.Remedy != "" {
			text += ". " + f.Remedy
		}
		if _, err := fmt.Fprintf(out, "%-11s  %s\n", f.Verdict, terminal.Visible(text)); err != nil {
			return err
		}
	}
	return nil
}
