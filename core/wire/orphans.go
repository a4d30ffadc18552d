package wire

import (
	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
)

// The orphans of a node, and how to get them.

func packProceed(f frame.Proceed) idWire          { return idWire(f) }
func openProceed(w idWire) (frame.Proceed, error) { return frame.Proceed(w), nil }

type listOrphansWire struct {
	ID    uint64    `cbor:"1,keyasint,omitempty"`
	After *position `cbor:"2,keyasint,omitempty"`
	Only  *position `cbor:"3,keyasint,omitempty"`
	All   bool      `cbor:"4,keyasint,omitempty"`
	Limit uint32    `cbor:"5,keyasint,omitempty"`
}

func packListOrphans(f frame.ListOrphans) listOrphansWire {
	return listOrphansWire{f.ID, packPosition(f.After), packPosition(f.Only), f.All, f.Limit}
}

func openListOrphans(w listOrphansWire) (frame.ListOrphans, error) {
	return frame.ListOrphans{
		ID: w.ID, After: w.After.unpack(), Only: w.Only.unpack(), All: w.All, Limit: w.Limit,
	}, nil
}

type orphanListWire struct {
	ID      uint64       `cbor:"1,keyasint,omitempty"`
	Orphans []orphanWire `cbor:"2,keyasint,omitempty"`
	More    bool         `cbor:"3,keyasint,omitempty"`
	Failure *failureWire `cbor:"4,keyasint,omitempty"`
}

func packOrphanList(f frame.OrphanList) orphanListWire {
	return orphanListWire{f.ID, list(f.Orphans, packOrphan), f.More, packFailure(f.Failure)}
}

func openOrphanList(w orphanListWire) (frame.OrphanList, error) {
	f := frame.OrphanList{ID: w.ID, More: w.More, Failure: w.Failure.unpack()}
	for i := range w.Orphans {
		o, err := w.Orphans[i].open()
		if err != nil {
			return frame.OrphanList{}, err
		}
		f.Orphans = append(f.Orphans, o)
	}
	return f, nil
}

func checkListOrphans(f frame.ListOrphans) error {
	if err := checkPosition("after", f.After); err != nil || f.Only.IsZero() {
		return err
	}
	return checkNumbered(f.Only)
}

func checkOrphanList(f frame.OrphanList) error {
	if err := first(checkFailure(f.Failure), checkList(len(f.Orphans))); err != nil {
		return err
	}
	var before journal.Position
	return each(f.Orphans, func(o *journal.Orphan) error {
		rises := o.Entry.Position.Compare(before) > 0
		before = o.Entry.Position
		return first(
			that(rises, "orphans", "not in the order of their positions"),
			checkEntryPosition("orphans", o.Entry.Position),
			checkEntry(&o.Entry),
			that(o.Entry.IsWrite(), "orphans", "an entry that nobody wrote"),
			checkPosition("orphans", o.Replaced),
			checkItems(o.Before),
			that(o.HasBefore || len(o.Before) == 0, "orphans", "what was before, but it is not known"),
		)
	})
}
