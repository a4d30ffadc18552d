package host

import (
	"context"
	"time"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
)

// Expire lets a key end ttl from now, between [frame.TTLMin] and
// [frame.TTLMax], in place of any deadline it had, and reports whether there is
// such a key. Its value stays as it is; its revision is a new one.
func (s *Session) Expire(ctx context.Context, key string, ttl time.Duration, o WriteOptions) (bool, Receipt, error) {
	if ttl == 0 {
		return false, Receipt{}, invalid("key %.40q is to last for no time: Delete removes it, Persist lets it last for ever", key)
	}
	receipt, found, err := s.one(ctx, key, frame.Expire{Key: key, TTL: ttl}, o)
	return found == 1, receipt, err
}

// Persist lets a key last for ever, and reports whether there is such a key. One
// whose deadline has come is gone, also where nothing has removed it yet.
func (s *Session) Persist(ctx context.Context, key string, o WriteOptions) (bool, Receipt, error) {
	receipt, found, err := s.one(ctx, key, frame.Expire{Key: key}, o)
	return found == 1, receipt, err
}

// Append adds bytes behind the value at key, where a key that is not there
// counts as empty, and returns the length of the whole, of at most
// [frame.ValueMaxBytes]. The key keeps its deadline. The value must not change
// until Append returns.
func (s *Session) Append(ctx context.Context, key string, value []byte, o WriteOptions) (int, Receipt, error) {
	receipt, size, err := s.one(ctx, key, frame.Append{Key: key, Value: value}, o)
	return int(size), receipt, err
}

// TTL returns how long the key is yet to last, as [TimeLeft] has it.
func (i Item) TTL() (left time.Duration, mortal bool) { return TimeLeft(i.Deadline) }

// TimeLeft returns how long a key with such a deadline is yet to last by the
// clock of this machine, and false where it has none. Deadlines are moments of
// the room's logical time, which the clocks of its masters make: where those
// differ from this machine's, so does what is left. It is never below 0.
func TimeLeft(deadline journal.Instant) (left time.Duration, mortal bool) {
	if deadline == 0 {
		return 0, false
	}
	return max(time.Until(time.Unix(0, int64(deadline))), 0), true
}

// checkTTL is about a time to live; 0 is for ever.
func checkTTL(key string, ttl time.Duration) error {
	if ttl != 0 && (ttl < frame.TTLMin || ttl > frame.TTLMax) {
		return invalid("key %.40q is to last %s: between %s and %s",
			key, journal.Brief(ttl), journal.Brief(frame.TTLMin), journal.Brief(frame.TTLMax))
	}
	return nil
}
