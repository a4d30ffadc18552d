package sim

import (
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
)

// regressed takes note that the relay has lost the newest value of its register.
// What that value said is still what was promised by.
func (g *god) regressed() { g.amnesiac = true }

// checkAmnesia: a relay that has lost the newest value adopts one from a node
// before it grants or changes anything, and what it grants then is above every
// epoch that has ever been.
func (g *god) checkAmnesia(was, next register.Register) {
	if g.amnesiac && !next.Awaiting {
		g.fail("register amnesia", "the relay has lost its register and stores version %d, epoch %v of %s, without having asked anybody",
			next.Version, next.Epoch, g.w.names.of(next.Epoch.Master))
	}
	g.amnesiac = false
	if next.Epoch == was.Epoch || next.Epoch.Master.IsZero() {
		return
	}
	for number := range g.masters { // order does not matter: all are compared with one
		if number >= next.Epoch.Number {
			g.fail("register amnesia", "epoch %v is granted to %s, and there was an epoch %d",
				next.Epoch, g.w.names.of(next.Epoch.Master), number)
			break
		}
	}
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
