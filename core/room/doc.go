// Package room is the relay's side of one room: who is connected, the register,
// and which frame goes to whom. It does no I/O and knows no clock: what happened
// comes in as an [Input], what must be done comes out as [Effect] values, and a
// server or a simulator around it does the rest:
//
//	for in := range inputs {
//		for _, effect := range room.Step(clock(), in) {
//			perform(effect)
//		}
//	}
//
// Everything that one connection gets, forwarded or from the relay, is in the
// order in which the room handled it. Peers rely on that order.
package room
