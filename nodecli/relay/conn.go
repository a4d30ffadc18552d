package relay

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/coder/websocket"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/wire"
	"github.com/understudy-dev/understudy/nodecli/socket"
)

// closeGrace is how long a connection that is being closed may take to send
// what is queued and to exchange close frames.
const closeGrace = time.Second

// conn is one WebSocket: the handler's goroutine reads it, another one writes
// what its bounded queue holds.
type conn struct {
	id      uint64
	address string
	owner   *owner // of the room it has said hello to; nil before. Guarded by Relay.mu
	socket  *websocket.Conn
	passage slog.Level // of its coming and going: a command is a client for a moment
	raw     *socket.Batch
	logged  map[string]bool // kinds of refusals; of the reading goroutine until hello, then of the owner's

	filled chan struct{} // holds one token when the writer has something to do
	done   chan struct{} // closed when the writer has ended

	mu    sync.Mutex
	queue [][]byte
	bytes int      // in the queue or being written
	end   *closing // no more is queued; nil while the connection is open
	limit int      // for bytes
}

// closing is how a connection is closed.
type closing struct {
	status websocket.StatusCode
	text   string
	owed   [][]byte // the last frames, which stand outside of the limit
}

// The ways to close that are not a code's own.
var (
	closeShutdown = refused(frame.CodeShutdown, "the relay is going down")
	closeLost     = &closing{status: websocket.StatusGoingAway} // there is nobody to tell
)

// refused closes with a Refused frame before the end.
func refused(code frame.Code, text string) *closing {
	last, err := wire.Encode(frame.Head{}, frame.Refused{Code: code, Text: text})
	if err != nil {
		last, err = wire.Encode(frame.Head{}, frame.Refused{Code: code})
	}
	if err != nil {
		panic(fmt.Sprintf("relay: a refusal that can't be encoded: %v", err))
	}
	c := ended(code, text)
	c.owed = [][]byte{last}
	return c
}

// ended closes without a word before the end.
func ended(code frame.Code, text string) *closing {
	return &closing{status: statusOf(code), text: shortened(text)}
}

// statusOf gives a code its WebSocket status: 4000 and the code's number, but
// for the two that have one of their own.
func statusOf(code frame.Code) websocket.StatusCode {
	switch code { //nolint:exhaustive // the others are the rule
	case frame.CodeOK:
		return websocket.StatusNormalClosure
	case frame.CodeShutdown:
		return websocket.StatusGoingAway
	}
	return 4000 + websocket.StatusCode(code)
}

// reasonMaxBytes is what a WebSocket close frame holds besides its status.
const reasonMaxBytes = 123

func shortened(text string) string {
	if len(text) <= reasonMaxBytes {
		return text
	}
	cut := reasonMaxBytes
	for cut > 0 && !utf8.RuneStart(text[cut]) {
		cut--
	}
	return text[:cut]
}

// send queues a message. It is false when the queue is full; a connection that
// is being closed takes nothing and is never full.
func (c *conn) send(message []byte) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.end != nil {
		return true
	}
	if c.bytes+len(message) > c.limit {
		return false
	}
	c.queue = append(c.queue, message)
	c.bytes += len(message)
	c.wake()
	return true
}

// shut ends the connection once what is queued is sent, or after closeGrace.
// The first call counts.
func (c *conn) shut(how *closing) { c.finish(how, false) }

// cut is shut for a connection that does not take what is queued.
func (c *conn) cut(how *closing) { c.finish(how, true) }

func (c *conn) finish(how *closing, drop bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.end != nil {
		return
	}
	c.end = how
	if drop {
		c.queue = nil
	}
	c.queue = append(c.queue, how.owed...)
	c.wake()
	// The only way to end a write to a peer that takes nothing.
	time.AfterFunc(closeGrace, func() { c.raw.Close() })
}

func (c *conn) wake() {
	select {
	case c.filled <- struct{}{}:
	default:
	}
}

// take returns what is queued and, when that is all there will ever be, how to
// close. spent is given back to be filled again.
func (c *conn) take(spent [][]byte, sentBytes int) ([][]byte, *closing) {
	clear(spent)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.bytes -= sentBytes
	queue := c.queue
	c.queue = spent[:0]
	return queue, c.end
}

// write sends what is queued until the connection ends.
func (c *conn) write() {
	defer close(c.done)
	var spent [][]byte
	sentBytes := 0
	for range c.filled {
		queue, end := c.take(spent, sentBytes)
		sentBytes = 0
		err := c.flush(queue)
		for _, message := range queue {
			sentBytes += len(message)
		}
		spent = queue
		switch {
		case err != nil:
			c.raw.Close() // which ends the reading goroutine, too
			c.finish(closeLost, true)
			return
		case end != nil:
			c.socket.Close(end.status, end.text)
			return
		}
	}
}

// flush writes messages, several in one packet.
func (c *conn) flush(queue [][]byte) error {
	if len(queue) > 1 {
		c.raw.Hold()
	}
	for _, message := range queue {
		// Not the request's context, and none that ends: the library would arm
		// a timer for each message. raw.Close ends a write.
		if err := c.socket.Write(context.Background(), websocket.MessageBinary, message); err != nil {
			return err
		}
	}
	if len(queue) > 1 {
		return c.raw.Release()
	}
	return nil
}

// keepMaxBytes is the buffer a quiet connection may keep after a big message.
const keepMaxBytes = 64 << 10

// read returns the next message, valid until the next read.
func (c *conn) read(buffer *bytes.Buffer) (websocket.MessageType, []byte, error) {
	if buffer.Cap() > keepMaxBytes {
		*buffer = bytes.Buffer{}
	}
	buffer.Reset()
	kind, r, err := c.socket.Reader(context.Background())
	if err != nil {
		return 0, nil, err
	}
	if _, err := buffer.ReadFrom(r); err != nil {
		return 0, nil, err
	}
	return kind, buffer.Bytes(), nil
}
