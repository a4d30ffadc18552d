package keyspace

import (
	"errors"
	"fmt"

	"github.com/understudy-dev/understudy/core/journal"
)

// ErrOrder is behind every error of [Builder.Add]: the part does not follow the
// ones before, or is in itself out of order.
var ErrOrder = errors.New("snapshot out of order")

// HashError says that parts do not add up to the snapshot they were taken from.
type HashError struct {
	At   journal.Position
	Want uint64 // the hash that came with the snapshot
	Got  uint64 // that of the parts
}

// Error names the position and both hashes.
func (e *HashError) Error() string {
	return fmt.Sprintf("state hash of the snapshot at %v is %016x, want %016x", e.At, e.Got, e.Want)
}
