package loopback

import (
	"context"
	"sync"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/host"
	"github.com/understudy-dev/understudy/core/journal"
)

// link is one connection, as its node holds it.
type link struct {
	relay *Relay
	conn  uint64

	// Belong to the relay's lock.
	served *served        // nil before hello
	node   journal.NodeID // of the hello

	filled chan struct{} // holds one token when there is something to receive

	mu    sync.Mutex // taken after the relay's, never before
	queue [][]byte   // from the relay
	bytes int        // in it
	why   *host.ClosedError
}

var _ host.Link = (*link)(nil)

func newLink(r *Relay, conn uint64) *link {
	return &link{relay: r, conn: conn, filled: make(chan struct{}, 1)}
}

// Send hands one message to the relay, which handles it at once.
func (l *link) Send(message []byte) error {
	if l.isClosed() {
		return l.ended()
	}
	if len(message) > frame.FrameMaxBytes {
		return host.TooBig(len(message))
	}
	return l.relay.handle(l, message)
}

// Receive returns the next message. What came before the end is received first.
func (l *link) Receive(ctx context.Context) ([]byte, error) {
	for {
		if message, why := l.pop(); message != nil || why != nil {
			if message != nil {
				return message, nil
			}
			return nil, why
		}
		select {
		case <-l.filled:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

// Close ends the connection from the node's side.
func (l *link) Close(code int, reason string) error {
	l.relay.lost(l, &host.ClosedError{Code: code, Reason: reason})
	return nil
}

// push queues a message of the relay, and reports whether there was room.
func (l *link) push(message []byte) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.bytes+len(message) > frame.QueueMaxBytes {
		return false
	}
	l.queue = append(l.queue, message)
	l.bytes += len(message)
	l.wake()
	return true
}

func (l *link) pop() ([]byte, *host.ClosedError) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.queue) == 0 {
		if l.why != nil {
			l.wake() // for whoever asks again
		}
		return nil, l.why
	}
	message := l.queue[0]
	l.queue[0] = nil
	l.queue = l.queue[1:]
	l.bytes -= len(message)
	return message, nil
}

func (l *link) end(why *host.ClosedError) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.why == nil {
		l.why = why
		l.wake()
	}
}

func (l *link) wake() {
	select {
	case l.filled <- struct{}{}:
	default:
	}
}

func (l *link) isClosed() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.why != nil
}

func (l *link) ended() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.why
}
