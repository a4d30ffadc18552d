package core

import (
	"slices"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
)

// defaultOrphans is how many orphans an answer holds where the asker sets no limit.
const defaultOrphans = 100

// announce notes that the application is to be told of a record.
func (o *orphanage) announce(r journal.Orphan) {
	if r.Final && !r.Superseded {
		o.news = append(o.news, r.Entry.Position)
	}
}

// takeNews returns the records that the application is to be told of now.
func (o *orphanage) takeNews() []journal.Orphan {
	var fresh []journal.Orphan
	for _, p := range o.news {
		if i, found := o.find(p); found && o.list[i].Final && !o.list[i].Superseded {
			fresh = append(fresh, o.list[i])
		}
	}
	o.news = nil
	return fresh
}

// resolve drops the records of which an entry that is committed now says that
// they are replayed or discarded.
func (o *orphanage) resolve(committed []journal.Entry) []journal.Position {
	if len(o.list) == 0 {
		return nil
	}
	var resolved []journal.Origin
	for _, e := range committed {
		if r, ok := e.Resolves(); ok {
			resolved = append(resolved, r.Origin())
		}
	}
	if len(resolved) == 0 {
		return nil
	}
	return o.withdrawAll(func(r journal.Orphan) bool { return slices.Contains(resolved, r.Resolution().Origin()) })
}

// hasBack reports whether an orphan's entry is in the journal after all.
func (c *localCopy) hasBack(o journal.Orphan) bool { return c.log.Contains(o.Entry.Position) }

// isResolved reports whether an orphan was replayed or discarded by an
// entry that is committed here. The dedupe table tells, as far as it goes back.
func (c *localCopy) isResolved(o journal.Orphan) bool {
	return c.isApplied(o.Resolution().Origin(), c.state.Committed().Index)
}

// listOrphans answers from what is kept here, however this node stands.
func (n *Node) listOrphans(f frame.ListOrphans) frame.OrphanList {
	answer := frame.OrphanList{ID: f.ID}
	limit := int(f.Limit)
	if limit == 0 {
		limit = defaultOrphans
	}
	size := 0
	for _, o := range n.copy.orphans.list {
		p := o.Entry.Position
		shown := o.Final && (f.All || !o.Superseded) && p.Compare(f.After) > 0
		if !shown || !f.Only.IsZero() && !isNamed(p, f.Only) {
			continue
		}
		size += orphanBytes(o)
		if len(answer.Orphans) == limit || len(answer.Orphans) > 0 && size > frame.ReplyMaxBytes {
			answer.More = true
			break
		}
		answer.Orphans = append(answer.Orphans, o)
	}
	return answer
}

// isNamed reports whether a name means p: its epoch may be given by number alone.
func isNamed(p, name journal.Position) bool {
	sameEpoch := p.Epoch == name.Epoch || name.Epoch.Master.IsZero() && p.Epoch.Number == name.Epoch.Number
	return sameEpoch && p.Index == name.Index
}

// orphanBytes estimates what a record takes in a frame.
func orphanBytes(o journal.Orphan) int {
	size := o.Entry.SizeBytes()
	for _, item := range o.Before {
		size += len(item.Key) + len(item.Value) + 32
	}
	return size
}
