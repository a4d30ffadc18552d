package sim

import (
	"time"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/frame"
)

// operatorIDs are the numbers of an operator's requests: no application at the
// same node comes that far.
const operatorIDs = 1 << 41

// disaster keeps one node away until it is in sync no more, and then all others
// for long: the room can't go on by itself, and somebody asks for a takeover.
func (n *nemesis) disaster() {
	left := n.victim()
	if left == nil || n.w.now < n.disasterUntil {
		return
	}
	n.w.hits[Disaster]++
	away := n.chance.between(time.Second, 4*time.Second)
	gone := n.chance.between(4*time.Second, 12*time.Second)
	n.disasterUntil = n.w.now.Add(away + gone)
	left.unreachableUntil = n.w.now.Add(away)
	if left.conn != nil {
		n.w.net.cut(left.conn, 300*time.Millisecond)
	}
	n.w.after(away, streamNemesis, func() {
		if n.w.healing {
			return
		}
		for _, v := range n.w.nodes {
			if v == left {
				continue
			}
			v.downUntil = n.w.now.Add(gone)
			if v.isUp() {
				n.w.crash(v)
			}
			n.w.at(v.downUntil, streamNemesis, v.start)
		}
		if n.w.plan.has(Takeover) {
			n.insist(left)
		}
	})
}

// insist asks for a takeover by a node until it is master, or the others are
// back.
func (n *nemesis) insist(by *node) {
	n.w.after(n.chance.skewed(100*time.Millisecond, time.Second), streamNemesis, func() {
		if n.w.healing || n.w.now >= n.disasterUntil || n.w.relay.stored.Epoch.Master == by.id {
			return
		}
		n.askTakeOver(by)
		n.insist(by)
	})
}

// takeOver asks for a takeover that the room may not need at all.
func (n *nemesis) takeOver() { n.askTakeOver(pick(n.chance, n.w.nodes...)) }

// askTakeOver is an operator at the node itself, or at any other one.
func (n *nemesis) askTakeOver(by *node) {
	at := by
	if n.chance.hit(200) {
		at = pick(n.chance, n.w.nodes...)
	}
	n.requests++
	at.step(core.Asked{Frame: frame.TakeOver{
		Request: operatorIDs + n.requests, Version: n.w.relay.stored.Version, Successor: by.id,
	}})
}
