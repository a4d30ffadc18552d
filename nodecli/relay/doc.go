// Package relay is the WebSocket server around core/room: it accepts
// connections, keeps their queues bounded, gives what they send to the room
// they named in their hello, and keeps the rooms' registers on disk.
//
// A message takes two hops here: the goroutine that reads its connection gives
// it to the goroutine that owns the room, and that queues it, as it came, for
// the goroutines that write to its receivers.
package relay
