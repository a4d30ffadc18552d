package keyspace

import (
	"fmt"

	"github.com/tidwall/btree"

	"github.com/understudy-dev/understudy/core/journal"
)

// DedupeMaxClients is how many rows the dedupe table of a new [State] may have.
const DedupeMaxClients = 10_000

// State is what a copy's entries have made of it, up to the newest one, with
// what is needed to go back to the commit mark. It is not safe for concurrent
// use; make one with [New] or [Snapshot.State].
type State struct {
	// DedupeMaxClients is the most rows the dedupe table may have, at least 1.
	// All copies of a room must use the same number. The default is the
	// constant of this name, after a snapshot too.
	DedupeMaxClients int

	newest    content
	committed journal.Position
	undos     []undo                  // of the entries behind committed, oldest first
	dirty     *btree.BTreeG[*oldItem] // what their undos hold, by key and index
}

// undo is what it takes to go back before one entry.
type undo struct {
	entry  journal.Position
	before journal.Position
	time   journal.Instant
	items  []*oldItem // one for each key the entry touched
	table  tableUndo
}

// oldItem is one key as it was before an entry.
type oldItem struct {
	key   string
	index journal.Index // of the entry
	row   *row          // nil: there was no such key
}

func oldLess(a, b *oldItem) bool {
	if a.key != b.key {
		return a.key < b.key
	}
	return a.index < b.index
}

// New returns the state before the first entry.
func New() *State { return newState(newContent()) }

func newState(c content) *State {
	return &State{
		DedupeMaxClients: DedupeMaxClients,
		newest:           c,
		committed:        c.at,
		dirty:            newTree(oldLess),
	}
}

// Apply makes the changes of the entry that follows Applied, and panics for
// any other. It keeps e's keys, values and results, which never change.
func (s *State) Apply(e journal.Entry) {
	at := s.newest.at
	if e.Position.Index != at.Index+1 || e.Position.Epoch.Compare(at.Epoch) < 0 {
		panic(fmt.Sprintf("keyspace: entry %v does not follow %v", e.Position, at))
	}
	u := undo{entry: e.Position, before: at, time: s.newest.time}
	if len(e.Changes) > 0 {
		// dirty points into it: if it grew, what it was would be held too.
		u.items = make([]*oldItem, 0, len(e.Changes))
	}
	for _, c := range e.Changes {
		s.change(e.Position.Index, c, &u)
	}
	if e.IsWrite() {
		s.newest.table.apply(e, s.DedupeMaxClients, &u.table)
	}
	s.newest.time = max(s.newest.time, e.Time)
	s.newest.at = e.Position
	s.undos = append(s.undos, u)
}

// change makes one change of the entry at index. Of several changes of one key
// in an entry only the first meets the key as it was before.
func (s *State) change(index journal.Index, c journal.Change, u *undo) {
	old := &oldItem{key: c.Key, index: index}
	if c.Deleted {
		old.row = s.newest.remove(c.Key)
	} else {
		old.row = s.newest.put(newRow(journal.Item{
			Key: c.Key, Value: c.Value, Revision: index, Deadline: c.Deadline,
		}))
	}
	if len(u.items) > 0 {
		if _, again := s.dirty.Get(old); again {
			return
		}
	}
	u.items = append(u.items, old)
	s.dirty.Set(old)
}

// Undo takes back the applied entries behind an index, newest first: content,
// revisions, dedupe table, logical time and hash are as they were. It panics
// below Committed.
func (s *State) Undo(after journal.Index) {
	if after < s.committed.Index {
		panic(fmt.Sprintf("keyspace: undo behind %d, but %v is committed", after, s.committed))
	}
	for s.newest.at.Index > after {
		last := len(s.undos) - 1
		s.newest.revert(&s.undos[last])
		s.clean(&s.undos[last])
		s.undos[last] = undo{}
		s.undos = s.undos[:last]
	}
}

// Commit moves the commit mark up to an index, but not beyond Applied: the
// entries up to there can no longer be undone. The mark never falls.
func (s *State) Commit(to journal.Index) {
	n := 0
	for n < len(s.undos) && s.undos[n].entry.Index <= to {
		s.committed = s.undos[n].entry
		s.clean(&s.undos[n])
		n++
	}
	clear(s.undos[:n]) // what they held is freed before the slice is
	s.undos = s.undos[n:]
}

// clean forgets that an entry touched its keys.
func (s *State) clean(u *undo) {
	for _, old := range u.items {
		s.dirty.Delete(old)
	}
}

// Snapshot returns the state at the commit mark. It shares what does not change
// with s, so that it takes no longer for more keys, only for more entries that
// are not committed. It stays as it is whatever happens to s.
func (s *State) Snapshot() *Snapshot {
	c := s.newest.copy()
	for i := len(s.undos) - 1; i >= 0; i-- {
		c.revert(&s.undos[i])
	}
	return &Snapshot{content: c}
}

// Applied returns the position of the newest entry applied.
func (s *State) Applied() journal.Position { return s.newest.at }

// Committed returns the commit mark: the newest entry that Undo can't reach.
func (s *State) Committed() journal.Position { return s.committed }

// Time returns the logical time at Applied: the highest Time of its entries.
func (s *State) Time() journal.Instant { return s.newest.time }

// Hash returns the state hash at Applied. Copies with equal keys, values,
// revisions, dedupe tables and logical times have equal hashes, whichever way
// they came there; the commit mark is not part of it.
func (s *State) Hash() uint64 { return s.newest.hash() }

// SizeBytes returns about what a snapshot at Applied would take; see
// [Snapshot.SizeBytes].
func (s *State) SizeBytes() int { return s.newest.sizeBytes() }

// Len returns the number of keys at Applied, reserved ones and those whose
// deadline has come included.
func (s *State) Len() int { return s.newest.items.Len() }
