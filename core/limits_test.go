package core_test

import (
	"bytes"
	"testing"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
)

// askAll asks for many things in one step.
func (h *house) askAll(r *resident, count int, request func(i int) frame.Frame) {
	h.t.Helper()
	var batch core.Batch
	for i := range count {
		batch.Inputs = append(batch.Inputs, core.Asked{Frame: request(i)})
	}
	r.replies = nil
	h.step(r, batch)
	h.run()
}

func TestOneWriteTooManyIsRefusedAtOnce(t *testing.T) {
	h := newHouse(t)
	a, b := h.add("a"), h.add("b")
	b.misses = isData
	h.askAll(a, frame.PendingWritesMax, func(i int) frame.Frame { return set(uint64(i+1), "k", "v", journal.AckAll) })
	if len(a.replies) > 0 {
		t.Fatalf("%d answers at the limit, the first %+v", len(a.replies), a.replies[0])
	}
	got := h.written(a, set(frame.PendingWritesMax+1, "k", "v", journal.AckAll)).Failure
	want := frame.Failure{Code: frame.CodeBusy, Text: "10000 writes wait already, the limit"}
	if got == nil || *got != want {
		t.Errorf("one more is answered %+v", got)
	}
}

func TestOneReadTooManyIsRefusedAtOnce(t *testing.T) {
	h := newHouse(t)
	a := h.add("a")
	read := func(i int) frame.Frame {
		return frame.Read{ID: uint64(i + 1), Level: frame.LevelLatest, Key: "k", Exact: true}
	}
	for count, want := range map[int]int{frame.PendingWritesMax: 0, frame.PendingWritesMax + 1: 1} {
		h.askAll(a, count, read)
		refused := 0
		for _, f := range a.replies {
			if failure := f.(frame.ReadReply).Failure; failure != nil && failure.Code == frame.CodeBusy {
				refused++
			}
		}
		if refused != want || len(a.replies) != count {
			t.Errorf("of %d reads %d are answered and %d refused, wanted %d", count, len(a.replies), refused, want)
		}
	}
}

func TestOneWatchTooManyIsRefused(t *testing.T) {
	h := newHouse(t)
	a := h.add("a")
	watch := func(i int) frame.Frame { return frame.Watch{ID: uint64(i + 1)} }
	h.askAll(a, frame.WatchesPerAskerMax, watch)
	for _, f := range append(a.replies, h.ask(a, watch(0))) { // the last one replaces the first
		if failure := f.(frame.Changes).Failure; failure != nil {
			t.Fatalf("refused at the limit: %v", failure)
		}
	}
	got := h.ask(a, watch(frame.WatchesPerAskerMax)).(frame.Changes).Failure
	want := frame.Failure{Code: frame.CodeTooLarge, Text: "1001 watches of one node, at most 1000"}
	if got == nil || *got != want {
		t.Errorf("one more is answered %+v", got)
	}
}

// What a slow replica is sent ahead is limited, and nobody else waits for it.
func TestTheWindowOfASlowReplicaIsItsOwn(t *testing.T) {
	h := newHouse(t)
	a, b, c := h.add("a"), h.add("b"), h.add("c")
	b.slow = true
	const writes, size = 12, 600 << 10
	for i := range uint64(writes) {
		w := set(i+1, "k", "", journal.AckOne)
		w.Ops[0] = frame.Set{Key: "k", Value: bytes.Repeat([]byte{1}, size)}
		if failure := h.written(a, w).Failure; failure != nil {
			t.Fatalf("write %d: %v", i+1, failure)
		}
	}
	ahead := b.node.Status().Last.Index
	sent := int(a.node.Status().Last.Index-ahead) * size
	if max := writes*size - frame.WindowMaxBytes; sent > max || sent < max-size {
		t.Errorf("%d bytes wait at the master, of at most %d: the window is not used", sent, max)
	}
	if a, c := a.node.Status().Last, c.node.Status().Last; a != c {
		t.Errorf("the fast replica is at %v, the master at %v", c, a)
	}
	b.slow = false
	h.persist(b)
	h.run()
	if a, b := a.node.Status().Last, b.node.Status().Last; a != b {
		t.Errorf("the slow replica came to %v, the master is at %v", b, a)
	}
}
