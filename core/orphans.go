package core

import (
	"slices"

	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/keyspace"
)

// orphanage keeps the entries that were cut from this copy, by position.
type orphanage struct {
	list []journal.Orphan
}

func (o *orphanage) restore(stored []journal.Orphan) {
	o.list = slices.Clone(stored)
	slices.SortFunc(o.list, func(a, b journal.Orphan) int {
		return a.Entry.Position.Compare(b.Entry.Position)
	})
}

// keep makes pending records of cut entries. Epoch starts are nobody's write.
// An entry that is kept already stays as it is.
func (o *orphanage) keep(cut []journal.Entry, asked func(journal.Entry) bool) []journal.Orphan {
	var fresh []journal.Orphan
	for _, e := range cut {
		i, found := o.find(e.Position)
		if found || e.IsStart() {
			continue
		}
		record := journal.Orphan{Entry: e, Acked: asked(e)}
		o.list = slices.Insert(o.list, i, record)
		fresh = append(fresh, record)
	}
	return fresh
}

func (o *orphanage) find(p journal.Position) (int, bool) {
	return slices.BinarySearchFunc(o.list, p, func(r journal.Orphan, p journal.Position) int {
		return r.Entry.Position.Compare(p)
	})
}

// withdraw drops the records whose entries are in the journal after all.
func (o *orphanage) withdraw(contains func(journal.Position) bool) []journal.Position {
	var dropped []journal.Position
	o.list = slices.DeleteFunc(o.list, func(r journal.Orphan) bool {
		if !contains(r.Entry.Position) {
			return false
		}
		dropped = append(dropped, r.Entry.Position)
		return true
	})
	return dropped
}

// settle makes pending records final where a different entry is committed at
// their index, and marks those whose write was applied elsewhere by a retry:
// either before, as the dedupe table tells, or by one of the entries committed
// now. It returns the records that changed.
func (o *orphanage) settle(commit journal.Index, committed []journal.Entry, c *localCopy) []journal.Orphan {
	var changed []journal.Orphan
	for i := range o.list {
		r, before := &o.list[i], o.list[i]
		p := r.Entry.Position
		if !r.Final && p.Index <= commit && c.log.At(p.Index) != p {
			r.Final = true
			r.Superseded = c.isApplied(r.Entry.Origin, commit)
		}
		if r.Final && !r.Superseded {
			r.Superseded = slices.ContainsFunc(committed, func(e journal.Entry) bool {
				return e.Origin.Client == r.Entry.Origin.Client && e.Origin.Seq == r.Entry.Origin.Seq
			})
		}
		if before.Final != r.Final || before.Superseded != r.Superseded {
			changed = append(changed, *r)
		}
	}
	return changed
}

// isApplied reports whether a write is in the committed part of this journal.
func (c *localCopy) isApplied(w journal.Origin, commit journal.Index) bool {
	kept, seen := c.state.Lookup(w.Client, w.Seq)
	switch seen {
	case keyspace.SeenKept:
		return kept.Position.Index <= commit
	case keyspace.SeenForgotten:
		return true // its answer was taken: the client asks no more
	case keyspace.SeenNot, keyspace.SeenBelow:
	}
	return false
}

// isFinal reports whether p was cut here for good.
func (o *orphanage) isFinal(p journal.Position) bool {
	i, found := o.find(p)
	return found && o.list[i].Final
}

// final counts the records that people are told about.
func (o *orphanage) final() int {
	count := 0
	for _, r := range o.list {
		if r.Final && !r.Superseded {
			count++
		}
	}
	return count
}
