package core_test

import (
	"testing"
	"time"

	"github.com/understudy-dev/understudy/core/frame"
)

// differs lets b say that its state is another one, and returns after what time
// it is done with, to 10 ms.
func (h *house) differs(a, b *resident, done func() bool) time.Duration {
	h.t.Helper()
	s := b.node.Status()
	began := h.now
	h.from(b, a, frame.Differs{Incarnation: s.Incarnation, At: s.Last, Hash: 1})
	for range 10_000 {
		if done() {
			return h.now.Sub(began)
		}
		h.advance(10 * time.Millisecond)
	}
	h.t.Fatalf("b is not back: %v", b.refused)
	return 0
}

func isAbout(got, want time.Duration) bool { return got >= want && got <= want+1100*time.Millisecond }

var relapsePauses = []time.Duration{0, 1, 2, 4, 8, 16, 32, 60, 60}

func TestACopyThatDiffersAgainIsTakenBackLaterEachTime(t *testing.T) {
	h := newHouse(t)
	a, b := h.add("a"), h.add("b")
	h.writes(a, 1, 2)
	for i, pause := range relapsePauses {
		if got := h.differs(a, b, func() bool { return h.isInSync(b) }); !isAbout(got, pause*time.Second) {
			t.Errorf("time %d: b is back after %v, wanted %v", i+1, got, pause*time.Second)
		}
		if i == 2 { // it connects anew
			h.crash(b)
			h.connect(b)
		}
	}
	h.advance(11 * time.Minute)
	h.differs(a, b, func() bool { return h.isInSync(b) })
	if got := h.differs(a, b, func() bool { return h.isInSync(b) }); !isAbout(got, time.Second) {
		t.Errorf("after a long time without a difference b is back after %v", got)
	}
}

func TestACopyThatDiffersAgainGetsItsNextSnapshotLaterEachTime(t *testing.T) {
	h := newHouse(t)
	a, b := h.add("a"), h.add("b")
	h.writes(a, 1, 2)
	for i, pause := range relapsePauses {
		b.misses = func(f frame.Frame) bool { _, is := f.(frame.Replicate); return is }
		before := len(a.sent)
		sent := func() bool {
			for _, f := range a.sent[before:] {
				if _, is := f.(frame.Chunk); is {
					return true
				}
			}
			return false
		}
		if got := h.differs(a, b, sent); !isAbout(got, pause*time.Second) {
			t.Errorf("time %d: the snapshot was sent after %v, wanted %v", i+1, got, pause*time.Second)
		}
		b.misses = nil
		h.advance(2 * time.Second)
	}
}
