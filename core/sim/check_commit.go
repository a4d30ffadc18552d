package sim

import (
	"slices"

	"github.com/understudy-dev/understudy/core/journal"
)

// checkCommit follows a commit mark. There is one committed history: every
// mark is in it, and it grows only by a master whose whole in-sync list has
// what it adds.
func (g *god) checkCommit(c *copyView, p journal.Position) {
	if p.IsZero() {
		return
	}
	if !c.mem.holdsPosition(p) {
		g.fail("commit", "%s has committed %v, which is not in its journal", c.name, p)
		return
	}
	i := int(p.Index)
	if c.mem.log[i-1].atRisk {
		return // committed before the room lost it, and back from elsewhere
	}
	if c.epoch.Compare(g.lossEpoch) < 0 && (i > len(g.commits) || g.commits[i-1] != c.mem.log[i-1]) {
		// A master of before the loss hears late that all had it.
		for _, k := range c.mem.log[:i] {
			k.committed, k.atRisk = true, !slices.Contains(g.commits, k)
		}
		return
	}
	if i <= len(g.commits) {
		if g.commits[i-1] != c.mem.log[i-1] {
			g.replaceLost(c, i)
		}
		if i <= len(g.commits) {
			return
		}
	} else if n := len(g.commits); n > 0 && g.commits[n-1] != c.mem.log[n-1] {
		g.replaceLost(c, i)
	}
	if c.epoch.Master != c.id {
		g.fail("commit", "%s has committed %v before the master of epoch %v has", c.name, p, c.epoch)
	}
	for _, k := range c.mem.log[len(g.commits):i] {
		g.commit(c, k)
	}
}

// replaceLost forgets what was committed before all complete copies were lost,
// from where the copy differs. Anywhere else a difference is a failure.
func (g *god) replaceLost(c *copyView, upTo int) {
	same := 0
	for same < len(g.commits) && same < upTo && g.commits[same] == c.mem.log[same] {
		same++
	}
	for _, k := range g.commits[same:] {
		if !k.atRisk {
			g.fail("stable prefix", "%s has committed %v where %v was committed before",
				c.name, c.mem.log[same].entry.Position, g.commits[same].entry.Position)
			return
		}
		delete(g.origins, origin{k.entry.Origin.Client, k.entry.Origin.Seq})
	}
	g.commits = g.commits[:same]
	g.states.cut(journal.Index(same))
}

// commit adds an entry to the committed history.
func (g *god) commit(c *copyView, k *known) {
	p := k.entry.Position
	list := g.reg
	if list.Awaiting && c.epoch.Number < list.Epoch.Number {
		list = g.listOf(c) // which nobody has taken over from, by a list that is known to be complete
	}
	for _, seat := range list.InSync {
		if s := g.copies[seat.Node]; s != nil && !s.lost && !s.disk.holds(k) {
			g.fail("completeness", "%s has committed %v, but %s, in sync, has not stored it", c.name, p, s.name)
		}
	}
	if k.final && k.finalAfter == g.unclean {
		// Behind another loss the room may have begun anew from a copy that had it.
		g.fail("orphans", "%v is committed, but it was told to be an orphan", p)
	}
	if k.ruledOut && g.unclean == 0 {
		g.fail("receipts", "%v is committed, but its receipt was called orphaned", p)
	}
	if k.entry.IsWrite() {
		o := origin{k.entry.Origin.Client, k.entry.Origin.Seq}
		if other := g.origins[o]; other != nil {
			g.fail("exactly once", "write %d of %s is committed at %v and at %v",
				o.seq, g.w.names.of(journal.NodeID(o.client)), other.entry.Position, p)
		}
		g.origins[o] = k
	}
	if r, ok := k.entry.Resolves(); ok {
		o := origin{r.Client, r.Seq}
		if !g.resolved[o] {
			g.w.resolved++
		}
		g.resolved[o] = true
	}
	k.committed, k.committedAt, k.atRisk = true, g.w.now, false
	g.commits = append(g.commits, k)
	g.states.apply(&k.entry)
}
