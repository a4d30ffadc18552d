package host

import (
	"fmt"
	"time"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
)

// Ack says how many copies a write must be on before it is answered. The zero
// Ack is what the room's settings say, which is `all` in a new room. A positive
// Ack n waits for the master and n in-sync replicas.
type Ack int32

// The acks that have a name. AckAsync is answered once the master has stored
// the write, AckAll once every in-sync node has.
const (
	AckDefault Ack = 0
	AckOne     Ack = 1
	AckAll     Ack = -1
	AckAsync   Ack = -2
)

// ParseAck reads async, one, all or a number of replicas from 1 to 999. The
// empty text leaves it to the room.
func ParseAck(text string) (Ack, error) {
	if text == "" {
		return AckDefault, nil
	}
	ack, err := journal.ParseAck(text)
	if ack == journal.AckAsync && err == nil {
		return AckAsync, nil
	}
	return Ack(ack), err
}

// String returns what [ParseAck] reads, and "room" for the default.
func (a Ack) String() string { return a.onWire().String() }

// onWire returns the ack as frames and entries carry it.
func (a Ack) onWire() journal.Ack {
	if a == AckDefault {
		return journal.AckRoom
	}
	if a == AckAsync {
		return journal.AckAsync
	}
	return journal.Ack(a)
}

// WriteOptions change one write. The zero WriteOptions write without a
// condition and wait for what the room's settings say. The conditions are about the one
// key of a Set, Delete, Increment, Append, Expire or Persist; at most one of
// them may be given.
type WriteOptions struct {
	Ack Ack

	// Degrade makes do with the nodes that are in sync where they are too few for
	// Ack; the receipt says what it got. Without it such a write is refused with
	// [ErrNotEnoughReplicas], or, if they are lost on the way, its outcome is unknown.
	Degrade bool

	IfRevision journal.Index // the key's revision is this one; 0: no condition
	IfAbsent   bool          // there is no such key
	IfValue    []byte        // the key's value is this one; nil: no condition

	// TTL is how long the key of a Set is to last, by the room's logical time:
	// between [frame.TTLMin] and [frame.TTLMax]. 0 is for ever, also where the key
	// had a deadline before.
	TTL time.Duration
}

// condition returns the condition about key, if there is one.
func (o WriteOptions) condition(key string) ([]frame.Condition, error) {
	given := []frame.Condition{}
	if o.IfRevision != 0 {
		given = append(given, frame.Condition{Key: key, Revision: o.IfRevision})
	}
	if o.IfAbsent {
		given = append(given, frame.Condition{Key: key, Absent: true})
	}
	if o.IfValue != nil {
		given = append(given, frame.Condition{Key: key, HasValue: true, Value: o.IfValue})
	}
	if len(given) > 1 {
		return nil, invalid("a write has one condition on its key, not %d", len(given))
	}
	return given, nil
}

// IfRevision is the condition that key's revision is the given one, above 0.
func IfRevision(key string, revision journal.Index) frame.Condition {
	return frame.Condition{Key: key, Revision: revision}
}

// IfAbsent is the condition that there is no such key.
func IfAbsent(key string) frame.Condition { return frame.Condition{Key: key, Absent: true} }

// IfValue is the condition that key's value is the given one.
func IfValue(key string, value []byte) frame.Condition {
	return frame.Condition{Key: key, HasValue: true, Value: value}
}

// ReadOptions change one read. The zero ReadOptions read what the nearest copy
// has: a node's own, or for a client the one its requests go to.
type ReadOptions struct {
	// Level says how fresh the read must be. frame.LevelSession shows what this
	// session has written and read before, whichever copy answers: the copy waits
	// until it has that. Where a failover has rolled some of it back, one read
	// ends with [ErrSessionCut], and those behind it go on with what is left.
	Level frame.Level

	// Least is a position that the copy must have, at the level: it waits for it
	// until ctx ends, and the error is then [ErrTimeout]. Where it has been rolled
	// back the error is [ErrSessionCut]. Zero waits for nothing; LevelLatest has
	// no use for it.
	Least journal.Position

	// From names the node to ask. Zero leaves the choice: a node asks itself,
	// unless Level is frame.LevelLatest, which only the master can answer.
	From journal.NodeID
}

// ScanOptions change one scan.
type ScanOptions struct {
	ReadOptions

	After string // begin behind this key; "" begins with the prefix
	Limit int    // at most so many items; 0: all
	Bare  bool   // keys and revisions without values
}

// WatchOptions change one watch.
type WatchOptions struct {
	// After is the position to continue behind, as an earlier [Changes] gave it
	// in Through, or a read or a receipt in its Position. Zero begins now.
	After journal.Position

	// Local shows changes when the copy watched has them, before they are
	// committed. Those that a failover rolls back come again with Retracted.
	Local bool

	Exact bool           // the prefix is one whole key
	From  journal.NodeID // the node whose copy to watch; zero: a node its own, a client any
}

// Receipt says where a write is and what its acknowledgement means. Keep the
// Position to ask later what became of the write.
type Receipt = frame.Receipt

// Item is one key as it was read.
type Item struct {
	journal.Item
	Position journal.Position // of the state that was read; also with [ErrNoKey]
	Dirty    bool             // some of what was read may yet be rolled back
}

// Changes are the changes of one watch since the one before, in order; all
// changes of one write are in the same Changes. Those that were rolled back,
// which only a watch with Local sees, come newest first.
type Changes struct {
	Events []journal.Event

	// Through is up to where everything has been reported: a watch may continue
	// here, but not before all of a state has come.
	Through journal.Position

	// Gap means that what happened before can't be had any more: forget what you
	// know of these keys. Their state as of Through follows, by key: Items of this
	// Changes and, as long as More is true, of the next ones.
	Gap   bool
	Items []journal.Item
	More  bool

	// Ahead means that WatchOptions.After is behind the end of the copy, which
	// Through is: nothing comes before the copy has come so far. Only the first
	// Changes of a watch has it.
	Ahead bool
}

func invalid(format string, args ...any) *frame.Failure {
	return &frame.Failure{Code: frame.CodeInvalid, Text: fmt.Sprintf(format, args...)}
}

func tooLarge(format string, args ...any) *frame.Failure {
	return &frame.Failure{Code: frame.CodeTooLarge, Text: fmt.Sprintf(format, args...)}
}
