package core

import (
	"fmt"
	"testing"

	"github.com/understudy-dev/understudy/core/journal"
)

// snapshotBytes takes the records that wait and counts what the snapshots among
// them take.
func (c *localCopy) snapshotBytes() (bytes, snapshots int) {
	for _, r := range c.records {
		if s, ok := r.(SaveSnapshot); ok {
			bytes += s.Snapshot.SizeBytes()
			snapshots++
		}
	}
	c.records = nil
	return bytes, snapshots
}

// filled returns a copy of entries that are committed, and what one of them takes.
func filled(t *testing.T, entries journal.Index, keep func(entryBytes int) int) *localCopy {
	t.Helper()
	size := entryOf(1, 1, 1).SizeBytes()
	c, err := newLocalCopy(Stored{}, keep(size))
	if err != nil {
		t.Fatal(err)
	}
	for i := journal.Index(1); i <= entries; i++ {
		c.append(entryOf(1, i, uint64(i)))
	}
	c.commit(entries)
	return c
}

func TestCompactionKeepsWhatAReplicaStillNeeds(t *testing.T) {
	c := filled(t, 70, func(entry int) int { return 10 * entry })
	c.compact(40)
	if got := c.log.Base().Index; got != 40 {
		t.Errorf("the journal begins behind %d, wanted 40", got)
	}
	c = filled(t, 90, func(entry int) int { return 10 * entry })
	c.compact(40)
	if got := c.log.Base().Index; got != 80 {
		t.Errorf("over eight times the size it begins behind %d, wanted 80", got)
	}
}

func TestCompactionLeavesWhatIsNotCommitted(t *testing.T) {
	c := filled(t, 30, func(entry int) int { return 10 * entry })
	for i := journal.Index(31); i <= 120; i++ {
		c.append(entryOf(1, i, uint64(i)))
	}
	c.compact(120)
	if got := c.log.Base().Index; got > 30 {
		t.Errorf("the journal begins behind %d, but only 30 entries are committed", got)
	}
}

func TestASlowReplicaCostsNoCompactionPerEntry(t *testing.T) {
	c := filled(t, 40, func(entry int) int { return 10 * entry })
	base, moved := c.log.Base(), 0
	for i := journal.Index(41); i <= 100; i++ { // the replica is 35 entries behind
		c.append(entryOf(1, i, uint64(i)))
		c.commit(i)
		if c.compact(i - 35); c.log.Base() != base {
			base = c.log.Base()
			moved++
		}
	}
	if moved == 0 || moved > 12 {
		t.Errorf("the journal was compacted %d times while the replica took 60 entries", moved)
	}
	if base.Index > 65 {
		t.Errorf("the journal begins behind %d, but the replica needs what is behind 65", base.Index)
	}
}

// entrySetting is an entry of a value at one of some keys, with its client's
// floor right below it.
func entrySetting(i journal.Index, keys int, value []byte) journal.Entry {
	e := entryOf(1, i, uint64(i))
	e.Origin.Floor = uint64(i)
	e.Changes = []journal.Change{{Key: fmt.Sprintf("key%06d", int(i)%keys), Value: value}}
	return e
}

func TestSnapshotsInStorageTakeNoMoreThanTheEntriesBetweenThem(t *testing.T) {
	for _, keys := range []int{1, 100, 3000} { // states far below and far above what is kept
		c, err := newLocalCopy(Stored{}, 10_000)
		if err != nil {
			t.Fatal(err)
		}
		entries, snapshots, count, behind, behindMax := 0, 0, 0, 0, 0
		for i := journal.Index(1); i <= 30_000; i++ {
			e := entrySetting(i, keys, make([]byte, 50))
			c.append(e)
			c.commit(i)
			c.compact(i)
			c.compactStorage()
			entries, behind = entries+e.SizeBytes(), behind+e.SizeBytes()
			if bytes, n := c.snapshotBytes(); n > 0 {
				snapshots, count, behind = snapshots+bytes, count+n, 0
			}
			behindMax = max(behindMax, behind)
		}
		t.Logf("%d keys: %d snapshots of %d bytes for %d bytes of entries; at most %d behind one",
			keys, count, snapshots, entries, behindMax)
		if snapshots > entries {
			t.Errorf("%d keys: %d bytes of snapshots were stored with %d bytes of entries", keys, snapshots, entries)
		}
		if limit := max(2*c.keepBytes, c.state.SizeBytes()); count < 2 || behindMax > limit {
			t.Errorf("%d keys: %d snapshots, up to %d bytes of entries behind one, wanted at most %d", keys, count, behindMax, limit)
		}
		if limit := 2*c.keepBytes + entrySetting(1, 1, make([]byte, 50)).SizeBytes(); c.log.SizeBytes() > limit {
			t.Errorf("%d keys: %d bytes are at hand, wanted at most %d", keys, c.log.SizeBytes(), limit)
		}
	}
}

func TestASnapshotInStorageLeavesAtHandWhatALaggingReplicaNeeds(t *testing.T) {
	c := filled(t, 60, func(entry int) int { return 10 * entry })
	c.compact(5)
	c.compactStorage()
	if c.storedAt != 60 {
		t.Fatalf("the snapshot in storage is at %d, wanted 60", c.storedAt)
	}
	if entries, ok := c.log.After(5, 1<<20); !ok || len(entries) != 55 {
		t.Errorf("%d entries are at hand for the replica, %t; wanted 55", len(entries), ok)
	}
}

func TestNothingUncommittedIsInASnapshotInStorage(t *testing.T) {
	c := filled(t, 30, func(entry int) int { return 10 * entry })
	for i := journal.Index(31); i <= 120; i++ {
		c.append(entryOf(1, i, uint64(i)))
		c.compactStorage()
	}
	if c.storedAt != 30 {
		t.Errorf("the snapshot in storage is at %d, wanted 30, the commit mark", c.storedAt)
	}
	if _, count := c.snapshotBytes(); count != 1 {
		t.Errorf("%d snapshots were stored, wanted 1: the commit mark stood still", count)
	}
}

func TestStartingOverNeverCutsBelowTheSnapshotInStorage(t *testing.T) {
	c := filled(t, 60, func(entry int) int { return 10 * entry })
	c.compactStorage() // at 60, with all entries still at hand
	c.records = nil
	c.startOver(40, func(journal.Entry) bool { return false })
	for _, r := range c.records {
		if cut, ok := r.(Cut); ok {
			t.Errorf("cut behind %d, below the snapshot in storage at 60", cut.After)
		}
	}
	if c.log.Last().Index != 0 || len(c.orphans.list) != 60 {
		t.Errorf("it ends at %v and keeps %d orphans; wanted to begin as new with 60", c.log.Last(), len(c.orphans.list))
	}
}

func TestMetasThatPileUpAreReplacedByASnapshot(t *testing.T) {
	c := filled(t, 3, func(entry int) int { return 10 * entry })
	c.snapshotBytes()
	saved := 0
	for range 10 * metaKeepBytes / c.meta.sizeBytes() {
		c.saveMeta()
		c.compactStorage()
		_, n := c.snapshotBytes()
		saved += n
	}
	if saved != 1 || c.storedAt != 3 {
		t.Errorf("%d snapshots, the newest at %d; wanted one, since no entry came after it", saved, c.storedAt)
	}
	c, err := newLocalCopy(Stored{}, 10)
	if err != nil {
		t.Fatal(err)
	}
	c.metaBytes = 2 * metaKeepBytes
	c.compactStorage()
	if _, n := c.snapshotBytes(); n > 0 {
		t.Error("a snapshot of nothing is stored")
	}
}
