// Package commands knows what people may say to the bot, what it means, whether
// the caller is allowed it, what it does to a live group, and how the answer is
// worded. It knows no platform, no SQL and no HTTP.
package commands
