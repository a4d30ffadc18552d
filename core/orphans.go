package core

import (
	"slices"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/keyspace"
)

// orphanage keeps the entries that were cut from this copy, by position.
type orphanage struct {
	list    []journal.Orphan
	pending int // how many of them are not final

	// lost counts the final records by the write that they hold, without the
	// superseded ones.
	lost map[write]int

	// news are records that have become final and that the application has not
	// been told of, with some that are not any more.
	news []journal.Position
}

// write names one write of one client.
type write struct {
	client journal.ClientID
	seq    uint64
}

func writeOf(e journal.Entry) write { return write{client: e.Origin.Client, seq: e.Origin.Seq} }

func (o *orphanage) restore(stored []journal.Orphan) {
	o.list = slices.Clone(stored)
	slices.SortFunc(o.list, func(a, b journal.Orphan) int {
		return a.Entry.Position.Compare(b.Entry.Position)
	})
	for _, r := range o.list {
		o.count(r, 1)
		o.announce(r)
	}
}

// count notes that a record has come (+1) or gone (-1).
func (o *orphanage) count(r journal.Orphan, by int) {
	switch {
	case !r.Final:
		o.pending += by
	case !r.Superseded:
		if o.lost == nil {
			o.lost = map[write]int{}
		}
		w := writeOf(r.Entry)
		o.lost[w] += by
		if o.lost[w] == 0 {
			delete(o.lost, w)
		}
	}
}

// keep makes pending records of cut entries. What a master wrote for itself is
// nobody's write. An entry that is kept already stays as it is.
func (o *orphanage) keep(cut []journal.Entry, state *keyspace.State, answered func(journal.Entry) bool) []journal.Orphan {
	var fresh []journal.Orphan
	for _, e := range cut {
		i, found := o.find(e.Position)
		if found || !e.IsWrite() {
			continue
		}
		record := journal.Orphan{Entry: e, Acked: answered(e)}
		record.Before, record.HasBefore = beforeOf(e, state)
		o.list = slices.Insert(o.list, i, record)
		o.count(record, 1)
		fresh = append(fresh, record)
	}
	return fresh
}

// beforeOf returns what an entry's writer met. Of several keys it is kept up to
// the size of a batch, so that a record fits into a frame whatever was there.
func beforeOf(e journal.Entry, state *keyspace.State) ([]journal.Item, bool) {
	items, known := state.Before(e.Position.Index, e.Time)
	size := 0
	for _, item := range items {
		size += len(item.Key) + len(item.Value)
	}
	if !known || len(items) > 1 && size > frame.BatchMaxBytes {
		return nil, false
	}
	return items, true
}

func (o *orphanage) find(p journal.Position) (int, bool) {
	return slices.BinarySearchFunc(o.list, p, func(r journal.Orphan, p journal.Position) int {
		return r.Entry.Position.Compare(p)
	})
}

// withdraw drops the records of entries that have come back into the journal.
func (o *orphanage) withdraw(entries []journal.Entry) []journal.Position {
	var dropped []journal.Position
	for _, e := range entries {
		if i, found := o.find(e.Position); found {
			o.count(o.list[i], -1)
			o.list = slices.Delete(o.list, i, i+1)
			dropped = append(dropped, e.Position)
		}
	}
	return dropped
}

// withdrawAll drops every record of which gone says so.
func (o *orphanage) withdrawAll(gone func(journal.Orphan) bool) []journal.Position {
	var dropped []journal.Position
	o.list = slices.DeleteFunc(o.list, func(r journal.Orphan) bool {
		if !gone(r) {
			return false
		}
		o.count(r, -1)
		dropped = append(dropped, r.Entry.Position)
		return true
	})
	return dropped
}

// settle makes pending records final where a different entry is committed at
// their index, or one of a newer epoch before it, and marks those whose write
// was applied elsewhere by a retry: either before, as the dedupe table tells, or
// by one of the entries committed now. It returns the records that changed.
func (o *orphanage) settle(commit journal.Index, committed []journal.Entry, c *localCopy) []journal.Orphan {
	var again []write // of these records, which a retry has brought after all
	for _, e := range committed {
		if o.lost[writeOf(e)] > 0 || o.pending > 0 && o.isPending(writeOf(e)) {
			again = append(again, writeOf(e))
		}
	}
	if o.pending == 0 && len(again) == 0 {
		return nil
	}
	return o.revise(func(r *journal.Orphan) {
		// Now, and not only once the record is final: by then the client may have
		// had its answer, and the state no longer knows of the write.
		if slices.Contains(again, writeOf(r.Entry)) {
			r.Superseded = true
		}
		if !r.Final {
			o.finish(r, commit, c)
		}
	})
}

func (o *orphanage) isPending(w write) bool {
	return slices.ContainsFunc(o.list, func(r journal.Orphan) bool { return !r.Final && writeOf(r.Entry) == w })
}

// settleAll is settle after a snapshot, of which it is not known what is new.
func (o *orphanage) settleAll(commit journal.Index, c *localCopy) []journal.Orphan {
	return o.revise(func(r *journal.Orphan) {
		if !r.Final {
			o.finish(r, commit, c)
		} else if !r.Superseded {
			r.Superseded = c.isApplied(r.Entry.Origin, commit)
		}
	})
}

// finish makes a pending record final, if it is. Epochs do not fall along a
// journal: behind a committed entry of a newer one the orphan never comes back,
// however short the history still is.
func (o *orphanage) finish(r *journal.Orphan, commit journal.Index, c *localCopy) {
	p := r.Entry.Position
	there := c.log.At(min(p.Index, commit))
	if there == p || p.Index > commit && there.Epoch.Number <= p.Epoch.Number {
		return
	}
	r.Final = true
	r.Replaced = there
	r.Superseded = r.Superseded || c.isApplied(r.Entry.Origin, commit)
}

// revise lets change decide on every record, and returns those that changed.
func (o *orphanage) revise(change func(*journal.Orphan)) []journal.Orphan {
	var changed []journal.Orphan
	for i := range o.list {
		before := o.list[i]
		r := before
		change(&r)
		if r.Final == before.Final && r.Superseded == before.Superseded {
			continue
		}
		o.count(before, -1)
		o.count(r, 1)
		o.list[i] = r
		changed = append(changed, r)
		if !before.Final {
			o.announce(r)
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

// isFinal reports whether p was cut here for good. Its epoch may be given by
// number alone.
func (o *orphanage) isFinal(p journal.Position) bool {
	return slices.ContainsFunc(o.list, func(r journal.Orphan) bool {
		return r.Final && isNamed(r.Entry.Position, p)
	})
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
