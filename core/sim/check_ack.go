package sim

import (
	"slices"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
)

// checkSent checks what a copy vouches for in a frame: it must be on its disk.
func (g *god) checkSent(c *copyView, e core.Send) {
	switch f := e.Frame.(type) {
	case frame.Ack:
		g.checkVouched(c, e.Head, "ack", f.Match)
	case frame.Sealed:
		g.checkVouched(c, e.Head, "seal", f.Last)
	case frame.Written:
		g.checkAcked(c, f)
	case frame.Report:
		g.checkHash(c, f.Applied, f.Hash)
	case frame.Replicate:
		at := f.Prev
		if n := len(f.Entries); n > 0 {
			at = f.Entries[n-1].Position
		}
		g.checkHash(c, at, f.Hash)
	}
}

func (g *god) checkVouched(c *copyView, head frame.Head, what string, p journal.Position) {
	if !c.disk.holdsPosition(p) {
		g.fail("ack before storage", "%s sends %s %v, which is not on its disk (that ends at %v)", c.name, what, p, c.disk.last())
	}
	if accepted := c.disk.meta.Accepted; head.Epoch.Number > accepted.Number {
		g.fail("ack before storage", "%s speaks in epoch %v, and its disk has accepted %v", c.name, head.Epoch, accepted)
	}
}

// checkAcked: the moment a write is answered ok, what its Ack promises is true.
func (g *god) checkAcked(c *copyView, w frame.Written) {
	if w.Failure != nil {
		return
	}
	p := w.Receipt.Position
	k := g.known[p]
	if k == nil {
		g.fail("ack", "%s answers a write with %v, which nobody made", c.name, p)
		return
	}
	g.checkNumber(c, p.Epoch)
	if o := k.entry.Origin; o.Client != w.Client || o.Seq != w.Seq {
		g.fail("ack", "%s answers write %d with %v, which is another write", c.name, w.Seq, p)
	}
	if !c.disk.holds(k) {
		g.fail("ack", "%s answers ok for %v, which it has not stored", c.name, p)
	}
	list := g.listOf(c)
	holders := 0
	for _, seat := range list.InSync {
		s := g.copies[seat.Node]
		if s == nil {
			continue
		}
		switch {
		case s.disk.holds(k):
			if s != c {
				holders++
			}
		case w.Receipt.Ack == journal.AckAll:
			g.fail("ack", "%s answers ok to all for %v, but %s, in sync, has not stored it", c.name, p, s.name)
		}
	}
	if n := int(w.Receipt.Ack); holders < n {
		g.fail("ack", "%s answers ok to %d for %v, but %d in-sync replicas have it", c.name, n, p, holders)
	}
	g.checkCopies(c, k, w)
	k.acked = true
	if k.ack != journal.AckAll {
		k.ack = w.Receipt.Ack
	}
}

// checkCopies: a receipt never says more than there is: in its ack, which is the
// one asked for unless the writer makes do with less, in its copies, and in what
// the room wants to have an "all" write at least.
func (g *god) checkCopies(c *copyView, k *known, w frame.Written) {
	p, r := k.entry.Position, w.Receipt
	own := c.mem.meta.Register
	copies, durable := 0, 0
	for _, seat := range own.InSync {
		if s := g.copies[seat.Node]; s != nil && s.disk.holds(k) {
			copies++
			if s.durable {
				durable++
			}
		}
	}
	if int(r.Copies) > copies || int(r.Durable) > durable {
		g.fail("ack", "%s says of %v that %d copies have it, %d of them durable; there are %d and %d",
			c.name, p, r.Copies, r.Durable, copies, durable)
	}
	settings := own.Settings
	if g.reg.Version == own.Version {
		settings = g.reg.Settings // which it should have stored
	}
	if least := settings.MinInSyncOrDefault(); r.Ack == journal.AckAll && copies < least {
		g.fail("ack", "%s answers ok to all for %v with %d in-sync nodes that have it, and the room wants %d", c.name, p, copies, least)
	}
	if g.w.byHand {
		return
	}
	asked := g.asked[origin{w.Client, w.Seq}]
	isAsked := func(w frame.Write) bool {
		return w.Ack == r.Ack || w.Ack == journal.AckRoom // by the settings of when it came
	}
	switch {
	case slices.ContainsFunc(asked, isAsked):
	case slices.ContainsFunc(asked, func(w frame.Write) bool { return w.Degrade }) && r.Ack >= journal.AckAsync:
		g.w.degraded++
	default:
		g.fail("ack", "%s answers ok to %v for %v, which nobody asked for", c.name, r.Ack, p)
	}
}

// listOf is the register's newest value of the newest mastership of a copy.
func (g *god) listOf(c *copyView) register.Register {
	for number := g.reg.Epoch.Number; number > 0; number-- {
		if r, ok := g.lists[number]; ok && r.Epoch.Master == c.id {
			return r
		}
	}
	return g.reg
}
