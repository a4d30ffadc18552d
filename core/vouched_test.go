package core_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
)

// storedOf is what a disk gives back that holds only the first of the records
// it was given; there are no cuts, snapshots or orphans among them.
func storedOf(t *testing.T, records []core.Record) core.Stored {
	t.Helper()
	var s core.Stored
	for _, r := range records {
		switch r := r.(type) {
		case core.SaveMeta:
			s.Meta = r.Meta
		case core.Append:
			s.Entries = append(s.Entries, r.Entries...)
		case core.Cut, core.SaveOrphans, core.DropOrphans, core.SaveSnapshot:
			t.Fatalf("%T among the records", r)
		}
	}
	return s
}

// writes lets a node make some writes that everybody acknowledges.
func (h *house) writes(r *resident, from, to uint64) {
	h.t.Helper()
	for seq := from; seq <= to; seq++ {
		if w := h.written(r, set(seq, "k", "v", journal.AckAll)); w.Failure != nil {
			h.t.Fatalf("write %d: %v", seq, w.Failure)
		}
	}
}

func (r *resident) forgotten() (found *core.ForgottenError) {
	for _, err := range r.refused {
		if errors.As(err, &found) {
			return found
		}
	}
	return nil
}

func (h *house) isInSync(r *resident) bool {
	return h.room.Register().IsInSync(r.node.Status().Node)
}

func TestACopyThatForgotWhatItAcknowledgedLeavesTheListUntilItHasCaughtUp(t *testing.T) {
	h := newHouse(t)
	a, b := h.add("a"), h.add("b")
	h.writes(a, 1, 2)
	early := len(b.records)
	h.writes(a, 3, 6)

	// The relay sees the new process before it misses the old one.
	back := h.bringBack("b", storedOf(t, b.records[:early]))
	h.connect(back)
	err := a.forgotten()
	if err == nil || err.Want != 7 || err.Have.Index != 3 || err.Node != back.node.Status().Node {
		t.Fatalf("the master says %v, wanted that entries 4 to 7 are forgotten", err)
	}
	if h.isInSync(back) {
		t.Error("it is still in sync")
	}
	h.advance(3 * time.Second)
	if seat := h.room.Register().InSync; !h.isInSync(back) || seat[1].Incarnation != 2 {
		t.Errorf("it is not back in the list as incarnation 2: %v", seat)
	}
	if got := h.get(back, "k", frame.LevelCommitted); got != "v" || back.node.Status().Last != a.node.Status().Last {
		t.Errorf("it has %q and ends at %v", got, back.node.Status().Last)
	}
}

func TestACopyThatKeptEverythingKeepsItsSeatOverARestart(t *testing.T) {
	h := newHouse(t)
	a, b := h.add("a"), h.add("b")
	h.writes(a, 1, 6)
	version := h.room.Register().Version
	back := h.bringBack("b", storedOf(t, b.records))
	h.connect(back)
	h.advance(2 * time.Second)
	if err := a.forgotten(); err != nil {
		t.Error(err)
	}
	r := h.room.Register()
	if r.Version != version+1 || r.InSync[1].Incarnation != 2 {
		t.Errorf("version %d follows %d, in sync %v; wanted one change, to incarnation 2", r.Version, version, r.InSync)
	}
}

func TestANewMasterFindsAnInSyncCopyThatLacksWhatIsCommitted(t *testing.T) {
	h := newHouse(t)
	a, b, c := h.add("a"), h.add("b"), h.add("c")
	h.writes(a, 1, 2)
	early := len(b.records)
	h.writes(a, 3, 6)

	back := h.bringBack("b", storedOf(t, b.records[:early]), func(cfg *core.Config) { cfg.Member.Candidate = false })
	back.misses = func(f frame.Frame) bool { _, ok := f.(frame.Replicate); return ok } // the old master gets no answer
	h.connect(back)
	h.crash(a)
	back.misses = nil
	h.advance(100 * time.Millisecond)
	if err := c.forgotten(); err == nil || err.Want != 7 || err.Have.Index != 3 {
		t.Fatalf("the new master says %v; %v", err, c)
	}
	if h.isInSync(back) && c.node.Status().Last != back.node.Status().Last {
		t.Errorf("it is in sync with less: %v, %v", c, back)
	}
	h.advance(3 * time.Second)
	if !h.isInSync(back) || c.node.Status().Last != back.node.Status().Last {
		t.Errorf("it has not come back: %v, %v", c, back)
	}
}

func TestACopyRestoredFromABackupStops(t *testing.T) {
	h := newHouse(t)
	a, b := h.add("a"), h.add("b")
	h.writes(a, 1, 2)
	backup := storedOf(t, b.records)
	for range 2 { // two starts of the copy after the backup was made
		records := b.records
		b = h.bringBack("b", storedOf(t, records))
		b.records = slices.Clone(records)
		h.connect(b)
		h.advance(2 * time.Second)
	}
	h.crash(a)
	h.advance(time.Second)
	h.writes(b, 1, 2) // which nobody else has
	h.crash(b)

	restored := h.bringBack("b", backup)
	h.connect(restored)
	h.advance(5 * time.Second)
	failure := (*frame.Failure)(nil)
	if !errors.As(restored.stopped, &failure) || failure.Code != frame.CodeOutdated {
		t.Errorf("it has not stopped as outdated: %v, %v", restored.stopped, restored)
	}
	if _, _, ok := h.room.Master(); ok {
		t.Errorf("somebody became master: %+v", h.room.Register())
	}
}
