package room

import (
	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
)

// Effect is one thing the host must do for the room, in order. What names a
// connection that has ended meanwhile is ignored.
//
//sumtype:decl
type Effect interface{ effect() }

// Send puts a frame of the relay's own on a connection. Its Head is zero.
type Send struct {
	Conn  uint64
	Frame frame.Frame
}

// Pass puts a forwarded frame, unchanged, on connections. Conns is never empty
// and names none twice.
type Pass struct {
	Conns []uint64
	Head  frame.Head
	Body  any
}

// Store writes the register to disk. The host answers with [Stored] once it is
// safe there; a host without a disk answers at once. There is at most one Store
// under way. If the value cannot be stored the room has ended: the host closes
// its connections and starts anew from what the disk holds.
type Store struct{ Register register.Register }

// Close ends a connection once what was sent before is on its way: with
// [frame.CodeOK] because the node said goodbye, else because of what the
// [frame.Refused] before it says. No Lost follows.
type Close struct {
	Conn uint64
	Code frame.Code
	Text string
}

// WakeAt asks for a [Wake] at a moment; it replaces the request before. A zero
// At asks for none.
type WakeAt struct{ At journal.Instant }

// Refuse says that an input from outside was not acted on. The host counts it
// and logs the first of a kind of each connection.
type Refuse struct {
	Conn uint64
	Err  error
}

func (Send) effect()   {}
func (Pass) effect()   {}
func (Store) effect()  {}
func (Close) effect()  {}
func (WakeAt) effect() {}
func (Refuse) effect() {}
