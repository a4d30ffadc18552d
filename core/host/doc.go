// Package host runs a node: one goroutine that owns it, the storage behind it,
// the connection to the relay, the clock. It is the Go API: [Open] joins a room
// with a copy, [Dial] joins as a client without one.
package host
