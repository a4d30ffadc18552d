package store

import (
	"errors"
	"fmt"
	"io"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/keyspace"
	"github.com/understudy-dev/understudy/core/wire"
)

// Archive is a copy as one file holds it, to be carried elsewhere.
type Archive struct {
	Room    string // whose copy it is; any bytes
	Damaged bool   // parts of the copy could not be read when this was made

	// Stored is the copy. Its Meta names the node that it was made of, and no
	// node where that may have forgotten something.
	Stored core.Stored
}

// Export writes a copy into an empty file, which has that name in errors, piece
// by piece: the bytes of the whole are never in memory. All of it is durable
// when Export returns; what stands in the file after an error is no archive.
func Export(file journal.File, name string, a Archive) error {
	w := journal.NewWriter(file, name, journal.Head{Kind: journal.KindCopy, Number: 1, First: 1}, 0)
	s := a.Stored
	head := wire.CopyHead{
		Room: a.Room, Damaged: a.Damaged, Orphans: uint64(len(s.Orphans)), Stands: s.Snapshot != nil,
	}
	w.Add(kindCopyHead, func(dst []byte) []byte { return wire.AppendCopyHead(dst, head) })
	w.Add(kindMeta, func(dst []byte) []byte { return wire.AppendMeta(dst, wire.StoredMeta(s.Meta)) })
	if err := addOrphans(w, s.Orphans); err != nil {
		return err
	}
	if s.Snapshot != nil {
		if err := exportSnapshot(w, s.Snapshot, s.History); err != nil {
			return err
		}
	}
	for rest := s.Entries; len(rest) > 0; {
		n := recordOf(rest)
		w.Add(kindEntries, func(dst []byte) []byte { return wire.AppendEntries(dst, rest[:n]) })
		rest = rest[n:]
		if err := flushPiece(w); err != nil {
			return err
		}
	}
	records := w.Next() // the numbers begin at 1, and the end counts itself
	w.Add(kindCopyEnd, func(dst []byte) []byte { return wire.AppendNumber(dst, records) })
	return w.Sync()
}

func exportSnapshot(w *journal.Writer, s *keyspace.Snapshot, history journal.History) error {
	addSnapshotHead(w, s, history)
	parts, cursor := uint64(0), keyspace.Cursor{}
	for done := false; !done; parts++ {
		var part keyspace.Part
		part, cursor, done = s.Part(cursor, pieceBytes)
		w.Add(kindPart, func(dst []byte) []byte { return wire.AppendPart(dst, part) })
		if err := flushPiece(w); err != nil {
			return err
		}
	}
	w.Add(kindEnd, func(dst []byte) []byte { return wire.AppendNumber(dst, parts) })
	return nil
}

// flushPiece writes what was added once it is worth a write.
func flushPiece(w *journal.Writer) error {
	if w.Waiting() < pieceBytes {
		return nil
	}
	return w.Flush()
}

// recordOf returns how many of the entries, at least one, go into one record.
func recordOf(entries []journal.Entry) int {
	n, size := 0, 0
	for n < len(entries) && (n == 0 || size < entriesRecordBytes) {
		size += entries[n].SizeBytes()
		n++
	}
	return n
}

// ReadArchive reads what Export writes. A file that is cut off, changed or
// another kind of file is a [*DamageError], and a format from the future a
// [*VersionError]: an archive is whole or it is none.
func ReadArchive(file journal.File, name string) (Archive, error) {
	r, err := journal.NewReader(file, name, journal.KindCopy)
	if err != nil {
		return Archive{}, err
	}
	in := &archiveReader{name: name, records: r}
	a, err := in.read()
	if err != nil {
		return Archive{}, err
	}
	if r.Offset() != r.Size() {
		return Archive{}, &DamageError{File: name, Offset: r.Offset(), Err: errors.New("there are bytes behind its end")}
	}
	return a, nil
}

type archiveReader struct {
	name    string
	records *journal.Reader
}

// next returns the next record. The end of the file is damage here.
func (in *archiveReader) next() (journal.Record, error) {
	record, err := in.records.Next()
	if errors.Is(err, io.EOF) {
		return record, &DamageError{
			File: in.name, Offset: in.records.Offset(), Record: in.records.Expect(),
			Err: errors.New("the copy is cut off or changed there"),
		}
	}
	return record, err
}

// take reads the next record, which must be of that kind.
func (in *archiveReader) take(kind byte, read func(payload []byte) error) error {
	record, err := in.next()
	if err != nil {
		return err
	}
	if record.Kind != kind {
		return damageAt(in.name, record, fmt.Errorf("a record of kind %d, where one of kind %d belongs", record.Kind, kind))
	}
	if err := read(record.Payload); err != nil {
		return damageAt(in.name, record, err)
	}
	return nil
}

func (in *archiveReader) read() (Archive, error) {
	var head wire.CopyHead
	err := in.take(kindCopyHead, func(b []byte) (err error) {
		head, err = wire.ReadCopyHead(b)
		return err
	})
	if err != nil {
		return Archive{}, err
	}
	a := Archive{Room: head.Room, Damaged: head.Damaged}
	err = in.take(kindMeta, func(b []byte) error {
		meta, err := wire.ReadMeta(b)
		a.Stored.Meta = core.Meta(meta)
		return err
	})
	if err != nil {
		return Archive{}, err
	}
	for range head.Orphans {
		if err := in.take(kindOrphan, in.orphanOf(&a.Stored)); err != nil {
			return Archive{}, err
		}
	}
	if head.Stands {
		snapshot := &snapshotReader{name: in.name, records: in.records}
		if a.Stored.Snapshot, a.Stored.History, err = snapshot.read(); err != nil {
			return Archive{}, err
		}
		if at := a.Stored.Snapshot.At(); !a.Stored.History.Contains(at, at.Index) {
			err := fmt.Errorf("the snapshot is at %v, of which its history does not know", at)
			return Archive{}, &DamageError{File: in.name, Err: err}
		}
	}
	return a, in.readEntries(&a.Stored)
}

func (in *archiveReader) orphanOf(s *core.Stored) func(payload []byte) error {
	return func(payload []byte) error {
		o, err := wire.ReadOrphan(payload)
		if err != nil {
			return err
		}
		if n := len(s.Orphans); n > 0 && o.Entry.Position.Compare(s.Orphans[n-1].Entry.Position) <= 0 {
			return fmt.Errorf("orphan %v stands behind %v", o.Entry.Position, s.Orphans[n-1].Entry.Position)
		}
		s.Orphans = append(s.Orphans, o)
		return nil
	}
}

// readEntries reads up to the end, which must count all records.
func (in *archiveReader) readEntries(s *core.Stored) error {
	for {
		record, err := in.next()
		if err != nil {
			return err
		}
		switch record.Kind {
		case kindEntries:
			entries, err := wire.ReadEntries(record.Payload)
			if err == nil {
				err = follow(s, entries)
			}
			if err != nil {
				return damageAt(in.name, record, err)
			}
		case kindCopyEnd:
			n, err := wire.ReadNumber(record.Payload)
			if err == nil && n != record.Number {
				err = fmt.Errorf("it has %d records, of %d", record.Number, n)
			}
			if err != nil {
				return damageAt(in.name, record, err)
			}
			return nil
		default:
			return damageAt(in.name, record, fmt.Errorf("a record of kind %d does not belong there", record.Kind))
		}
	}
}

// follow puts entries behind those that were read.
func follow(s *core.Stored, entries []journal.Entry) error {
	last := lastOf(*s)
	for _, e := range entries {
		if e.Position.Index != last.Index+1 || e.Position.Epoch.Compare(last.Epoch) < 0 {
			return fmt.Errorf("entry %v does not follow %v", e.Position, last)
		}
		last = e.Position
	}
	s.Entries = append(s.Entries, entries...)
	return nil
}

// lastOf returns up to where a copy goes.
func lastOf(s core.Stored) journal.Position {
	if n := len(s.Entries); n > 0 {
		return s.Entries[n-1].Position
	}
	if s.Snapshot != nil {
		return s.Snapshot.At()
	}
	return journal.Position{}
}
