package core

import (
	"fmt"
	"slices"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
)

// waitingReads are the reads that wait until this copy covers what their reader
// has written or seen before.
type waitingReads struct {
	reads []waitingRead   // as they came; at most frame.PendingWritesMax
	soon  journal.Instant // no deadline is before it; 0 if nothing waits

	// What the copy was when they were looked at last.
	applied, committed journal.Position
}

type waitingRead struct {
	asker    journal.NodeID
	read     frame.Read
	deadline journal.Instant
}

// keepIf drops the reads of other askers.
func (w *waitingReads) keepIf(keep func(asker journal.NodeID) bool) {
	w.reads = slices.DeleteFunc(w.reads, func(r waitingRead) bool { return !keep(r.asker) })
}

// of counts the reads of one asker.
func (w *waitingReads) of(asker journal.NodeID) int {
	count := 0
	for i := range w.reads {
		if w.reads[i].asker == asker {
			count++
		}
	}
	return count
}

func (w *waitingReads) forget(asker journal.NodeID, id uint64) {
	w.reads = slices.DeleteFunc(w.reads, func(r waitingRead) bool { return r.asker == asker && r.read.ID == id })
}

// answerRead answers a read that this copy can answer as it is, and reports
// whether it did.
func (n *Node) answerRead(from journal.NodeID, r frame.Read) bool {
	unsure := r.Level == frame.LevelCommitted && n.copy.loaded.unsure
	switch {
	case n.differs:
		n.reply(from, failed(r, &frame.Failure{
			Code: frame.CodeNotMaster, Text: "the state of this copy is not the master's: it is being made anew",
		}))
	case r.Least.IsZero() && unsure:
		n.reply(from, failed(r, &frame.Failure{
			Code: frame.CodeNotMaster,
			Text: "this copy was loaded from its storage and has not heard from a master since: it does not know what is committed",
		}))
	case n.copy.log.Contains(r.Least) && r.Least.Index <= n.readEnd(r).Index && !unsure:
		n.reply(from, n.readCopy(r))
	case n.isPast(r.Least):
		shared := n.copy.log.History().Before(r.Least)
		n.reply(from, failed(r, &frame.Failure{
			Code: frame.CodeSessionCut, Position: shared,
			Text: fmt.Sprintf("%v is not in the history any more, which has been the same up to %v", r.Least, shared),
		}))
	default:
		return false
	}
	return true
}

// readEnd is where the state ends that a read would be answered from.
func (n *Node) readEnd(r frame.Read) journal.Position {
	if r.Level == frame.LevelCommitted {
		return n.copy.state.Committed()
	}
	return n.copy.state.Applied()
}

// waitToRead keeps a read that this copy can't answer yet.
func (n *Node) waitToRead(from journal.NodeID, r frame.Read) {
	w := &n.reads
	if len(w.reads) >= frame.PendingWritesMax {
		n.reply(from, failed(r, &frame.Failure{
			Code: frame.CodeBusy, Text: fmt.Sprintf("%d reads wait already, the limit", len(w.reads)),
		}))
		return
	}
	if have := w.of(from); from != n.id() && have >= frame.WaitsPerAskerMax {
		// One that asks for what never comes leaves room for the others.
		n.reply(from, failed(r, &frame.Failure{
			Code: frame.CodeBusy, Text: fmt.Sprintf("%d reads of one node wait already, the limit", have),
		}))
		return
	}
	deadline := n.now.Add(min(r.Wait, waitMax))
	w.reads = append(w.reads, waitingRead{asker: from, read: r, deadline: deadline})
	w.soon = sooner(w.soon, deadline)
}

// answerWaitingReads answers the reads that this copy has come to cover, and
// those that have waited long enough.
func (n *Node) answerWaitingReads() {
	w := &n.reads
	applied, committed := n.copy.state.Applied(), n.copy.state.Committed()
	moved := w.applied != applied || w.committed != committed
	w.applied, w.committed = applied, committed
	if len(w.reads) == 0 {
		w.soon = 0
		return
	}
	if !moved && w.soon > n.now {
		return
	}
	w.soon = 0
	w.reads = slices.DeleteFunc(w.reads, func(r waitingRead) bool {
		switch {
		case n.answerRead(r.asker, r.read):
		case r.deadline <= n.now:
			n.reply(r.asker, failed(r.read, &frame.Failure{
				Code: frame.CodeTimeout,
				Text: fmt.Sprintf("the copy is at %v, and not at %v yet", n.readEnd(r.read), r.read.Least),
			}))
		default:
			w.soon = sooner(w.soon, r.deadline)
			return false
		}
		return true
	})
}

// showProgress brings to watches and to waiting reads what came up in this step.
func (n *Node) showProgress() {
	isNew := n.copy.shown != n.copy.log.Last().Index || len(n.copy.retracted) > 0
	n.showLocal()
	if isNew {
		n.resumeWatches()
	}
	n.answerWaitingReads()
}
