package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/config"
	"liveadmin/bot/journal"
	"liveadmin/commands"
	"liveadmin/commands/grammar"
	"liveadmin/commands/words"

	"github.com/spf13/cobra"
)

// newOpen is the command that shows the operator what is accepted and not yet closed,
// and the expirations to come; with --drop it closes them.
func newOpen(environ []string, std streams) *cobra.Command {
	var named []string
	cmd := &cobra.Command{
		Use:   "open [--drop N…|all]",
		Short: "List what is accepted and not closed, and the expirations to come",
		Long: "Lists what is accepted and not yet closed, and the expirations to come. With --drop it closes them\n" +
			"without carrying them out, audited: to be run before the first start on a restored database.",
		DisableFlagsInUseLine: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			if !cmd.Flags().Changed("drop") {
				if len(args) > 0 {
					return fmt.Errorf("unknown arguments: %q", args)
				}
				return withReader(cmd.Context(), environ, func(_ config.Config, record *journal.Reader) error {
					return showOpen(cmd.Context(), std, record)
				})
			}
			numbers, all, err := readDrop(append(named, args...))
			if err != nil {
				return err
			}
			cfg, err := config.Load(".", environ)
			if err == nil {
				err = drop(cmd.Context(), cfg, std, numbers, all)
			}
			return failed(err)
		},
	}
	cmd.Flags().StringArrayVar(&named, "drop", nil, "close these entries, `N…`, or all, without carrying them out")
	return cmd
}

// readDrop reads "all" or "N…".
func readDrop(words []string) (numbers []int64, all bool, err error) {
	if len(words) == 1 && words[0] == "all" {
		return nil, true, nil
	}
	for _, word := range words {
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
		what, by := decisionOf(e)
		fmt.Fprintf(std.out, "  #%d  %s  %s  %s  %s\n", e.Number, words.UTC(e.Accepted), bothOf(e.Caller.Ref, what, by),
			e.State, words.Visible(words.Name+" "+grammar.Format(e.Command)))
		if e.Waits() {
			fmt.Fprintf(std.out, "      waits until %s for the approval of %s\n", words.UTC(e.Request.Expires), words.Visible(strings.Join(e.Request.Named(), ", ")))
		}
	}
	fmt.Fprintf(std.out, "Ends to come: %d\n", len(limits))
	for _, g := range limits {
		fmt.Fprintf(std.out, "  #%d  %s  %s in %s\n", g.Entry, words.UTC(g.Until), words.Visible(string(g.User)), words.Visible(string(g.Group)))
	}
	if len(entries)+len(limits) > 0 {
		fmt.Fprintln(std.out, "To close some of these without carrying them out: liveadmin open --drop N… (or: all)")
	}
	return damaged
}

// decisionOf is what was decided of an entry, and by whom; empty if nothing was.
func decisionOf(e bot.Entry) (what bot.Event, by string) {
	if e.Request == nil || e.Request.Decision == nil {
		return "", ""
	}
	return e.Request.Decision.Event(), e.Request.Decision.By
}

// bothOf is who asked and, of a request, who approved or denied it.
func bothOf(caller string, what bot.Event, by string) string {
	if what == bot.WasApproved || what == bot.WasDenied {
		caller += fmt.Sprintf(" (%s by %s)", what, by)
	}
	return words.Visible(caller)
}

// operatorRef is in the audit trail for who runs the bot.
const operatorRef = "liveadmin:operator"

// drop closes entries, and forgets the ends that they set, audited. The bot must not
// run meanwhile.
func drop(ctx context.Context, cfg config.Config, std streams, numbers []int64, all bool) error {
	if err := isThere(ctx, cfg); err != nil {
		return err
	}
	record, err := journal.Open(ctx, cfg.Database.Reveal(), cfg.IM.SDKAppID, journal.WithLogger(slog.New(slog.DiscardHandler)))
	if err != nil {
		return err
	}
	defer record.Close()
	entries, limits, err := record.Discard(ctx, numbers, all, bot.Record{
		Event: bot.WasDropped, Caller: operatorRef, Place: commands.Place{Platform: "cli"}, At: time.Now(),
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(std.out, "Closed without carrying out: %d\nEnds forgotten: %d\n", entries, limits)
	return nil
}

// isThere returns why there is no database in which something could be open: Open would make one.
// One of an older version is there, and Open upgrades it.
func isThere(ctx context.Context, cfg config.Config) error {
	record, err := journal.OpenReader(ctx, cfg.Database.Reveal(), cfg.IM.SDKAppID)
	if err == nil {
		return record.Close()
	}
	if version, ok := errors.AsType[*journal.VersionError](err); ok && version.Have > 0 {
		return nil
	}
	return err
}
