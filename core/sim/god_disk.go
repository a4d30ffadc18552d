package sim

import (
	"slices"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/keyspace"
	"github.com/understudy-dev/understudy/core/store"
)

// persisted takes records into the view of the disk: their node was told that
// they are durable.
func (g *god) persisted(n *node, records []core.Record) {
	c := g.copyOf(&n.peer)
	if c == nil {
		return
	}
	for _, r := range records {
		before := len(c.disk.log)
		g.apply(c, &c.disk, r)
		g.hold(c, c.disk.log[min(before, len(c.disk.log)):])
	}
}

// hold notes that a copy has entries on its disk.
func (g *god) hold(c *copyView, log []*known) {
	for _, k := range log {
		if !slices.Contains(k.holders, c) {
			k.holders = append(k.holders, c)
		}
	}
}

// unsure takes note of records that were on their way when a process ended.
func (g *god) unsure(n *node, records []core.Record) {
	if c := g.copyOf(&n.peer); c != nil {
		c.unsure = append(c.unsure, records...)
	}
}

// loaded compares what a disk gives back with what it was given: under the same
// identity all that was said to be durable, and of what was on its way the
// first so many records and no other. A disk that may have forgotten, and only
// such a one, begins under a new identity; it has nothing that nobody made.
func (g *god) loaded(n *node, former journal.NodeID, stored core.Stored, report store.Report) {
	d := &n.disk
	view := g.viewOf(n, stored)
	was := g.copies[former]
	switch {
	case was == nil:
	case n.id == former && d.replaced:
		// Nothing on it tells that it is an older disk: the room must see it.
	case n.id == former:
		g.checkSame(n, was, &view)
	case was.disk.meta.Node.IsZero():
		was.lost = true // it had never stored who it is
	default:
		g.checkRenewed(n, was, report)
		if d.platter != nil && d.options.Lazy && !d.closed {
			g.w.hits[LazySync]++
		}
	}
	d.damaged, d.replaced, d.suspect, d.closed = false, false, false, false
	if d.platter != nil {
		d.platter.stress.forgot = nil
	}
	c := g.copyAt(n)
	c.disk, c.unsure, c.lost = view, nil, false
	g.hold(c, view.log)
}

// checkSame checks what comes back under the identity it had.
func (g *god) checkSame(n *node, c *copyView, view *logView) {
	if n.disk.mayHaveForgotten() {
		g.fail("identity", "%s comes back as the same node, but its disk may have forgotten something", c.name)
	}
	g.checkKept(c, view)
	want := logView{log: slices.Clone(c.disk.log), orphans: slices.Clone(c.disk.orphans), meta: c.disk.meta}
	if g.same(&want, view) {
		return
	}
	for _, r := range single(c.unsure) {
		g.apply(c, &want, r)
		if g.same(&want, view) {
			return
		}
	}
	g.fail("storage", "%s comes back with %s; it was told that it has stored %s, and %d records were on their way",
		c.name, g.words(view), g.words(&c.disk), len(c.unsure))
}

// checkKept: orphan records are durable before the cut they belong to, also if
// the process ends in between.
func (g *god) checkKept(c *copyView, view *logView) {
	for i := len(c.disk.log); i > 0 && !view.holds(c.disk.log[i-1]); i-- {
		k := c.disk.log[i-1]
		if _, found := findOrphan(view.orphans, k.entry.Position); !found && k.entry.IsWrite() && c.isCutting(k) {
			g.fail("orphans", "%s comes back without %v, which it was about to cut, and without an orphan record of it",
				c.name, k.entry.Position)
		}
	}
}

// isCutting reports whether a cut of an entry was on its way to the disk.
func (c *copyView) isCutting(k *known) bool {
	return slices.ContainsFunc(c.unsure, func(r core.Record) bool {
		cut, isCut := r.(core.Cut)
		return isCut && cut.After < k.entry.Position.Index
	})
}

// checkRenewed checks that a copy begins under a new identity for a reason.
func (g *god) checkRenewed(n *node, was *copyView, report store.Report) {
	d := &n.disk
	was.lost = true
	switch {
	case d.platter == nil || d.replaced:
	case d.isSuspect():
	case !d.damaged && !d.mayHaveForgotten():
		g.fail("identity", "%s comes back as another node, though its disk was good: %s", was.name, report.Renewed)
	case report.Renewed == "":
		g.fail("identity", "%s comes back as another node and does not say why", was.name)
	case !d.mayHaveForgotten() && len(report.Damage) == 0:
		g.fail("identity", "%s comes back as another node, and names no damage", was.name)
	}
}

// viewOf is what was loaded, as entries that are known. Nothing in it may be
// what nobody made.
func (g *god) viewOf(n *node, s core.Stored) logView {
	v := logView{meta: s.Meta, orphans: slices.Clone(s.Orphans)}
	if s.Snapshot != nil && !s.Snapshot.At().IsZero() {
		v.log = g.viewOfSnapshot(n, s.Snapshot, s.History)
	}
	for i := range s.Entries {
		e := &s.Entries[i]
		k, prev := g.known[e.Position], (*known)(nil)
		if len(v.log) > 0 {
			prev = v.log[len(v.log)-1]
		}
		switch {
		case k == nil:
			g.fail("storage", "%s has %v on its disk, which nobody made", n.name, e.Position)
			return v
		case k.prev != prev || !sameEntry(&k.entry, e):
			g.fail("storage", "%s has another %v on its disk than the one that was made", n.name, e.Position)
		}
		v.log = append(v.log, k)
	}
	for i := range s.Orphans {
		o := &s.Orphans[i]
		if k := g.known[o.Entry.Position]; k == nil || !sameEntry(&k.entry, &o.Entry) {
			g.fail("storage", "%s has an orphan %v on its disk, which nobody made so", n.name, o.Entry.Position)
		}
	}
	return v
}

func (g *god) viewOfSnapshot(n *node, s *keyspace.Snapshot, history journal.History) []*known {
	at := s.At()
	if g.known[at] == nil {
		g.fail("storage", "%s has a snapshot at %v on its disk, which nobody made", n.name, at)
		return nil
	}
	log := g.chain(at)
	if want := historyOf(log); !slices.Equal(history, want) {
		g.fail("storage", "%s has a snapshot at %v on its disk with the history %v, not %v", n.name, at, history, want)
	}
	if k := g.known[at]; k.hash != 0 && k.hash != s.Hash() {
		if g.hasSpoilt() {
			g.spoilt(g.copyAt(n)) // it was stored before it was noticed
			return log
		}
		g.fail("state hash", "%s has a snapshot at %v on its disk with state hash %x, another copy had %x", n.name, at, s.Hash(), k.hash)
	}
	return log
}

// historyOf lists the epochs of a journal.
func historyOf(log []*known) journal.History {
	var h journal.History
	for _, k := range log {
		if p := k.entry.Position; len(h) == 0 || h[len(h)-1].Epoch != p.Epoch {
			h = append(h, journal.EpochStart{Epoch: p.Epoch, First: p.Index})
		}
	}
	return h
}

// single lists records so that each stands for one thing: a crash may keep a
// part of the entries or orphans of one record.
func single(records []core.Record) []core.Record {
	var out []core.Record
	for _, r := range records {
		switch r := r.(type) {
		case core.Append:
			for i := range r.Entries {
				out = append(out, core.Append{Entries: r.Entries[i : i+1]})
			}
		case core.SaveOrphans:
			for i := range r.Orphans {
				out = append(out, core.SaveOrphans{Orphans: r.Orphans[i : i+1]})
			}
		case core.SaveMeta, core.Cut, core.DropOrphans, core.SaveSnapshot:
			out = append(out, r)
		}
	}
	return out
}

// same reports whether two copies hold the same.
func (g *god) same(a, b *logView) bool {
	return slices.Equal(a.log, b.log) && g.metaText(a.meta) == g.metaText(b.meta) &&
		slices.EqualFunc(a.orphans, b.orphans, func(x, y journal.Orphan) bool {
			return x.Acked == y.Acked && x.Final == y.Final && x.Superseded == y.Superseded && sameEntry(&x.Entry, &y.Entry)
		})
}

func (g *god) metaText(m core.Meta) string {
	t := text{names: g.w.names, full: true}
	return string(t.name(m.Node).say(" ").record(core.SaveMeta{Meta: m}).buf)
}

// words says how much a copy holds.
func (g *god) words(v *logView) string {
	t := text{names: g.w.names, full: true}
	t.say("a journal up to ").position(v.last()).say(", ").num(uint64(len(v.orphans))).say(" orphans, ")
	return string(t.record(core.SaveMeta{Meta: v.meta}).buf)
}
