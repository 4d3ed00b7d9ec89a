package bottest

import (
	"fmt"
	"strings"

	"liveadmin/bot"
)

// Findings writes what a check has found, a line each, with the remedies in brackets.
func Findings(all []bot.Finding) string {
	var lines []string
	for _, f := range all {
		line := fmt.Sprintf("%s %s: %s", f.Status, f.Name, f.Detail)
		if f.Remedy != "" {
			line += " [" + f.Remedy + "]"
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}
