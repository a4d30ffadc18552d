package socket

import (
	"net"
	"sync"
)

// holdMaxBytes is how much is gathered before it is written.
const holdMaxBytes = 64 << 10

// Batch is the network connection under a WebSocket. While it is held, small
// writes are gathered into one: the WebSocket library writes each message by
// itself, and each write is a call of the system and a packet. The zero Batch
// with a Conn is not held. It is safe for concurrent use.
type Batch struct {
	net.Conn

	mu       sync.Mutex // the reading goroutine answers pings by itself
	held     bool
	gathered []byte
}

// Write writes p, now or on Release.
func (b *Batch) Write(p []byte) (int, error) {
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

// Hold gathers writes until Release.
func (b *Batch) Hold() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.held = true
}

// Release writes what was gathered, and from then on each write at once.
func (b *Batch) Release() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.held = false
	return b.flush()
}

func (b *Batch) flush() error {
	if len(b.gathered) == 0 {
		return nil
	}
	_, err := b.Conn.Write(b.gathered)
	b.gathered = b.gathered[:0]
	return err
}
