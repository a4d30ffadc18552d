package host

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/journal"
)

// Memory is a Storage that ends with its process: what it holds is complete for
// as long as the value lives, and gone afterwards. The zero Memory is empty. It
// is safe for concurrent use.
type Memory struct {
	mu     sync.Mutex
	stored core.Stored
	closed bool
}

var _ Storage = (*Memory)(nil)

var errMemoryClosed = errors.New("the memory is closed")

// NewMemory returns an empty Memory.
func NewMemory() *Memory { return &Memory{} }

// Name returns "memory".
func (m *Memory) Name() string { return "memory" }

// Durable returns false.
func (m *Memory) Durable() bool { return false }

// Load opens the memory, also after a Close, and returns what it holds.
func (m *Memory) Load(context.Context) (core.Stored, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed = false
	s := m.stored
	s.History = slices.Clone(s.History)
	s.Entries = slices.Clone(s.Entries)
	s.Orphans = slices.Clone(s.Orphans)
	return s, nil
}

// Write applies records in order. It takes no time.
func (m *Memory) Write(_ context.Context, records []core.Record) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return errMemoryClosed
	}
	for _, record := range records {
		if err := m.apply(record); err != nil {
			return err
		}
	}
	return nil
}

// Close ends the use by one node. What is held stays, for the next Load.
func (m *Memory) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed = true
	return nil
}

func (m *Memory) apply(record core.Record) error {
	s := &m.stored
	switch record := record.(type) {
	case core.SaveMeta:
		s.Meta = record.Meta
	case core.Append:
		return m.add(record.Entries)
	case core.Cut:
		return m.cut(record.After)
	case core.SaveOrphans:
		for _, o := range record.Orphans {
			i, found := m.orphan(o.Entry.Position)
			if found {
				s.Orphans[i] = o
			} else {
				s.Orphans = slices.Insert(s.Orphans, i, o)
			}
		}
	case core.DropOrphans:
		for _, p := range record.Positions {
			if i, found := m.orphan(p); found {
				s.Orphans = slices.Delete(s.Orphans, i, i+1)
			}
		}
	case core.SaveSnapshot:
		m.replace(record)
	}
	return nil
}

// last returns the index of the newest entry.
func (m *Memory) last() journal.Index {
	if n := len(m.stored.Entries); n > 0 {
		return m.stored.Entries[n-1].Position.Index
	}
	return m.base()
}

// base returns the index the snapshot covers.
func (m *Memory) base() journal.Index {
	if m.stored.Snapshot == nil {
		return 0
	}
	return m.stored.Snapshot.At().Index
}

func (m *Memory) add(entries []journal.Entry) error {
	for _, e := range entries {
		if e.Position.Index != m.last()+1 {
			return fmt.Errorf("append entry %v behind index %d", e.Position, m.last())
		}
		m.stored.Entries = append(m.stored.Entries, e)
	}
	return nil
}

func (m *Memory) cut(after journal.Index) error {
	if after < m.base() {
		return fmt.Errorf("cut behind index %d, but a snapshot reaches to %d", after, m.base())
	}
	keep := min(int(after-m.base()), len(m.stored.Entries))
	m.stored.Entries = slices.Delete(m.stored.Entries, keep, len(m.stored.Entries))
	return nil
}

// replace puts a snapshot in the place of the entries it covers.
func (m *Memory) replace(record core.SaveSnapshot) {
	s := &m.stored
	at := record.Snapshot.At().Index
	s.Entries = slices.DeleteFunc(slices.Clone(s.Entries), func(e journal.Entry) bool {
		return record.Reset || e.Position.Index <= at
	})
	s.Snapshot, s.History = record.Snapshot, slices.Clone(record.History)
}

func (m *Memory) orphan(p journal.Position) (int, bool) {
	return slices.BinarySearchFunc(m.stored.Orphans, p, func(o journal.Orphan, p journal.Position) int {
		return o.Entry.Position.Compare(p)
	})
}
