// Package bot carries a command from a platform to Tencent Chat and back, once,
// for every platform: receive, decide, record, acknowledge, plan, apply, post.
package bot
