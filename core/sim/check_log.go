package sim

import (
	"bytes"
	"slices"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
)

// checkRecord checks one record against the copy it is about to change.
func (g *god) checkRecord(c *copyView, r core.Record) {
	switch r := r.(type) {
	case core.SaveMeta:
		g.checkMeta(c, r.Meta)
	case core.Append:
		prev := (*known)(nil)
		if n := len(c.mem.log); n > 0 {
			prev = c.mem.log[n-1]
		}
		for i := range r.Entries {
			prev = g.admit(c, prev, &r.Entries[i])
		}
	case core.Cut:
		g.checkCut(c, c.mem.log[min(int(r.After), len(c.mem.log)):], "cut")
	case core.SaveSnapshot:
		g.checkSnapshot(c, r)
	case core.SaveOrphans, core.DropOrphans:
	}
}

// checkMeta: what a node has promised or seen never goes back, also not over a
// restart.
func (g *god) checkMeta(c *copyView, m core.Meta) {
	was := c.mem.meta
	switch {
	case m.Accepted.Number < was.Accepted.Number,
		m.Accepted.Number == was.Accepted.Number && m.Accepted != was.Accepted:
		g.fail("one master", "%s accepts epoch %v of %s after epoch %v of %s", c.name,
			m.Accepted, g.w.names.of(m.Accepted.Master), was.Accepted, g.w.names.of(was.Accepted.Master))
	case m.Register.Compare(was.Register) < 0:
		g.fail("register", "%s stores register version %d after %d", c.name, m.Register.Version, was.Register.Version)
	case m.Incarnation < was.Incarnation:
		g.fail("identity", "%s is incarnation %d after %d", c.name, m.Incarnation, was.Incarnation)
	}
}

// admit takes an entry behind prev. The same position is the same entry with
// the same entry before it, everywhere and for ever; all entries of an epoch
// come from one start of one node.
func (g *god) admit(c *copyView, prev *known, e *journal.Entry) *known {
	p, before := e.Position, journal.Position{}
	if prev != nil {
		before = prev.entry.Position
	}
	if p.Index != before.Index+1 || p.Epoch.Compare(before.Epoch) < 0 {
		g.fail("log", "%s appends %v after %v", c.name, p, before)
	}
	if prev != nil && e.Time < prev.entry.Time {
		g.fail("log", "%s appends %v, and its time is before that of %v", c.name, p, before)
	}
	if k := g.known[p]; k != nil {
		if k.prev != prev {
			g.fail("log matching", "%s has %v after %v, it was made after another entry", c.name, p, before)
		}
		if !sameEntry(&k.entry, e) {
			g.fail("log matching", "%s has another %v than the one that was made", c.name, p)
		}
		return k
	}
	m, made := g.makers[p.Epoch]
	incarnation := c.mem.meta.Incarnation
	switch {
	case p.Epoch.Master != c.id:
		g.fail("one master", "%s makes %v, an entry of %s", c.name, p, g.w.names.of(p.Epoch.Master))
	case !made:
		g.makers[p.Epoch] = maker{c, incarnation}
	case m.node != c || m.incarnation != incarnation:
		g.fail("one master", "%s incarnation %d makes %v, the epoch is incarnation %d's", c.name, incarnation, p, m.incarnation)
	}
	k := &known{prev: prev, entry: *e}
	g.known[p] = k
	g.w.entries++
	g.checkMade(c, k)
	if e.IsStart() {
		g.checkRecovered(c, prev)
	}
	return k
}

// checkRecovered: when a mastership opens, a write that was answered with n
// copies is in its journal if one of those that had it is there and in sync.
func (g *god) checkRecovered(c *copyView, last *known) {
	if g.reg.Epoch.Master != c.id {
		return // it does not know yet that it is over
	}
	for _, seat := range g.reg.InSync {
		s := g.copies[seat.Node]
		if s == nil || s == c || !s.running {
			continue
		}
		has := last
		for i := len(s.disk.log); i > 0; i-- {
			k := s.disk.log[i-1]
			for has != nil && has.entry.Position.Index > k.entry.Position.Index {
				has = has.prev
			}
			if has == k {
				break // and all before it
			}
			if k.acked && k.ack > 0 && !k.atRisk {
				g.fail("completeness", "%s opens without %v, which was answered with ack %v and which %s, in sync, has",
					c.name, k.entry.Position, k.ack, s.name)
			}
		}
	}
}

func sameEntry(a, b *journal.Entry) bool {
	return a.Position == b.Position && a.Time == b.Time && a.Ack == b.Ack && a.Origin == b.Origin &&
		slices.Equal(a.Results, b.Results) && slices.EqualFunc(a.Changes, b.Changes, func(x, y journal.Change) bool {
		return x.Key == y.Key && x.Deleted == y.Deleted && x.Deadline == y.Deadline && bytes.Equal(x.Value, y.Value)
	})
}

// checkCut: nothing committed is ever cut, and what is cut has its orphan
// record before.
func (g *god) checkCut(c *copyView, cut []*known, how string) {
	for _, k := range cut {
		if how == "drop" && !k.atRisk && k.committed && g.mayDrop(c, k) {
			k.holders = slices.DeleteFunc(k.holders, func(h *copyView) bool { return h == c })
			continue
		}
		if k.committed && !k.atRisk {
			g.fail("stable prefix", "%s %ss %v, which is committed", c.name, how, k.entry.Position)
		}
		if how != "cut" && k.atRisk {
			// Its room has lost it, and a journal that was compacted meanwhile
			// has no entry of it to keep.
			k.givenUp = true
			continue
		}
		if _, found := findOrphan(c.mem.orphans, k.entry.Position); !found && k.entry.IsWrite() {
			g.fail("orphans", "%s %ss %v without keeping it", c.name, how, k.entry.Position)
		}
		g.w.cuts++
	}
}

// mayDrop: a copy whose history the room has lost begins as new where it can't go
// back to where it parted. It may drop an entry with that which the room has
// committed again since, for nobody counts on it: it is not in sync, and who is
// has the entry.
func (g *god) mayDrop(c *copyView, k *known) bool {
	if g.lossEpoch.Compare(c.commit.Epoch) <= 0 || g.reg.IsInSync(c.id) {
		return false
	}
	return !slices.ContainsFunc(g.reg.InSync, func(seat register.Seat) bool {
		s := g.copies[seat.Node]
		return s != nil && !s.lost && !s.disk.holds(k)
	})
}

// checkSnapshot: a snapshot is of a committed place, and one that replaces the
// whole journal cuts what it does not cover.
func (g *god) checkSnapshot(c *copyView, r core.SaveSnapshot) {
	at := r.Snapshot.At()
	k := g.known[at]
	if startsOver := r.Reset && at.IsZero(); k == nil && !startsOver {
		g.fail("snapshot", "%s has a snapshot at %v, which nobody made", c.name, at)
		return
	}
	if !r.Reset {
		if !c.mem.holds(k) {
			g.fail("snapshot", "%s has a snapshot at %v, which is not in its journal", c.name, at)
		}
		return
	}
	g.w.installs++
	chain := g.chain(at)
	same := 0
	for same < len(chain) && same < len(c.mem.log) && chain[same] == c.mem.log[same] {
		same++
	}
	how := "replace"
	if at.IsZero() {
		how = "drop" // to start over as new
	}
	g.checkCut(c, c.mem.log[same:], how)
	g.checkHash(c, at, r.Snapshot.Hash())
}
