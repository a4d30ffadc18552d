package core

import (
	"fmt"
	"strconv"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/keyspace"
)

// evaluation is a write on its way to be an entry.
type evaluation struct {
	state   *keyspace.State
	now     journal.Instant // the logical time of the entry
	changes []journal.Change
	results []int64
	size    int // of keys and values in changes
}

// get returns a key as the operations so far leave it. A key that is due counts
// as absent.
func (v *evaluation) get(key string) (journal.Item, bool) {
	for i := len(v.changes) - 1; i >= 0; i-- {
		if c := &v.changes[i]; c.Key == key {
			return journal.Item{Key: key, Value: c.Value, Deadline: c.Deadline}, !c.Deleted
		}
	}
	return v.state.GetAt(key, v.now)
}

// change adds a change. Operations that write what is there already, a longer
// value or one with another deadline, can make more of a write than was sent:
// the limit of a batch holds for what is written too.
func (v *evaluation) change(c journal.Change, result int64) *frame.Failure {
	v.size += len(c.Key) + len(c.Value)
	v.add(c, result)
	if len(v.changes) > 1 && v.size > frame.BatchMaxBytes {
		return overLimit("bytes of keys and values that a batch writes", v.size, frame.BatchMaxBytes)
	}
	return nil
}

func (v *evaluation) add(c journal.Change, result int64) {
	v.changes = append(v.changes, c)
	v.results = append(v.results, result)
}

// nothing is the outcome of an operation that changes nothing.
func (v *evaluation) nothing() *frame.Failure {
	v.results = append(v.results, 0)
	return nil
}

// do makes one operation.
func (v *evaluation) do(op frame.Op) *frame.Failure {
	switch op := op.(type) {
	case frame.Set:
		return v.change(journal.Change{Key: op.Key, Value: op.Value, Deadline: deadlineAfter(v.now, op.TTL)}, 0)
	case frame.Delete:
		if _, found := v.get(op.Key); !found {
			return v.nothing() // and watches have nothing to tell
		}
		return v.change(journal.Change{Key: op.Key, Deleted: true}, 1)
	case frame.Increment:
		return v.increment(op)
	case frame.Append:
		return v.append(op)
	case frame.Expire:
		old, found := v.get(op.Key)
		if !found {
			return v.nothing()
		}
		return v.change(journal.Change{Key: op.Key, Value: old.Value, Deadline: deadlineAfter(v.now, op.TTL)}, 1)
	case frame.Resolve:
		// It comes last, and is not counted: else the largest write there can be
		// could not be replayed.
		v.add(journal.Resolution(op).Change(), 0)
		return nil
	}
	panic(fmt.Sprintf("core: unknown operation %T", op))
}

func (v *evaluation) increment(op frame.Increment) *frame.Failure {
	old, found := v.get(op.Key)
	number := int64(0)
	if found {
		var err error
		number, err = strconv.ParseInt(string(old.Value), 10, 64)
		if err != nil {
			return conflict("key %.40q holds %.40q, which is not a whole number of 64 bits", op.Key, old.Value)
		}
	}
	sum := number + op.By
	if (op.By > 0) != (sum > number) && op.By != 0 {
		return conflict("key %.40q holds %d: adding %d leaves the range of 64 bits", op.Key, number, op.By)
	}
	return v.change(journal.Change{Key: op.Key, Value: strconv.AppendInt(nil, sum, 10), Deadline: old.Deadline}, sum)
}

func (v *evaluation) append(op frame.Append) *frame.Failure {
	old, _ := v.get(op.Key)
	size := len(old.Value) + len(op.Value)
	if size > frame.ValueMaxBytes {
		return overLimit("bytes in a value", size, frame.ValueMaxBytes)
	}
	value := append(append(make([]byte, 0, size), old.Value...), op.Value...)
	return v.change(journal.Change{Key: op.Key, Value: value, Deadline: old.Deadline}, int64(size))
}
