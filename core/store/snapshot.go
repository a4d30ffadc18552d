package store

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/keyspace"
	"github.com/understudy-dev/understudy/core/wire"
)

// snapshotWriter writes a snapshot piece by piece into a file aside.
type snapshotWriter struct {
	snapshot *keyspace.Snapshot
	w        *journal.Writer
	number   uint64 // of the file
	cursor   keyspace.Cursor
	parts    uint64
	done     bool // all of it is written and synced
}

// newSnapshotWriter begins the file that will have that number.
func newSnapshotWriter(dir journal.Directory, number uint64, snapshot *keyspace.Snapshot, history journal.History) (*snapshotWriter, error) {
	name := snapshotName(number) + asideSuffix
	file, err := create(dir, name)
	if err != nil {
		return nil, err
	}
	w := journal.NewWriter(file, name, journal.Head{Kind: journal.KindSnapshot, Number: number, First: 1}, 0)
	addSnapshotHead(w, snapshot, history)
	return &snapshotWriter{snapshot: snapshot, w: w, number: number}, nil
}

func addSnapshotHead(w *journal.Writer, s *keyspace.Snapshot, history journal.History) {
	some := history[:min(len(history), epochsMax)]
	head := wire.SnapshotHead{At: s.At(), Time: s.Time(), Hash: s.Hash(), History: some}
	w.Add(kindSnapshotHead, func(dst []byte) []byte { return wire.AppendSnapshotHead(dst, head) })
	for more := range slices.Chunk(history[len(some):], epochsMax) {
		w.Add(kindHistory, func(dst []byte) []byte {
			return wire.AppendSnapshotHead(dst, wire.SnapshotHead{History: more})
		})
	}
}

// step writes and syncs the next piece. The sync keeps the last one short,
// which a write of the node may be waiting behind.
func (s *snapshotWriter) step() error {
	if s.done {
		return nil
	}
	part, next, last := s.snapshot.Part(s.cursor, pieceBytes)
	s.w.Add(kindPart, func(dst []byte) []byte { return wire.AppendPart(dst, part) })
	s.cursor, s.parts, s.done = next, s.parts+1, last
	if last {
		s.w.Add(kindEnd, func(dst []byte) []byte { return wire.AppendNumber(dst, s.parts) })
	}
	return s.w.Sync()
}

// finish gives the complete file its name.
func (s *snapshotWriter) finish(dir journal.Directory) error {
	if err := s.w.Close(); err != nil {
		return err
	}
	return replace(dir, s.w.Name(), snapshotName(s.number))
}

// snapshotReader reads what snapshotWriter writes, from a file of its own or
// from among other records.
type snapshotReader struct {
	name    string
	records *journal.Reader
	count   int
}

// next returns the next record; the end of the file is damage here.
func (r *snapshotReader) next() (journal.Record, error) {
	record, err := r.records.Next()
	if errors.Is(err, io.EOF) {
		return record, &DamageError{
			File: r.name, Offset: r.records.Offset(), Record: r.records.Expect(), Err: errors.New("the snapshot is cut off there"),
		}
	}
	r.count++
	return record, err
}

// read takes a snapshot from its head to its end.
func (r *snapshotReader) read() (*keyspace.Snapshot, journal.History, error) {
	record, err := r.next()
	if err != nil {
		return nil, nil, err
	}
	if record.Kind != kindSnapshotHead {
		return nil, nil, damageAt(r.name, record, fmt.Errorf("a record of kind %d where a snapshot begins", record.Kind))
	}
	head, err := wire.ReadSnapshotHead(record.Payload)
	if err != nil {
		return nil, nil, damageAt(r.name, record, err)
	}
	in := &snapshotBuilder{Builder: keyspace.NewBuilder(head.At), history: head.History}
	last, err := r.readParts(in)
	if err != nil {
		return nil, nil, err
	}
	snapshot, err := in.Finish(head.Time, head.Hash)
	if err != nil {
		return nil, nil, damageAt(r.name, last, err)
	}
	return snapshot, in.history, nil
}

// snapshotBuilder puts together what stands between a head and an end.
type snapshotBuilder struct {
	*keyspace.Builder
	history journal.History
	parts   uint64
}

// take adds a record, and reports whether it is the end.
func (b *snapshotBuilder) take(record journal.Record) (end bool, err error) {
	switch record.Kind {
	case kindHistory:
		more, err := wire.ReadSnapshotHead(record.Payload)
		b.history = append(b.history, more.History...)
		return false, err
	case kindPart:
		b.parts++
		part, err := wire.ReadPart(record.Payload)
		if err != nil {
			return false, err
		}
		return false, b.Add(part)
	case kindEnd:
		n, err := wire.ReadNumber(record.Payload)
		if err == nil && n != b.parts {
			err = fmt.Errorf("it has %d parts, of %d", b.parts, n)
		}
		return true, err
	}
	return false, fmt.Errorf("a record of kind %d in a snapshot", record.Kind)
}

// readParts reads up to the end and returns that record.
func (r *snapshotReader) readParts(to *snapshotBuilder) (journal.Record, error) {
	for {
		record, err := r.next()
		if err != nil {
			return record, err
		}
		end, err := to.take(record)
		if err != nil {
			return record, damageAt(r.name, record, err)
		}
		if end {
			return record, nil
		}
	}
}
