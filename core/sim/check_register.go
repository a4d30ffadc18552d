package sim

import (
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
)

// relayView is what a relay has on its disk. It need not be what promises are
// made by: that stays the newest value there ever was.
type relayView struct {
	own      register.Register
	amnesiac bool // it does not know the newest value, and has not adopted one yet
}

// registered follows the register on a relay's disk.
func (g *god) registered(v *relayView, next register.Register) {
	own, was := v.own, g.reg
	v.own = next
	g.checkShape(own, next)
	g.checkAmnesia(v, next)
	if next.Epoch != own.Epoch {
		g.w.mastershipRegistered(next)
	}
	if isAdopted(next) {
		return // nothing is promised by it yet
	}
	g.reg = next
	g.lists[next.Epoch.Number] = next
	if g.isLoss(was, next) {
		return
	}
	if next.Epoch != own.Epoch && !own.IsZero() && !own.IsInSync(next.Epoch.Master) {
		g.fail("register", "%s became master although it was not in sync", g.w.names.of(next.Epoch.Master))
	}
	switch {
	case next.Awaiting: // it is not yet known who of the list is complete
	case own.Awaiting:
		g.checkAdded(register.Register{}, next)
	default:
		g.checkAdded(own, next)
	}
}

// isAdopted reports whether a value came from a node, and nobody has been granted
// the mastership since.
func isAdopted(r register.Register) bool { return r.Awaiting && r.Epoch.Master.IsZero() }

func (g *god) checkShape(own, next register.Register) {
	switch {
	case next.Version <= own.Version:
		g.fail("register", "version %d follows %d", next.Version, own.Version)
	case next.Epoch.Number < own.Epoch.Number, next.Epoch.Number == own.Epoch.Number && next.Epoch != own.Epoch:
		g.fail("register", "epoch %v of %s follows epoch %v of %s",
			next.Epoch, g.w.names.of(next.Epoch.Master), own.Epoch, g.w.names.of(own.Epoch.Master))
	case !next.Epoch.Master.IsZero() && !next.IsInSync(next.Epoch.Master):
		g.fail("register", "the master %s is not in the in-sync list", g.w.names.of(next.Epoch.Master))
	}
}

// isLoss reports whether a mastership begins without any complete copy: then
// what was committed is at risk.
func (g *god) isLoss(was, next register.Register) bool {
	newest := func(r register.Register) journal.Epoch {
		if n := len(r.Losses); n > 0 {
			return r.Losses[n-1].Epoch
		}
		return journal.Epoch{}
	}
	if newest(next).Compare(newest(was)) <= 0 {
		return false
	}
	g.unclean++
	g.lossEpoch = newest(next)
	for _, k := range g.commits {
		k.atRisk = true
	}
	return true
}

// checkAdded: who is added to the in-sync list has everything committed.
func (g *god) checkAdded(was, next register.Register) {
	for _, seat := range next.InSync {
		c := g.copies[seat.Node]
		if was.IsInSync(seat.Node) || c == nil || c.lost {
			continue
		}
		for i := len(g.commits); i > 0 && !g.commits[i-1].atRisk; i-- {
			if !c.disk.holds(g.commits[i-1]) {
				g.fail("completeness", "%s was added to the in-sync list without %v, which is committed",
					c.name, g.commits[i-1].entry.Position)
				break
			}
		}
	}
}

// checkAmnesia: a relay that has lost the newest value adopts one from a node
// before it grants or changes anything, and what it grants then is above every
// epoch that has ever been.
func (g *god) checkAmnesia(v *relayView, next register.Register) {
	if v.amnesiac && !isAdopted(next) {
		g.fail("register amnesia", "the relay has lost its register and stores version %d, epoch %v of %s, without having asked anybody",
			next.Version, next.Epoch, g.w.names.of(next.Epoch.Master))
	}
	v.amnesiac = false
	if next.Epoch.Master.IsZero() || next.Epoch == g.reg.Epoch {
		return
	}
	if next.Epoch.Number <= g.highest {
		g.fail("register amnesia", "epoch %v is granted to %s, and there was an epoch %d",
			next.Epoch, g.w.names.of(next.Epoch.Master), g.highest)
	}
	g.highest = max(g.highest, next.Epoch.Number)
	if _, used := g.masters[next.Epoch.Number]; !used {
		g.masters[next.Epoch.Number] = next.Epoch.Master
	}
}

// checkNumber: no write is acknowledged in an epoch whose number was granted to
// another master.
func (g *god) checkNumber(c *copyView, epoch journal.Epoch) {
	if first := g.masters[epoch.Number]; first != epoch.Master {
		g.fail("register amnesia", "%s answers ok for a write of epoch %v of %s; that number was granted to %s",
			c.name, epoch, g.w.names.of(epoch.Master), g.w.names.of(first))
	}
}

// checkFloor: no node acts as master by a register older than the newest that it
// has stored, over all its starts.
func (g *god) checkFloor(c *copyView, acting register.Register) {
	if floor := c.disk.meta.Register; acting.Compare(floor) < 0 {
		g.fail("register floor", "%s is master by version %d of epoch %v, and has stored version %d of epoch %v",
			c.name, acting.Version, acting.Epoch, floor.Version, floor.Epoch)
	}
}
