// Package web is the one HTTP listener: health, readiness, metrics, and what
// platforms mount on it.
package web
