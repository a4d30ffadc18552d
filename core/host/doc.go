// Package host runs a node: the goroutine that owns it, the storage behind it,
// the connection to the relay, the clock. It is the Go API: [Open] joins a room
// with a copy, [Dial] joins as a client without one.
//
// Each node or client has a [runner] with these goroutines:
//
//	loop       owns the state machine; takes what waits as one step, does the effects
//	connector  dials the relay, reads and decodes, rests, dials again
//	writer     writes to a storage that takes time; what waits shares one sync
//	board      tells the application of a new status
//
// All of them tell the loop by events over one bounded channel; the loop never
// waits for any of them.
package host
