package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
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
)

// newHistory is the command that shows the audit trail to the operator, also beside a
// running bot.
func newHistory(environ []string, std streams) *cobra.Command {
	var asked historyArgs
	cmd := &cobra.Command{
		Use:   "history [FILTER]",
		Short: "Show who did what, where and when",
		Long: "Shows the audit trail: who did what, where, when, and the outcome. FILTER is a group, a user,\n" +
			"a caller or #NUMBER. Without --since and --until it shows the newest entries.",
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				asked.about = args[0]
			}
			if err := asked.check(); err != nil {
				return err
			}
			return withReader(cmd.Context(), environ, func(cfg config.Config, record *journal.Reader) error {
				return asked.run(cmd.Context(), cfg, record, std)
			})
		},
	}
	cmd.Flags().BoolVar(&asked.json, "json", false, "print a JSON object a line")
	cmd.Flags().StringVar(&asked.since, "since", "", "what began within this `DURATION`, like 21d or 2h30m")
	cmd.Flags().StringVar(&asked.until, "until", "", "what began before this `TIME`, like \"2026-11-20 18:00\"")
	return cmd
}

func (h *historyArgs) run(ctx context.Context, cfg config.Config, record *journal.Reader, std streams) error {
	rules, err := cfg.Rules()
	if err != nil {
		return err
	}
	filter, err := h.filter(time.Now(), rules.Names)
	if err != nil {
		return err
	}
	filter.Rows = h.json || filter.Number != 0
	stories, err := record.Stories(ctx, filter, nil)
	if stories == nil && err != nil {
		return err
	}
	if len(stories) == 0 {
		fmt.Fprintln(std.err, "Nothing is on record.")
	}
	for _, s := range stories {
		if err := h.show(std.out, s); err != nil {
			return fmt.Errorf("writing the output: %w", err)
		}
	}
	return err
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

// historyArgs are the arguments of history.
type historyArgs struct {
	json         bool
	since, until string
	about        string
}

// check reports what of the arguments cannot be read.
func (h *historyArgs) check() error {
	if _, ok := grammar.ParseDuration(h.since); h.since != "" && !ok {
		return fmt.Errorf("--since %q is no duration: write it like 21d or 2h30m", h.since)
	}
	if _, ok := readTime(h.until); h.until != "" && !ok {
		return fmt.Errorf("--until %q is no time: write it like 2026-11-20, \"2026-11-20 18:00\" (in this machine's zone) or 2026-11-20T18:00:00Z", h.until)
	}
	return nil
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

// everything is more entries than a journal holds.
const everything = 1 << 40

// filter is what history asks the journal for: as in chat the newest, or all of a time.
func (h *historyArgs) filter(now time.Time, names commands.Names) (bot.Filter, error) {
	cmd, mistake := grammar.New(grammar.Fields{Verb: string(commands.History)}.With("about", h.about), names, func(string) bool { return true })
	if mistake != nil {
		mistake.Typed = "" // it would show how a chat with fields writes it
		return bot.Filter{}, badFilter{strings.TrimSpace(words.English().Mistake(0, *mistake).String())}
	}
	f := intake.FilterOf(cmd)
	if since, ok := grammar.ParseDuration(h.since); ok {
		f.Since = now.Add(-since)
	}
	if until, ok := readTime(h.until); ok {
		f.Until = until
	}
	if !f.Since.IsZero() || !f.Until.IsZero() {
		f.Limit = everything
	}
	return f, nil
}

// badFilter says why a FILTER can be nothing that is on record.
type badFilter struct{ says string }

func (b badFilter) Error() string { return b.says }

// show writes one entry: a line, or an object of JSON in a line.
func (h *historyArgs) show(out io.Writer, s bot.Story) error {
	if h.json {
		return json.NewEncoder(out).Encode(toldOf(s))
	}
	first := s.First
	_, err := fmt.Fprintf(out, "#%d  %s  %s  %s  %s  %s\n", first.Number, words.UTC(first.At), words.Visible(first.Caller),
		words.Visible(first.Place.Channel), words.Visible(strings.TrimSpace(words.Name+" "+first.Text)), s.Outcome())
	if err != nil {
		return err
	}
	for _, r := range s.Rows {
		_, err := fmt.Fprintf(out, "    %s  %s  %s  %s  %s  %s\n", words.UTC(r.At), r.Event, words.Visible(string(r.Group)),
			words.Visible(fmt.Sprint(r.Users)), r.Outcome, words.Visible(r.Detail))
		if err != nil {
			return err
		}
	}
	return nil
}

// told is an entry of the audit trail as JSON.
type told struct {
	Number   int64           `json:"number"`
	At       time.Time       `json:"at"`
	Caller   string          `json:"caller"`
	Platform string          `json:"platform"`
	Channel  string          `json:"channel"`
	Thread   string          `json:"thread,omitempty"`
	Verb     commands.Verb   `json:"verb"`
	Text     string          `json:"text"`
	Outcome  commands.Status `json:"outcome"`
	Rows     []toldRow       `json:"rows"`
}

type toldRow struct {
	At      time.Time       `json:"at"`
	Event   bot.Event       `json:"what"`
	Group   string          `json:"group,omitempty"`
	Users   []string        `json:"users,omitempty"`
	Outcome commands.Status `json:"outcome"`
	Detail  string          `json:"detail,omitempty"`
}

func toldOf(s bot.Story) told {
	first := s.First
	t := told{
		Number: first.Number, At: first.At, Caller: first.Caller, Platform: first.Place.Platform, Channel: first.Place.Channel,
		Thread: first.Place.Thread, Verb: first.Verb, Text: first.Text, Outcome: s.Outcome(),
	}
	for _, r := range s.Rows {
		row := toldRow{At: r.At, Event: r.Event, Group: string(r.Group), Outcome: r.Outcome, Detail: r.Detail}
		for _, u := range r.Users {
			row.Users = append(row.Users, string(u))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}
