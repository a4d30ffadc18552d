package store

import (
	"fmt"
	"slices"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/wire"
)

// replay puts a copy together from the records of its segments.
type replay struct {
	meta    core.Meta
	orphans []journal.Orphan // by position
	base    wire.StoredBase
	runs    []run // the newest is being extended; others ended at damage
	broken  bool  // records are missing: entries need not follow
	next    bool  // the newest record says that another segment follows
}

// run is entries that follow each other behind an index.
type run struct {
	after   journal.Index
	entries []journal.Entry
}

func (r *run) last() journal.Index { return r.after + journal.Index(len(r.entries)) }

// find returns where the entry at an index stands.
func (r *run) find(p journal.Position) bool {
	return p.Index > r.after && p.Index <= r.last() && r.entries[p.Index-r.after-1].Position == p
}

// skip notes that records are missing here.
func (p *replay) skip() { p.broken, p.next = true, false }

func (p *replay) apply(record journal.Record) error {
	p.next = false
	switch record.Kind {
	case kindBase:
		base, err := wire.ReadBase(record.Payload)
		if err != nil {
			return err
		}
		return p.stand(base)
	case kindMeta:
		meta, err := wire.ReadMeta(record.Payload)
		if err != nil {
			return err
		}
		p.meta = core.Meta(meta)
	case kindEntries:
		entries, err := wire.ReadEntries(record.Payload)
		if err != nil {
			return err
		}
		return p.extend(entries)
	case kindCut:
		after, err := wire.ReadNumber(record.Payload)
		if err != nil {
			return err
		}
		p.cut(journal.Index(after))
	case kindOrphan:
		orphan, err := wire.ReadOrphan(record.Payload)
		if err != nil {
			return err
		}
		p.orphans = saveOrphans(p.orphans, []journal.Orphan{orphan})
	case kindDropOrphans:
		positions, err := wire.ReadPositions(record.Payload)
		if err != nil {
			return err
		}
		p.orphans = dropOrphans(p.orphans, positions)
	case kindMark:
	case kindNext:
		p.next = true
	default:
		return fmt.Errorf("a record of kind %d does not belong there", record.Kind)
	}
	return nil
}

// stand takes the base of the next segment. Where the segment does not need
// what was before it, that is forgotten, missing or not.
func (p *replay) stand(base wire.StoredBase) error {
	p.base = base
	p.orphans = nil // they follow
	switch {
	case base.After <= base.At.Index || len(p.runs) == 0:
		p.runs, p.broken = append(p.runs[:0], run{after: base.After}), false
	case p.broken:
		p.runs, p.broken = append(p.runs, run{after: base.After}), false
	case p.newest().last() != base.After:
		return fmt.Errorf("it begins behind entry %d, but the journal ends at %d", base.After, p.newest().last())
	}
	return nil
}

func (p *replay) newest() *run { return &p.runs[len(p.runs)-1] }

func (p *replay) extend(entries []journal.Entry) error {
	after := entries[0].Position.Index - 1
	if p.broken || len(p.runs) == 0 {
		p.runs, p.broken = append(p.runs, run{after: after}), false
	}
	r := p.newest()
	if r.last() != after {
		return fmt.Errorf("its entries follow %d, but the journal ends at %d", after, r.last())
	}
	r.entries = append(r.entries, entries...)
	return nil
}

func (p *replay) cut(after journal.Index) {
	if len(p.runs) == 0 || p.broken {
		p.runs, p.broken = append(p.runs, run{after: after}), false
		return
	}
	r := p.newest()
	if after < r.after {
		r.after, r.entries = after, nil
		return
	}
	r.entries = r.entries[:min(after-r.after, journal.Index(len(r.entries)))]
}

// behind returns the entries that follow a snapshot at a position. It reports
// false where some between them and the snapshot are missing, or where they
// belong to another history.
func (r *run) behind(at journal.Position) ([]journal.Entry, bool) {
	switch {
	case r.after > at.Index:
		return nil, false
	case r.after == at.Index:
		return r.entries, true
	case !r.find(at):
		return nil, false
	}
	return slices.Clip(r.entries[at.Index-r.after:]), true
}

func saveOrphans(list, saved []journal.Orphan) []journal.Orphan {
	for _, o := range saved {
		i, found := findOrphan(list, o.Entry.Position)
		if found {
			list[i] = o
		} else {
			list = slices.Insert(list, i, o)
		}
	}
	return list
}

// dropOrphans goes through the list once, also where all of a long one goes.
func dropOrphans(list []journal.Orphan, positions []journal.Position) []journal.Orphan {
	gone := slices.SortedFunc(slices.Values(positions), journal.Position.Compare)
	return slices.DeleteFunc(list, func(o journal.Orphan) bool {
		_, found := slices.BinarySearchFunc(gone, o.Entry.Position, journal.Position.Compare)
		return found
	})
}

func findOrphan(list []journal.Orphan, p journal.Position) (int, bool) {
	return slices.BinarySearchFunc(list, p, func(o journal.Orphan, p journal.Position) int {
		return o.Entry.Position.Compare(p)
	})
}
