package store

import (
	"fmt"
	"slices"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/keyspace"
	"github.com/understudy-dev/understudy/core/wire"
)

// add takes one record of the node. Entries wait for others that follow them.
func (s *Store) add(record core.Record) error {
	if add, ok := record.(core.Append); ok {
		return s.collect(add.Entries)
	}
	s.addEntries()
	switch record := record.(type) {
	case core.SaveMeta:
		s.meta = record.Meta
		s.addMeta(s.w)
	case core.Cut:
		return s.cut(record.After)
	case core.SaveOrphans:
		s.orphans = saveOrphans(s.orphans, record.Orphans)
		return addOrphans(s.w, record.Orphans)
	case core.DropOrphans:
		s.orphans = dropOrphans(s.orphans, record.Positions)
		for positions := range slices.Chunk(record.Positions, positionsMax) {
			s.w.Add(kindDropOrphans, func(dst []byte) []byte { return wire.AppendPositions(dst, positions) })
		}
	case core.SaveSnapshot:
		if record.Reset {
			return s.reset(record)
		}
		s.wanted = &record
	case core.Append:
	}
	return nil
}

// collect puts entries behind those that wait, and adds a record when they are
// enough for one.
func (s *Store) collect(entries []journal.Entry) error {
	for _, e := range entries {
		if e.Position.Index != s.last+1 {
			return fmt.Errorf("append entry %v behind index %d", e.Position, s.last)
		}
		s.last++
	}
	s.entries = append(s.entries, entries...)
	return nil
}

// addEntries adds the entries that wait, in records of about
// entriesRecordBytes.
func (s *Store) addEntries() {
	for rest := s.entries; len(rest) > 0; {
		n := recordOf(rest)
		s.w.Add(kindEntries, func(dst []byte) []byte { return wire.AppendEntries(dst, rest[:n]) })
		rest = rest[n:]
	}
	clear(s.entries) // what they hold is not the store's to keep
	s.entries = s.entries[:0]
}

func (s *Store) cut(after journal.Index) error {
	if after < s.base.At.Index {
		return fmt.Errorf("cut behind index %d, but a snapshot reaches to %d", after, s.base.At.Index)
	}
	s.last = min(s.last, after)
	s.w.Add(kindCut, func(dst []byte) []byte { return wire.AppendNumber(dst, uint64(after)) })
	return nil
}

func addMark(w *journal.Writer) { w.Add(kindMark, func(dst []byte) []byte { return dst }) }

func (s *Store) addMeta(w *journal.Writer) {
	w.Add(kindMeta, func(dst []byte) []byte { return wire.AppendMeta(dst, wire.StoredMeta(s.meta)) })
}

// addOrphans writes them piece by piece: there may be very many.
func addOrphans(w *journal.Writer, orphans []journal.Orphan) error {
	for _, o := range orphans {
		w.Add(kindOrphan, func(dst []byte) []byte { return wire.AppendOrphan(dst, o) })
		if err := flushPiece(w); err != nil {
			return err
		}
	}
	return nil
}

// reset puts a snapshot in the place of the whole journal. It is the next
// segment that does so, in one step: it stands on the snapshot, which is
// complete by then, and on nothing else.
func (s *Store) reset(record core.SaveSnapshot) error {
	if err := s.dropSnapshot(); err != nil {
		return err
	}
	s.snapshot++
	if err := s.saveWhole(s.snapshot, record.Snapshot, record.History); err != nil {
		return err
	}
	at := record.Snapshot.At()
	s.last = at.Index
	return s.rotate(wire.StoredBase{Snapshot: s.snapshot, At: at, After: at.Index})
}

// saveWhole writes a snapshot at once and gives its file the name.
func (s *Store) saveWhole(number uint64, snapshot *keyspace.Snapshot, history journal.History) error {
	made, err := newSnapshotWriter(s.dir, number, snapshot, history)
	if err != nil {
		return err
	}
	s.making = made // closed by abandon, should a step fail
	for !made.done {
		if err := made.step(); err != nil {
			return err
		}
	}
	if err := made.finish(s.dir); err != nil {
		return err
	}
	s.making = nil
	return nil
}

// dropSnapshot gives up the snapshot that is being written or waited for.
func (s *Store) dropSnapshot() error {
	s.wanted = nil
	if s.making == nil {
		return nil
	}
	name := s.making.w.Name()
	err := s.making.w.Close()
	s.making = nil
	s.left = append(s.left, name)
	return err
}

// rotate goes on in a new segment. Its file gets its name when it is complete
// and synced; the old one then says that another must follow, so that a lost
// file is noticed.
func (s *Store) rotate(base wire.StoredBase) error {
	if err := s.w.Sync(); err != nil {
		return err
	}
	number := s.w.Number() + 1
	next, err := s.newSegment(number, s.w.Next(), base)
	if err != nil {
		return err
	}
	if err := s.place(next, segmentName(number)); err != nil {
		return err
	}
	old := s.w
	s.w, s.begun = next, next.Size()
	s.starts = append(s.starts, start{number, base.After})
	if replaced := s.base.Snapshot; replaced != 0 && replaced != base.Snapshot {
		s.left = append(s.left, snapshotName(replaced))
	}
	s.base = base
	old.Add(kindNext, func(dst []byte) []byte { return wire.AppendNumber(dst, number) })
	if err := old.Sync(); err != nil {
		return err
	}
	if err := old.Close(); err != nil {
		return err
	}
	s.forget()
	return nil
}

// newSegment begins a segment, in a file aside, with all that stands at the
// beginning of one.
func (s *Store) newSegment(number, first uint64, base wire.StoredBase) (*journal.Writer, error) {
	name := segmentName(number)
	file, err := create(s.dir, name+asideSuffix)
	if err != nil {
		return nil, err
	}
	w := journal.NewWriter(file, name+asideSuffix, journal.Head{Kind: journal.KindSegment, Number: number, First: first}, 0)
	w.Add(kindBase, func(dst []byte) []byte { return wire.AppendBase(dst, base) })
	s.addMeta(w)
	return w, addOrphans(w, s.orphans)
}

// place syncs a segment that was written aside, gives it its name, and goes on
// writing in it. A mark tells that all before it was durable: else damage there
// would look like what was being written.
func (s *Store) place(w *journal.Writer, name string) error {
	if err := w.Sync(); err != nil {
		return err
	}
	addMark(w)
	if err := w.Flush(); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	if err := replace(s.dir, name+asideSuffix, name); err != nil {
		return err
	}
	file, err := s.dir.Open(name, false)
	if err != nil {
		return fmt.Errorf("open %s: %w", name, err)
	}
	w.Move(file, name, s.options.AheadBytes)
	return nil
}

// forget lists the files for removal that the newest segment does not need:
// segments whose entries its snapshot covers, and older snapshots.
func (s *Store) forget() {
	needed := 0
	for i, start := range s.starts {
		if start.after <= s.base.At.Index {
			needed = i
		}
	}
	for _, start := range s.starts[:needed] {
		s.left = append(s.left, segmentName(start.segment))
	}
	s.starts = slices.Clone(s.starts[needed:])
}
