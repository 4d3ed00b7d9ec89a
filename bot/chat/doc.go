// Package chat is what every chat platform needs: the deliveries in flight (inflight.go), what is
// known of the service (health.go), calls that keep to its limits (ratequeue.go) and pass a gate
// (http.go), the requests that it makes (requests.go), and messages packed into pieces (text.go).
package chat
