package relay

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/understudy-dev/understudy/core/room"
	"github.com/understudy-dev/understudy/core/wire"
)

// counts is what the relay tells about itself in numbers.
type counts struct {
	connected     atomic.Int64
	receivedTotal atomic.Int64
	receivedBytes atomic.Int64
	sentTotal     atomic.Int64
	sentBytes     atomic.Int64
	savedTotal    atomic.Int64
	savedTime     atomic.Int64 // nanoseconds

	mu      sync.Mutex
	refused map[string]int64 // by kind
}

func (c *counts) received(size int) {
	c.receivedTotal.Add(1)
	c.receivedBytes.Add(int64(size))
}

func (c *counts) sent(size int) {
	c.sentTotal.Add(1)
	c.sentBytes.Add(int64(size))
}

func (c *counts) saved(took time.Duration) {
	c.savedTotal.Add(1)
	c.savedTime.Add(int64(took))
}

func (c *counts) refuse(kind string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.refused == nil {
		c.refused = map[string]int64{}
	}
	c.refused[kind]++
}

// kindOf names a kind of refusal in counters and logs.
func kindOf(err error) string {
	if _, ok := errors.AsType[*wire.UnknownKindError](err); ok {
		return "unknown kind"
	}
	if _, ok := errors.AsType[*wire.LimitError](err); ok {
		return "over a limit"
	}
	if _, ok := errors.AsType[*wire.FormatError](err); ok {
		return "malformed"
	}
	if _, ok := errors.AsType[*room.OldEpochError](err); ok {
		return "old epoch"
	}
	if _, ok := errors.AsType[*room.SenderError](err); ok {
		return "false sender"
	}
	if _, ok := errors.AsType[*room.AddressError](err); ok {
		return "no such destination"
	}
	if _, ok := errors.AsType[*room.UnexpectedError](err); ok {
		return "unexpected frame"
	}
	return "hello"
}

// write prints the counts as Prometheus reads them.
func (c *counts) write(w io.Writer, rooms int) {
	line := func(name, kind, help string, value any) {
		fmt.Fprintf(w, "# HELP understudy_relay_%s %s\n# TYPE understudy_relay_%s %s\nunderstudy_relay_%s %v\n", name, help, name, kind, name, value)
	}
	line("rooms", "gauge", "Rooms that are open.", rooms)
	line("connections", "gauge", "Connections that are open.", c.connected.Load())
	line("frames_received_total", "counter", "Messages read from connections.", c.receivedTotal.Load())
	line("bytes_received_total", "counter", "Bytes of messages read from connections.", c.receivedBytes.Load())
	line("frames_sent_total", "counter", "Messages queued for connections.", c.sentTotal.Load())
	line("bytes_sent_total", "counter", "Bytes of messages queued for connections.", c.sentBytes.Load())
	line("registers_stored_total", "counter", "Registers written.", c.savedTotal.Load())
	line("registers_stored_seconds_total", "counter", "Time spent writing registers.", time.Duration(c.savedTime.Load()).Seconds())

	c.mu.Lock()
	defer c.mu.Unlock()
	fmt.Fprint(w, "# HELP understudy_relay_refused_total Inputs that were not acted on.\n# TYPE understudy_relay_refused_total counter\n")
	for _, kind := range slices.Sorted(maps.Keys(c.refused)) {
		fmt.Fprintf(w, "understudy_relay_refused_total{kind=%q} %d\n", kind, c.refused[kind])
	}
}
