package store_test

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/keyspace"
	"github.com/understudy-dev/understudy/core/store"
)

func node(n byte) journal.NodeID { return journal.NodeID{15: n} }

func epoch(n journal.EpochNumber) journal.Epoch {
	return journal.Epoch{Number: n, Master: node(byte(n))}
}

func meta(n journal.Incarnation) core.SaveMeta {
	return core.SaveMeta{Meta: core.Meta{Node: node(1), Incarnation: n, Accepted: epoch(7)}}
}

func entry(n journal.EpochNumber, i journal.Index) journal.Entry {
	return journal.Entry{
		Position: journal.Position{Epoch: epoch(n), Index: i}, Time: journal.Instant(i), Ack: journal.AckAll,
		Origin:  journal.Origin{Client: journal.ClientID(node(9)), Seq: uint64(i), Floor: uint64(i)},
		Changes: []journal.Change{{Key: fmt.Sprintf("key/%d", i%7), Value: bytes.Repeat([]byte{byte(i)}, 20)}},
	}
}

func entries(n journal.EpochNumber, from, to journal.Index) core.Append {
	a := core.Append{}
	for i := from; i <= to; i++ {
		a.Entries = append(a.Entries, entry(n, i))
	}
	return a
}

func orphan(n journal.EpochNumber, i journal.Index) core.SaveOrphans {
	return core.SaveOrphans{Orphans: []journal.Orphan{{Entry: entry(n, i)}}}
}

// snapshotOf is a snapshot of the state that entries lead to.
func snapshotOf(all []journal.Entry) core.SaveSnapshot {
	state := keyspace.New()
	history := journal.History{}
	for _, e := range all {
		state.Apply(e)
		if n := len(history); n == 0 || history[n-1].Epoch != e.Position.Epoch {
			history = append(history, journal.EpochStart{Epoch: e.Position.Epoch, First: e.Position.Index})
		}
	}
	state.Commit(state.Applied().Index)
	return core.SaveSnapshot{Snapshot: state.Snapshot(), History: history}
}

func open(t testing.TB, dir journal.Directory, options store.Options) (*store.Store, core.Stored, store.Report) {
	t.Helper()
	s := store.New(dir, options)
	stored, report, err := s.Load()
	if err != nil {
		t.Fatalf("load: %v", err)
	}
	return s, stored, report
}

func write(t testing.TB, s *store.Store, records ...core.Record) {
	t.Helper()
	if err := s.Write(records); err != nil {
		t.Fatalf("write: %v", err)
	}
}

// work does all that can be done later.
func work(t testing.TB, s *store.Store) {
	t.Helper()
	for more := true; more; {
		var err error
		if more, err = s.Work(); err != nil {
			t.Fatalf("work: %v", err)
		}
	}
}

func shut(t testing.TB, s *store.Store) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Fatalf("close: %v", err)
	}
}

// text is all of a copy that can be compared.
func text(s core.Stored) string {
	b := fmt.Appendf(nil, "%+v\n", s.Meta)
	if s.Snapshot != nil {
		b = fmt.Appendf(b, "snapshot %v %x %v\n", s.Snapshot.At(), s.Snapshot.Hash(), s.History)
	}
	for _, e := range s.Entries {
		b = fmt.Appendf(b, "%+v\n", e)
	}
	for _, o := range s.Orphans {
		b = fmt.Appendf(b, "orphan %+v\n", o)
	}
	return string(b)
}

// clone copies a directory.
func clone(t testing.TB, dir journal.Directory) *journal.MemoryDirectory {
	t.Helper()
	second := journal.NewMemoryDirectory()
	for _, name := range names(t, dir) {
		file, err := second.Open(name, true)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := file.WriteAt(content(t, dir, name), 0); err != nil {
			t.Fatal(err)
		}
	}
	return second
}

func names(t testing.TB, dir journal.Directory) []string {
	t.Helper()
	list, err := dir.List()
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func content(t testing.TB, dir journal.Directory, name string) []byte {
	t.Helper()
	file, err := dir.Open(name, false)
	if err != nil {
		t.Fatal(err)
	}
	size, err := file.Size()
	if err != nil {
		t.Fatal(err)
	}
	b := make([]byte, size)
	if size > 0 {
		if _, err := file.ReadAt(b, 0); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

// put gives a file that content.
func put(t testing.TB, dir journal.Directory, name string, b []byte) {
	t.Helper()
	file, err := dir.Open(name, true)
	if err != nil {
		t.Fatal(err)
	}
	if err := file.Truncate(0); err != nil {
		t.Fatal(err)
	}
	if _, err := file.WriteAt(b, 0); err != nil {
		t.Fatal(err)
	}
}

// isPrefix reports whether the entries of a copy are the first ones of others.
func isPrefix(got, all []journal.Entry) bool {
	return len(got) <= len(all) && slices.EqualFunc(got, all[:len(got)], func(a, b journal.Entry) bool {
		return fmt.Sprint(a) == fmt.Sprint(b)
	})
}
