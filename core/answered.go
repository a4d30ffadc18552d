package core

import (
	"slices"

	"github.com/understudy-dev/understudy/core/journal"
)

// answered remembers which of this node's own entries, not committed yet, had
// their writers answered, so that an orphan can say so.
type answered struct {
	// Of the masterships before this start nothing is remembered. An async
	// write is answered as soon as it is stored, so one that was found stored
	// counts as answered.
	before journal.EpochNumber

	async  journal.Position   // async writes are answered in order, up to here
	counts []journal.Position // writes with Ack n that had their n replicas
}

func (a *answered) add(p journal.Position, ack journal.Ack) {
	switch {
	case ack == journal.AckAsync && p.Compare(a.async) > 0:
		a.async = p
	case ack > 0:
		a.counts = append(a.counts, p)
	}
}

func (a *answered) forgetUpTo(commit journal.Index) {
	a.counts = slices.DeleteFunc(a.counts, func(p journal.Position) bool { return p.Index <= commit })
}

func (a *answered) contains(e journal.Entry) bool {
	p := e.Position
	if e.Ack != journal.AckAsync {
		return slices.Contains(a.counts, p)
	}
	return p.Epoch.Number <= a.before || (p.Epoch == a.async.Epoch && p.Index <= a.async.Index)
}
