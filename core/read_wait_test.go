package core_test

import (
	"strings"
	"testing"
	"time"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
)

// readAfter asks for a key at a position that is so many entries behind r's end.
func readAfter(r *resident, id uint64, level frame.Level, behind int) frame.Read {
	least := r.node.Status().Last
	least.Index += journal.Index(behind)
	return frame.Read{ID: id, Level: level, Key: "k", Exact: true, Least: least, Wait: time.Minute}
}

// answers returns the replies to reads, by ID.
func (r *resident) answers() map[uint64]frame.ReadReply {
	found := map[uint64]frame.ReadReply{}
	for _, f := range r.replies {
		if reply, ok := f.(frame.ReadReply); ok {
			found[reply.ID] = reply
		}
	}
	return found
}

// also does more in a house, and keeps what its node was told before.
func (h *house) also(r *resident, in core.Input) {
	h.t.Helper()
	h.step(r, in)
	h.run()
}

func TestOneConfirmationServesAllReadsThatWait(t *testing.T) {
	h := newHouse(t)
	a := h.add("a")
	h.written(a, set(1, "k", "v", journal.AckAll))
	var reads []core.Input
	for id := range uint64(50) {
		reads = append(reads, core.Asked{Frame: frame.Read{ID: id + 1, Level: frame.LevelLatest, Key: "k", Exact: true}})
	}
	a.sent = nil
	h.also(a, core.Batch{Inputs: reads})
	asked := 0
	for _, f := range a.sent {
		if _, ok := f.(frame.Confirm); ok {
			asked++
		}
	}
	if got := len(a.answers()); got != 50 || asked != 1 {
		t.Errorf("%d of 50 reads are answered, by %d confirmations", got, asked)
	}
}

func TestAReadAtEveryLevelWaitsForItsPosition(t *testing.T) {
	h := newHouse(t)
	a := h.add("a")
	h.written(a, set(1, "k", "old", journal.AckAll))
	levels := []frame.Level{frame.LevelLocal, frame.LevelCommitted, frame.LevelLatest, frame.LevelSession}
	for i, level := range levels {
		h.also(a, core.Asked{Frame: readAfter(a, uint64(i)+1, level, 1)})
	}
	if got := a.answers(); len(got) > 0 {
		t.Fatalf("answered too soon: %+v", got)
	}
	h.also(a, core.Asked{Frame: set(2, "k", "new", journal.AckAll)})
	for i := range levels {
		reply, ok := a.answers()[uint64(i)+1]
		if !ok || reply.Failure != nil || len(reply.Items) != 1 || string(reply.Items[0].Value) != "new" {
			t.Errorf("level %d: %+v", levels[i], reply)
		}
	}
}

func TestOneWaitingReadTooManyIsRefusedAndThoseOfWhoLeavesAreFreed(t *testing.T) {
	h := newHouse(t)
	a := h.add("a")
	b := h.add("b")
	h.written(a, set(1, "k", "v", journal.AckAll))
	h.advance(time.Second)
	fill := func(r *resident, count int) {
		var reads []core.Input
		for id := range uint64(count) {
			reads = append(reads, core.Asked{To: journal.NodeID{1}, Frame: readAfter(a, id+1000, frame.LevelSession, 9)})
		}
		h.also(r, core.Batch{Inputs: reads})
	}
	isRefused := func(r *resident, limit string) {
		t.Helper()
		h.also(r, core.Asked{To: journal.NodeID{1}, Frame: readAfter(a, 1, frame.LevelSession, 9)})
		reply, ok := r.answers()[1]
		if !ok || len(r.answers()) != 1 || reply.Failure.Code != frame.CodeBusy || !strings.Contains(reply.Failure.Text, limit) {
			t.Errorf("one read too many: %+v", reply)
		}
	}
	fill(b, frame.WaitsPerAskerMax)
	isRefused(b, "1000 reads of one node")
	fill(a, frame.PendingWritesMax-frame.WaitsPerAskerMax) // of b there is room left for others
	isRefused(a, "10000")
	h.crash(b)
	h.advance(4 * time.Second)
	h.also(a, core.Asked{Frame: readAfter(a, 2, frame.LevelSession, 1)})
	if reply, ok := a.answers()[2]; ok {
		t.Errorf("a read is refused though nobody waits any more: %+v", reply)
	}
	h.also(a, core.Asked{Frame: set(2, "k", "v", journal.AckAsync)})
	if reply, ok := a.answers()[2]; !ok || reply.Failure != nil {
		t.Errorf("a read after the next position: %v %+v", ok, reply)
	}
}
