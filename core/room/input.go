package room

import (
	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/register"
)

// Input is one thing that happened to a room. The host gives inputs in the
// order in which they happened, and none of a connection after its [Lost] or
// its [Close].
//
//sumtype:decl
type Input interface{ input() }

// Arrived is the first frame of a connection. Conn is above that of every
// connection the host has accepted before.
type Arrived struct {
	Conn  uint64
	Hello frame.Hello
}

// Received is a frame addressed to the relay.
type Received struct {
	Conn  uint64
	Head  frame.Head
	Frame frame.Frame
}

// Forwarded is a frame to pass on. The room does not look into Body: a server
// puts the whole message there as it came, a simulator the frame.
type Forwarded struct {
	Conn      uint64
	Head      frame.Head
	Replicate bool // it carries entries, and must not be older than the register
	Body      any
}

// Lost says that a connection has ended, and why, for people: "closed",
// "too slow".
type Lost struct {
	Conn   uint64
	Reason string
}

// Stored says that the register of a [Store] is on disk.
type Stored struct{ Version register.Version }

// Wake says that the moment of the last [WakeAt] has come. It may be late.
type Wake struct{}

// Shutdown ends the room: everybody is told and closed, and whoever arrives
// afterwards is refused. A Store under way may still be answered by Stored.
type Shutdown struct{}

func (Arrived) input()   {}
func (Received) input()  {}
func (Forwarded) input() {}
func (Lost) input()      {}
func (Stored) input()    {}
func (Wake) input()      {}
func (Shutdown) input()  {}
