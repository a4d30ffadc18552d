package store_test

import (
	"slices"
	"testing"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/store"
)

// mortal are entries with deadlines: keys that are due at the end and still
// there, keys that are not due, one that lost its deadline, and expiries.
func mortal(from, to journal.Index) []journal.Entry {
	all := varied(1, from, to)
	for i := range all {
		e := &all[i]
		index := e.Position.Index
		for k := range e.Changes {
			if c := &e.Changes[k]; !c.Deleted && index%4 != 0 {
				c.Deadline = e.Time.Add(1_234_567 * 20)
				if index%4 == 1 {
					c.Deadline = e.Time + 1
				}
			}
		}
		if index%9 == 0 {
			e.Origin, e.Ack, e.Results = journal.Origin{Seq: journal.ExpirySeq}, 0, nil
			e.Changes = []journal.Change{{Key: "key/1", Deleted: true}, {Key: "key/3", Deleted: true}}
		}
	}
	return all
}

// livedMortal is a copy with deadlines in its snapshot, its entries and its
// orphans.
func livedMortal(t *testing.T) *journal.MemoryDirectory {
	t.Helper()
	dir := journal.NewMemoryDirectory()
	s, _, _ := open(t, dir, store.Options{SegmentBytes: 900})
	all := mortal(1, 30)
	write(t, s, meta(1), core.Append{Entries: all[:20]})
	write(t, s, core.SaveOrphans{Orphans: []journal.Orphan{{Entry: all[18]}, {Entry: all[19]}}}, core.Cut{After: 18})
	write(t, s, core.Append{Entries: all[18:28]}, snapshotOf(all[:24]))
	work(t, s)
	write(t, s, core.Append{Entries: all[28:]})
	shut(t, s)
	return dir
}

func TestDeadlinesComeBackFromEveryFile(t *testing.T) {
	want := stateOf(core.Stored{Entries: mortal(1, 30)})
	if want.NextDeadline() == 0 || want.NextDeadline() > want.Time() || want.Len() == keysAt(core.Stored{Entries: mortal(1, 30)}) {
		t.Fatalf("no key is due at the end: %d of %d", want.NextDeadline(), want.Time())
	}
	dir := livedMortal(t)
	stored, report, err := store.Inspect(dir)
	if err != nil || len(report.Damage) > 0 {
		t.Fatalf("%v, %+v", err, report)
	}
	if stored.Snapshot == nil || stored.Snapshot.State().NextDeadline() == 0 {
		t.Fatal("the snapshot has no deadlines")
	}
	a, err := readArchive(t, exported(t, store.Archive{Stored: stored}))
	if err != nil {
		t.Fatal(err)
	}
	into := journal.NewMemoryDirectory()
	if err := store.Import(into, a, nil); err != nil {
		t.Fatal(err)
	}
	imported, _, err := store.Inspect(into)
	if err != nil {
		t.Fatal(err)
	}
	for name, got := range map[string]core.Stored{"stored": stored, "exported": a.Stored, "imported": imported} {
		state := stateOf(got)
		if state.Hash() != want.Hash() || state.NextDeadline() != want.NextDeadline() {
			t.Errorf("%s: hash %x, next deadline %d; wanted %x, %d", name, state.Hash(), state.NextDeadline(), want.Hash(), want.NextDeadline())
		}
		if len(got.Orphans) != 2 || !slices.Equal(deadlines(got.Orphans[0].Entry), deadlines(mortal(19, 19)[0])) {
			t.Errorf("%s: orphans %+v", name, got.Orphans)
		}
	}
}

func deadlines(e journal.Entry) []journal.Instant {
	var all []journal.Instant
	for _, c := range e.Changes {
		all = append(all, c.Deadline)
	}
	return all
}

// keysAt counts the keys that a reader of a copy sees, hidden ones aside.
func keysAt(s core.Stored) int {
	count := 0
	stateOf(s).Scan("", "", func(journal.Item) bool { count++; return true })
	return count
}
