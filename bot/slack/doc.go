// Package slack is the bot in Slack, on Socket Mode or signed HTTP requests: the
// same code behind both.
//
// What Slack brings is decoded (inbound.go), taken to the bot's door and
// acknowledged (receive.go); what the bot says is written in Slack's idiom
// (text.go, page.go) and posted (post.go, report.go). The caller is identified by IDs and
// by the installing workspace alone (who.go, usergroups.go).
package slack
