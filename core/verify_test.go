package core_test

import (
	"testing"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
)

func (h *house) verdict(at *resident, p journal.Position) frame.Verdict {
	h.t.Helper()
	at.replies = nil
	h.step(at, core.Asked{To: at.id(), Frame: frame.Verify{ID: 1, Position: p}})
	h.run()
	f, ok := at.replies[0].(frame.Verified)
	if !ok {
		h.t.Fatalf("answer %+v", at.replies[0])
	}
	return f.Verdict
}

func TestAVerdictIsGivenOnlyOnWhatIsCommittedHere(t *testing.T) {
	h := newHouse(t)
	a, b, c := h.add("a"), h.add("b"), h.add("c")
	kept := h.written(a, set(1, "k", "kept", journal.AckAll)).Receipt.Position
	b.misses, c.misses = isData, isData
	lost := h.written(a, set(2, "k", "lost", journal.AckAsync)).Receipt.Position
	h.crash(a)
	b.misses, c.misses = nil, nil
	h.written(b, set(1, "k", "after", journal.AckAll))
	h.written(b, set(2, "k", "after", journal.AckAll))
	c.misses = isData
	h.step(b, core.Asked{Frame: set(3, "k", "not yet at c", journal.AckAsync)})
	h.run()
	ahead := b.node.Status().Last
	numbered := lost
	numbered.Epoch.Master = journal.NodeID{}
	for _, test := range []struct {
		name string
		at   *resident
		p    journal.Position
		want frame.Verdict
	}{
		{"kept, at the master", b, kept, frame.VerdictKept},
		{"kept, at a replica", c, kept, frame.VerdictKept},
		{"lost", b, lost, frame.VerdictOrphaned},
		{"lost, at a replica that never had it", c, lost, frame.VerdictOrphaned},
		{"lost, by the epoch's number alone", c, numbered, frame.VerdictOrphaned},
		{"what a lagging copy does not have", c, ahead, frame.VerdictUnknown},
		{"what nobody has", b, journal.Position{Epoch: ahead.Epoch, Index: 999}, frame.VerdictUnknown},
		{"lost, behind all that is committed", b, journal.Position{Epoch: kept.Epoch, Index: 999}, frame.VerdictOrphaned},
		{"an epoch that has not been", b, journal.Position{Epoch: journal.Epoch{Number: 99}, Index: 1}, frame.VerdictUnknown},
		{"the place before the first entry", b, journal.Position{}, frame.VerdictUnknown},
	} {
		if got := h.verdict(test.at, test.p); got != test.want {
			t.Errorf("%s: %v is %v, wanted %v", test.name, test.p, got, test.want)
		}
	}
}
