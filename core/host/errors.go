package host

import (
	"errors"
	"fmt"

	"github.com/understudy-dev/understudy/core/frame"
)

// What a request may end with, for [errors.Is]. Where a failure has numbers or
// a position, it is a [*frame.Failure] with the same code.
var (
	// ErrConflict: a condition of the write did not hold. Nothing was written.
	ErrConflict error = &frame.Failure{Code: frame.CodeConflict, Text: "a condition of the write did not hold"}

	// ErrNotEnoughReplicas: fewer replicas are in sync than the write asked
	// for. Nothing was written.
	ErrNotEnoughReplicas error = &frame.Failure{Code: frame.CodeNotEnoughReplicas, Text: "not enough replicas in sync"}

	// ErrOutcomeUnknown: the write was sent, and may or may not be kept. The
	// failure's Position says where it stands, if that is known: ask with Verify.
	ErrOutcomeUnknown error = &frame.Failure{Code: frame.CodeOutcomeUnknown, Text: "the write was sent; what became of it is not known"}

	// ErrNoMaster: nobody took the request in time because the room has no
	// master. Nothing was written.
	ErrNoMaster error = noMaster

	// ErrTooLarge: over a limit, which the failure's text names with both
	// numbers. Nothing was written.
	ErrTooLarge error = &frame.Failure{Code: frame.CodeTooLarge, Text: "over a limit"}

	// ErrInvalid: the request makes no sense. Nothing was written.
	ErrInvalid error = &frame.Failure{Code: frame.CodeInvalid, Text: "the request makes no sense"}

	// ErrBusy: a queue is full. Nothing was written; try again later.
	ErrBusy error = &frame.Failure{Code: frame.CodeBusy, Text: "too many requests are waiting"}

	// ErrTimeout: nothing was read within the time given.
	ErrTimeout error = &frame.Failure{Code: frame.CodeTimeout, Text: "not answered in time"}

	// ErrSessionCut: a failover has rolled back something that the session has
	// written or read. The failure's Position is the newest that the session and
	// the room's history share.
	ErrSessionCut error = &frame.Failure{Code: frame.CodeSessionCut, Text: "something that the session has written or read was rolled back"}

	// ErrOutdated: the node has stopped, because a later state of its copy is in
	// sync. The copy was restored from a backup, or has a twin that went on.
	ErrOutdated error = &frame.Failure{Code: frame.CodeOutdated, Text: "a later state of this copy is in sync"}

	// ErrNoKey: there is no such key.
	ErrNoKey = errors.New("no such key")

	// ErrNoRelay: there was no connection to a relay in time. Nothing was
	// written. The text says why the last attempt failed.
	ErrNoRelay = errors.New("no connection to a relay")

	// ErrQueueFull: more than frame.QueueMaxBytes wait for the connection. It is
	// the error of [Link.Send].
	ErrQueueFull = fmt.Errorf("more than %d bytes wait for the connection", frame.QueueMaxBytes)

	// ErrClosed: the node or client is closed, or its storage failed. Nothing
	// was written.
	ErrClosed = errors.New("closed")
)

var noMaster = &frame.Failure{Code: frame.CodeNotMaster, Text: "the room has no master"}

// ClosedError says how a [Link] ended.
type ClosedError struct {
	// Code is the WebSocket close code: of the peer's close frame or of our own
	// Close; 1006 if the connection ended without either.
	Code   int
	Reason string // of the close frame, or the network's error
}

// Error returns the reason and the code.
func (e *ClosedError) Error() string {
	if e.Reason == "" {
		return fmt.Sprintf("connection closed (%d)", e.Code)
	}
	return fmt.Sprintf("connection closed: %s (%d)", e.Reason, e.Code)
}

// Close codes of the WebSocket protocol that a host uses or reports (RFC 6455,
// section 7.4.1).
const (
	CloseNormal   = 1000 // the end was wanted
	CloseAbnormal = 1006 // never sent: the connection ended without a close frame
	CloseTooBig   = 1009 // a message is over the limit

	// CloseRefused plus a frame.Code is how a relay closes after frame.Refused.
	CloseRefused = 4000
)

// TooBig is the error of a [Link] for a message of that many bytes, which is
// over frame.FrameMaxBytes. It is a [*frame.Failure]: nothing was sent, and the
// link goes on.
func TooBig(bytes int) error {
	return tooLarge("a message of %d bytes, of at most %d", bytes, frame.FrameMaxBytes)
}
