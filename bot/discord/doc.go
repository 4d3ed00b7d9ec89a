// Package discord is the bot in Discord, on the gateway or on signed HTTP requests:
// the same code behind both.
//
// What Discord brings is decoded (hear.go), taken to the bot's door and answered
// first (receive.go, callback.go, suggest.go); what the bot says is written in
// Discord's idiom (text.go, page.go) and posted (announce.go, report.go, message.go).
// The connection is kept by listen.go and session.go, the command by register.go.
package discord
