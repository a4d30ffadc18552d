// Package core is a node of a room as a state machine without I/O, clock or
// goroutine. It is also a [Client], which is a node without a copy.
//
// A host calls [Node.Step] with one thing that happened and the present moment;
// the node changes and returns what the host must now do, in order. Storing
// takes time: the host reports [Persisted] when it is done, and nothing that
// vouches for an entry leaves before. Frames to peers go through one connection
// to the relay. The same inputs in the same order give the same effects, in a
// process, in a browser's worker and in the simulator.
//
// PROTOCOL.md beside this file says what nodes tell each other and why.
package core
