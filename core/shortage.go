package core

import (
	"fmt"

	"github.com/understudy-dev/understudy/core/journal"
)

// isShort reports whether an Ack can't be met while so many replicas are in
// sync.
func (n *Node) isShort(ack journal.Ack, replicas int) bool {
	if ack == journal.AckAll {
		return replicas+1 < n.lobby.register.Settings.MinInSyncOrDefault()
	}
	return replicas < int(ack)
}

// shortage says by how much an Ack can't be met.
func (n *Node) shortage(ack journal.Ack, replicas int) string {
	switch ack {
	case journal.AckAll:
		return fmt.Sprintf("%d nodes in sync wanted by min-in-sync, %d there",
			n.lobby.register.Settings.MinInSyncOrDefault(), replicas+1)
	case journal.AckOne:
		return fmt.Sprintf("1 replica wanted, %d in sync", replicas)
	case journal.AckAsync, journal.AckRoom: // never short, and never asked
	}
	return fmt.Sprintf("%d replicas wanted, %d in sync", int(ack), replicas)
}

// makeDo lets the waiting writes that may be degraded, and for whose Ack too few
// nodes are left, wait for those that are there.
func (n *Node) makeDo(replicas int) {
	waiting := &n.mastership.waiting
	for _, w := range waiting.takeDegradable(func(ack journal.Ack) bool { return n.isShort(ack, replicas) }) {
		w.ack = journal.Ack(replicas)
		waiting.add(w)
	}
}

// noteAnswered remembers that a write was answered. An async entry is found by
// the newest one that was, so a write that was degraded, or asked for again with
// another Ack, is remembered by itself.
func (n *Node) noteAnswered(w waitingWrite) {
	ack := w.ack
	if e, ok := n.copy.log.Entry(w.position.Index); ok && ack == journal.AckAsync && e.Ack != ack {
		ack = journal.AckOne
	}
	n.answered.add(w.position, ack, n.mastership.epoch)
}
