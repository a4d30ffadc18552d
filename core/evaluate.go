package core

import (
	"bytes"
	"fmt"
	"time"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/keyspace"
)

// checkWrite reports what makes a write impossible whatever the state is.
func checkWrite(w frame.Write) *frame.Failure {
	if isResolution(w) {
		return checkResolution(w)
	}
	switch {
	case w.Origin.Client.IsZero() || w.Origin.Seq == 0:
		return invalid("a write without a client or with sequence number 0")
	case w.Ack < journal.AckRoom || w.Ack >= frame.NodesPerRoomMax:
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
		key, value, ttl := partsOf(op)
		if failure := checkKey(key); failure != nil {
			return failure
		}
		if failure := checkTTL(key, ttl); failure != nil {
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
		return invalid("key %.40q: keys that begin with byte 0 are reserved", key)
	case len(key) > frame.KeyMaxBytes:
		return overLimit("bytes in a key", len(key), frame.KeyMaxBytes)
	}
	return nil
}

// checkTTL reports a time to live out of range. 0 is for ever.
func checkTTL(key string, ttl time.Duration) *frame.Failure {
	if ttl != 0 && (ttl < frame.TTLMin || ttl > frame.TTLMax) {
		return invalid("key %.40q is to last %s: between %s and %s, or for ever",
			key, journal.Brief(ttl), journal.Brief(frame.TTLMin), journal.Brief(frame.TTLMax))
	}
	return nil
}

// partsOf returns what of an operation has limits.
func partsOf(op frame.Op) (key string, value []byte, ttl time.Duration) {
	switch op := op.(type) {
	case frame.Set:
		return op.Key, op.Value, op.TTL
	case frame.Append:
		return op.Key, op.Value, 0
	case frame.Expire:
		return op.Key, nil, op.TTL
	case frame.Delete:
		return op.Key, nil, 0
	case frame.Increment:
		return op.Key, nil, 0
	case frame.Resolve: // has none
	}
	panic(fmt.Sprintf("core: unknown operation %T", op))
}

// evaluate turns a write into changes that come out the same on every copy: it
// settles conditions, sums and deadlines against the newest state at the logical
// time of the entry to be, which only the master of the moment can know.
// Operations see the effects of those before them.
func evaluate(state *keyspace.State, now journal.Instant, w frame.Write) ([]journal.Change, []int64, *frame.Failure) {
	check := checkCondition
	if isResolution(w) {
		check = checkAsBefore
	}
	for _, c := range w.Conditions {
		if failure := check(state, now, c); failure != nil {
			return nil, nil, failure
		}
	}
	v := evaluation{
		state: state, now: now,
		changes: make([]journal.Change, 0, len(w.Ops)), results: make([]int64, 0, len(w.Ops)),
	}
	for _, op := range w.Ops {
		if failure := v.do(op); failure != nil {
			return nil, nil, failure
		}
	}
	return v.changes, v.results, nil
}

func checkCondition(state *keyspace.State, now journal.Instant, c frame.Condition) *frame.Failure {
	item, found := state.GetAt(c.Key, now)
	switch {
	case c.Absent:
		if found {
			return conflict("key %.40q exists, at revision %d", c.Key, item.Revision)
		}
	case !found:
		return conflict("key %.40q does not exist", c.Key)
	case c.HasValue:
		if !bytes.Equal(item.Value, c.Value) {
			return conflict("key %.40q holds another value, at revision %d", c.Key, item.Revision)
		}
	case item.Revision != c.Revision:
		return conflict("key %.40q is at revision %d, not %d", c.Key, item.Revision, c.Revision)
	}
	return nil
}

func conflict(format string, args ...any) *frame.Failure {
	return &frame.Failure{Code: frame.CodeConflict, Text: fmt.Sprintf(format, args...)}
}
