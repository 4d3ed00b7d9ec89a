package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"liveadmin/bot"
	"liveadmin/bot/config"
	"liveadmin/bot/intake"
	"liveadmin/bot/journal"
	"liveadmin/commands"
	"liveadmin/commands/grammar"
	"liveadmin/commands/words"
	"liveadmin/imapi"
)

// newHistory is the command that shows the audit trail to the operator, also while the bot
// is running.
func newHistory(environ []string, std streams) *cobra.Command {
	var asJSON, asCSV bool
	var since, until string
	cmd := &cobra.Command{
		Use:   "history [FILTER]",
		Short: "Show who did what, where and when",
		Long: "Shows the audit trail: who did what, where, when, and the outcome. FILTER is a group, a user,\n" +
			"a caller or #NUMBER. Without --since and --until it shows the newest entries.",
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			times, err := readTimes(since, until)
			if err != nil {
				return err
			}
			return withReader(cmd.Context(), environ, func(cfg config.Config, record *journal.Reader) error {
				filter, err := filterOf(strings.Join(args, ""), times, cfg)
				if err != nil {
					return err
				}
				write := writeText
				switch {
				case asJSON:
					write = writeJSON
				case asCSV:
					write = writeCSV
				}
				filter.Rows = asJSON || asCSV || filter.Number != 0
				return showHistory(cmd.Context(), record, filter, write, std)
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print a JSON object a line")
	cmd.Flags().BoolVar(&asCSV, "csv", false, "print a table for spreadsheets (CSV), a line for each row of the audit trail")
	cmd.MarkFlagsMutuallyExclusive("json", "csv")
	cmd.Flags().StringVar(&since, "since", "", "what began within this `DURATION`, like 21d or 2h30m")
	cmd.Flags().StringVar(&until, "until", "", "what began before this `TIME`, like \"2026-11-20 18:00\"")
	return cmd
}

// withReader does something with the settings and the journal, which is only read.
func withReader(ctx context.Context, environ []string, do func(config.Config, *journal.Reader) error) error {
	cfg, err := config.Load(".", environ)
	if err != nil {
		return failed(err)
	}
	record, err := journal.OpenReader(ctx, cfg.Database.Reveal(), cfg.IM.SDKAppID)
	if err == nil {
		defer record.Close()
		err = do(cfg, record)
	}
	return failed(err)
}

// everything is more entries than a journal holds.
const everything = 1 << 40

// readTimes reads the times that history is about. As in chat it shows the newest entries,
// but all of a time.
func readTimes(since, until string) (bot.Filter, error) {
	var f bot.Filter
	if since != "" {
		ago, ok := grammar.ParseDuration(since)
		if !ok {
			return f, fmt.Errorf("--since %q is no duration: write it like 21d or 2h30m", since)
		}
		f.Since, f.Limit = time.Now().Add(-ago), everything
	}
	if until != "" {
		at, ok := readTime(until)
		if !ok {
			return f, fmt.Errorf("--until %q is no time: write it like 2026-11-20, \"2026-11-20 18:00\" (in this machine's zone) or 2026-11-20T18:00:00Z", until)
		}
		f.Until, f.Limit = at, everything
	}
	return f, nil
}

// readTime reads a time as operators write it, without a zone in the machine's own.
func readTime(text string) (time.Time, bool) {
	for _, form := range []string{time.RFC3339, "2006-01-02 15:04:05", "2006-01-02 15:04", time.DateOnly} {
		if at, err := time.ParseInLocation(form, text, time.Local); err == nil {
			return at, true
		}
	}
	return time.Time{}, false
}

// filterOf reads FILTER, which may be an alias, and adds the times. The config file is read for a
// name alone: the bot goes on beside a broken one, and so does the rest of the history.
func filterOf(about string, times bot.Filter, cfg config.Config) (bot.Filter, error) {
	var rules bot.Rules
	if about != "" && !strings.HasPrefix(about, "#") {
		var err error
		if rules, err = cfg.Rules(); err != nil {
			return bot.Filter{}, err
		}
	}
	fields := grammar.Fields{Verb: string(commands.History)}.With("about", about)
	cmd, mistake := grammar.New(fields, rules.Names, func(string) bool { return true })
	if mistake != nil {
		mistake.Typed = "" // it would show how a chat with fields writes it
		return bot.Filter{}, filterError(strings.TrimSpace(words.In(commands.English).Mistake(0, *mistake).String()))
	}
	f := intake.FilterOf(cmd)
	f.Since, f.Until, f.Limit = times.Since, times.Until, times.Limit
	return f, nil
}

// filterError says why a FILTER can be nothing that is on record.
type filterError string

func (e filterError) Error() string { return string(e) }

// showHistory writes the entries that match.
func showHistory(ctx context.Context, record *journal.Reader, filter bot.Filter, write func(io.Writer, []bot.Story) error, std streams) error {
	stories, err := record.Stories(ctx, filter, nil)
	if stories == nil && err != nil {
		return err
	}
	if len(stories) == 0 {
		fmt.Fprintln(std.err, "Nothing is on record.")
	}
	if err := write(std.out, stories); err != nil {
		return fmt.Errorf("writing the output: %w", err)
	}
	return err
}

// writeText writes a line for each entry, and under it one for each of its rows.
func writeText(out io.Writer, stories []bot.Story) error {
	for _, s := range stories {
		if err := writeStory(out, s); err != nil {
			return err
		}
	}
	return nil
}

func writeStory(out io.Writer, s bot.Story) error {
	first := s.First
	_, err := fmt.Fprintf(out, "#%d  %s  %s  %s  %s  %s\n", first.Number, words.UTC(first.At), bothOf(first.Caller, s.Decided, s.Decider),
		words.Visible(first.Place.Channel), words.Visible(strings.TrimSpace(words.Name+" "+first.Text)), s.Outcome())
	for _, r := range s.Rows {
		if err == nil {
			_, err = fmt.Fprintf(out, "    %s  %s  %s  %s  %s  %s  %s\n%s", words.UTC(r.At), r.Event, words.Visible(r.Caller), words.Visible(string(r.Group)),
				words.Visible(fmt.Sprint(r.Users)), r.Outcome, words.Visible(r.Detail), remedyOf(r))
		}
	}
	return err
}

// remedyOf is the line with what the operator does about a failed change, or empty.
func remedyOf(r bot.Record) string {
	if r.Event != bot.WasSettled || r.Detail == "" {
		return ""
	}
	kind := r.Detail
	first, rest, _ := strings.Cut(r.Detail, " ")
	code, err := strconv.Atoi(first)
	if err == nil {
		kind = rest
	}
	_, remedy := imapi.Explain(imapi.OpChange, code, imapi.Kind(kind))
	return "        " + remedy + "\n"
}

// story is an entry of the audit trail as JSON.
type story struct {
	Number   int64           `json:"number"`
	At       time.Time       `json:"at"`
	Caller   string          `json:"caller"`
	Platform string          `json:"platform"`
	Channel  string          `json:"channel"`
	Thread   string          `json:"thread,omitempty"`
	Verb     commands.Verb   `json:"verb"`
	Text     string          `json:"text"`
	Outcome  commands.Status `json:"outcome"`
	Rows     []row           `json:"rows"`
}

type row struct {
	At      time.Time       `json:"at"`
	Event   bot.Event       `json:"what"`
	Caller  string          `json:"caller"` // who did it
	Group   imapi.GroupID   `json:"group,omitempty"`
	Users   []imapi.UserID  `json:"users,omitempty"`
	Outcome commands.Status `json:"outcome"`
	Detail  string          `json:"detail,omitempty"`
}

// writeJSON writes an object of JSON in a line for each entry.
func writeJSON(out io.Writer, stories []bot.Story) error {
	e := json.NewEncoder(out)
	for _, s := range stories {
		if err := e.Encode(shownAs(s)); err != nil {
			return err
		}
	}
	return nil
}

func shownAs(s bot.Story) story {
	first := s.First
	shown := story{
		Number: first.Number, At: first.At, Caller: first.Caller, Platform: first.Place.Platform, Channel: first.Place.Channel,
		Thread: first.Place.Thread, Verb: first.Verb, Text: first.Text, Outcome: s.Outcome(),
	}
	for _, r := range s.Rows {
		shown.Rows = append(shown.Rows, row{r.At, r.Event, r.Caller, r.Group, r.Users, r.Outcome, r.Detail})
	}
	return shown
}
