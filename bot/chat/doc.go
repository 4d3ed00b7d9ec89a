// Package chat is what every chat platform needs, whatever its idiom: a doorway to
// the bot that closes in an orderly way (doorway.go), what is known of the service
// (link.go), calls that keep to its limits (lines.go, pause.go), requests that pass a
// gate (http.go), and messages packed into pieces (text.go).
package chat
