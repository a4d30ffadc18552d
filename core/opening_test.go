package core_test

import (
	"testing"
	"time"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
)

func isSeal(f frame.Frame) bool { _, ok := f.(frame.Seal); return ok }

func TestANodeDeafToTheSealLosesItsSeatAndItsConnection(t *testing.T) {
	h := newHouse(t)
	a, b, c, d := h.add("a"), h.add("b"), h.add("c"), h.add("d")
	c.misses = isSeal
	h.crash(a)
	h.advance(2100 * time.Millisecond)
	if got := b.node.Status(); got.Role != frame.RoleMaster || got.Register.IsInSync(c.id()) {
		t.Fatalf("%v, register %+v", b, got.Register)
	}
	if c.conn != 0 {
		t.Error("c is still connected")
	}
	c.misses = nil
	h.connect(c)
	h.advance(time.Second)
	for _, r := range []*resident{b, c, d} {
		if got := r.node.Status(); !got.Register.IsInSync(c.id()) || got.Commit.Epoch.Master != b.id() {
			t.Errorf("after c is back: %v", r)
		}
	}
}

func TestAClaimantNobodyAnswersGivesUpItsSeat(t *testing.T) {
	h := newHouse(t)
	a, b, c := h.add("a"), h.add("b"), h.add("c")
	// Nothing of b reaches the others, but it keeps its connection.
	b.misses = func(f frame.Frame) bool { _, ok := f.(frame.Sealed); return ok }
	h.crash(a)
	h.advance(3 * time.Second)
	if got := c.node.Status().Role; got != frame.RoleMaster {
		t.Errorf("c is %v, wanted master", got)
	}
	if got := h.written(c, set(1, "k", "v", journal.AckAll)); got.Failure != nil {
		t.Errorf("write: %v", got.Failure)
	}
}

func TestAClaimantTakesTheLongestJournalOfWhoeverIsThere(t *testing.T) {
	h := newHouse(t)
	a, b := h.add("a"), h.add("b")
	h.add("c")
	b.misses = isData
	h.step(a, core.Asked{Frame: set(1, "k", "only at a and c", journal.AckOne)})
	h.run()
	h.crash(a)
	b.misses = nil
	h.advance(time.Second)
	if got := b.node.Status().Role; got != frame.RoleMaster {
		t.Fatalf("b is %v", got)
	}
	if got := h.get(b, "k", frame.LevelLatest); got != "only at a and c" {
		t.Errorf("b reads %q", got)
	}
}
