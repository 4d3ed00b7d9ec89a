package cli

import (
	"errors"
	"fmt"
	"slices"

	"liveadmin/bot/demo"
	"liveadmin/commands"

	"github.com/spf13/cobra"
)

func newDemo(std streams) *cobra.Command {
	file, language := "", string(commands.English)
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "A chat in the terminal with the whole bot behind it",
		Long: "A chat in the terminal with the whole bot behind it, against a stand-in for Tencent Chat:\n" +
			"no account, no network, nothing to set up. In a pipe it reads commands line by line.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if cmd.Flags().Changed("journal") && file == "" {
				return errors.New("--journal needs the name of a file")
			}
			if !slices.Contains(commands.Languages, commands.Language(language)) {
				return fmt.Errorf("--language %q is no language of liveadmin: write %s", language, commands.LanguageNames())
			}
			if err := demo.Run(cmd.Context(), file, commands.Language(language), demo.Streams{In: std.in, Out: std.out, Err: std.err}); err != nil {
				return failed(fmt.Errorf("liveadmin demo: %w", err))
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&file, "journal", "", "keep the record in `FILE`; without it, a temporary one")
	cmd.Flags().StringVar(&language, "language", language, "the `LANGUAGE` of the bot: "+commands.LanguageNames())
	return cmd
}
