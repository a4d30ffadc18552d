package socket

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/coder/websocket"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/host"
)

// closeGrace is how long a closed link may take to send what is queued and to
// exchange close frames. A peer that is dead keeps nobody longer.
const closeGrace = time.Second

// link is one WebSocket and the goroutine that writes to it. The goroutine ends
// with the connection, and Receive does not report the end before.
type link struct {
	conn  *websocket.Conn
	batch *Batch // under conn; nil where that is not known

	// Of the connection, not of a call: cancelling it is the only way to end
	// one whose peer is dead in the middle of a write or of the close handshake.
	life  context.Context
	force context.CancelFunc

	filled chan struct{} // holds one token when the writer has something to do
	done   chan struct{} // closed when the writer has ended

	mu    sync.Mutex
	queue [][]byte
	bytes int               // in the queue or being written
	why   *host.ClosedError // set when the link has ended or was told to
	grace *time.Timer       // forces the end, from then on
	told  bool              // it ends by our Close: the peer is owed what is queued, and the reason
}

var _ host.Link = (*link)(nil)

// Wrap makes a link of an open WebSocket, which belongs to the link from then
// on. Receive must be called until it fails.
func Wrap(conn *websocket.Conn) host.Link { return wrap(conn, nil) }

func wrap(conn *websocket.Conn, batch *Batch) host.Link {
	conn.SetReadLimit(frame.FrameMaxBytes)
	l := &link{conn: conn, batch: batch, filled: make(chan struct{}, 1), done: make(chan struct{})}
	l.life, l.force = context.WithCancel(context.Background())
	go l.write()
	return l
}

// Send queues one message.
func (l *link) Send(message []byte) error {
	if len(message) > frame.FrameMaxBytes {
		return host.TooBig(len(message))
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.why != nil:
		return l.why
	case l.bytes+len(message) > frame.QueueMaxBytes:
		return host.ErrQueueFull
	}
	l.queue = append(l.queue, message)
	l.bytes += len(message)
	l.wake()
	return nil
}

// Receive returns the next message. A link whose Receive was given up is closed.
func (l *link) Receive(ctx context.Context) ([]byte, error) {
	if ctx.Done() != nil {
		stop := context.AfterFunc(ctx, func() { _ = l.Close(host.CloseNormal, "") })
		defer stop()
	}
	_, message, err := l.conn.Read(l.life)
	if err == nil {
		return message, nil
	}
	l.fail(err)
	<-l.done
	return nil, l.ended()
}

// Close ends the link. It does not wait: Receive does.
func (l *link) Close(code int, reason string) error {
	l.end(&host.ClosedError{Code: code, Reason: reason}, true)
	return nil
}

// fail ends the link because reading or writing failed.
func (l *link) fail(err error) {
	closed, byPeer := errors.AsType[websocket.CloseError](err)
	switch {
	case byPeer:
		l.end(&host.ClosedError{Code: int(closed.Code), Reason: closed.Reason}, false)
	case errors.Is(err, websocket.ErrMessageTooBig):
		l.end(&host.ClosedError{Code: host.CloseTooBig, Reason: "a message is over the limit"}, false)
	default:
		l.end(&host.ClosedError{Code: host.CloseAbnormal, Reason: rootOf(err).Error()}, false)
	}
}

// end ends the link, unless it has ended already for another reason. Told is
// false where the connection itself has ended.
func (l *link) end(why *host.ClosedError, told bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.why == nil {
		l.why, l.told = why, told
		l.grace = time.AfterFunc(closeGrace, l.force)
		l.wake()
	}
}

func (l *link) ended() *host.ClosedError {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.why
}

func (l *link) wake() {
	select {
	case l.filled <- struct{}{}:
	default:
	}
}

// take returns what is queued, and why the link has ended if it has.
func (l *link) take() ([][]byte, *host.ClosedError) {
	l.mu.Lock()
	defer l.mu.Unlock()
	queue := l.queue
	l.queue = nil
	return queue, l.why
}

func (l *link) written(bytes int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.bytes -= bytes
}

// write is the goroutine that sends what is queued, in order, and at last the
// close frame.
func (l *link) write() {
	defer close(l.done)
	defer l.force()
	for {
		queue, why := l.take()
		if why != nil {
			l.finish(queue, why)
			return
		}
		if err := l.flush(queue); err != nil {
			l.fail(err)
		}
		if len(queue) == 0 {
			<-l.filled
		}
	}
}

// flush writes messages, several in one packet.
func (l *link) flush(queue [][]byte) (err error) {
	if l.batch != nil && len(queue) > 1 {
		l.batch.Hold()
		defer func() { err = errors.Join(err, l.batch.Release()) }()
	}
	for _, message := range queue {
		if err := l.conn.Write(l.life, websocket.MessageBinary, message); err != nil {
			return err
		}
		l.written(len(message))
	}
	return nil
}

// finish sends what was queued before a close of ours, says why, and ends the
// connection. What fails on the way changes nothing: the end has been reported.
func (l *link) finish(queue [][]byte, why *host.ClosedError) {
	defer l.grace.Stop()
	if !l.told {
		_ = l.conn.CloseNow()
		return
	}
	for _, message := range queue {
		if l.conn.Write(l.life, websocket.MessageBinary, message) != nil {
			break
		}
	}
	_ = l.conn.Close(websocket.StatusCode(why.Code), why.Reason)
}
