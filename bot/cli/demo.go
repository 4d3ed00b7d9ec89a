package cli

import (
	"errors"
	"fmt"

	"liveadmin/bot/demo"

	"github.com/spf13/cobra"
)

func newDemo(std streams) *cobra.Command {
	file := ""
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
			if err := demo.Run(cmd.Context(), file, demo.Streams{In: std.in, Out: std.out, Err: std.err}); err != nil {
				return failed(fmt.Errorf("liveadmin demo: %w", err))
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&file, "journal", "", "keep the record in `FILE`; without it, a temporary one")
	return cmd
}
