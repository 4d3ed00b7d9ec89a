// Package chat is what every chat platform needs, whatever its idiom: the deliveries
// in flight (inflight.go), what is known of the service
// (health.go), calls that keep to its limits (ratequeue.go, pause.go), requests that pass a
// gate (http.go), and messages packed into pieces (text.go).
package chat
