package core

import (
	"testing"

	"github.com/understudy-dev/understudy/core/journal"
)

func (c *localCopy) snapshotsStored() int {
	count := 0
	for _, r := range c.records {
		if _, ok := r.(SaveSnapshot); ok {
			count++
		}
	}
	return count
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

func TestASlowReplicaCostsNoSnapshotPerEntry(t *testing.T) {
	c := filled(t, 70, func(entry int) int { return 10 * entry })
	for keepFrom := journal.Index(1); keepFrom <= 60; keepFrom++ {
		c.compact(keepFrom)
	}
	if got := c.snapshotsStored(); got > 3 {
		t.Errorf("%d snapshots were stored while the replica took 60 entries", got)
	}
}
