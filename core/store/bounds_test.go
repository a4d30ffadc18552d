package store_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/keyspace"
	"github.com/understudy-dev/understudy/core/store"
	"github.com/understudy-dev/understudy/core/wire"
)

// many is more than one list of the encoding may hold.
const many = wire.ListMaxItems + 10

func manyOrphans() core.SaveOrphans {
	all := core.SaveOrphans{Orphans: make([]journal.Orphan, many)}
	for i := range all.Orphans {
		all.Orphans[i] = journal.Orphan{Entry: journal.Entry{
			Position: journal.Position{Epoch: epoch(1), Index: journal.Index(i + 1)},
			Origin:   journal.Origin{Client: journal.ClientID(node(9)), Seq: uint64(i + 1)},
		}}
	}
	return all
}

// A segment begins with all orphans. Where they are larger than a segment, the
// next one must not be due at once.
func TestOrphansLargerThanASegmentDoNotMakeEveryWriteANewOne(t *testing.T) {
	dir := journal.NewMemoryDirectory()
	s, _, _ := open(t, dir, store.Options{SegmentBytes: 2000})
	write(t, s, meta(1))
	for i := journal.Index(1); i <= 100; i++ {
		write(t, s, orphan(1, i))
	}
	first := len(names(t, dir))
	for i := journal.Index(1); i <= 200; i++ {
		write(t, s, entries(2, i, i))
	}
	if made := len(names(t, dir)) - first; made > 3 {
		t.Errorf("200 small writes made %d segments", made)
	}
	shut(t, s)
	_, stored, report := open(t, dir, store.Options{})
	if len(stored.Orphans) != 100 || len(stored.Entries) != 200 || len(report.Damage) > 0 {
		t.Errorf("%d orphans, %d entries, damage %v", len(stored.Orphans), len(stored.Entries), report.Damage)
	}
}

func TestMoreOrphansThanAListHoldsAreDroppedAtOnce(t *testing.T) {
	dir := journal.NewMemoryDirectory()
	s, _, _ := open(t, dir, store.Options{})
	drop := core.DropOrphans{}
	for _, o := range manyOrphans().Orphans {
		drop.Positions = append(drop.Positions, o.Entry.Position)
	}
	write(t, s, meta(1), manyOrphans(), orphan(2, 1), drop)
	shut(t, s)
	stored, report, err := store.Inspect(dir)
	if err != nil || len(report.Damage) > 0 || stored.Meta.Node != node(1) || len(stored.Orphans) != 1 {
		t.Errorf("%v, %d orphans of %v, damage %v", err, len(stored.Orphans), stored.Meta.Node, report.Damage)
	}
}

func TestAHistoryOfMoreEpochsThanAListHoldsIsRead(t *testing.T) {
	record := core.SaveSnapshot{Reset: true}
	state := keyspace.New()
	for i := journal.Index(1); i <= many; i++ {
		at := journal.Position{Epoch: epoch(journal.EpochNumber(i)), Index: i}
		state.Apply(journal.Entry{Position: at})
		record.History = append(record.History, journal.EpochStart{Epoch: at.Epoch, First: i})
	}
	state.Commit(many)
	record.Snapshot = state.Snapshot()
	dir := journal.NewMemoryDirectory()
	s, _, _ := open(t, dir, store.Options{})
	write(t, s, meta(1), record)
	shut(t, s)
	stored, report, err := store.Inspect(dir)
	if err != nil || len(report.Damage) > 0 || !slices.Equal(stored.History, record.History) {
		t.Fatalf("%v, %d epochs, damage %v", err, len(stored.History), report.Damage)
	}
	a, err := readArchive(t, exported(t, store.Archive{Stored: stored}))
	if err != nil || !slices.Equal(a.Stored.History, record.History) {
		t.Errorf("the archive: %v, %d epochs", err, len(a.Stored.History))
	}
}

// Large writes leave no more time for Work than small ones do.
func TestASnapshotIsFinishedUnderLargeWrites(t *testing.T) {
	dir := journal.NewMemoryDirectory()
	s, _, _ := open(t, dir, store.Options{})
	big := entries(1, 1, 20)
	for i := range big.Entries {
		big.Entries[i].Changes = []journal.Change{{Key: string(rune('a' + i)), Value: make([]byte, 1<<20)}}
	}
	write(t, s, meta(1), big, snapshotOf(big.Entries))
	for i := journal.Index(21); i <= 40; i += 4 {
		four := entries(1, i, i+3)
		for k := range four.Entries {
			four.Entries[k].Changes = big.Entries[0].Changes
		}
		write(t, s, four)
	}
	if !slices.ContainsFunc(names(t, dir), func(n string) bool { return strings.HasSuffix(n, ".snapshot") }) {
		t.Errorf("20 MiB of writes later there is no snapshot of 20 MiB among %v", names(t, dir))
	}
}

func TestARecordThatIsTooLargeToBeReadIsNotWritten(t *testing.T) {
	dir := journal.NewMemoryDirectory()
	s, _, _ := open(t, dir, store.Options{})
	write(t, s, meta(1), entries(1, 1, 1))
	huge := entries(1, 2, 2)
	huge.Entries[0].Changes[0].Value = make([]byte, journal.RecordMaxBytes)
	if err := s.Write([]core.Record{huge}); err == nil {
		t.Error("it was taken")
	}
	shut(t, s)
	stored, report, err := store.Inspect(dir)
	if err != nil || len(report.Damage) > 0 || stored.Meta.Node != node(1) || len(stored.Entries) != 1 {
		t.Errorf("%v, %d entries, %+v", err, len(stored.Entries), report)
	}
}
