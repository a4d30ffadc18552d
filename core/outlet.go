package core

import (
	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
)

// outlet collects the effects of a step. Frames may have to wait until what
// they vouch for is durable; those behind them then wait too, so that peers see
// them in the order in which they were sent.
type outlet struct {
	effects []Effect
	held    []heldFrame
}

// heldFrame leaves once the Store seq is persisted.
type heldFrame struct {
	seq  uint64
	send Send
}

func (o *outlet) do(e Effect) { o.effects = append(o.effects, e) }

// hold puts a frame out once the Store seq is persisted.
func (o *outlet) hold(send Send, seq, stored uint64) {
	if seq <= stored && len(o.held) == 0 {
		o.do(send)
		return
	}
	o.held = append(o.held, heldFrame{seq: seq, send: send})
}

func (o *outlet) release(stored uint64) {
	for len(o.held) > 0 && o.held[0].seq <= stored {
		o.do(o.held[0].send)
		o.held = o.held[1:]
	}
}

// take returns the effects of the step.
func (o *outlet) take() []Effect {
	effects := o.effects
	o.effects = nil
	return effects
}

// send puts a frame out, spoken in the accepted epoch. It waits for the newest
// Meta: an epoch, a register value or an incarnation that a crash could make
// this node forget must not be acted on by others.
func (n *Node) send(to frame.To, f frame.Frame) {
	n.sendAfter(n.copy.metaSeq, to, f)
}

// sendAfter puts a frame out once the Store seq is persisted.
func (n *Node) sendAfter(seq uint64, to frame.To, f frame.Frame) {
	if !n.lobby.connected {
		return
	}
	head := frame.Head{To: to, From: n.id(), Epoch: n.copy.meta.Accepted}
	n.out.hold(Send{Head: head, Frame: f}, max(seq, n.copy.metaSeq), n.copy.stored)
}

// reply answers a request of a peer, or of this node's own application.
func (n *Node) reply(to journal.NodeID, f frame.Frame) {
	if to != n.id() {
		n.send(frame.ToNode(to), f)
		return
	}
	if answer := n.outbox.answer(n.now, n.id(), f); answer != nil {
		n.out.do(Replied{Frame: answer})
	}
}

// refuse reports an input from outside that was not acted on.
func (n *Node) refuse(from journal.NodeID, f frame.Frame, err error) {
	n.out.do(Refuse{From: from, Frame: f, Err: err})
}
