package disk

import (
	"fmt"
	"time"
)

// Fsync says when what a node has written is made durable.
type Fsync int

const (
	// Always syncs every write before it is promised. A copy kept so has
	// forgotten nothing, whatever ended its process or its machine.
	Always Fsync = iota

	// Interval syncs once in [SyncEvery]. A kill or a power cut may take what
	// was written since. Such a copy counts as volatile, and comes back under a
	// new identity unless it was closed.
	Interval

	// Never syncs when the copy is closed, and leaves it to the operating system
	// before that. Otherwise it is as Interval.
	Never
)

// SyncEvery is the pause between two syncs of [Interval].
const SyncEvery = time.Second

// String returns the word of --fsync.
func (f Fsync) String() string {
	switch f {
	case Always:
		return "always"
	case Interval:
		return "interval"
	case Never:
		return "never"
	}
	return fmt.Sprintf("Fsync(%d)", int(f))
}

// ParseFsync reads what [Fsync.String] writes.
func ParseFsync(text string) (Fsync, error) {
	for _, f := range []Fsync{Always, Interval, Never} {
		if f.String() == text {
			return f, nil
		}
	}
	return 0, fmt.Errorf("%q is none of always, interval and never", text)
}
