package loopback

import (
	"context"
	"sync"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/host"
	"github.com/understudy-dev/understudy/core/journal"
)

// link is one end of a connection.
type link struct {
	deliver func(message []byte) error // to the other end
	shut    func(why *host.ClosedError)

	// The relay's books about the node's end.
	conn   uint64
	served *served        // nil before hello
	node   journal.NodeID // of the hello

	filled chan struct{} // holds one token when there is something to receive

	mu    sync.Mutex // taken after the relay's, never before; never two at once
	queue [][]byte   // to be received here
	bytes int        // in it
	why   *host.ClosedError
}

var _ host.Link = (*link)(nil)

func newLink() *link { return &link{filled: make(chan struct{}, 1)} }

// Pair returns the two ends of a connection.
func Pair() (host.Link, host.Link) {
	a, b := newLink(), newLink()
	shut := func(why *host.ClosedError) {
		a.end(why)
		b.end(why)
	}
	a.deliver, a.shut = b.takeOrEnd, shut
	b.deliver, b.shut = a.takeOrEnd, shut
	return a, b
}

// takeOrEnd queues a message of the other end, which is told when there is no
// room for it.
func (l *link) takeOrEnd(message []byte) error {
	if !l.push(message) {
		return host.ErrQueueFull
	}
	return nil
}

// Send hands one message to the other end.
func (l *link) Send(message []byte) error {
	if l.isClosed() {
		return l.ended()
	}
	if len(message) > frame.FrameMaxBytes {
		return host.TooBig(len(message))
	}
	return l.deliver(message)
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

// Close ends the connection from this end.
func (l *link) Close(code int, reason string) error {
	l.shut(&host.ClosedError{Code: code, Reason: reason})
	return nil
}

// push queues a message to be received here, and reports whether there was room.
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
