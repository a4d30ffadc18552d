package wire

import (
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/keyspace"
	"github.com/understudy-dev/understudy/core/register"
)

// What a copy keeps on its disk is written in the same encoding as frames, one
// item for each record. These functions only translate; who reads a disk
// checks the bytes before, and what they mean afterwards.

// StoredMeta is what a node must never forget besides its journal.
type StoredMeta struct {
	Node        journal.NodeID
	Incarnation journal.Incarnation
	Accepted    journal.Epoch
	Register    register.Register
}

type metaWire struct {
	Node        id                  `cbor:"1,keyasint,omitzero"`
	Incarnation journal.Incarnation `cbor:"2,keyasint,omitempty"`
	Accepted    *epoch              `cbor:"3,keyasint,omitempty"`
	Register    *registerWire       `cbor:"4,keyasint"`
}

// AppendMeta writes m behind dst.
func AppendMeta(dst []byte, m StoredMeta) []byte {
	r := packRegister(m.Register)
	return appendItem(dst, &metaWire{
		Node: id(m.Node), Incarnation: m.Incarnation, Accepted: packEpoch(m.Accepted), Register: &r,
	})
}

// ReadMeta reads what AppendMeta writes.
func ReadMeta(item []byte) (StoredMeta, error) {
	w := metaWire{}
	if err := read(item, &w); err != nil {
		return StoredMeta{}, err
	}
	m := StoredMeta{Node: journal.NodeID(w.Node), Incarnation: w.Incarnation, Accepted: w.Accepted.unpack()}
	if w.Register != nil {
		m.Register = w.Register.unpack()
	}
	return m, nil
}

type storedEntriesWire struct {
	_     struct{} `cbor:",toarray"`
	After journal.Index
	Runs  []runWire
}

// AppendEntries writes entries that follow each other behind dst. There is at
// least one.
func AppendEntries(dst []byte, entries []journal.Entry) []byte {
	return appendItem(dst, packStored(entries))
}

// ReadEntries reads what AppendEntries writes. The entries share nothing with
// item.
func ReadEntries(item []byte) ([]journal.Entry, error) {
	w := storedEntriesWire{}
	if err := read(item, &w); err != nil {
		return nil, err
	}
	entries, err := w.open()
	if err == nil && len(entries) == 0 {
		err = wrong("entries", "none of them")
	}
	return entries, err
}

func packStored(entries []journal.Entry) *storedEntriesWire {
	before := journal.Position{Index: entries[0].Position.Index - 1} // without an epoch, so that the first one's is written
	return &storedEntriesWire{After: before.Index, Runs: packEntries(before, entries)}
}

func (w *storedEntriesWire) open() ([]journal.Entry, error) {
	return openEntries(journal.Position{Index: w.After}, w.Runs)
}

type orphanWire struct {
	_          struct{} `cbor:",toarray"`
	After      journal.Index
	Runs       []runWire
	Acked      bool
	Final      bool
	Superseded bool
	Replaced   *position  `cbor:",optional"`
	Before     []itemWire `cbor:",optional"`
	HasBefore  bool       `cbor:",optional"`
}

func packOrphan(o journal.Orphan) orphanWire {
	e := packStored([]journal.Entry{o.Entry})
	w := orphanWire{
		After: e.After, Runs: e.Runs, Acked: o.Acked, Final: o.Final, Superseded: o.Superseded,
		Replaced: packPosition(o.Replaced), Before: packItems(o.Before), HasBefore: o.HasBefore,
	}
	if o.HasBefore || len(o.Before) > 0 { // which stand behind the position
		w.Replaced = wholePosition(o.Replaced)
	}
	return w
}

func (w *orphanWire) open() (journal.Orphan, error) {
	entries, err := (&storedEntriesWire{After: w.After, Runs: w.Runs}).open()
	if err != nil {
		return journal.Orphan{}, err
	}
	if len(entries) != 1 {
		return journal.Orphan{}, wrong("orphan", "%d entries in the place of one", len(entries))
	}
	return journal.Orphan{
		Entry: entries[0], Acked: w.Acked, Final: w.Final, Superseded: w.Superseded,
		Replaced: w.Replaced.unpack(), Before: unpackItems(w.Before), HasBefore: w.HasBefore,
	}, nil
}

// AppendOrphan writes an orphan record behind dst.
func AppendOrphan(dst []byte, o journal.Orphan) []byte {
	w := packOrphan(o)
	return appendItem(dst, &w)
}

// ReadOrphan reads what AppendOrphan writes.
func ReadOrphan(item []byte) (journal.Orphan, error) {
	w := orphanWire{}
	if err := read(item, &w); err != nil {
		return journal.Orphan{}, err
	}
	return w.open()
}

type positionsWire struct {
	_         struct{} `cbor:",toarray"`
	Positions []position
}

// AppendPositions writes positions behind dst.
func AppendPositions(dst []byte, positions []journal.Position) []byte {
	return appendItem(dst, &positionsWire{Positions: list(positions, func(p journal.Position) position {
		return position{Number: p.Epoch.Number, Master: id(p.Epoch.Master), Index: p.Index}
	})})
}

// ReadPositions reads what AppendPositions writes.
func ReadPositions(item []byte) ([]journal.Position, error) {
	w := positionsWire{}
	if err := read(item, &w); err != nil {
		return nil, err
	}
	return list(w.Positions, func(p position) journal.Position {
		return unpackPosition(p.Number, p.Master, p.Index)
	}), nil
}

// SnapshotHead is what stands before the parts of a stored snapshot.
type SnapshotHead struct {
	At      journal.Position
	Time    journal.Instant
	Hash    uint64
	History journal.History // up to At
}

type snapshotHeadWire struct {
	At      *position        `cbor:"1,keyasint,omitempty"`
	Time    journal.Instant  `cbor:"2,keyasint,omitempty"`
	Hash    uint64           `cbor:"3,keyasint,omitempty"`
	History []epochStartWire `cbor:"4,keyasint,omitempty"`
}

// AppendSnapshotHead writes h behind dst.
func AppendSnapshotHead(dst []byte, h SnapshotHead) []byte {
	return appendItem(dst, &snapshotHeadWire{
		At: packPosition(h.At), Time: h.Time, Hash: h.Hash, History: packHistory(h.History),
	})
}

// ReadSnapshotHead reads what AppendSnapshotHead writes.
func ReadSnapshotHead(item []byte) (SnapshotHead, error) {
	w := snapshotHeadWire{}
	if err := read(item, &w); err != nil {
		return SnapshotHead{}, err
	}
	return SnapshotHead{At: w.At.unpack(), Time: w.Time, Hash: w.Hash, History: unpackHistory(w.History)}, nil
}

type partWire struct {
	_       struct{} `cbor:",toarray"`
	Items   []itemWire
	Clients []clientWire
	Evicted journal.Index
}

// AppendPart writes a part of a snapshot behind dst.
func AppendPart(dst []byte, p keyspace.Part) []byte {
	return appendItem(dst, &partWire{
		Items: packItems(p.Items), Clients: list(p.Clients, packClient), Evicted: p.Evicted,
	})
}

// ReadPart reads what AppendPart writes. The part shares nothing with item.
func ReadPart(item []byte) (keyspace.Part, error) {
	w := partWire{}
	if err := read(item, &w); err != nil {
		return keyspace.Part{}, err
	}
	return keyspace.Part{Items: unpackItems(w.Items), Clients: list(w.Clients, clientWire.unpack), Evicted: w.Evicted}, nil
}

// StoredBase says what a segment of a journal stands on: a snapshot, by the
// number of its file (0 for none) and its position, and the index behind which
// the segment's own entries follow.
type StoredBase struct {
	Snapshot uint64
	At       journal.Position
	After    journal.Index
}

type baseWire struct {
	Snapshot uint64        `cbor:"1,keyasint,omitempty"`
	At       *position     `cbor:"2,keyasint,omitempty"`
	After    journal.Index `cbor:"3,keyasint,omitempty"`
}

// AppendBase writes b behind dst.
func AppendBase(dst []byte, b StoredBase) []byte {
	return appendItem(dst, &baseWire{Snapshot: b.Snapshot, At: packPosition(b.At), After: b.After})
}

// ReadBase reads what AppendBase writes.
func ReadBase(item []byte) (StoredBase, error) {
	w := baseWire{}
	if err := read(item, &w); err != nil {
		return StoredBase{}, err
	}
	return StoredBase{Snapshot: w.Snapshot, At: w.At.unpack(), After: w.After}, nil
}

type numberWire struct {
	_      struct{} `cbor:",toarray"`
	Number uint64
}

// AppendNumber writes a record that is one number behind dst.
func AppendNumber(dst []byte, n uint64) []byte { return appendItem(dst, &numberWire{Number: n}) }

// ReadNumber reads what AppendNumber writes.
func ReadNumber(item []byte) (uint64, error) {
	w := numberWire{}
	err := read(item, &w)
	return w.Number, err
}
