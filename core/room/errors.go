package room

import (
	"errors"
	"fmt"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
)

// ErrNotWelcome is a frame of a connection that has said no hello, or whose
// hello was refused or is still being answered.
var ErrNotWelcome = errors.New("a frame before welcome")

// OldEpochError is a Replicate of a mastership that has ended.
type OldEpochError struct {
	Epoch    journal.Epoch // of the frame
	Register journal.Epoch
}

// Error names both epochs.
func (e *OldEpochError) Error() string {
	return fmt.Sprintf("entries sent under epoch %v, but the register is at %v", e.Epoch, e.Register)
}

// SenderError is a frame that names another sender than the node at the other
// end of its connection. The connection is closed.
type SenderError struct{ Node, From journal.NodeID }

// Error names both nodes.
func (e *SenderError) Error() string {
	return fmt.Sprintf("a frame from %v on the connection of %v", e.From, e.Node)
}

// UnexpectedError is a frame that a relay does not get, or not at that place.
type UnexpectedError struct{ Frame frame.Frame }

// Error names the kind of frame.
func (e *UnexpectedError) Error() string { return fmt.Sprintf("%T is not for the relay", e.Frame) }

// AddressError is a destination that does not exist.
type AddressError struct{ To frame.To }

// Error names the destination.
func (e *AddressError) Error() string {
	return fmt.Sprintf("a frame for group %d with %d nodes", e.To.Group, len(e.To.Nodes))
}

// codes gives the words of the protocol to what the register's rules say.
var codes = map[register.Reason]frame.Code{
	register.Stale:       frame.CodeStale,
	register.NotInSync:   frame.CodeNotInSync,
	register.MasterHere:  frame.CodeMasterHere,
	register.Gone:        frame.CodeGone,
	register.NotYet:      frame.CodeRetry,
	register.StillAwaits: frame.CodeAwaiting,
	register.NotAllowed:  frame.CodeNotAllowed,
	register.Outdated:    frame.CodeOutdated,
	register.InSyncHere:  frame.CodeInSyncHere,
	register.OutOfRange:  frame.CodeInvalid,
}
