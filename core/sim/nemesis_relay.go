package sim

import (
	"slices"
	"time"

	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
)

func (n *nemesis) restartRelay() {
	n.w.hits[RelayRestart]++
	n.w.relay.restart(n.relayPause())
}

func (n *nemesis) relayPause() time.Duration { return n.chance.skewed(5*time.Millisecond, time.Second) }

func (n *nemesis) loseRegister() { n.regress(RegisterLost, register.Register{}) }

func (n *nemesis) restoreRegister() {
	if past := n.w.relay.past; len(past) > 1 {
		n.regress(RegisterOld, pick(n.chance, past[max(0, len(past)-10):len(past)-1]...))
	}
}

func (n *nemesis) regress(f Fault, value register.Register) {
	if n.canBeKnown(value) {
		n.w.hits[f]++
		n.w.relay.regress(value, n.relayPause())
	}
}

// canBeKnown reports whether a relay that goes back to a value hears of what has
// been since from those without whom it would go on. A node that was away all
// the time since can't tell it: what only others know, who are away, is lost, and
// no rule of the protocol could keep it.
func (n *nemesis) canBeKnown(value register.Register) bool {
	newest := n.w.relay.granted
	if newest == 0 {
		return false
	}
	knows := func(id journal.NodeID) bool { return n.knownTo(id).Epoch.Number >= newest }
	for _, v := range n.w.nodes {
		r := n.knownTo(v.id)
		if r.IsZero() {
			return false // it would open the room anew
		}
		if !knows(v.id) && !slices.ContainsFunc(r.InSync, func(s register.Seat) bool { return knows(s.Node) }) {
			return false
		}
	}
	// One node of the list may claim alone, unless it knows better.
	return !slices.ContainsFunc(value.InSync, func(s register.Seat) bool {
		return !knows(s.Node) || n.knownTo(s.Node).Compare(value) <= 0
	})
}

// knownTo is the newest register value that a copy has on its disk.
func (n *nemesis) knownTo(id journal.NodeID) register.Register {
	c := n.w.god.copies[id]
	if c == nil || c.lost {
		return register.Register{}
	}
	return c.disk.meta.Register
}

// fillRoom takes a place or two away for a while: whoever comes last is refused.
func (n *nemesis) fillRoom() {
	r := n.w.relay
	r.places = max(1, len(n.w.nodes)+len(n.w.clients)-1-n.chance.IntN(2))
	r.restart(n.relayPause())
	n.w.after(n.chance.skewed(100*time.Millisecond, time.Second), streamNemesis, r.relieve)
}
