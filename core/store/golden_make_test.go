package store_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
	"github.com/understudy-dev/understudy/core/store"
)

// goldenCopy is one folder of testdata/disk.
type goldenCopy struct {
	name string
	dir  *journal.MemoryDirectory
}

// goldens makes the copies, the same ones at every call.
func goldens(t *testing.T) []goldenCopy {
	t.Helper()
	closed := lived(t, store.Options{SegmentBytes: 900})
	killed := lived(t, store.Options{SegmentBytes: 1500, AheadBytes: 256})
	lazy := lived(t, store.Options{SegmentBytes: 900, Lazy: true})
	shut(t, closed.store)
	tear(t, killed)

	reset := lived(t, store.Options{SegmentBytes: 900})
	replaced := snapshotOf(varied(3, 1, 30))
	replaced.Reset = true
	write(t, reset.store, replaced, core.Append{Entries: varied(3, 31, 33)})
	work(t, reset.store)
	shut(t, reset.store)

	damaged := clone(t, closed.dir)
	name := newestSegment(t, damaged)
	b := content(t, damaged, name)
	b[len(b)/2] ^= 4
	put(t, damaged, name, b)

	future := journal.NewMemoryDirectory()
	for _, name := range names(t, closed.dir) {
		put(t, future, name, asVersion(content(t, closed.dir, name), 999))
	}

	stored, _, err := store.Inspect(closed.dir)
	if err != nil {
		t.Fatal(err)
	}
	imported := journal.NewMemoryDirectory()
	if err := store.Import(imported, store.Archive{Stored: stored}, nil); err != nil {
		t.Fatal(err)
	}
	unfinished, left := journal.NewMemoryDirectory(), 8
	if err := store.Import(cutOff{unfinished, &left}, store.Archive{Stored: stored}, nil); err == nil {
		t.Fatal("the import came to its end")
	}
	return []goldenCopy{
		{"v1-closed", closed.dir},
		{"v1-killed", killed.dir},
		{"v1-lazy", lazy.dir},
		{"v1-suspect", suspect(t)},
		{"v1-reset", reset.dir},
		{"v1-damaged", damaged},
		{"v1-imported", imported},
		{"v1-unfinished", unfinished},
		{"v1-aside", halfAside(t, damaged)},
		{"v1-epochs", manyEpochs(t)},
		{"v1-deadlines", livedMortal(t)},
		{"v1-orphans", livedOrphaned(t)},
		{"v999-refused", future},
	}
}

// unsynced is a directory in which one sync of a file fails, when failing is set.
type unsynced struct {
	journal.Directory
	failing *bool
}

type unsyncedFile struct {
	journal.File
	failing *bool
}

func (d unsynced) Open(name string, create bool) (journal.File, error) {
	file, err := d.Directory.Open(name, create)
	return unsyncedFile{file, d.failing}, err
}

func (f unsyncedFile) Sync() error {
	if *f.failing {
		*f.failing = false
		return errCutOff
	}
	return f.File.Sync()
}

// suspect is a copy whose disk has failed to sync.
func suspect(t *testing.T) *journal.MemoryDirectory {
	t.Helper()
	dir, failing := journal.NewMemoryDirectory(), false
	s, _, _ := open(t, unsynced{dir, &failing}, store.Options{})
	write(t, s, meta(1), core.Append{Entries: varied(1, 1, 4)})
	failing = true
	if err := s.Write([]core.Record{core.Append{Entries: varied(1, 5, 6)}}); err == nil {
		t.Fatal("a failed sync was no error")
	}
	return dir
}

// halfAside is a damaged copy whose start was ended before all its files were
// set aside.
func halfAside(t *testing.T, damaged *journal.MemoryDirectory) *journal.MemoryDirectory {
	t.Helper()
	dir := clone(t, damaged)
	const stateSegmentAndOneMore = 3
	if _, _, err := store.New(&dying{dir, stateSegmentAndOneMore}, store.Options{}).Load(); err == nil {
		t.Fatal("the start came to its end")
	}
	return dir
}

// manyEpochs is a copy whose history is longer than one record of it.
func manyEpochs(t *testing.T) *journal.MemoryDirectory {
	t.Helper()
	var all []journal.Entry
	for i := journal.Index(1); i <= 300; i++ {
		master := journal.NodeID{0: byte(i >> 8), 1: byte(i)}
		all = append(all, journal.Entry{Position: journal.Position{
			Epoch: journal.Epoch{Number: 2, Master: master}, Index: i,
		}})
	}
	dir := journal.NewMemoryDirectory()
	s, _, _ := open(t, dir, store.Options{})
	replaced := snapshotOf(all)
	replaced.Reset = true
	write(t, s, meta(1), replaced)
	work(t, s)
	shut(t, s)
	return dir
}

type livedCopy struct {
	dir   *journal.MemoryDirectory
	store *store.Store
}

// lived is a copy with everything that one may have: several segments, two
// epochs, a cut with its orphans, one of them final, one dropped again, and a
// snapshot with a dedupe table.
func lived(t *testing.T, options store.Options) livedCopy {
	t.Helper()
	dir := journal.NewMemoryDirectory()
	s, _, _ := open(t, dir, options)
	m := meta(1)
	m.Meta.Register = register.Register{
		Version: 12, Epoch: epoch(3),
		InSync: []register.Seat{{Node: node(3), Incarnation: 2}, {Node: node(1), Incarnation: 1}, {Node: node(5), Volatile: true}},
		Losses: []register.Loss{{Epoch: epoch(2), At: 1_700_000_000_000_000_000, Missing: []journal.NodeID{node(4)}}},
	}
	m.Meta.Accepted = epoch(3)
	write(t, s, m, core.Append{Entries: varied(1, 1, 9)})
	for i := journal.Index(10); i <= 16; i++ {
		write(t, s, core.Append{Entries: varied(1, i, i)})
	}
	orphans := core.SaveOrphans{}
	for i, e := range varied(1, 14, 16) {
		orphans.Orphans = append(orphans.Orphans, journal.Orphan{Entry: e, Acked: i == 0})
	}
	write(t, s, orphans, core.Cut{After: 13}, core.Append{Entries: varied(3, 14, 20)})
	final := orphans.Orphans[0]
	final.Final, final.Superseded = true, true
	write(t, s, core.SaveOrphans{Orphans: []journal.Orphan{final}})
	write(t, s, core.DropOrphans{Positions: []journal.Position{orphans.Orphans[1].Entry.Position}})
	write(t, s, snapshotOf(append(varied(1, 1, 13), varied(3, 14, 15)...)))
	work(t, s)
	m.Meta.Incarnation = 2
	write(t, s, core.Append{Entries: varied(3, 21, 24)}, m)
	work(t, s)
	for i := journal.Index(25); i <= 34; i++ {
		write(t, s, core.Append{Entries: varied(3, i, i)})
	}
	return livedCopy{dir, s}
}

// tear leaves a record that was being written at the end of the journal.
func tear(t *testing.T, c livedCopy) {
	t.Helper()
	name := newestSegment(t, c.dir)
	size := len(bytes.TrimRight(content(t, c.dir, name), "\x00"))
	write(t, c.store, core.Append{Entries: varied(3, 35, 35)})
	b := content(t, c.dir, name)
	if newest := newestSegment(t, c.dir); newest != name {
		t.Fatalf("the journal goes on in %s", newest)
	}
	put(t, c.dir, name, append(b[:size+48], make([]byte, 64)...))
}

// varied makes entries of an epoch that have every field, and no two alike.
func varied(n journal.EpochNumber, from, to journal.Index) []journal.Entry {
	var all []journal.Entry
	for i := from; i <= to; i++ {
		e := entry(n, i)
		e.Time = 1_700_000_000_000_000_000 + journal.Instant(i)*1_234_567
		e.Origin = journal.Origin{Client: journal.ClientID(node(byte(20 + i%3))), Seq: uint64(i), Floor: uint64(i - i%3)}
		e.Ack = []journal.Ack{journal.AckAll, journal.AckAsync, journal.AckOne, 2}[i%4]
		switch i % 5 {
		case 0:
			e.Changes = append(e.Changes, journal.Change{Key: "key/3", Deleted: true}, journal.Change{Key: "\xff\x01 binary", Value: []byte{0, 0xfe}})
			e.Results = []int64{1, 0, -1}
		case 1:
			e.Changes[0].Value = nil
		case 2:
			e.Changes, e.Results = nil, []int64{1 << 40}
		}
		if i == 1 || n == 3 && i == 14 {
			e.Origin, e.Changes, e.Ack = journal.Origin{}, nil, 0 // the start of the epoch
		}
		all = append(all, e)
	}
	return slices.Clip(all)
}
