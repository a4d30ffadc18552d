package host

import (
	"context"

	"github.com/understudy-dev/understudy/core"
)

// Storage keeps what a node must not forget. The host calls it from one
// goroutine at a time. Implementations: [Memory], files on a native machine,
// the browser's private file system. All pass hosttest.
type Storage interface {
	// Load returns everything stored, once, before the first Write. A copy that
	// may have forgotten what its node promised comes back under no identity:
	// Meta.Node is zero, and the node is a new one to the room. So does a damaged
	// copy, with what is readable of it: it is never presented as a shorter
	// journal of the same node. An implementation tells its user which and why;
	// the error is for a copy that can't be opened at all.
	Load(ctx context.Context) (core.Stored, error)

	// Write applies records in order and returns when all of them are durable,
	// as far as the storage promises durability. After an error the storage
	// takes no more writes.
	Write(ctx context.Context, records []core.Record) error

	// Durable reports whether a copy here survives a restart of its process.
	Durable() bool

	// Name is one word for people: "memory", "files", "files/interval", "opfs".
	Name() string

	// Close marks a clean shutdown and frees what it holds.
	Close() error
}

// Transport makes connections to a relay. Implementations: WebSockets natively,
// the browser's socket in a tab, an in-memory pair in tests. All pass hosttest.
type Transport interface {
	// Dial opens one connection. The error says what could not be reached.
	Dial(ctx context.Context) (Link, error)
}

// Link is one open connection: whole messages, in order, each at most
// frame.FrameMaxBytes.
type Link interface {
	// Send queues one message and does not wait for the network. It fails when
	// the link is closed or more than frame.QueueMaxBytes wait. The host does
	// not change message afterwards.
	Send(message []byte) error

	// Receive waits for the next message. It fails with a [*ClosedError] when
	// the link has ended, and again whenever it is called after that. If ctx
	// ends first the link is of no more use, and the caller closes it.
	Receive(ctx context.Context) ([]byte, error)

	// Close ends the link with a WebSocket close code (1000 or 3000-4999) and
	// a reason of at most 123 bytes. What was queued before is sent if it can
	// be sent at once. Close may be called twice.
	Close(code int, reason string) error
}
