package hosttest

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/keyspace"
)

func node(n byte) journal.NodeID { return journal.NodeID{15: n} }

func epoch(n journal.EpochNumber) journal.Epoch {
	return journal.Epoch{Number: n, Master: node(byte(n))}
}

func at(n journal.EpochNumber, i journal.Index) journal.Position {
	return journal.Position{Epoch: epoch(n), Index: i}
}

func historyOf(n journal.EpochNumber, first journal.Index) journal.History {
	return journal.History{{Epoch: epoch(n), First: first}}
}

// entry makes an entry with every field set. It is the same whenever it is made.
func entry(n journal.EpochNumber, i journal.Index) journal.Entry {
	return journal.Entry{
		Position: at(n, i), Time: journal.Instant(1_000_000 * i), Ack: journal.AckAll,
		Origin: journal.Origin{Client: journal.ClientID(node(9)), Seq: uint64(i), Floor: uint64(i)},
		Changes: []journal.Change{
			{Key: fmt.Sprintf("key/%d", i%7), Value: []byte{0, byte(i), 255}},
			{Key: "\x00\xff not text", Value: []byte{}},
			{Key: fmt.Sprintf("key/%d", (i+1)%7), Deleted: true},
		},
		Results: []int64{0, int64(i), math.MinInt64},
	}
}

// entries makes the entries of one epoch from an index to another.
func entries(n journal.EpochNumber, from, to journal.Index) []journal.Entry {
	var all []journal.Entry
	for i := from; i <= to; i++ {
		all = append(all, entry(n, i))
	}
	return all
}

func orphans(n journal.EpochNumber, from, to journal.Index) []journal.Orphan {
	var all []journal.Orphan
	for _, e := range entries(n, from, to) {
		all = append(all, journal.Orphan{Entry: e})
	}
	return all
}

func newState(all []journal.Entry) *keyspace.State {
	state := keyspace.New()
	for _, e := range all {
		state.Apply(e)
	}
	if n := len(all); n > 0 {
		state.Commit(all[n-1].Position.Index)
	}
	return state
}

// equalEntries compares everything but the difference of nil and empty.
func equalEntries(a, b journal.Entry) bool {
	return a.Position == b.Position && a.Time == b.Time && a.Ack == b.Ack && a.Origin == b.Origin &&
		slices.Equal(a.Results, b.Results) &&
		slices.EqualFunc(a.Changes, b.Changes, func(a, b journal.Change) bool {
			return a.Key == b.Key && a.Deleted == b.Deleted && bytes.Equal(a.Value, b.Value)
		})
}

func sameEntries(t *testing.T, got, want []journal.Entry) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%d entries, want %d", len(got), len(want))
		return
	}
	for i := range got {
		if !equalEntries(got[i], want[i]) {
			t.Errorf("entry %v is not what was written as %v", got[i].Position, want[i].Position)
			return
		}
	}
}

func sameOrphans(t *testing.T, got, want []journal.Orphan) {
	t.Helper()
	same := slices.EqualFunc(got, want, func(a, b journal.Orphan) bool {
		return equalEntries(a.Entry, b.Entry) && a.Acked == b.Acked && a.Final == b.Final && a.Superseded == b.Superseded &&
			a.Replaced == b.Replaced && a.HasBefore == b.HasBefore && slices.EqualFunc(a.Before, b.Before, equalItems)
	})
	if !same {
		t.Errorf("orphans %v, want %v", marksOf(got), marksOf(want))
	}
}

func equalItems(a, b journal.Item) bool {
	return a.Key == b.Key && bytes.Equal(a.Value, b.Value) && a.Revision == b.Revision && a.Deadline == b.Deadline
}

// marksOf is what a message needs of orphans.
func marksOf(all []journal.Orphan) []string {
	var marks []string
	for _, o := range all {
		marks = append(marks, fmt.Sprintf("%v acked=%v final=%v superseded=%v replaced by %v, %d items before, known=%v",
			o.Entry.Position, o.Acked, o.Final, o.Superseded, o.Replaced, len(o.Before), o.HasBefore))
	}
	return marks
}

// sameSnapshot compares position, time, hash and every part.
func sameSnapshot(t *testing.T, got, want *keyspace.Snapshot) {
	t.Helper()
	if got == nil {
		t.Error("no snapshot")
		return
	}
	if got.At() != want.At() || got.Time() != want.Time() || got.Hash() != want.Hash() || got.Len() != want.Len() {
		t.Errorf("snapshot at %v, %d keys, hash %x; want %v, %d keys, hash %x",
			got.At(), got.Len(), got.Hash(), want.At(), want.Len(), want.Hash())
	}
	var cursor keyspace.Cursor
	for number := 0; ; number++ {
		a, _, doneA := got.Part(cursor, 1<<20)
		b, next, doneB := want.Part(cursor, 1<<20)
		if keyspace.SumPart(a) != keyspace.SumPart(b) || doneA != doneB {
			t.Errorf("part %d of the snapshot is not what was written", number)
			return
		}
		if doneB {
			return
		}
		cursor = next
	}
}
