package host

import (
	"time"

	"github.com/understudy-dev/understudy/core/journal"
)

// clock gives the moments of one node. They never fall and never stand still:
// between two readings at least the time of the monotonic clock passes, and
// when the wall clock is ahead (a machine has slept, during which many
// monotonic clocks stop) they catch up with it.
type clock struct {
	at   journal.Instant // the newest moment given
	read time.Time       // when it was given
}

func newClock() *clock {
	now := time.Now()
	return &clock{at: journal.Instant(now.UnixNano()), read: now}
}

func (c *clock) now() journal.Instant {
	now := time.Now()
	c.at = max(c.at.Add(now.Sub(c.read)), journal.Instant(now.UnixNano()))
	c.read = now
	return c.at
}
