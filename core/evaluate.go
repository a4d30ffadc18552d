package core

import (
	"bytes"
	"fmt"
	"strconv"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/keyspace"
)

// checkWrite reports what makes a write impossible whatever the state is.
func checkWrite(w frame.Write) *frame.Failure {
	switch {
	case w.Origin.Client.IsZero() || w.Origin.Seq == 0:
		return invalid("a write without a client or with sequence number 0")
	case w.Ack < journal.AckAll || w.Ack >= frame.NodesPerRoomMax:
		return invalid("ack %d is none of async, all or 1 to %d replicas", int(w.Ack), frame.NodesPerRoomMax-1)
	case len(w.Ops) == 0:
		return invalid("a write without an operation")
	case len(w.Ops) > frame.BatchMaxOps:
		return overLimit("operations in a batch", len(w.Ops), frame.BatchMaxOps)
	case len(w.Conditions) > frame.BatchMaxOps:
		return overLimit("conditions of a write", len(w.Conditions), frame.BatchMaxOps)
	}
	size := 0
	for _, op := range w.Ops {
		key, value := keyOf(op), []byte(nil)
		if set, ok := op.(frame.Set); ok {
			value = set.Value
		}
		if failure := checkKey(key); failure != nil {
			return failure
		}
		if len(value) > frame.ValueMaxBytes {
			return overLimit("bytes in a value", len(value), frame.ValueMaxBytes)
		}
		size += len(key) + len(value)
	}
	if len(w.Ops) > 1 && size > frame.BatchMaxBytes {
		return overLimit("bytes in a batch", size, frame.BatchMaxBytes)
	}
	for _, c := range w.Conditions {
		if failure := checkKey(c.Key); failure != nil {
			return failure
		}
		if len(c.Value) > frame.ValueMaxBytes {
			return overLimit("bytes in the value of a condition", len(c.Value), frame.ValueMaxBytes)
		}
	}
	return nil
}

func invalid(format string, args ...any) *frame.Failure {
	return &frame.Failure{Code: frame.CodeInvalid, Text: fmt.Sprintf(format, args...)}
}

func overLimit(what string, got, limit int) *frame.Failure {
	return &frame.Failure{Code: frame.CodeTooLarge, Text: fmt.Sprintf("%d %s, at most %d", got, what, limit)}
}

func checkKey(key string) *frame.Failure {
	switch {
	case key == "":
		return invalid("an empty key")
	case key[0] == 0:
		return invalid("key %q: keys that begin with byte 0 are reserved", key)
	case len(key) > frame.KeyMaxBytes:
		return overLimit("bytes in a key", len(key), frame.KeyMaxBytes)
	}
	return nil
}

func keyOf(op frame.Op) string {
	switch op := op.(type) {
	case frame.Set:
		return op.Key
	case frame.Delete:
		return op.Key
	case frame.Increment:
		return op.Key
	}
	panic(fmt.Sprintf("core: unknown operation %T", op))
}

// evaluate turns a write into changes that come out the same on every copy: it
// settles conditions and sums against the newest state, which only the master
// of the moment can know. Operations see the effects of those before them.
func evaluate(state *keyspace.State, w frame.Write) ([]journal.Change, []int64, *frame.Failure) {
	for _, c := range w.Conditions {
		if failure := checkCondition(state, c); failure != nil {
			return nil, nil, failure
		}
	}
	changes := make([]journal.Change, 0, len(w.Ops))
	results := make([]int64, 0, len(w.Ops))
	value := func(key string) ([]byte, bool) {
		for i := len(changes) - 1; i >= 0; i-- {
			if changes[i].Key == key {
				return changes[i].Value, !changes[i].Deleted
			}
		}
		item, found := state.Get(key)
		return item.Value, found
	}
	for _, op := range w.Ops {
		change, result, failure := evaluateOp(op, value)
		if failure != nil {
			return nil, nil, failure
		}
		changes = append(changes, change)
		results = append(results, result)
	}
	return changes, results, nil
}

func evaluateOp(op frame.Op, value func(string) ([]byte, bool)) (journal.Change, int64, *frame.Failure) {
	switch op := op.(type) {
	case frame.Set:
		return journal.Change{Key: op.Key, Value: op.Value}, 0, nil
	case frame.Delete:
		var existed int64
		if _, found := value(op.Key); found {
			existed = 1
		}
		return journal.Change{Key: op.Key, Deleted: true}, existed, nil
	case frame.Increment:
		sum, failure := increment(op, value)
		return journal.Change{Key: op.Key, Value: strconv.AppendInt(nil, sum, 10)}, sum, failure
	}
	panic(fmt.Sprintf("core: unknown operation %T", op))
}

func increment(op frame.Increment, value func(string) ([]byte, bool)) (int64, *frame.Failure) {
	old, found := value(op.Key)
	number := int64(0)
	if found {
		var err error
		number, err = strconv.ParseInt(string(old), 10, 64)
		if err != nil {
			return 0, conflict("key %q holds %.40q, which is not a whole number of 64 bits", op.Key, old)
		}
	}
	sum := number + op.By
	if (op.By > 0) != (sum > number) && op.By != 0 {
		return 0, conflict("key %q holds %d: adding %d leaves the range of 64 bits", op.Key, number, op.By)
	}
	return sum, nil
}

func checkCondition(state *keyspace.State, c frame.Condition) *frame.Failure {
	item, found := state.Get(c.Key)
	switch {
	case c.Absent:
		if found {
			return conflict("key %q exists, at revision %d", c.Key, item.Revision)
		}
	case !found:
		return conflict("key %q does not exist", c.Key)
	case c.HasValue:
		if !bytes.Equal(item.Value, c.Value) {
			return conflict("key %q holds another value, at revision %d", c.Key, item.Revision)
		}
	case item.Revision != c.Revision:
		return conflict("key %q is at revision %d, not %d", c.Key, item.Revision, c.Revision)
	}
	return nil
}

func conflict(format string, args ...any) *frame.Failure {
	return &frame.Failure{Code: frame.CodeConflict, Text: fmt.Sprintf(format, args...)}
}
