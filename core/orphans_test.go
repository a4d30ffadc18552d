package core

import (
	"fmt"
	"slices"
	"testing"

	"github.com/understudy-dev/understudy/core/journal"
)

// epochOf returns the epoch with a number, whose master is node 1.
func epochOf(number journal.EpochNumber) journal.Epoch {
	return journal.Epoch{Number: number, Master: journal.NodeID{1}}
}

func positionOf(number journal.EpochNumber, i journal.Index) journal.Position {
	return journal.Position{Epoch: epochOf(number), Index: i}
}

// entryOf returns write seq of client 1 at a position, with an async Ack.
func entryOf(number journal.EpochNumber, i journal.Index, seq uint64) journal.Entry {
	return journal.Entry{
		Position: positionOf(number, i),
		Origin:   journal.Origin{Client: journal.ClientID{1}, Seq: seq},
		Changes:  []journal.Change{{Key: "k", Value: []byte{byte(i)}}},
	}
}

func copyOf(t *testing.T, entries ...journal.Entry) *localCopy {
	t.Helper()
	c, err := newLocalCopy(Stored{Entries: entries}, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func nothingAnswered(journal.Entry) bool { return false }

func (c *localCopy) mustMerge(t *testing.T, entries ...journal.Entry) {
	t.Helper()
	if err := c.merge(entries, nothingAnswered); err != nil {
		t.Fatal(err)
	}
}

func TestAnOrphanIsFinalOnceSomethingElseIsCommittedInItsPlace(t *testing.T) {
	c := copyOf(t, entryOf(1, 1, 1), entryOf(1, 2, 2), entryOf(1, 3, 3))
	c.mustMerge(t, entryOf(2, 2, 9))
	c.commit(1)
	if got := c.orphans.final(); got != 0 {
		t.Errorf("%d final orphans before anything is committed in their place", got)
	}
	c.commit(2)
	if !c.orphans.isFinal(positionOf(1, 2)) {
		t.Errorf("orphans %+v, wanted 1/2 final", c.orphans.list)
	}
	byNumber := journal.Position{Epoch: journal.Epoch{Number: 1}, Index: 2}
	if !c.orphans.isFinal(byNumber) {
		t.Error("1/2 is not found by the epoch's number alone")
	}
}

func TestAnOrphanIsFinalBehindACommittedEntryOfANewerEpoch(t *testing.T) {
	c := copyOf(t, entryOf(1, 1, 1), entryOf(1, 2, 2), entryOf(2, 3, 3), entryOf(2, 4, 4))
	c.mustMerge(t, entryOf(2, 2, 9))
	c.commit(1)
	if got := c.orphans.final(); got != 0 {
		t.Errorf("%d final orphans behind an entry of their own past", got)
	}
	c.commit(2)
	if !c.orphans.isFinal(positionOf(1, 2)) || c.orphans.isFinal(positionOf(2, 3)) || c.orphans.isFinal(positionOf(2, 4)) {
		t.Errorf("orphans %+v, wanted 1/2 final and those of epoch 2 pending", c.orphans.list)
	}
	c.mustMerge(t, entryOf(3, 3, 8))
	c.commit(3)
	if got := c.orphans.final(); got != 3 {
		t.Errorf("%d final orphans behind 3/3, wanted 3", got)
	}
	if last := c.orphans.list[2]; last.Replaced != positionOf(3, 3) {
		t.Errorf("%v is replaced by %v, wanted the newest committed entry", last.Entry.Position, last.Replaced)
	}
}

func TestAnOrphanThatComesBackIsWithdrawn(t *testing.T) {
	c := copyOf(t, entryOf(1, 1, 1), entryOf(1, 2, 2))
	c.mustMerge(t, entryOf(2, 2, 9))
	if len(c.orphans.list) != 1 || c.orphans.pending != 1 {
		t.Fatalf("orphans %+v", c.orphans)
	}
	// A journal without 2/2 wins: 1/2 is back, and 2/2 is cut.
	c.log.Cut(1)
	c.state.Undo(1)
	c.mustMerge(t, entryOf(1, 2, 2))
	if len(c.orphans.list) != 0 || c.orphans.pending != 0 {
		t.Errorf("orphans %+v", c.orphans)
	}
	if _, ok := c.records[len(c.records)-1].(DropOrphans); !ok {
		t.Errorf("the last record is %T", c.records[len(c.records)-1])
	}
}

func TestAnOrphanWhoseRetryWasAppliedIsSuperseded(t *testing.T) {
	for _, test := range []struct {
		name   string
		before bool // the retry is committed before the orphan is final
	}{{"before", true}, {"afterwards", false}} {
		t.Run(test.name, func(t *testing.T) {
			c := copyOf(t, entryOf(1, 1, 1), entryOf(1, 2, 2), entryOf(1, 3, 3))
			retry := entryOf(2, 2, 3)
			if !test.before {
				retry = entryOf(2, 4, 3)
				c.mustMerge(t, entryOf(2, 2, 8), entryOf(2, 3, 9), retry)
			} else {
				c.mustMerge(t, retry, entryOf(2, 3, 9))
			}
			c.commit(3)
			if got := c.orphans.final(); !test.before && got != 2 {
				t.Errorf("%d lost writes before the retry is committed, wanted 2", got)
			}
			c.commit(4)
			i, found := c.orphans.find(positionOf(1, 3))
			if !found || !c.orphans.list[i].Superseded {
				t.Errorf("orphans %+v, wanted 1/3 superseded", c.orphans.list)
			}
			if got := c.orphans.final(); got != 1 {
				t.Errorf("%d lost writes, wanted 1", got)
			}
		})
	}
}

func TestAnOrphanIsSupersededThoughTheStateForgetsItsRetryInTheSameBatch(t *testing.T) {
	c := copyOf(t, entryOf(1, 1, 1), entryOf(1, 2, 2))
	batch := []journal.Entry{entryOf(2, 2, 2)}
	for i := journal.Index(3); i < 30; i++ { // with gaps, more than a row of the table has room for
		next := entryOf(2, i, 2*uint64(i))
		next.Origin.Floor = next.Origin.Seq
		batch = append(batch, next)
	}
	c.mustMerge(t, batch...)
	c.commit(29)
	if o := c.orphans.list[0]; !o.Final || !o.Superseded {
		t.Errorf("%v final %v superseded %v: the batch holds its retry", o.Entry.Position, o.Final, o.Superseded)
	}
}

func TestASnapshotSettlesOrphansAgain(t *testing.T) {
	c := copyOf(t, entryOf(1, 1, 1), entryOf(1, 2, 2))
	c.mustMerge(t, entryOf(2, 2, 9))
	c.commit(2)
	other := copyOf(t, entryOf(1, 1, 1), entryOf(2, 2, 9), entryOf(2, 3, 2))
	other.commit(3)
	if err := c.reset(other.state.Snapshot(), other.log.History(), nothingAnswered); err != nil {
		t.Fatal(err)
	}
	if !c.orphans.list[0].Superseded || c.orphans.final() != 0 {
		t.Errorf("orphans %+v: the snapshot holds the retry", c.orphans.list)
	}
}

func TestAnEpochStartIsNobodysOrphan(t *testing.T) {
	start := journal.Entry{Position: positionOf(1, 2)}
	c := copyOf(t, entryOf(1, 1, 1), start)
	c.mustMerge(t, entryOf(2, 2, 9))
	if len(c.orphans.list) != 0 {
		t.Errorf("orphans %+v", c.orphans.list)
	}
}

func TestACutIsRecordedBehindItsOrphans(t *testing.T) {
	c := copyOf(t, entryOf(1, 1, 1), entryOf(1, 2, 2))
	c.records = nil
	c.mustMerge(t, entryOf(2, 2, 9))
	var kinds []string
	for _, r := range c.records {
		kinds = append(kinds, fmt.Sprintf("%T", r))
	}
	if want := []string{"core.SaveOrphans", "core.Cut", "core.Append"}; !slices.Equal(kinds, want) {
		t.Errorf("records %v, wanted %v", kinds, want)
	}
}

func TestALateDuplicateCutsNothing(t *testing.T) {
	c := copyOf(t, entryOf(1, 1, 1), entryOf(1, 2, 2), entryOf(1, 3, 3))
	c.mustMerge(t, entryOf(1, 1, 1), entryOf(1, 2, 2))
	if got := c.log.Last(); got != positionOf(1, 3) {
		t.Errorf("the log ends at %v", got)
	}
}

func TestWhoWasAnsweredIsKnownForEveryMastershipOfThisStart(t *testing.T) {
	self := journal.NodeID{1}
	a := answered{before: 2}
	one := entryOf(3, 8, 1)
	one.Ack = journal.AckOne
	a.add(positionOf(3, 5), journal.AckAsync, epochOf(3))
	a.add(positionOf(3, 8), journal.AckOne, epochOf(3))
	a.add(positionOf(5, 12), journal.AckAsync, epochOf(5))
	retried := entryOf(4, 9, 1)
	retried.Position.Epoch.Master = journal.NodeID{2} // of another master, answered by this one
	a.add(retried.Position, journal.AckAsync, epochOf(5))
	others := retried
	others.Position.Index = 8
	for _, test := range []struct {
		name  string
		entry journal.Entry
		want  bool
	}{
		{"async of a mastership before this start", entryOf(2, 4, 1), true},
		{"async below the newest answered of an earlier mastership", entryOf(3, 4, 1), true},
		{"async above it", entryOf(3, 6, 1), false},
		{"one, answered", one, true},
		{"async of the present mastership", entryOf(5, 12, 1), true},
		{"another master's, whose retry was answered here", retried, true},
		{"another master's", others, false},
	} {
		if got := a.contains(test.entry, self); got != test.want {
			t.Errorf("%s: answered is %v", test.name, got)
		}
	}
	a.forgetUpTo(8)
	if a.contains(one, self) || !a.contains(entryOf(5, 12, 1), self) {
		t.Errorf("after commit 8: %+v", a)
	}
}
