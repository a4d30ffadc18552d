package core

import (
	"time"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
)

// expireEvery is the least time between two expiry entries of a mastership: keys
// that become due one after the other share one.
const expireEvery = 10 * time.Millisecond

// expiry is how a master stands with the keys whose deadline has come.
type expiry struct {
	newest journal.Index   // of its newest expiry entry; 0 for none
	at     journal.Instant // when it made that
}

// entryTime is the logical time of an entry that is made now. Where this
// master's clock was behind when it opened, the time of the entries before goes
// on from where it was, at the pace of this clock: it never falls, and it never
// stands still, or what the room of a fast clock wrote would outlive its
// deadline by all that this clock is behind.
func (n *Node) entryTime() journal.Instant {
	return max(n.now.Add(n.mastership.ahead), n.copy.state.Time())
}

// setTime fixes how far the logical time is ahead of this node's clock.
func (n *Node) setTime() {
	n.mastership.ahead = max(0, n.copy.state.Time().Sub(n.now))
}

// expireKeys removes keys whose deadline has come, as many as fit into one
// entry. Only an entry takes a key away, so that copies stay equal whatever
// their clocks say; and only one such entry at a time is on its way to this
// node's disk, however many keys are due.
func (n *Node) expireKeys() {
	m := n.mastership
	if m.handover != nil || n.copy.durable.Index < m.expiry.newest || n.now < m.expiryMayBeAt() {
		return
	}
	e := journal.Entry{
		Position: journal.Position{Epoch: m.epoch, Index: n.copy.log.Last().Index + 1},
		Time:     n.entryTime(),
		Origin:   journal.Origin{Seq: journal.ExpirySeq},
	}
	size := 0
	n.copy.state.Due(e.Time, func(i journal.Item) bool {
		size += len(i.Key)
		if len(e.Changes) == frame.BatchMaxOps || size > frame.BatchMaxBytes {
			return false
		}
		e.Changes = append(e.Changes, journal.Change{Key: i.Key, Deleted: true})
		return true
	})
	if len(e.Changes) > 0 {
		n.copy.append(e)
		m.expiry = expiry{newest: e.Position.Index, at: n.now}
	}
}

// expiryMayBeAt is the earliest moment for the next expiry entry.
func (m *mastership) expiryMayBeAt() journal.Instant {
	if m.expiry.newest == 0 {
		return 0
	}
	return m.expiry.at.Add(expireEvery)
}

// expiresAt is when this node's clock will have come to the earliest deadline; 0
// for never.
func (n *Node) expiresAt() journal.Instant {
	m := n.mastership
	next := n.copy.state.NextDeadline()
	if m == nil || m.phase != phaseOpen || next == 0 {
		return 0
	}
	return max(next.Add(-m.ahead), m.expiryMayBeAt())
}

// deadlineAfter is the deadline of a key that is to last for ttl from a moment
// on; 0, which is none, where ttl is 0. It stays in the range of moments, also
// under a clock that does not.
func deadlineAfter(now journal.Instant, ttl time.Duration) journal.Instant {
	if ttl == 0 {
		return 0
	}
	deadline := now.Add(ttl)
	if deadline < now {
		deadline = latest
	}
	return max(deadline, 1)
}

// latest is the last moment there is.
const latest = journal.Instant(1<<63 - 1)
