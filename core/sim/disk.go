package sim

import (
	"slices"
	"time"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/journal"
)

// disk is where a node's records go. They become durable in order, some time
// after they were given to it. A crash keeps a prefix of those on their way:
// never a later one without an earlier one. The memory of a volatile node is a
// disk that takes no time and ends with the node.
type disk struct {
	stored  core.Stored
	waiting []store
	newest  journal.Instant // when the newest store is durable
	busy    bool            // an event stands in the agenda for the first store
	held    bool            // by hand: nothing becomes durable

	least, mean time.Duration   // of one write
	slowUntil   journal.Instant // writes take that many times as long till then
	slowness    time.Duration
}

// store is one Store on its way.
type store struct {
	at journal.Instant
	core.Store
}

// write puts one record into what is durable. It shares nothing with the node
// that the node may change.
func (d *disk) write(r core.Record) {
	s := &d.stored
	switch r := r.(type) {
	case core.SaveMeta:
		s.Meta = r.Meta
	case core.Append:
		s.Entries = append(s.Entries, r.Entries...)
	case core.Cut:
		keep := max(0, int(r.After)-int(d.base().Index))
		s.Entries = slices.Clip(s.Entries[:min(keep, len(s.Entries))])
	case core.SaveOrphans:
		for _, o := range r.Orphans {
			i, found := findOrphan(s.Orphans, o.Entry.Position)
			if found {
				s.Orphans[i] = o
			} else {
				s.Orphans = slices.Insert(s.Orphans, i, o)
			}
		}
	case core.DropOrphans:
		for _, p := range r.Positions {
			if i, found := findOrphan(s.Orphans, p); found {
				s.Orphans = slices.Delete(s.Orphans, i, i+1)
			}
		}
	case core.SaveSnapshot:
		at := r.Snapshot.At()
		if r.Reset {
			s.Entries = nil
		} else {
			s.Entries = slices.Clone(s.Entries[min(len(s.Entries), max(0, int(at.Index)-int(d.base().Index))):])
		}
		s.Snapshot, s.History = r.Snapshot, r.History
	}
}

func (d *disk) base() journal.Position {
	if d.stored.Snapshot == nil {
		return journal.Position{}
	}
	return d.stored.Snapshot.At()
}

func findOrphan(list []journal.Orphan, p journal.Position) (int, bool) {
	return slices.BinarySearchFunc(list, p, func(o journal.Orphan, p journal.Position) int {
		return o.Entry.Position.Compare(p)
	})
}

// load gives what is durable to a node that starts.
func (d *disk) load() core.Stored {
	s := d.stored
	s.Entries = slices.Clone(s.Entries)
	s.Orphans = slices.Clone(s.Orphans)
	return s
}

// lose is a crash: of the records on their way, the first keep are written and
// the others are gone. It returns those that were written.
func (d *disk) lose(keep int) []core.Record {
	var written []core.Record
	for _, s := range d.waiting {
		for _, r := range s.Records {
			if len(written) == keep {
				break
			}
			d.write(r)
			written = append(written, r)
		}
	}
	d.waiting, d.busy, d.newest, d.slowUntil = nil, false, 0, 0
	return written
}

// onTheWay counts the records that are not durable yet.
func (d *disk) onTheWay() int {
	count := 0
	for _, s := range d.waiting {
		count += len(s.Records)
	}
	return count
}
