package core_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
)

// big makes a room whose state takes several parts of a snapshot, and whose
// journal does not reach back.
func (h *house) big() *resident {
	a := h.add("a", func(c *core.Config) { c.KeepBytes = 1000 })
	for i := range uint64(8) {
		w := set(i+1, string(rune('a'+i)), "", journal.AckAsync)
		w.Ops[0] = frame.Set{Key: string(rune('a' + i)), Value: bytes.Repeat([]byte{byte(i)}, 600<<10)}
		h.written(a, w)
	}
	return a
}

func partsSent(r *resident) (numbers []uint32) {
	for _, f := range r.sent {
		if chunk, ok := f.(frame.Chunk); ok {
			numbers = append(numbers, chunk.Number)
		}
	}
	return numbers
}

func TestASnapshotGoesOnAfterAReconnect(t *testing.T) {
	h := newHouse(t)
	a := h.big()
	parts := 0
	h.nextMisses = func(f frame.Frame) bool {
		if _, ok := f.(frame.Chunk); ok {
			parts++
		}
		return parts > 3 // the connection jams behind the third
	}
	b := h.add("b")
	h.crash(b)
	b.misses = nil
	h.written(a, set(9, "i", "written meanwhile", journal.AckAsync))
	a.sent = nil
	h.connect(b)
	h.advance(time.Second)
	if got := h.get(b, "i", frame.LevelCommitted); got != "written meanwhile" {
		t.Fatalf("b reads %q; %v; refused %v", got, b, b.refused)
	}
	if got := partsSent(a); len(got) < 3 || got[1] != 3 {
		t.Errorf("parts %v were sent after the reconnect, wanted 0 and then what is missing, from 3 on", got)
	}
}

func TestAJammedSnapshotIsBegunAgain(t *testing.T) {
	h := newHouse(t)
	a := h.big()
	lost := false
	h.nextMisses = func(f frame.Frame) bool {
		chunk, ok := f.(frame.Chunk)
		first := ok && chunk.Number == 2 && !lost
		lost = lost || first
		return first
	}
	b := h.add("b")
	h.advance(feedLimitPassed)
	if got, want := b.node.Status().Last, a.node.Status().Last; got != want || !lost {
		t.Errorf("b ends at %v, a at %v", got, want)
	}
}

const feedLimitPassed = 32 * time.Second

func TestAClaimantRecoversBySnapshot(t *testing.T) {
	h := newHouse(t)
	a := h.add("a", inMemory)
	h.advance(time.Second)
	// c has everything but never gets onto the list, and can't be master.
	a.misses = func(f frame.Frame) bool { _, ok := f.(frame.Ack); return ok }
	c := h.add("c", func(c *core.Config) { c.KeepBytes, c.Member.Candidate = 1000, false })
	for i := range uint64(50) {
		h.written(a, set(i+1, "k", "a value of some length that fills the journal", journal.AckAsync))
	}
	h.crash(a)
	h.advance(4 * time.Second)
	b := h.add("b")
	h.advance(2 * time.Second)
	if got, want := b.node.Status().Last.Index, c.node.Status().Last.Index; got != want || got < 50 {
		t.Fatalf("b ends at %d, c at %d", got, want)
	}
	if len(partsSent(c)) == 0 {
		t.Error("no snapshot was sent")
	}
	if got := h.get(b, "k", frame.LevelLatest); got != "a value of some length that fills the journal" {
		t.Errorf("b reads %q", got)
	}
}
