package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"liveadmin/bot/demo"
	"liveadmin/commands"

	"github.com/spf13/cobra"
)

func newDemo(environ []string, std streams) *cobra.Command {
	file, language := "", string(commands.English)
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "A chat in the terminal with the whole bot behind it",
		Long: "A chat in the terminal with the whole bot behind it, against a stand-in for Tencent Chat:\n" +
			"no account, no network, nothing to set up. In a pipe it reads commands line by line.\n" +
			"At a terminal Tab completes what is typed; NO_COLOR=1 turns colour off.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if cmd.Flags().Changed("journal") && file == "" {
				return errors.New("--journal needs the name of a file")
			}
			if !slices.Contains(commands.Languages, commands.Language(language)) {
				return fmt.Errorf("--language %q is no language of liveadmin: write %s", language, commands.LanguageNames())
			}
			err := demo.Run(cmd.Context(), demo.Options{
				In: std.in, Out: std.out, Err: std.err, Journal: file, Language: commands.Language(language),
				Plain: slices.Contains(environ, "TERM=dumb"), NoColour: slices.ContainsFunc(environ, forbidsColour),
			})
			if err != nil {
				return failed(fmt.Errorf("liveadmin demo: %w", err))
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&file, "journal", "", "keep the record in `FILE`; without it, a temporary one")
	cmd.Flags().StringVar(&language, "language", language, "the `LANGUAGE` of the bot: "+commands.LanguageNames())
	return cmd
}

// forbidsColour reports whether a variable says that what is written has no colour (no-color.org).
func forbidsColour(variable string) bool {
	return strings.HasPrefix(variable, "NO_COLOR=") && variable != "NO_COLOR="
}
