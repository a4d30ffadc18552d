package host

import (
	"time"

	"github.com/understudy-dev/understudy/core/frame"
)

// What an application asks for is checked here, before anything is sent: an
// error then says for certain that nothing happened.

func checkKey(key string) error {
	switch {
	case key == "":
		return invalid("the key is empty")
	case key[0] == 0:
		return invalid("keys that begin with a zero byte are reserved")
	case len(key) > frame.KeyMaxBytes:
		return tooLarge("the key has %d bytes, of at most %d", len(key), frame.KeyMaxBytes)
	}
	return nil
}

// checkPrefix is checkKey for a prefix, which may be empty.
func checkPrefix(prefix string) error {
	if prefix == "" {
		return nil
	}
	return checkKey(prefix)
}

func checkValue(key string, value []byte) error {
	if len(value) > frame.ValueMaxBytes {
		return tooLarge("the value of %.40q has %d bytes, of at most %d", key, len(value), frame.ValueMaxBytes)
	}
	return nil
}

func checkOps(ops []frame.Op) error {
	if len(ops) == 0 {
		return invalid("a write without operations")
	}
	if len(ops) > frame.BatchMaxOps {
		return tooLarge("the batch has %d operations, of at most %d", len(ops), frame.BatchMaxOps)
	}
	total := 0
	for _, op := range ops {
		if _, ok := op.(frame.Resolve); ok {
			continue // it has no key
		}
		key, value, ttl := opParts(op)
		if err := checkKey(key); err != nil {
			return err
		}
		if err := checkTTL(key, ttl); err != nil {
			return err
		}
		if err := checkValue(key, value); err != nil {
			return err
		}
		total += len(key) + len(value)
	}
	if len(ops) > 1 && total > frame.BatchMaxBytes {
		return tooLarge("the batch has %d bytes of keys and values, of at most %d", total, frame.BatchMaxBytes)
	}
	return nil
}

func checkConditions(conditions []frame.Condition) error {
	if len(conditions) > frame.BatchMaxOps {
		return tooLarge("the write has %d conditions, of at most %d", len(conditions), frame.BatchMaxOps)
	}
	for _, c := range conditions {
		if err := checkKey(c.Key); err != nil {
			return err
		}
		if err := checkValue(c.Key, c.Value); err != nil {
			return err
		}
	}
	return nil
}

// opParts returns the key of an operation, and the value and the time to live
// that it brings, if any.
func opParts(op frame.Op) (key string, value []byte, ttl time.Duration) {
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
	case frame.Resolve:
	}
	return "", nil, 0
}
