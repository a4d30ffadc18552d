package relay

import (
	"bufio"
	"net"
	"net/http"
	"sync"
)

// holdMaxBytes is how much is gathered before it is written.
const holdMaxBytes = 64 << 10

// batch is the network connection under a WebSocket. While it is held, small
// writes are gathered into one: the WebSocket library writes each message by
// itself, and each write is a call of the system and a packet.
type batch struct {
	net.Conn

	mu       sync.Mutex // the reading goroutine answers pings by itself
	held     bool
	gathered []byte
}

// Write writes p, now or on release.
func (b *batch) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.held {
		return b.Conn.Write(p)
	}
	big := len(p) > holdMaxBytes/2 // not worth a copy
	if big || len(b.gathered)+len(p) > holdMaxBytes {
		// What was gathered comes first: bytes in another order are no frames.
		if err := b.flush(); err != nil {
			return 0, err
		}
	}
	if big {
		return b.Conn.Write(p)
	}
	b.gathered = append(b.gathered, p...)
	return len(p), nil
}

// hold gathers writes until release.
func (b *batch) hold() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.held = true
}

// release writes what was gathered.
func (b *batch) release() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.held = false
	return b.flush()
}

func (b *batch) flush() error {
	if len(b.gathered) == 0 {
		return nil
	}
	_, err := b.Conn.Write(b.gathered)
	b.gathered = b.gathered[:0]
	return err
}

// hijacker takes the network connection out of an HTTP server and puts the
// batch in between.
type hijacker struct {
	http.ResponseWriter
	batch *batch
}

// Hijack is what the WebSocket library calls.
func (h *hijacker) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buffered, err := http.NewResponseController(h.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	h.batch = &batch{Conn: conn}
	return h.batch, bufio.NewReadWriter(buffered.Reader, bufio.NewWriter(h.batch)), nil
}
