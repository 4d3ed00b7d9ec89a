package cli

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/config"
	"liveadmin/bot/journal"
	"liveadmin/bot/terminal"
	"liveadmin/commands"
)

// open shows the operator what is accepted and not yet closed, and the ends to come;
// with --drop it closes them.
func open(ctx context.Context, args, environ []string, std streams) int {
	if len(args) == 0 {
		return withReader(ctx, environ, std, func(_ config.Config, record *journal.Reader) error {
			return showOpen(ctx, std, record)
		})
	}
	numbers, all, err := readDrop(args)
	if err != nil {
		fmt.Fprintf(std.err, "liveadmin open: %v\n%s", err, usage)
		return ExitUsage
	}
	cfg, err := config.Load(".", environ)
	if err != nil {
		fmt.Fprintln(std.err, err)
		return ExitUsage
	}
	if err := drop(ctx, cfg, std, numbers, all); err != nil {
		fmt.Fprintln(std.err, err)
		return exitCode(err)
	}
	return ExitOK
}

// readDrop reads "--drop all" or "--drop N…".
func readDrop(args []string) (numbers []int64, all bool, err error) {
	if args[0] != "--drop" || len(args) == 1 {
		return nil, false, fmt.Errorf("unknown arguments: %q", args)
	}
	if len(args) == 2 && args[1] == "all" {
		return nil, true, nil
	}
	for _, word := range args[1:] {
		n, err := strconv.ParseInt(strings.TrimPrefix(word, "#"), 10, 64)
		if err != nil || n <= 0 {
			return nil, false, fmt.Errorf("%q is no number of an entry: write it like 42, or write all", word)
		}
		numbers = append(numbers, n)
	}
	return numbers, false, nil
}

func showOpen(ctx context.Context, std streams, record *journal.Reader) error {
	entries, damaged := record.Unclosed(ctx)
	if entries == nil && damaged != nil {
		return damaged
	}
	limits, err := record.Grants(ctx, "")
	if err != nil {
		return err
	}
	fmt.Fprintf(std.out, "Accepted and not closed: %d\n", len(entries))
	for _, e := range entries {
		fmt.Fprintf(std.out, "  #%d  %s  %s  %s  %s\n", e.Number, commands.UTC(e.Accepted), terminal.Visible(e.Caller.Ref),
			e.State, terminal.Visible(commands.Name+" "+commands.Format(e.Command)))
	}
	fmt.Fprintf(std.out, "Ends to come: %d\n", len(limits))
	for _, g := range limits {
		fmt.Fprintf(std.out, "  #%d  %s  %s in %s\n", g.Entry, commands.UTC(g.Until), terminal.Visible(string(g.User)), terminal.Visible(string(g.Group)))
	}
	if len(entries)+len(limits) > 0 {
		fmt.Fprintln(std.out, "To close some of these without carrying them out: liveadmin open --drop N… (or: all)")
	}
	return damaged
}

// operatorRef stands in the audit trail for who runs the bot.
const operatorRef = "liveadmin:operator"

// drop closes entries, and forgets the ends that they set, audited. The bot must not
// run meanwhile.
func drop(ctx context.Context, cfg config.Config, std streams, numbers []int64, all bool) error {
	record, err := journal.Open(ctx, cfg.Database.Reveal(), cfg.IM.SDKAppID, journal.WithLogger(slog.New(slog.DiscardHandler)))
	if err != nil {
		return err
	}
	defer record.Close()
	entries, limits, err := record.Discard(ctx, numbers, all, bot.Record{
		What: bot.WasDropped, Caller: operatorRef, Place: commands.Place{Platform: "cli"}, At: time.Now(),
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(std.out, "Closed without carrying out: %d\nEnds forgotten: %d\n", entries, limits)
	return nil
}
