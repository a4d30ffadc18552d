package sim

import (
	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
)

// checkOrphan: a final orphan is out of the history for good, and was never
// promised to stay.
func (g *god) checkOrphan(c *copyView, o journal.Orphan) {
	p := o.Entry.Position
	k := g.known[p]
	switch {
	case k == nil:
		g.fail("orphans", "%s keeps an orphan %v, which nobody made", c.name, p)
		return
	case !sameEntry(&k.entry, &o.Entry):
		g.fail("orphans", "%s keeps an orphan %v that is not the entry that was made", c.name, p)
	}
	if !o.Final {
		return
	}
	if !k.final {
		k.final, k.finalAfter = true, g.unclean
		g.w.orphans++
	}
	i := int(p.Index)
	if !g.isReplaced(p) {
		g.fail("orphans", "%s calls %v an orphan, but nothing is committed in its place", c.name, p)
	} else if i <= len(g.commits) && g.commits[i-1] == k && !k.atRisk {
		g.fail("orphans", "%s calls %v an orphan, which is committed", c.name, p)
	}
	if k.acked && k.ack == journal.AckAll && g.unclean == 0 {
		g.fail("orphans", "%v was promised to all and is an orphan", p)
	}
}

// isReplaced reports whether something is committed at an orphan's index, or a
// newer epoch before it, behind which the orphan's own never follows.
func (g *god) isReplaced(p journal.Position) bool {
	n := len(g.commits)
	return int(p.Index) <= n || n > 0 && g.commits[n-1].entry.Position.Epoch.Number > p.Epoch.Number
}

// named are the orphans that a record is about to drop.
func (v *logView) named(r core.Record) []journal.Orphan {
	d, ok := r.(core.DropOrphans)
	if !ok {
		return nil
	}
	var all []journal.Orphan
	for _, p := range d.Positions {
		if i, found := findOrphan(v.orphans, p); found {
			all = append(all, v.orphans[i])
		}
	}
	return all
}

// checkDropped: a copy keeps an orphan until it has the entry again, or until
// everybody knows that it was replayed or discarded.
func (g *god) checkDropped(c *copyView, o journal.Orphan) {
	p := o.Entry.Position
	if !c.mem.holdsPosition(p) && !g.resolved[resolvedBy(o)] {
		g.fail("orphans", "%s drops the orphan %v, which nobody has replayed or discarded", c.name, p)
	}
}

// isResolved reports whether the entry that resolves an orphan is in the history.
func (g *god) isResolved(o journal.Orphan) bool {
	return g.origins[originOf(o.Resolution().Origin())] != nil
}

// resolvedBy names the write whose orphans are resolved together with o.
func resolvedBy(o journal.Orphan) origin {
	r := o.Resolution()
	return origin{r.Client, r.Seq}
}

func originOf(o journal.Origin) origin { return origin{o.Client, o.Seq} }

// checkAccounts: at the end every write that was answered ok is in the history
// or an orphan somewhere, unless every copy that had it is gone.
func (g *god) checkAccounts() {
	// By the order in which users asked: the map of entries has none.
	for _, u := range g.w.users {
		for _, call := range u.calls {
			if call.written != nil && call.written.Failure == nil {
				g.checkAccount(call)
			} else {
				g.checkRefused(call)
			}
		}
	}
	for _, c := range g.order {
		for _, o := range c.mem.orphans {
			g.checkFate(c, o)
		}
	}
}

// checkRefused: a write that was refused for certain is in no history.
func (g *god) checkRefused(call *call) {
	asked, isWrite := call.asked.(frame.Write)
	if !isWrite || call.isUnknown() || len(g.asked[origin{call.client, asked.Origin.Seq}]) > 1 {
		return // or somebody else has asked for the same
	}
	if k := g.origins[origin{call.client, asked.Origin.Seq}]; k != nil {
		g.fail("accounts", "write %d of %s was refused with %v and is in the history at %v",
			asked.Origin.Seq, call.user.name, call.written.Failure.Code, k.entry.Position)
	}
}

func (g *god) checkAccount(call *call) {
	p := call.written.Receipt.Position
	k := g.known[p]
	if k == nil {
		g.fail("accounts", "the write answered with %v was never made", p)
		return
	}
	if k.committed && !k.atRisk {
		return
	}
	if i := int(p.Index); i <= len(g.commits) && g.commits[i-1] == k {
		return
	}
	if call.written.Receipt.Ack == journal.AckAll && !k.atRisk {
		g.fail("accounts", "%v was promised to all and is not in the history", p)
	}
	for _, c := range g.order {
		if _, found := findOrphan(c.mem.orphans, p); found && c.running {
			return
		}
	}
	if g.resolved[resolvedBy(journal.Orphan{Entry: k.entry})] {
		return
	}
	for _, c := range k.holders {
		if !c.lost && !k.givenUp {
			g.fail("accounts", "%v was answered ok with ack %v and is neither in the history nor an orphan, though %s had it",
				p, call.written.Receipt.Ack, c.name)
			return
		}
	}
	g.w.lost++
}

// checkFate: at the end nothing is pending, and no write is both in the
// history and an orphan, unless the orphan says that a retry was applied.
func (g *god) checkFate(c *copyView, o journal.Orphan) {
	if !c.running {
		return
	}
	p := o.Entry.Position
	if c.mem.holdsPosition(p) {
		g.fail("orphans", "%s has %v in its journal and as an orphan", c.name, p)
	}
	if !o.Final && g.isReplaced(p) {
		g.fail("orphans", "%s has not made up its mind about the orphan %v", c.name, p)
	}
	if !o.Final {
		return // nothing is committed in its place yet: nobody is told of it
	}
	if !o.Superseded && g.isResolved(o) {
		g.fail("orphans", "%s lists %v as lost, and it was replayed or discarded", c.name, p)
	}
	kept := g.origins[origin{o.Entry.Origin.Client, o.Entry.Origin.Seq}]
	if kept != nil && !o.Superseded {
		g.fail("orphans", "%s lists %v as lost, but that write was applied at %v", c.name, p, kept.entry.Position)
	}
	if kept == nil && o.Superseded && g.unclean == 0 {
		g.fail("orphans", "%s says that %v was applied elsewhere, but it was not", c.name, p)
	}
}
