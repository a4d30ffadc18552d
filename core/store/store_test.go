package store_test

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"slices"
	"strings"
	"testing"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/store"
)

func TestALazyCopyThatWasNotClosedGetsANewIdentity(t *testing.T) {
	dir := journal.NewMemoryDirectory()
	s, _, _ := open(t, dir, store.Options{Lazy: true})
	write(t, s, meta(1), entries(1, 1, 5))
	if err := s.Sync(); err != nil {
		t.Fatal(err)
	}
	for range 2 { // also if the new identity was never saved
		_, stored, report := open(t, dir, store.Options{})
		if !stored.Meta.Node.IsZero() || stored.Meta.Incarnation != 0 {
			t.Errorf("it is still %v", stored.Meta)
		}
		if stored.Meta.Accepted != epoch(7) || len(stored.Entries) != 5 {
			t.Errorf("what was readable is %s", text(stored))
		}
		if len(report.Damage) > 0 {
			t.Errorf("damage %v", report.Damage)
		}
	}
}

func TestALazyCopyThatWasClosedStaysTheSame(t *testing.T) {
	dir := journal.NewMemoryDirectory()
	s, _, _ := open(t, dir, store.Options{Lazy: true})
	write(t, s, meta(1), entries(1, 1, 5))
	shut(t, s)
	_, stored, report := open(t, dir, store.Options{Lazy: true})
	if stored.Meta.Node != node(1) || report.Renewed != "" {
		t.Errorf("%v, %+v", stored.Meta, report)
	}
}

// A snapshot that takes longer than the writes that come meanwhile must come to
// its end, though nobody ever has time for Work.
func TestASnapshotIsFinishedUnderWritesThatNeverPause(t *testing.T) {
	dir := journal.NewMemoryDirectory()
	s, _, _ := open(t, dir, store.Options{SegmentBytes: 1 << 20})
	big := entries(1, 1, 20)
	for i := range big.Entries {
		big.Entries[i].Changes = []journal.Change{{Key: string(rune('a' + i)), Value: make([]byte, 1<<20)}}
	}
	write(t, s, meta(1), big, snapshotOf(big.Entries))
	before := size(t, dir)
	for i := journal.Index(21); i <= 200; i++ {
		e := entry(1, i)
		e.Changes[0].Value = make([]byte, 32<<10)
		write(t, s, core.Append{Entries: []journal.Entry{e}})
	}
	if !slices.ContainsFunc(names(t, dir), func(n string) bool { return strings.HasSuffix(n, ".snapshot") }) {
		t.Errorf("no snapshot among %v", names(t, dir))
	}
	work(t, s)
	if after := size(t, dir); after > before+before/2 {
		t.Errorf("%d bytes, after %d with all entries of before", after, before)
	}
	shut(t, s)
	_, stored, _ := open(t, dir, store.Options{})
	if stored.Snapshot == nil || len(stored.Entries) != 180 {
		t.Errorf("%d entries behind the snapshot", len(stored.Entries))
	}
}

func size(t *testing.T, dir journal.Directory) int {
	t.Helper()
	sum := 0
	for _, name := range names(t, dir) {
		sum += len(content(t, dir, name))
	}
	return sum
}

func TestOldSegmentsAndSnapshotsGo(t *testing.T) {
	dir := journal.NewMemoryDirectory()
	s, _, _ := open(t, dir, store.Options{SegmentBytes: 2000})
	write(t, s, meta(1))
	var all []journal.Entry
	for i := journal.Index(1); i <= 500; i++ {
		all = append(all, entry(1, i))
		write(t, s, core.Append{Entries: all[i-1:]})
		if i%100 == 0 {
			write(t, s, snapshotOf(all[:i-2]))
			work(t, s)
		}
	}
	if list := names(t, dir); len(list) > 5 {
		t.Errorf("left behind: %v", list)
	}
	shut(t, s)
	_, stored, report := open(t, dir, store.Options{})
	if stored.Snapshot.At().Index != 498 || len(stored.Entries) != 2 || len(report.Damage) > 0 {
		t.Errorf("snapshot at %v, %d entries, %v", stored.Snapshot.At(), len(stored.Entries), report.Damage)
	}
}

func TestAFormatOfTheFutureIsLeftAsItIs(t *testing.T) {
	for _, suffix := range []string{".journal", ".snapshot", "state"} {
		dir := life(t, false)
		list := names(t, dir)
		name := list[slices.IndexFunc(list, func(n string) bool { return strings.HasSuffix(n, suffix) })]
		b := content(t, dir, name)
		binary.LittleEndian.PutUint16(b[8:], journal.FormatVersion+1)
		table := crc32.MakeTable(crc32.Castagnoli)
		binary.LittleEndian.PutUint32(b[12:], crc32.Update(crc32.Checksum(b[:12], table), table, b[16:32]))
		put(t, dir, name, b)
		before := clone(t, dir)
		_, _, err := store.New(dir, store.Options{}).Load()
		var version *store.VersionError
		if !errors.As(err, &version) || version.File != name {
			t.Errorf("%s: %v", name, err)
		}
		if !slices.Equal(names(t, dir), names(t, before)) || size(t, dir) != size(t, before) {
			t.Errorf("%s: the files have changed", name)
		}
	}
}

func TestNothingIsWrittenBehindAnError(t *testing.T) {
	dir := journal.NewMemoryDirectory()
	s, _, _ := open(t, dir, store.Options{})
	write(t, s, meta(1), entries(1, 1, 2))
	if err := s.Write([]core.Record{entries(1, 4, 4)}); err == nil {
		t.Error("an entry that follows none is taken")
	}
	if err := s.Write([]core.Record{entries(1, 3, 3)}); err == nil {
		t.Error("a write is taken behind one that failed")
	}
	if _, err := s.Work(); err == nil {
		t.Error("work goes on behind a write that failed")
	}
	shut(t, s)
	_, stored, _ := open(t, dir, store.Options{})
	if len(stored.Entries) != 2 || stored.Meta.Node != node(1) {
		t.Errorf("%s", text(stored))
	}
}

func TestACutBelowASnapshotIsRefused(t *testing.T) {
	dir := journal.NewMemoryDirectory()
	s, _, _ := open(t, dir, store.Options{})
	write(t, s, entries(1, 1, 9), snapshotOf(entries(1, 1, 6).Entries))
	work(t, s)
	if err := s.Write([]core.Record{core.Cut{After: 5}}); err == nil {
		t.Error("what a snapshot covers was cut")
	}
}

func TestAStoreThatIsNotLoadedTakesNothing(t *testing.T) {
	s := store.New(journal.NewMemoryDirectory(), store.Options{})
	if err := s.Write(nil); err == nil {
		t.Error("written before it was loaded")
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}
