// Package web is the one HTTP listener: health, readiness, and what platforms
// mount on it.
package web
