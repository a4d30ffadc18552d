package core

import (
	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
)

// verify says what became of the entry at a position, as far as this copy can
// know. Its epoch may be given by number alone. What the journal no longer
// reaches its history of epochs still tells. That an orphan was replayed or
// discarded since changes nothing: this entry is not in the history.
func (n *Node) verify(f frame.Verify) frame.Verified {
	p := f.Position
	at := n.copy.log.At(p.Index)
	if p.Epoch.Master.IsZero() {
		p.Epoch = n.copy.log.History().Numbered(p.Epoch.Number)
	}
	answer := frame.Verified{ID: f.ID, Position: p}
	switch committed := n.copy.state.Committed(); {
	case p.Index == 0:
	case p == at && p.Index <= committed.Index:
		answer.Verdict = frame.VerdictKept
	case n.copy.orphans.isFinal(p):
		answer.Verdict = frame.VerdictOrphaned
	case p.Epoch.Number > committed.Epoch.Number:
	case p.Index <= committed.Index || p.Epoch.Number < committed.Epoch.Number || isOfAnother(p.Epoch, committed.Epoch):
		// Epochs do not fall along a journal: behind what is committed nothing
		// of an older epoch can follow.
		answer.Verdict = frame.VerdictOrphaned
	}
	return answer
}

// isOfAnother reports whether two relays granted the number of a committed epoch
// to two masters, and e is the other one's: a number is accepted once, so this
// history never has an entry of e.
func isOfAnother(e, committed journal.Epoch) bool {
	return e.Number == committed.Number && e.Master != committed.Master && !e.Master.IsZero()
}
