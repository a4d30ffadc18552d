package core

import (
	"slices"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
)

// waitingWrite is a write in the journal whose Ack condition is not met yet.
type waitingWrite struct {
	asker    journal.NodeID
	origin   journal.Origin
	ack      journal.Ack
	degrade  bool // it makes do with fewer copies where fewer nodes are in sync
	position journal.Position
	needs    journal.Index // the index that must be acked for it
	results  []int64
	deadline journal.Instant
}

// written makes the answer.
func (w waitingWrite) written(receipt frame.Receipt, failure *frame.Failure) frame.Written {
	answer := frame.Written{Client: w.origin.Client, Seq: w.origin.Seq, Failure: failure}
	if failure == nil {
		answer.Receipt, answer.Results = receipt, w.results
	}
	return answer
}

// ackQueues holds the waiting writes, one queue per Ack, so that a write that
// waits for one copy never waits behind one that waits for all.
type ackQueues struct {
	queues []*ackQueue // by Ack
	count  int
	soon   journal.Instant // no deadline is before it; 0 if nothing waits
}

// ackQueue is in the order of needs, which rises.
type ackQueue struct {
	ack    journal.Ack
	writes []waitingWrite

	degrades bool // one of them did, or does
}

func (a *ackQueues) add(w waitingWrite) {
	i, found := slices.BinarySearchFunc(a.queues, w.ack, func(q *ackQueue, ack journal.Ack) int {
		return int(q.ack) - int(ack)
	})
	if !found {
		a.queues = slices.Insert(a.queues, i, &ackQueue{ack: w.ack})
	}
	q := a.queues[i]
	q.degrades = q.degrades || w.degrade
	// A retry of an older write may need less than what waits already.
	at := len(q.writes)
	for at > 0 && q.writes[at-1].needs > w.needs {
		at--
	}
	q.writes = slices.Insert(q.writes, at, w)
	a.count++
	a.soon = sooner(a.soon, w.deadline)
}

// takeUpTo removes and returns the writes that need at most index.
func (q *ackQueue) takeUpTo(index journal.Index) []waitingWrite {
	count := 0
	for count < len(q.writes) && q.writes[count].needs <= index {
		count++
	}
	taken := q.writes[:count:count]
	q.writes = q.writes[count:]
	return taken
}

// takeDegradable removes and returns the writes that make do with fewer copies,
// of each Ack for which too few nodes are in sync.
func (a *ackQueues) takeDegradable(isShort func(journal.Ack) bool) []waitingWrite {
	var taken []waitingWrite
	for _, q := range a.queues {
		if !q.degrades || !isShort(q.ack) {
			continue
		}
		q.degrades = false
		q.writes = slices.DeleteFunc(q.writes, func(w waitingWrite) bool {
			if w.degrade {
				taken = append(taken, w)
			}
			return w.degrade
		})
	}
	a.count -= len(taken)
	return taken
}

func (a *ackQueues) mayExpire(now journal.Instant) bool {
	return a.soon != 0 && a.soon <= now
}

// expired removes and returns the writes whose deadline has come.
func (a *ackQueues) expired(now journal.Instant) []waitingWrite {
	var over []waitingWrite
	a.soon = 0
	for _, q := range a.queues {
		q.writes = slices.DeleteFunc(q.writes, func(w waitingWrite) bool {
			if w.deadline <= now {
				over = append(over, w)
				return true
			}
			a.soon = sooner(a.soon, w.deadline)
			return false
		})
	}
	a.count -= len(over)
	return over
}

// all returns the waiting writes, the oldest of each queue first.
func (a *ackQueues) all() []waitingWrite {
	var all []waitingWrite
	for _, q := range a.queues {
		all = append(all, q.writes...)
	}
	return all
}
