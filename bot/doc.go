// Package bot is the vocabulary of the flow: what people say and where, what is on record
// of it, and the interfaces of platforms, journal and observers. It starts no goroutine
// and logs nothing. Package intake decides what a delivery means; package engine carries
// it out.
package bot
