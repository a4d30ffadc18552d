package store_test

import (
	"testing"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/store"
)

// livedOrphaned is a copy whose orphan records have everything that they may
// have: what the writer met, nothing of it, and that it is not known; and an
// entry by which one of them was resolved.
func livedOrphaned(t *testing.T) *journal.MemoryDirectory {
	t.Helper()
	dir := journal.NewMemoryDirectory()
	s, _, _ := open(t, dir, store.Options{SegmentBytes: 900})
	write(t, s, meta(1), core.Append{Entries: varied(1, 1, 12)})
	cut := varied(1, 9, 12)
	records := []journal.Orphan{
		{Entry: cut[0], Acked: true, HasBefore: true, Before: []journal.Item{
			{Key: "a", Value: []byte("1"), Revision: 3, Deadline: 1_700_000_000_500_000_000}, {Key: "\xff", Revision: 4},
		}},
		{Entry: cut[1], HasBefore: true},
		{Entry: cut[2]},
		{Entry: cut[3], HasBefore: true, Before: []journal.Item{{Key: "z", Value: []byte("2"), Revision: 8}}},
	}
	write(t, s, core.SaveOrphans{Orphans: records}, core.Cut{After: 8})
	again := varied(3, 9, 13)
	again[4].Changes = append(again[4].Changes, journal.Orphan{Entry: cut[3]}.Resolution().Change())
	write(t, s, core.Append{Entries: again})
	for i := range records {
		records[i].Final, records[i].Superseded, records[i].Replaced = true, i == 2, again[i].Position
	}
	write(t, s, core.SaveOrphans{Orphans: records}, snapshotOf(append(varied(1, 1, 8), again[:2]...)))
	work(t, s)
	write(t, s, core.DropOrphans{Positions: []journal.Position{cut[3].Position}}, core.Append{Entries: varied(3, 14, 16)})
	shut(t, s)
	return dir
}
