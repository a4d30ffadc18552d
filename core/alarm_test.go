package core_test

import (
	"testing"
	"time"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
)

// isData is every frame that brings a copy further.
func isData(f frame.Frame) bool {
	switch f.(type) {
	case frame.Replicate, frame.Chunk:
		return true
	}
	return false
}

// That no alarm is ever asked for a moment gone is checked by the house itself.

func TestACopyThatNeverCatchesUpKeepsNobodyAwake(t *testing.T) {
	h := newHouse(t)
	a := h.add("a")
	b := h.add("b", func(c *core.Config) { c.Member.Candidate = false })
	b.misses = isData
	h.step(a, core.Asked{Frame: set(1, "k", "v", journal.AckAll)})
	h.run()
	h.advance(10 * time.Second)
	if got := a.node.Status().Register.IsInSync(b.id()); got {
		t.Error("b is in sync")
	}
	if len(a.replies) != 1 || a.replies[0].(frame.Written).Failure != nil {
		t.Errorf("the write to all got %+v", a.replies)
	}
}

func TestAWriteThatNobodyTakesKeepsNobodyAwake(t *testing.T) {
	h := newHouse(t)
	a, b := h.add("a"), h.add("b", func(c *core.Config) { c.Member.Candidate = false })
	a.misses = func(f frame.Frame) bool { _, isWrite := f.(frame.Write); return isWrite }
	h.step(b, core.Asked{Frame: set(1, "k", "v", journal.AckAsync)})
	h.crash(a)
	h.from(a, b, frame.Written{
		Client: journal.ClientID{2}, Seq: 1, Failure: &frame.Failure{Code: frame.CodeNotMaster},
	})
	h.advance(10 * time.Second)
	if len(b.replies) != 1 {
		t.Errorf("the write got %d answers", len(b.replies))
	}
}
