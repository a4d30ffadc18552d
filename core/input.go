package core

import (
	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
)

// Input is one thing that happened to a node. The host gives inputs in the
// order in which they happened.
//
//sumtype:decl
type Input interface{ input() }

// Batch is several inputs of one moment. The node acts on them in order and
// then speaks once: one append, one frame to the replicas. A Batch holds no Batch.
type Batch struct{ Inputs []Input }

// Connected says that a connection to the relay is open. Conn is above that of
// every earlier connection.
type Connected struct{ Conn uint64 }

// Disconnected says that a connection is gone, or could not be made.
type Disconnected struct{ Conn uint64 }

// Received is a frame from the relay, or from a peer through it. Frames of
// connections other than the newest are ignored.
type Received struct {
	Conn  uint64
	Head  frame.Head
	Frame frame.Frame
}

// Persisted says that every record up to the [Store] with this Seq is durable.
type Persisted struct{ Seq uint64 }

// StoreFailed says that storage can no longer be written. The node stops.
type StoreFailed struct{ Err error }

// Wake says that the moment asked for by [WakeAt] has come. It may be late by
// any time and is never early.
type Wake struct{}

// Asked is a request by the node's own application: one of Write, Read, Watch,
// Unwatch, Proceed, Probe, Verify, Yield or ListOrphans, with an ID (for Write a
// Seq) of the application's own; or Configure or TakeOver, with a Request of its
// own, which the relay is asked and an Answer with that Request answers. To
// names the node to ask; zero leaves it to the node. It is answered once by
// [Replied], and within its Wait where it has one. Unwatch and Proceed go to
// whoever serves the watch, and have no answer.
type Asked struct {
	To    journal.NodeID
	Frame frame.Frame
}

// Forget says that nobody waits for the answer of a request any more. A write
// that was sent may still be made.
type Forget struct{ Frame frame.Frame }

// Appeared says that the tab came on screen or went off it.
type Appeared struct{ Visible bool }

// Leave asks the node to hand over what it has and to go. With Now it does not
// wait for its successor to catch up. It ends with [Gone].
type Leave struct{ Now bool }

func (Batch) input()        {}
func (Connected) input()    {}
func (Disconnected) input() {}
func (Received) input()     {}
func (Persisted) input()    {}
func (StoreFailed) input()  {}
func (Wake) input()         {}
func (Asked) input()        {}
func (Forget) input()       {}
func (Appeared) input()     {}
func (Leave) input()        {}
