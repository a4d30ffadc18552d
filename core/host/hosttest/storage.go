package hosttest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/host"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
)

// Place makes a new empty place for a copy, and returns how to open a storage
// there: again after each Close, with what was written before.
type Place func(t *testing.T) (open func() (host.Storage, error))

// Storage checks everything a [host.Storage] promises except what a crash
// leaves behind.
func Storage(t *testing.T, place Place) {
	for name, check := range storageChecks {
		t.Run(name, func(t *testing.T) { check(t, &shelf{t: t, open: place(t)}) })
	}
}

var storageChecks = map[string]func(*testing.T, *shelf){
	"a new place holds nothing":                           newHoldsNothing,
	"meta is what was saved last":                         metaIsTheLast,
	"entries come back in order":                          entriesComeBack,
	"a cut removes what is behind it":                     cutRemoves,
	"entries behind a cut replace what was cut":           appendAfterCut,
	"orphans are kept by position until they are dropped": orphansByPosition,
	"orphans outlive cut, snapshot and reset":             orphansOutlive,
	"a snapshot takes the place of what it covers":        snapshotCovers,
	"a snapshot with reset takes the place of everything": snapshotResets,
	"all that a snapshot holds comes back":                snapshotWhole,
	"the largest entry comes back":                        largestEntry,
	"many records of one write are applied in order":      recordsInOrder,
	"writes go on after loading again":                    writesGoOn,
	"after close nothing is written":                      closedWritesNothing,
}

// shelf opens the storage of one place, again and again.
type shelf struct {
	t    *testing.T
	open func() (host.Storage, error)
}

func (s *shelf) load() (host.Storage, core.Stored) {
	s.t.Helper()
	storage, err := s.open()
	if err != nil {
		s.t.Fatalf("open: %v", err)
	}
	stored, err := storage.Load(s.t.Context())
	if err != nil {
		s.t.Fatalf("load: %v", err)
	}
	return storage, stored
}

// write opens the storage, writes, and closes it again.
func (s *shelf) write(records ...core.Record) {
	s.t.Helper()
	storage, _ := s.load()
	write(s.t, storage, records...)
	shut(s.t, storage)
}

// read returns what is stored.
func (s *shelf) read() core.Stored {
	s.t.Helper()
	storage, stored := s.load()
	shut(s.t, storage)
	return stored
}

func write(t *testing.T, storage host.Storage, records ...core.Record) {
	t.Helper()
	if err := storage.Write(t.Context(), records); err != nil {
		t.Fatalf("write: %v", err)
	}
}

func shut(t *testing.T, storage host.Storage) {
	t.Helper()
	if err := storage.Close(); err != nil {
		t.Fatalf("close: %v", err)
	}
}

func newHoldsNothing(t *testing.T, s *shelf) {
	storage, stored := s.load()
	defer shut(t, storage)
	if storage.Name() == "" {
		t.Error("the storage has no name")
	}
	if !stored.Meta.Node.IsZero() || stored.Snapshot != nil || len(stored.Entries)+len(stored.History)+len(stored.Orphans) > 0 {
		t.Errorf("a new place holds %+v", stored)
	}
}

func metaIsTheLast(t *testing.T, s *shelf) {
	s.write(core.SaveMeta{Meta: metaOf(1)}, core.SaveMeta{Meta: metaOf(2)})
	s.write(core.SaveMeta{Meta: metaOf(3)})
	sameMeta(t, s.read().Meta, metaOf(3))
}

func entriesComeBack(t *testing.T, s *shelf) {
	s.write(core.Append{Entries: entries(1, 1, 3)}, core.Append{Entries: entries(1, 4, 4)})
	s.write(core.Append{Entries: entries(2, 5, 6)})
	sameEntries(t, s.read().Entries, append(entries(1, 1, 4), entries(2, 5, 6)...))
}

func cutRemoves(t *testing.T, s *shelf) {
	s.write(core.Append{Entries: entries(1, 1, 9)}, core.Cut{After: 4})
	sameEntries(t, s.read().Entries, entries(1, 1, 4))
	s.write(core.Cut{After: 4})
	sameEntries(t, s.read().Entries, entries(1, 1, 4))
	s.write(core.Cut{After: 0})
	sameEntries(t, s.read().Entries, nil)
}

func appendAfterCut(t *testing.T, s *shelf) {
	s.write(core.Append{Entries: entries(1, 1, 9)})
	s.write(core.Cut{After: 2}, core.Append{Entries: entries(2, 3, 5)})
	want := append(entries(1, 1, 2), entries(2, 3, 5)...)
	sameEntries(t, s.read().Entries, want)
}

func orphansByPosition(t *testing.T, s *shelf) {
	pending, final := orphans(1, 5, 7), orphans(1, 5, 7)
	for i := range final {
		final[i].Final, final[i].Acked, final[i].Superseded = true, i == 0, i == 1
		final[i].Replaced, final[i].HasBefore = at(2, final[i].Entry.Position.Index), i != 1
	}
	final[0].Before = []journal.Item{{Key: "a", Value: []byte("1"), Revision: 3, Deadline: 7}, {Key: "b", Revision: 4}}
	s.write(core.SaveOrphans{Orphans: pending[1:]}, core.SaveOrphans{Orphans: pending[:1]})
	sameOrphans(t, s.read().Orphans, pending)
	s.write(core.SaveOrphans{Orphans: final})
	sameOrphans(t, s.read().Orphans, final)
	s.write(core.DropOrphans{Positions: []journal.Position{final[0].Entry.Position, at(9, 9)}})
	sameOrphans(t, s.read().Orphans, final[1:])
}

func orphansOutlive(t *testing.T, s *shelf) {
	kept := orphans(1, 5, 6)
	state := newState(entries(1, 1, 4))
	s.write(
		core.Append{Entries: entries(1, 1, 6)}, core.SaveOrphans{Orphans: kept}, core.Cut{After: 4},
		core.SaveSnapshot{Snapshot: state.Snapshot(), History: historyOf(1, 1)},
	)
	sameOrphans(t, s.read().Orphans, kept)
	s.write(core.SaveSnapshot{Snapshot: state.Snapshot(), History: historyOf(1, 1), Reset: true})
	sameOrphans(t, s.read().Orphans, kept)
}

func snapshotCovers(t *testing.T, s *shelf) {
	all := append(entries(1, 1, 4), entries(2, 5, 9)...)
	snapshot := newState(all[:6]).Snapshot()
	history := journal.History{{Epoch: epoch(1), First: 1}, {Epoch: epoch(2), First: 5}}
	s.write(core.Append{Entries: all}, core.SaveSnapshot{Snapshot: snapshot, History: history})
	s.write(core.Append{Entries: entries(2, 10, 10)})
	stored := s.read()
	sameSnapshot(t, stored.Snapshot, snapshot)
	if !slices.Equal(stored.History, history) {
		t.Errorf("history %v, want %v", stored.History, history)
	}
	sameEntries(t, stored.Entries, append(slices.Clone(all[6:]), entries(2, 10, 10)...))
}

func snapshotResets(t *testing.T, s *shelf) {
	snapshot := newState(entries(3, 1, 3)).Snapshot()
	s.write(core.Append{Entries: entries(1, 1, 9)})
	s.write(core.SaveSnapshot{Snapshot: snapshot, History: historyOf(3, 1), Reset: true}, core.Append{Entries: entries(3, 4, 5)})
	stored := s.read()
	sameSnapshot(t, stored.Snapshot, snapshot)
	sameEntries(t, stored.Entries, entries(3, 4, 5))
	s.write(core.Cut{After: 3})
	sameEntries(t, s.read().Entries, nil)
}

func snapshotWhole(t *testing.T, s *shelf) {
	var all []journal.Entry
	for i := journal.Index(1); i <= 300; i++ {
		e := entry(1, i)
		e.Changes = append(e.Changes, journal.Change{Key: fmt.Sprintf("big/%03d", i), Value: bytes.Repeat([]byte{byte(i)}, 20_000)})
		all = append(all, e)
	}
	snapshot := newState(all).Snapshot()
	s.write(core.SaveSnapshot{Snapshot: snapshot, History: historyOf(1, 1), Reset: true})
	sameSnapshot(t, s.read().Snapshot, snapshot)
}

func largestEntry(t *testing.T, s *shelf) {
	e := entry(1, 1)
	e.Changes = []journal.Change{{
		Key:   string(bytes.Repeat([]byte{'k'}, frame.KeyMaxBytes)),
		Value: bytes.Repeat([]byte{'v'}, frame.ValueMaxBytes),
	}}
	for i := range frame.BatchMaxOps {
		e.Changes = append(e.Changes, journal.Change{Key: fmt.Sprint("k", i), Value: make([]byte, 900)})
	}
	s.write(core.Append{Entries: []journal.Entry{e}}, core.SaveOrphans{Orphans: []journal.Orphan{{Entry: e}}})
	stored := s.read()
	sameEntries(t, stored.Entries, []journal.Entry{e})
	sameOrphans(t, stored.Orphans, []journal.Orphan{{Entry: e}})
}

func recordsInOrder(t *testing.T, s *shelf) {
	var records []core.Record
	for i := journal.Index(1); i <= 2000; i++ {
		records = append(records, core.Append{Entries: entries(1, i, i)}, core.SaveMeta{Meta: metaOf(journal.Incarnation(i))})
		if i%100 == 0 {
			records = append(records, core.Cut{After: i - 1}, core.Append{Entries: entries(1, i, i)})
		}
	}
	s.write(records...)
	stored := s.read()
	sameMeta(t, stored.Meta, metaOf(2000))
	sameEntries(t, stored.Entries, entries(1, 1, 2000))
}

func writesGoOn(t *testing.T, s *shelf) {
	var want []journal.Entry
	for i := journal.Index(1); i <= 5; i++ {
		storage, stored := s.load()
		sameEntries(t, stored.Entries, want)
		write(t, storage, core.Append{Entries: entries(1, i, i)})
		want = append(want, entry(1, i))
		shut(t, storage)
	}
}

func closedWritesNothing(t *testing.T, s *shelf) {
	storage, _ := s.load()
	write(t, storage, core.Append{Entries: entries(1, 1, 1)})
	shut(t, storage)
	if err := storage.Write(context.WithoutCancel(t.Context()), []core.Record{core.Append{Entries: entries(1, 2, 2)}}); err == nil {
		t.Error("a closed storage takes a write")
	}
	sameEntries(t, s.read().Entries, entries(1, 1, 1))
}

// metaOf makes a meta with every field set, different for each n.
func metaOf(n journal.Incarnation) core.Meta {
	return core.Meta{
		Node: node(1), Incarnation: n, Accepted: epoch(7),
		Register: register.Register{
			Version: register.Version(n), Epoch: epoch(6), Awaiting: n%2 == 0,
			InSync: []register.Seat{{Node: node(1)}, {Node: node(2), Volatile: true}},
			Losses: []register.Loss{{Epoch: epoch(3), At: 99, Missing: []journal.NodeID{node(4)}}},
		},
	}
}

func sameMeta(t *testing.T, got, want core.Meta) {
	t.Helper()
	if err := differ("meta", fmt.Sprintf("%+v", got), fmt.Sprintf("%+v", want)); err != nil {
		t.Error(err)
	}
}

func differ(what, got, want string) error {
	if got == want {
		return nil
	}
	return errors.New(what + " is not what was written:\n got " + got + "\nwant " + want)
}
