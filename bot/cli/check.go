package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"liveadmin/bot"
	"liveadmin/bot/doctor"

	"github.com/spf13/cobra"
	"liveadmin/commands/words"
)

// newCheck is the command that looks at the settings, asks every service whether it
// takes them, and says what to do about what is wrong. It changes nothing, and can be
// used while the bot is running.
func newCheck(environ []string, std streams) *cobra.Command {
	group, rules, asJSON := "", "", false
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Check the settings, and whether the services accept them",
		Long: "Checks the settings, asks every service whether it accepts them, and says how to mend\n" +
			"what is wrong. It changes nothing. Exits with 1 if anything fails. With --rules it checks a rules\n" +
			"file alone, without settings, credentials or a network.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			findings, err := examine(cmd, environ, group, rules)
			if err != nil {
				return err
			}
			fine := !slices.ContainsFunc(findings, func(f bot.Finding) bool { return f.Status == bot.IsWrong })
			if err := showFindings(std.out, asJSON, fine, findings); err != nil {
				return failed(fmt.Errorf("writing the output: %w", err))
			}
			if !fine {
				return &failure{code: ExitFailed}
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&group, "group", "", "the live group to read, an `ID` or an alias; without it, the first alias")
	cmd.Flags().StringVar(&rules, "rules", "", "check this rules `FILE` alone")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	cmd.MarkFlagsMutuallyExclusive("group", "rules")
	return cmd
}

// examine checks everything, or with --rules the rules file alone. What begins with a dash
// is a flag in the place of the file.
func examine(cmd *cobra.Command, environ []string, group, rules string) ([]bot.Finding, error) {
	if !cmd.Flags().Changed("rules") {
		return doctor.Examine(cmd.Context(), environ, group), nil
	}
	if rules == "" || strings.HasPrefix(rules, "-") {
		return nil, errors.New("--rules needs the name of a file")
	}
	return doctor.ExamineRules(rules), nil
}

// showFindings writes a line for each finding, or all as one object of JSON.
func showFindings(out io.Writer, asJSON, fine bool, findings []bot.Finding) error {
	if asJSON {
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
		if _, err := fmt.Fprintf(out, "%-11s  %s\n", f.Status, words.Visible(text)); err != nil {
			return err
		}
	}
	return nil
}
