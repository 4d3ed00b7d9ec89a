// Liveadmin is a chat-ops bot: community managers add and remove the administrators
// of live streaming groups of Tencent Cloud Chat from Slack and Discord.
package main

import (
	"os"

	"liveadmin/bot/cli"
)

func main() {
	os.Exit(cli.Run(os.Args[1:], os.Environ(), os.Stdin, os.Stdout, os.Stderr))
}
