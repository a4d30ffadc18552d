package wire

import (
	"bytes"
	"math"

	"github.com/understudy-dev/understudy/core/journal"
)

// runWire is entries of one epoch that follow each other. An index is not
// written at all: the first entry of a frame follows its prev.
type runWire struct {
	_       struct{} `cbor:",toarray"`
	Number  journal.EpochNumber
	Master  view            // empty, and the number 0: still the epoch of the entry before
	Time    journal.Instant // of the first entry
	Entries []entryWire
}

type entryWire struct {
	_       struct{} `cbor:",toarray"`
	Later   uint64   // nanoseconds since the entry before in the run
	Ack     journal.Ack
	Client  view // empty: the client of the entry before, or none in the first of a frame
	Seq     uint64
	Open    uint64 // Seq - Floor
	Changes []changeWire
	Results []int64
}

type changeWire struct {
	_        struct{} `cbor:",toarray"`
	Key      key
	Value    view
	Deleted  bool
	Deadline journal.Instant `cbor:",optional"`
}

// packEntries writes entries that were checked: they follow prev and each other.
func packEntries(prev journal.Position, entries []journal.Entry) []runWire {
	var runs []runWire
	var client journal.ClientID
	for first := 0; first < len(entries); {
		e := &entries[first]
		end := first + 1
		for end < len(entries) && entries[end].Position.Epoch == e.Position.Epoch {
			end++
		}
		run := runWire{Time: e.Time, Entries: make([]entryWire, end-first)}
		if e.Position.Epoch != prev.Epoch {
			run.Number, run.Master = e.Position.Epoch.Number, e.Position.Epoch.Master[:]
		}
		before := e.Time
		for i := range run.Entries {
			e := &entries[first+i]
			run.Entries[i] = packEntry(e, before)
			if e.Origin.Client != client {
				run.Entries[i].Client = e.Origin.Client[:]
			}
			before, client = e.Time, e.Origin.Client
		}
		runs = append(runs, run)
		prev, first = e.Position, end
	}
	return runs
}

func packEntry(e *journal.Entry, before journal.Instant) entryWire {
	w := entryWire{
		Later:   uint64(e.Time) - uint64(before), // right even where the difference overflows int64
		Ack:     e.Ack,
		Seq:     e.Origin.Seq,
		Open:    e.Origin.Seq - e.Origin.Floor,
		Changes: make([]changeWire, len(e.Changes)),
		Results: e.Results,
	}
	for i := range e.Changes {
		c := &e.Changes[i]
		w.Changes[i] = changeWire{Key: key(c.Key), Value: c.Value, Deleted: c.Deleted, Deadline: c.Deadline}
	}
	return w
}

// openEntries gives the entries their positions, times and clients back. What
// it refuses has no frame, or has a shorter encoding.
func openEntries(prev journal.Position, runs []runWire) ([]journal.Entry, error) {
	count := 0
	for i := range runs {
		count += len(runs[i].Entries)
	}
	if len(runs) == 0 {
		return nil, nil
	}
	entries := make([]journal.Entry, 0, count)
	at := prev
	var client journal.ClientID
	for i := range runs {
		run := &runs[i]
		epoch, err := run.epoch(at.Epoch, i == 0)
		if err != nil {
			return nil, err
		}
		at.Epoch = epoch
		before := run.Time
		for j := range run.Entries {
			w := &run.Entries[j]
			if at.Index == math.MaxUint64 {
				return nil, wrong("entries", "the index overflows")
			}
			at.Index++
			e := journal.Entry{Position: at}
			if err := w.open(&e, before, client, j == 0); err != nil {
				return nil, err
			}
			before, client = e.Time, e.Origin.Client
			entries = append(entries, e)
		}
	}
	return entries, nil
}

// epoch returns the epoch of a run that stands behind an entry of epoch before.
func (w *runWire) epoch(before journal.Epoch, first bool) (journal.Epoch, error) {
	if len(w.Entries) == 0 {
		return journal.Epoch{}, wrong("entries", "a run without entries")
	}
	if len(w.Master) == 0 && w.Number == 0 && first {
		return before, nil
	}
	if len(w.Master) != len(journal.NodeID{}) {
		return journal.Epoch{}, wrong("entries", "an epoch whose master has %d bytes, not 16", len(w.Master))
	}
	epoch := journal.Epoch{Number: w.Number, Master: journal.NodeID(w.Master)}
	if epoch == before {
		return journal.Epoch{}, wrong("entries", "the epoch %s is written twice", epoch)
	}
	return epoch, nil
}

// open fills e, which has its position, from what follows an entry with that
// time and client.
func (w *entryWire) open(e *journal.Entry, before journal.Instant, client journal.ClientID, first bool) error {
	if w.Later > uint64(math.MaxInt64)-uint64(before) {
		return wrong("entries", "the time overflows")
	}
	e.Time = before + journal.Instant(w.Later)
	if first && w.Later != 0 {
		return wrong("entries", "the first entry of a run is later than its run")
	}
	e.Ack = w.Ack
	// Where Open is above Seq the floor comes out above Seq, which is refused later.
	e.Origin = journal.Origin{Client: client, Seq: w.Seq, Floor: w.Seq - w.Open}
	if len(w.Client) != 0 {
		if len(w.Client) != len(client) {
			return wrong("entries", "a client of %d bytes, not 16", len(w.Client))
		}
		if journal.ClientID(w.Client) == client {
			return wrong("entries", "the client %s is written twice", client)
		}
		e.Origin.Client = journal.ClientID(w.Client)
	}
	if len(w.Results) > 0 {
		e.Results = w.Results
	}
	if len(w.Changes) > 0 {
		e.Changes = make([]journal.Change, len(w.Changes))
	}
	for i := range w.Changes {
		c := &w.Changes[i]
		e.Changes[i] = journal.Change{Key: string(c.Key), Value: clone(c.Value), Deleted: c.Deleted, Deadline: c.Deadline}
	}
	return nil
}

// clone returns a value that no longer shares the message, and nil for an empty
// one: the two are the same on the wire.
func clone(v view) []byte {
	if len(v) == 0 {
		return nil
	}
	return bytes.Clone(v)
}
