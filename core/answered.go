package core

import (
	"slices"

	"github.com/understudy-dev/understudy/core/journal"
)

// answered remembers of which entries, not committed yet, this node as master
// has answered the writers, so that an orphan can say so.
type answered struct {
	// Of the masterships before this start nothing is remembered. An async
	// write is answered as soon as it is stored, so one that was found stored
	// counts as answered.
	before journal.EpochNumber

	// async holds, for each mastership with such entries, the newest async write
	// that was answered: they are answered in order.
	async []journal.Position
	exact []journal.Position // other writes that were answered
}

// add notes an answer that this node gave as the master of an epoch.
func (a *answered) add(p journal.Position, ack journal.Ack, epoch journal.Epoch) {
	if ack == journal.AckAll {
		return // it is committed
	}
	if ack != journal.AckAsync || p.Epoch != epoch {
		a.exact = append(a.exact, p)
		return
	}
	if n := len(a.async); n > 0 && a.async[n-1].Epoch == epoch {
		a.async[n-1].Index = max(a.async[n-1].Index, p.Index)
		return
	}
	a.async = append(a.async, p)
}

func (a *answered) forgetUpTo(commit journal.Index) {
	committed := func(p journal.Position) bool { return p.Index <= commit }
	a.async = slices.DeleteFunc(a.async, committed)
	a.exact = slices.DeleteFunc(a.exact, committed)
}

// contains reports whether this node has answered the write of an entry.
func (a *answered) contains(e journal.Entry, self journal.NodeID) bool {
	p := e.Position
	switch {
	case slices.Contains(a.exact, p):
		return true
	case e.Ack != journal.AckAsync || p.Epoch.Master != self:
		return false
	case p.Epoch.Number <= a.before:
		return true
	}
	return slices.ContainsFunc(a.async, func(q journal.Position) bool { return q.Epoch == p.Epoch && p.Index <= q.Index })
}
