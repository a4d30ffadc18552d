package sim

import (
	"time"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
)

// spoiltFor is how long answers of a copy with a wrong state may be on their way.
const spoiltFor = 15 * time.Second

// spoilt notes that the state of a copy is wrong, and that somebody has to see
// it. A copy that becomes master before makes its state the room's, as nobody
// can tell which of two is right: there is nothing left to check then.
func (g *god) spoilt(c *copyView) {
	c.spoilt, g.spoiltAt = true, g.w.now
	if g.reg.Epoch.Master == c.id {
		g.w.given = true
	}
}

// hasSpoilt reports whether a copy has, or had until now, a wrong state: what it
// answers may be wrong, too.
func (g *god) hasSpoilt() bool {
	for _, c := range g.order {
		if c.spoilt && c.running {
			g.spoiltAt = g.w.now
		}
	}
	return g.spoiltAt != 0 && g.w.now < g.spoiltAt.Add(spoiltFor)
}

// checkHash: equal positions are equal states.
func (g *god) checkHash(c *copyView, at journal.Position, hash uint64) {
	k := g.known[at]
	switch {
	case k == nil || hash == 0:
	case k.hash == hash:
		c.spoilt = false // made anew, or the wrong key has been written again
	case k.hash == 0 && !c.spoilt:
		k.hash = hash
	case k.hash == 0:
	case g.hasSpoilt():
		g.spoilt(c)
	default:
		g.fail("state hash", "%s has state hash %x at %v, another copy had %x", c.name, hash, at, k.hash)
	}
}

// checkAlarm: no alarm where all states are right.
func (g *god) checkAlarm(c *copyView, e core.Alarm) {
	if !g.w.byHand && !g.hasSpoilt() {
		g.fail("state hash", "%s raises an alarm, and every copy has the state that its entries make: %v", c.name, e.Err)
	}
	g.w.alarms++
}

// checkStates: at the end all copies have the same state, also those that had a
// wrong one.
func (w *World) checkStates() {
	w.god.spoiltAt = 0
	for _, c := range w.god.order {
		c.spoilt = false // a wrong state is a failure from here on
	}
	for i, n := range w.nodes {
		n.step(core.Asked{Frame: frame.Probe{ID: operatorIDs<<1 + uint64(i)}})
	}
}
