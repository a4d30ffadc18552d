//go:build !windows

package crashtest

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/host"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/nodecli/nodetest"
)

// outcome is what the writer of a write was told.
type outcome int

const (
	acked   outcome = iota // there is a receipt
	unknown                // it may have been made
	refused                // it was not made, for certain
)

// write is one write, of a key that no other write has. Its value is its key.
type write struct {
	key     string
	ack     host.Ack
	outcome outcome
	receipt frame.Receipt    // of one that was acknowledged
	at      journal.Position // where it is or was, as far as its writer knows
	err     error
}

// String says what the write is and what became of it, in the words of people.
func (w write) String() string {
	switch w.outcome {
	case acked:
		return fmt.Sprintf("%s ack=%v, acknowledged at %v by %v", w.key, w.ack, w.at, w.at.Epoch.Master)
	case unknown:
		return fmt.Sprintf("%s ack=%v, unknown at %v (%v)", w.key, w.ack, w.at, w.err)
	case refused:
	}
	return fmt.Sprintf("%s ack=%v, refused (%v)", w.key, w.ack, w.err)
}

// ledger holds every write of a test.
type ledger struct {
	mu     sync.Mutex
	writes []write
	counts map[outcome]int
	reigns map[journal.EpochNumber]*reign
}

// reign is what a master acknowledged in one epoch.
type reign struct {
	master journal.NodeID
	acks   int
}

func newLedger() *ledger {
	return &ledger{counts: map[outcome]int{}, reigns: map[journal.EpochNumber]*reign{}}
}

// note enters the answer to a write. Two masters of one epoch number would be
// two histories.
func (l *ledger) note(t *testing.T, key string, ack host.Ack, receipt frame.Receipt, err error) {
	w := write{key: key, ack: ack, receipt: receipt, at: receipt.Position, err: err}
	switch {
	case err == nil:
		w.outcome = acked
	case errors.Is(err, host.ErrOutcomeUnknown):
		w.outcome = unknown
		if failure, ok := errors.AsType[*frame.Failure](err); ok {
			w.at = failure.Position
		}
	default:
		w.outcome = refused
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.writes = append(l.writes, w)
	l.counts[w.outcome]++
	if w.outcome != acked {
		return
	}
	epoch := receipt.Position.Epoch
	r := l.reigns[epoch.Number]
	if r == nil {
		r = &reign{master: epoch.Master}
		l.reigns[epoch.Number] = r
	}
	r.acks++
	if r.master != epoch.Master {
		t.Errorf("two masters of epoch %d: %v and %v", epoch.Number, r.master, epoch.Master)
	}
}

func (l *ledger) count(o outcome) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.counts[o]
}

// acks returns how many writes were acknowledged in an epoch.
func (l *ledger) acks(epoch journal.EpochNumber) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	if r := l.reigns[epoch]; r != nil {
		return r.acks
	}
	return 0
}

// newest returns the newest epoch in which something was acknowledged.
func (l *ledger) newest() journal.EpochNumber {
	l.mu.Lock()
	defer l.mu.Unlock()
	var newest journal.EpochNumber
	for epoch := range l.reigns {
		newest = max(newest, epoch)
	}
	return newest
}

// waitMore waits until that many more writes are acknowledged.
func (l *ledger) waitMore(t *testing.T, n int) {
	t.Helper()
	until := l.count(acked) + n
	nodetest.WaitFor(t, fmt.Sprintf("%d more writes are acknowledged", n), func() bool { return l.count(acked) >= until })
}

// furthest returns the highest index at which a write is or was, as far as the
// writers know.
func (l *ledger) furthest() journal.Index {
	l.mu.Lock()
	defer l.mu.Unlock()
	var furthest journal.Index
	for _, w := range l.writes {
		furthest = max(furthest, w.at.Index)
	}
	return furthest
}
