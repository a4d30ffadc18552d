package journal

import (
	"fmt"
	"strconv"
	"time"
)

// Instant is one moment: nanoseconds since 1970 by the host's clock. A host
// never lets it fall; between hosts it may differ by anything, and no promise
// rests on it.
type Instant int64

// Add returns the moment d later.
func (t Instant) Add(d time.Duration) Instant { return t + Instant(d) }

// Sub returns the time from u to t.
func (t Instant) Sub(u Instant) time.Duration { return time.Duration(t - u) }

// Ack says how many copies a write is on before it is answered.
type Ack int32

// AckAsync is answered once the master has stored the write. A positive Ack n
// waits for n in-sync replicas besides. AckAll waits for every in-sync node.
//
// AckRoom leaves it to the room's setting; only a request may say so, and never
// an entry or a receipt.
const (
	AckAsync Ack = 0
	AckOne   Ack = 1
	AckAll   Ack = -1
	AckRoom  Ack = -2
)

// String returns the word or number used by --ack and in receipts.
func (a Ack) String() string {
	switch a {
	case AckAsync:
		return "async"
	case AckOne:
		return "one"
	case AckAll:
		return "all"
	case AckRoom:
		return "room"
	}
	return strconv.Itoa(int(a))
}

// ParseAck reads what [Ack.String] writes: async, one, all or a number from 1
// to 999.
func ParseAck(text string) (Ack, error) {
	switch text {
	case "async":
		return AckAsync, nil
	case "one":
		return AckOne, nil
	case "all":
		return AckAll, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > 999 {
		return 0, fmt.Errorf("ack %q is none of async, one, all or a number of replicas from 1 to 999", text)
	}
	return Ack(n), nil
}

// Origin names the write an entry came from.
type Origin struct {
	Client ClientID
	Seq    uint64 // 1 for the client's first write
	Floor  uint64 // every write of this client below it has been answered
}

// Change is one deterministic effect of an entry on the state. Conditions and
// increments were settled by the master before the entry was made.
type Change struct {
	Key     string
	Value   []byte // never modified once in an entry; nil when Deleted
	Deleted bool

	// Deadline is the logical time from which the key counts as gone; 0 for
	// never. Nothing but an entry takes the key away: see [Entry.IsExpiry].
	Deadline Instant
}

// Entry is one step of a room's history. It is immutable once made, and so are
// the slices in it.
type Entry struct {
	Position Position
	Time     Instant // logical time; never below the previous entry's
	Ack      Ack     // what the writer asked for
	Origin   Origin  // of no client for what the master writes for itself
	Changes  []Change
	Results  []int64 // one number per operation of the write, for its answer
}

// IsStart reports whether e is the epoch start entry, the first of its epoch,
// by which a master takes possession of the log.
func (e Entry) IsStart() bool { return e.Origin == Origin{} }

// ExpirySeq is the sequence number of the entries by which a master removes the
// keys whose deadline has come. Their client is the zero one.
const ExpirySeq = 1

// IsExpiry reports whether e removes keys whose deadline has come.
func (e Entry) IsExpiry() bool { return e.Origin == Origin{Seq: ExpirySeq} }

// IsWrite reports whether somebody asked for e.
func (e Entry) IsWrite() bool { return !e.Origin.Client.IsZero() }

// entryOverheadBytes stands for everything in an entry but keys and values.
const entryOverheadBytes = 96

// SizeBytes estimates what the entry takes in a frame or a journal, never too
// low.
func (e Entry) SizeBytes() int {
	size := entryOverheadBytes + 10*len(e.Results)
	for _, c := range e.Changes {
		size += len(c.Key) + len(c.Value) + 26
	}
	return size
}

// Orphan is an entry that was cut from a copy because a newer mastership wrote
// something else in its place.
type Orphan struct {
	Entry Entry
	Acked bool // this copy was the master and had answered the write with its Ack

	// Final is false until a different entry at the same index is committed, or
	// one of a newer epoch before it; until then the entry may still come back,
	// and nobody is told.
	Final bool

	// Superseded means that a retry of the same write was applied elsewhere:
	// nothing was lost, replaying it would apply it twice.
	Superseded bool

	// Replaced is the position of the entry that is committed in its place: at its
	// index, or where the history was shorter when this became final, the newest
	// one. It is zero until Final, and where it is not known because a snapshot
	// covers it.
	Replaced Position

	// Before has the keys of the entry's changes as they were when it was
	// applied, by key, without those that were not there. A replay is conditioned on them. It is empty where
	// HasBefore is false: the copy no longer knew.
	Before    []Item
	HasBefore bool
}
