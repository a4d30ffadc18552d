package core

import (
	"testing"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
)

// foreign is a position of the epoch that another relay granted under the same
// number.
func foreign(number journal.EpochNumber, i journal.Index) journal.Position {
	return journal.Position{Epoch: journal.Epoch{Number: number, Master: journal.NodeID{7}}, Index: i}
}

func byNumber(number journal.EpochNumber, i journal.Index) journal.Position {
	return journal.Position{Epoch: journal.Epoch{Number: number}, Index: i}
}

// fated is a copy with 1/1, 3/2, 3/3 and 4/4, of which all but the last is
// committed, and which has cut 2/2 to 2/5.
func fated(t *testing.T) *localCopy {
	t.Helper()
	c := copyOf(t, entryOf(1, 1, 1), entryOf(2, 2, 2), entryOf(2, 3, 3), entryOf(2, 4, 4), entryOf(2, 5, 5))
	c.mustMerge(t, entryOf(3, 2, 6), entryOf(3, 3, 7), entryOf(4, 4, 8))
	c.commit(3)
	return c
}

// fates is what a copy like fated must say, whatever became of its storage.
var fates = []struct {
	name string
	at   journal.Position
	want frame.Verdict
}{
	{"committed", positionOf(1, 1), frame.VerdictKept},
	{"committed in a later epoch", positionOf(3, 3), frame.VerdictKept},
	{"by its number", byNumber(3, 2), frame.VerdictKept},
	{"cut, something else is committed there", positionOf(2, 2), frame.VerdictOrphaned},
	{"cut, by its number", byNumber(2, 3), frame.VerdictOrphaned},
	{"cut, and nothing is committed there yet", positionOf(2, 5), frame.VerdictOrphaned}, // epochs do not fall
	{"of an old epoch, further than anything", byNumber(1, 99), frame.VerdictOrphaned},
	{"of another master under the same number", foreign(3, 3), frame.VerdictOrphaned},
	{"of that master, behind the commit mark", foreign(3, 9), frame.VerdictOrphaned},
	{"in the journal, but not committed", positionOf(4, 4), frame.VerdictUnknown},
	{"behind the journal", positionOf(4, 5), frame.VerdictUnknown},
	{"behind the commit mark in its epoch", positionOf(3, 4), frame.VerdictUnknown},
	{"of an epoch to come", byNumber(9, 2), frame.VerdictUnknown},
	{"the place before the first entry", journal.Position{}, frame.VerdictUnknown},
}

func mustJudge(t *testing.T, c *localCopy) {
	t.Helper()
	n := &Node{copy: c}
	for _, f := range fates {
		if got := n.verify(frame.Verify{Position: f.at}); got.Verdict != f.want {
			t.Errorf("%s: %v is %v, wanted %v", f.name, f.at, got.Verdict, f.want)
		}
	}
}

func TestVerdictsAreTheSameWhateverBecameOfTheCopy(t *testing.T) {
	t.Run("as it is", func(t *testing.T) { mustJudge(t, fated(t)) })
	t.Run("compacted", func(t *testing.T) {
		c := fated(t)
		c.log.Compact(3)
		mustJudge(t, c)
	})
	t.Run("its orphans discarded", func(t *testing.T) {
		c := fated(t)
		c.orphans = orphanage{}
		mustJudge(t, c)
	})
	t.Run("loaded from a snapshot", func(t *testing.T) {
		c := fated(t)
		last, _ := c.log.Entry(4)
		loaded, err := newLocalCopy(Stored{
			Meta: c.meta, Snapshot: c.state.Snapshot(), History: c.log.HistoryUpTo(3),
			Entries: []journal.Entry{last}, Orphans: c.orphans.list,
		}, 1<<20)
		if err != nil {
			t.Fatal(err)
		}
		mustJudge(t, loaded)
	})
	t.Run("copied by a snapshot onto a copy with the lost entries", func(t *testing.T) {
		c := fated(t)
		late := copyOf(t, entryOf(1, 1, 1), entryOf(2, 2, 2), entryOf(2, 3, 3), entryOf(2, 4, 4), entryOf(2, 5, 5))
		if err := late.reset(c.state.Snapshot(), c.log.HistoryUpTo(3), nothingAnswered); err != nil {
			t.Fatal(err)
		}
		late.mustMerge(t, entryOf(4, 4, 8))
		mustJudge(t, late)
	})
}

func TestAFinalOrphanOfANewerEpochThanWhatIsCommittedIsOrphaned(t *testing.T) {
	// A third master had not heard of 3/2 and 3/3, but had the longer 2/2 and 2/3.
	c := copyOf(t, entryOf(1, 1, 1), entryOf(3, 2, 2), entryOf(3, 3, 3))
	c.log.Cut(1)
	c.state.Undo(1)
	c.orphans.list = []journal.Orphan{{Entry: entryOf(3, 2, 2), Final: true}}
	c.mustMerge(t, entryOf(2, 2, 8))
	c.commit(2)
	n := &Node{copy: c}
	if got := n.verify(frame.Verify{Position: positionOf(3, 2)}); got.Verdict != frame.VerdictOrphaned {
		t.Errorf("3/2 is %v, and 2/2 is committed in its place", got.Verdict)
	}
}
