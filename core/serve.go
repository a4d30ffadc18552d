package core

import (
	"fmt"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
)

// serve acts on a request, from a peer or from this node's own application,
// and reports whether f was one.
func (n *Node) serve(from journal.NodeID, f frame.Frame) bool {
	switch f := f.(type) {
	case frame.Write:
		n.onWrite(from, f)
	case frame.Read:
		n.onRead(from, f)
	case frame.Watch:
		n.onWatch(from, f)
	case frame.Unwatch:
		n.watches.remove(watchKey{asker: from, id: f.ID})
	case frame.Proceed:
		n.onProceed(from, f)
	case frame.Probe:
		n.reply(from, n.report(f.ID))
	case frame.Verify:
		n.reply(from, n.verify(f))
	case frame.ListOrphans:
		n.reply(from, n.listOrphans(f))
	case frame.Yield:
		n.onYield(from, f)
	default:
		return false
	}
	return true
}

// onAsked takes a request of this node's application. What this copy can answer
// it answers; the rest goes through the outbox to whom it concerns.
func (n *Node) onAsked(in Asked) {
	to := in.To
	switch f := in.Frame.(type) {
	case frame.Read:
		if to.IsZero() && f.Level != frame.LevelLatest {
			to = n.id()
		}
	case frame.Watch, frame.Probe, frame.ListOrphans:
		if to.IsZero() {
			to = n.id()
		}
	case frame.Unwatch:
		n.onForget(Forget{Frame: frame.Watch{ID: f.ID}})
		return
	case frame.Proceed:
		if by := n.outbox.servedBy(f.ID); by == n.id() {
			n.onProceed(by, f)
		} else if !by.IsZero() {
			n.send(frame.ToNode(by), f)
		}
		return
	case frame.Verify:
		if to.IsZero() && n.lobby.master().IsZero() {
			to = n.id()
		}
	case frame.Write, frame.Yield:
	case frame.Configure, frame.TakeOver:
		n.errands.add(f)
		return
	default:
		panic(fmt.Sprintf("core: %T is not a request", in.Frame))
	}
	if !to.IsZero() && to != n.id() && !n.lobby.isPresent(to) {
		n.out.do(Replied{Frame: failed(in.Frame, &frame.Failure{
			Code: frame.CodeGone, Text: fmt.Sprintf("%v is not in the room", to),
		})})
		return
	}
	in.To = to
	n.outbox.add(n.now, in, n.copy.state.Committed().Index)
	if to == n.id() {
		n.routeRequests()
	}
}

// onForget drops a request nobody waits for. A watch ends where it is served.
func (n *Node) onForget(in Forget) {
	if isErrand(in.Frame) {
		n.errands.forget(in.Frame)
		return
	}
	to, found := n.outbox.forget(in.Frame)
	if r, isRead := in.Frame.(frame.Read); isRead {
		n.reads.forget(n.id(), r.ID)
	}
	w, isWatch := in.Frame.(frame.Watch)
	if !found || !isWatch {
		return
	}
	if to == n.id() {
		n.watches.remove(watchKey{asker: to, id: w.ID})
		return
	}
	if to.IsZero() {
		return // it was never sent
	}
	n.send(frame.ToNode(to), frame.Unwatch{ID: w.ID})
}

// routeRequests sends the application's requests to whom they concern, this
// node included.
func (n *Node) routeRequests() {
	if len(n.outbox.unsent) == 0 {
		return
	}
	for _, r := range n.outbox.due(n.now, n.lobby.master()) {
		if r.to == n.id() {
			n.serve(n.id(), r.frame)
			continue
		}
		n.send(frame.ToNode(r.to), r.frame)
	}
	if n.mastership != nil {
		n.superviseMastership()
	}
}

// report tells how this node stands.
func (n *Node) report(id uint64) frame.Report {
	state := n.copy.state
	r := frame.Report{
		ID:      id,
		Node:    n.id(),
		Role:    n.role(),
		Epoch:   n.copy.meta.Accepted,
		Last:    n.copy.log.Last(),
		Commit:  state.Committed(),
		Applied: state.Applied(),
		Orphans: uint32(n.copy.orphans.final()),
		Hash:    state.Hash(),
		Keys:    uint64(state.Len()),
		Storage: n.cfg.Storage,

		Differed: n.differed,
	}
	if m := n.mastership; m != nil {
		for _, p := range m.progress {
			r.Progress = append(r.Progress, frame.Progress{
				Node: p.node, Match: n.copy.log.At(p.match), State: p.state.String(),
			})
		}
	}
	return r
}
